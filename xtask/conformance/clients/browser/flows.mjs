// What applications do with clerk-js itself, without components.

import { createHmac } from 'node:crypto';

import { equal } from './checks.mjs';
import { load, reload } from './pages.mjs';

/** One transparent pixel. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const ADA = { identifier: 'ada@example.com', password: 'correct horse battery' };

export async function flows({ pages, application, checks, instance }) {
  const page = await pages.open(application.origin);
  const scene = { page, checks, instance };
  await checks.that('the script loads, and nobody is signed in', async () => {
    const elapsed = await load(page);
    const [status, user] = await page.evaluate(() => [Clerk.status, Clerk.user]);
    equal([status, user], ['ready', null]);
    checks.ready = elapsed;
  });
  await browsersName(scene);
  await signingIn(scene);
  await tokens(scene);
  await organizations(scene);
  await profile(scene);
  await verification(scene);
  await leaving(scene);
  await page.context().close();
  await others({ pages, application, checks, instance });
  checks.all.push(...(await elsewhere(page)));
}

/** No page goes off the machine, or stumbles. */
async function elsewhere(page) {
  const problem = [...page.elsewhere, ...page.troubles][0] ?? null;
  return [{ what: 'no request leaves the machine, and no page stumbles', problem }];
}

/** Where the key names a development host, the browser's name is a cookie of the application's. */
async function browsersName({ page, checks, instance }) {
  await checks.that('the browser has a name of its own where the key names a development host', async () => {
    const named = Buffer.from(instance.publishableKey.split('_')[2], 'base64').toString();
    const has = await page.evaluate(() => document.cookie.includes('__clerk_db_jwt='));
    equal(has, named.endsWith('.lcl.dev$'));
  });
}

async function signingIn({ page, checks }) {
  await checks.that('a wrong password is told of', async () => {
    const refused = await page.evaluate(
      (ada) =>
        Clerk.client.signIn
          .create({ ...ada, password: 'wrong' })
          .then(() => 'signed in')
          .catch((error) => error.errors[0].code),
      ADA,
    );
    equal(refused, 'form_password_incorrect');
  });
  await checks.that('a password signs in', async () => {
    const outcome = await page.evaluate(async (ada) => {
      const signIn = await Clerk.client.signIn.create(ada);
      await Clerk.setActive({ session: signIn.createdSessionId });
      return [signIn.status, Clerk.user.primaryEmailAddress.emailAddress, Clerk.user.fullName, Clerk.isSignedIn];
    }, ADA);
    equal(outcome, ['complete', ADA.identifier, 'Ada Lovelace', true]);
  });
  await checks.that('a page that is loaded anew is signed in', async () => {
    const before = await page.evaluate(() => Clerk.session.id);
    await reload(page);
    const after = await page.evaluate(() => [Clerk.status, Clerk.session?.id]);
    equal(after, ['ready', before]);
  });
}

async function tokens({ page, checks }) {
  await checks.that('a token is for the page and the user', async () => {
    const [claims, origin, user, session] = await page.evaluate(async () => {
      const part = (await Clerk.session.getToken()).split('.')[1];
      const claims = JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));
      return [claims, location.origin, Clerk.user.id, Clerk.session.id];
    });
    equal([claims.azp, claims.sub, claims.sid], [origin, user, session]);
  });
  await checks.that('a new token is another, and one is made from a template', async () => {
    const [first, second, third] = await page.evaluate(async () => [
      await Clerk.session.getToken(),
      await Clerk.session.getToken({ skipCache: true }),
      await Clerk.session.getToken({ template: 'hasura' }),
    ]);
    equal([first === second, first === third, third.split('.').length], [false, false, 3]);
  });
  await checks.that('a template that there is not is told of', async () => {
    const refused = await page.evaluate(() =>
      Clerk.session.getToken({ template: 'none' }).catch((error) => error.errors[0].code),
    );
    equal(refused, 'resource_not_found');
  });
  await checks.that('the session can be touched', async () => {
    const status = await page.evaluate(async () => (await Clerk.session.touch({ intent: 'focus' })).status);
    equal(status, 'active');
  });
}

