// Links in mails, opened on the browser that asked for them and on another.

import { equal } from './checks.mjs';
import { arrived, mount } from './components.mjs';
import { load, there } from './pages.mjs';

export async function links({ pages, application, checks, instance }) {
  /** A tab of its own, in the same browser or in another. */
  const open = async (link, beside) => {
    const page = beside ? await beside.context().newPage() : await pages.open(application.origin);
    page.setDefaultTimeout(15_000);
    await page.goto(link);
    await load(page);
    return page;
  };
  const told = (page) =>
    page.evaluate(async () => {
      let elsewhere = false;
      const params = { redirectUrlComplete: '/signed-in', onVerifiedOnOtherDevice: () => (elsewhere = true) };
      await Clerk.handleEmailLinkVerification(params).catch((error) => (elsewhere = error.code));
      return elsewhere;
    });
  const begin = (page) =>
    page.evaluate(async () => {
      const signIn = await Clerk.client.signIn.create({ identifier: 'bob@example.com' });
      const { emailAddressId } = signIn.supportedFirstFactors.find(({ strategy }) => strategy === 'email_link');
      const { startEmailLinkFlow } = signIn.createEmailLinkFlow();
      window.flow = startEmailLinkFlow({ emailAddressId, redirectUrl: `${location.origin}/verify` });
    });
  const finish = (page) =>
    page.evaluate(async () => {
      const signIn = await window.flow;
      await Clerk.setActive({ session: signIn.createdSessionId });
      return [signIn.firstFactorVerification.status, Clerk.user.primaryEmailAddress.emailAddress];
    });

  await checks.that('a link that is opened beside signs both tabs in', async () => {
    const page = await pages.open(application.origin);
    await load(page);
    await begin(page);
    const tab = await open(await latest(instance, 'bob@example.com'), page);
    await Promise.all([told(tab).catch(() => null), there(tab, ({ pathname }) => pathname === '/signed-in')]);
    equal(await arrived(tab, '/signed-in'), 'bob@example.com');
    equal(await finish(page), ['verified', 'bob@example.com']);
    await page.context().close();
  });
  await checks.that('a link that is opened elsewhere signs in where it was asked for alone', async () => {
    const page = await pages.open(application.origin);
    await load(page);
    await begin(page);
    const link = await latest(instance, 'bob@example.com');
    const other = await open(link);
    equal(await told(other), true);
    equal(await other.evaluate(() => Clerk.user), null);
    equal(await finish(page), ['verified', 'bob@example.com']);
    equal((await fetch(link, { redirect: 'manual' }).catch(() => ({ status: 400 }))).status, 400);
    equal([...page.elsewhere, ...page.troubles, ...other.elsewhere, ...other.troubles], []);
    await page.context().close();
    await other.context().close();
  });
  await checks.that('<SignUp/> waits for a link, and goes on when it was opened', async () => {
    const page = await pages.open(application.origin);
    await load(page);
    await mount(page, 'SignUp', { forceRedirectUrl: '/signed-up' });
    await page.getByLabel('Email address').fill('link@example.com');
    await page.locator('input[name=password]').fill('correct horse battery');
    await page.locator('.cl-formButtonPrimary').click();
    await page.getByText('Use the verification link sent to your email address').first().waitFor();
    await pages.screenshot(page, 'sign-up-link');
    const other = await pages.open(application.origin);
    await other.goto(await latest(instance, 'link@example.com'));
    equal(await arrived(page, '/signed-up'), 'link@example.com');
    await page.context().close();
    await other.context().close();
  });
}

/** Where the latest mail to an address leads. */
async function latest({ emulator }, address) {
  for (let patience = 100; patience > 0; patience -= 1) {
    const { messages } = await (await fetch(`${emulator}/_emulator/mailbox?to=${address}`)).json();
    const last = messages.at(-1);
    if (last) {
      // The next one is then not taken for this.
      await fetch(`${emulator}/_emulator/mailbox`, { method: 'DELETE' });
      return last.url;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no mail to ${address}`);
}