async function organizations({ page, checks }) {
  await checks.that('the active organization changes, with the tokens', async () => {
    const seen = await page.evaluate(async () => {
      const seen = [];
      for (const organization of ['acme', 'navy', null]) {
        await Clerk.setActive({ organization });
        const part = (await Clerk.session.getToken()).split('.')[1];
        const claims = JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));
        seen.push([Clerk.organization?.slug ?? null, claims.o?.slg ?? null]);
      }
      return seen;
    });
    equal(seen, [['acme', 'acme'], ['navy', 'navy'], [null, null]]);
  });
  await checks.that('members, roles and invitations are read', async () => {
    const counts = await page.evaluate(async () => {
      await Clerk.setActive({ organization: 'acme' });
      const { organization, user } = Clerk;
      const lists = await Promise.all([
        user.getOrganizationMemberships(),
        organization.getMemberships(),
        organization.getRoles(),
        organization.getInvitations(),
        organization.getDomains(),
        organization.getMembershipRequests(),
        user.getOrganizationInvitations(),
        user.getOrganizationSuggestions(),
        Clerk.billing.getPlans(),
      ]);
      return lists.map((list) => list.total_count);
    });
    equal(counts, [2, 2, 2, 0, 0, 0, 0, 0, 0]);
  });
  await checks.that('somebody is invited, and the invitation withdrawn', async () => {
    const statuses = await page.evaluate(async () => {
      const params = { emailAddress: 'eve@example.com', role: 'org:member' };
      const invitation = await Clerk.organization.inviteMember(params);
      const before = invitation.status;
      return [before, (await invitation.revoke()).status];
    });
    equal(statuses, ['pending', 'revoked']);
  });
  await checks.that('members change roles, and are kept where they have to be', async () => {
    const outcome = await page.evaluate(async () => {
      const { data } = await Clerk.organization.getMemberships();
      const bob = data.find((membership) => membership.publicUserData.identifier === 'bob@example.com');
      const own = data.find((membership) => membership.publicUserData.userId === Clerk.user.id);
      const refused = await own.update({ role: 'org:member' }).catch((error) => error.errors[0].code);
      const changed = await bob.update({ role: 'org:admin' });
      await bob.update({ role: 'org:member' });
      return [refused, changed.role];
    });
    equal(outcome, ['organization_minimum_permissions_needed', 'org:member']);
  });
  await checks.that('an organization is created, changed, left and deleted', async () => {
    const outcome = await page.evaluate(async () => {
      const created = await Clerk.createOrganization({ name: 'Fleet', slug: 'fleet' });
      await Clerk.setActive({ organization: created });
      const renamed = await Clerk.organization.update({ name: 'First Fleet' });
      const refused = await Clerk.user.leaveOrganization(created.id).catch((error) => error.errors[0].code);
      await Clerk.organization.destroy();
      await Clerk.user.reload();
      return [renamed.name, refused, Clerk.user.organizationMemberships.length];
    });
    equal(outcome, ['First Fleet', 'organization_minimum_permissions_needed', 2]);
  });
}

async function profile({ page, checks }) {
  await checks.that('users change their names and metadata', async () => {
    const outcome = await page.evaluate(async () => {
      await Clerk.user.update({ firstName: 'Augusta' });
      await Clerk.user.updateMetadata({ unsafeMetadata: { theme: 'dark', size: 1 } });
      await Clerk.user.updateMetadata({ unsafeMetadata: { size: null } });
      return [Clerk.user.firstName, Clerk.user.unsafeMetadata];
    });
    equal(outcome, ['Augusta', { theme: 'dark' }]);
  });
  await checks.that('users add an address, make it the first, and remove it', async () => {
    const outcome = await page.evaluate(async () => {
      const old = Clerk.user.primaryEmailAddressId;
      const address = await Clerk.user.createEmailAddress({ email: 'augusta@example.com' });
      const before = address.verification.status;
      await address.prepareVerification({ strategy: 'email_code' });
      await address.attemptVerification({ code: '424242' });
      await Clerk.user.update({ primaryEmailAddressId: address.id });
      const { emailAddress, verification } = Clerk.user.primaryEmailAddress;
      await Clerk.user.update({ primaryEmailAddressId: old });
      await address.destroy();
      await Clerk.user.reload();
      return [before, verification.status, emailAddress, Clerk.user.emailAddresses.length];
    });
    equal(outcome, [null, 'verified', 'augusta@example.com', 1]);
  });
  await checks.that('users and organizations have pictures, and lose them', async () => {
    const outcome = await page.evaluate(async (picture) => {
      const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
      const file = new File([bytes], 'picture.png', { type: 'image/png' });
      const shown = async (url) => (await (await fetch(url)).arrayBuffer()).byteLength === bytes.length;
      await Clerk.user.setProfileImage({ file });
      await Clerk.user.reload();
      const seen = [Clerk.user.hasImage, await shown(Clerk.user.imageUrl)];
      await Clerk.user.setProfileImage({ file: null });
      await Clerk.user.reload();
      await Clerk.setActive({ organization: 'acme' });
      await Clerk.organization.setLogo({ file });
      seen.push(Clerk.user.hasImage, Clerk.organization.hasImage, await shown(Clerk.organization.imageUrl));
      await Clerk.organization.setLogo({ file: null });
      return [...seen, Clerk.organization.hasImage];
    }, PICTURE);
    equal(outcome, [true, true, false, true, true, false]);
  });
  await checks.that('users see their sessions', async () => {
    const sessions = await page.evaluate(async () => (await Clerk.user.getSessions()).map(({ id }) => id));
    equal(sessions, [await page.evaluate(() => Clerk.session.id)]);
  });
  await checks.that('users change their password', async () => {
    const outcome = await page.evaluate(async (current) => {
      const change = (currentPassword, newPassword) =>
        Clerk.user
          .updatePassword({ currentPassword, newPassword })
          .then((user) => user.passwordEnabled)
          .catch((error) => error.errors[0].code);
      return [
        await change('wrong', 'another good one'),
        await change(current, 'short'),
        await change(current, 'another good one'),
        await change('another good one', current),
      ];
    }, ADA.password);
    equal(outcome, ['form_password_incorrect', 'form_password_length_too_short', true, true]);
  });
}

/** What an authenticator app shows now (RFC 6238). */
function shown(secret) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((digit) => alphabet.indexOf(digit).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const tag = createHmac('sha1', key).update(step).digest();
  const number = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function verification({ page, checks }) {
  await checks.that('somebody shows again who they are', async () => {
    const outcome = await page.evaluate(async (password) => {
      const started = await Clerk.session.startVerification({ level: 'first_factor' });
      const done = await Clerk.session.attemptFirstFactorVerification({ strategy: 'password', password });
      return [started.status, done.status, done.session.factorVerificationAge];
    }, ADA.password);
    equal(outcome, ['needs_first_factor', 'complete', [0, -1]]);
  });
  await checks.that('a second factor is set up, asked for and taken away', async () => {
    const secret = await page.evaluate(async () => (await Clerk.user.createTOTP()).secret);
    const backup = await page.evaluate(
      async (code) => (await Clerk.user.verifyTOTP({ code })).backupCodes[0],
      shown(secret),
    );
    await page.evaluate(() => Clerk.signOut(() => {}));
    const outcome = await page.evaluate(
      async ({ ada, backup, totp }) => {
        const signIn = await Clerk.client.signIn.create(ada);
        const seen = [signIn.status, signIn.supportedSecondFactors.map(({ strategy }) => strategy)];
        const attempt = (strategy, code) =>
          signIn
            .attemptSecondFactor({ strategy, code })
            .then(({ status }) => status)
            .catch((error) => error.errors[0].code);
        seen.push(await attempt('totp', '000000'));
        seen.push(await attempt('backup_code', backup));
        await Clerk.setActive({ session: signIn.createdSessionId });
        const level = 'second_factor';
        await Clerk.session.startVerification({ level });
        const again = await Clerk.session.attemptSecondFactorVerification({ strategy: 'totp', code: totp });
        seen.push(again.status, again.session.factorVerificationAge);
        const fresh = await Clerk.user.createBackupCode();
        await Clerk.user.disableTOTP();
        await Clerk.user.reload();
        return [...seen, fresh.codes.length, Clerk.user.twoFactorEnabled];
      },
      { ada: ADA, backup, totp: shown(secret) },
    );
    const factors = ['totp', 'backup_code'];
    equal(outcome, ['needs_second_factor', factors, 'form_code_incorrect', 'complete', 'complete', [0, 0], 10, false]);
  });
}

async function leaving({ page, checks }) {
  await checks.that('whoever signs out is out, also when the page is loaded anew', async () => {
    const session = await page.evaluate(() => Clerk.session.id);
    const after = await page.evaluate(async () => {
      await Clerk.signOut(() => {});
      return [Clerk.user ?? null, document.cookie.includes('__session=ey')];
    });
    equal(after, [null, false]);
    await reload(page);
    equal(await page.evaluate(() => Clerk.user), null);
    if (!session) throw new Error('there was no session');
  });
}

/** Others than Ada, each on a browser of their own. */
async function others({ pages, application, checks, instance }) {
  const visit = async (what, body) => {
    const page = await pages.open(application.origin);
    await checks.that(what, async () => {
      await load(page);
      await body(page);
      equal([...page.elsewhere, ...page.troubles], []);
    });
    await page.context().close();
  };
  await visit('a code by mail signs in', async (page) => {
    const outcome = await page.evaluate(async () => {
      const signIn = await Clerk.client.signIn.create({ identifier: 'bob@example.com' });
      const { emailAddressId } = signIn.supportedFirstFactors.find(({ strategy }) => strategy === 'email_code');
      await signIn.prepareFirstFactor({ strategy: 'email_code', emailAddressId });
      const attempt = (code) => signIn.attemptFirstFactor({ strategy: 'email_code', code });
      const wrong = await attempt('000000').catch((error) => error.errors[0].code);
      const { status, createdSessionId } = await attempt('424242');
      await Clerk.setActive({ session: createdSessionId });
      return [wrong, status, Clerk.user.primaryEmailAddress.emailAddress];
    });
    equal(outcome, ['form_code_incorrect', 'complete', 'bob@example.com']);
    const mailbox = await fetch(`${instance.emulator}/_emulator/mailbox?to=bob@example.com`);
    equal((await mailbox.json()).messages[0].code, '424242');
  });
  await visit('somebody signs up, and deletes themselves', async (page) => {
    const outcome = await page.evaluate(async () => {
      const signUp = await Clerk.client.signUp.create({
        emailAddress: 'grace@example.com',
        password: 'correct horse battery',
        firstName: 'Grace',
        unsafeMetadata: { from: 'flows' },
      });
      const seen = [signUp.status, signUp.unverifiedFields];
      await signUp.prepareEmailAddressVerification({ strategy: 'email_code' });
      const { status, createdSessionId } = await signUp.attemptEmailAddressVerification({ code: '424242' });
      await Clerk.setActive({ session: createdSessionId });
      seen.push(status, Clerk.user.firstName, Clerk.user.unsafeMetadata);
      await Clerk.user.delete();
      return seen;
    });
    equal(outcome, ['missing_requirements', ['email_address'], 'complete', 'Grace', { from: 'flows' }]);
  });
  await visit('an invitation brings somebody into an organization', async (page) => {
    const invited = await invite(instance, 'mel@example.com');
    const outcome = await page.evaluate(async (ticket) => {
      const params = { strategy: 'ticket', ticket, password: 'correct horse battery' };
      const { status, createdSessionId } = await Clerk.client.signUp.create(params);
      await Clerk.setActive({ session: createdSessionId });
      const again = await Clerk.client.signUp.create(params).catch((error) => error.errors[0].code);
      return [status, Clerk.organization.slug, Clerk.session.checkAuthorization({ role: 'org:member' }), again];
    }, invited);
    equal(outcome, ['complete', 'acme', true, 'session_exists']);
  });
  await visit('a session that a server revokes is over', async (page) => {
    const session = await page.evaluate(async (ada) => {
      const signIn = await Clerk.client.signIn.create(ada);
      await Clerk.setActive({ session: signIn.createdSessionId });
      return signIn.createdSessionId;
    }, ADA);
    await backend(instance, `sessions/${session}/revoke`, {});
    await page.evaluate(() => Clerk.session.touch().catch(() => null));
    await page.waitForFunction(() => !Clerk.user);
  });
}

async function backend({ emulator, secretKey }, path, body) {
  const response = await fetch(`${emulator}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** The ticket of an invitation to Acme. */
async function invite(instance, address) {
  const { emulator, secretKey } = instance;
  const headers = { authorization: `Bearer ${secretKey}` };
  const acme = await (await fetch(`${emulator}/v1/organizations/acme`, { headers })).json();
  const body = { email_address: address, role: 'org:member' };
  const { url } = await backend(instance, `organizations/${acme.id}/invitations`, body);
  return new URL(url).searchParams.get('ticket');
}
