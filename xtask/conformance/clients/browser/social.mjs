// Accounts with somebody else: the components' buttons, and the page in the provider's place.

import { equal } from './checks.mjs';
import { arrived, mount } from './components.mjs';
import { load, there } from './pages.mjs';

/** Where the application has the components; without them, visitors would go to the emulator's own page. */
const PLACES = { signInUrl: '/', signUpUrl: '/' };

export async function social({ pages, application, checks }) {
  const visit = async (what, path, body) => {
    const page = await pages.open(application.origin);
    await checks.that(what, async () => {
      await page.goto(`${application.origin}${path}`);
      await load(page, PLACES);
      await body(page);
      // The components have the pictures of providers from Clerk, and nothing here can say otherwise.
      const elsewhere = page.elsewhere.filter((url) => !url.startsWith('https://img.clerk.com/static/'));
      equal([...elsewhere, ...page.troubles], []);
    });
    await page.context().close();
  };
  await visit('<SignIn/> signs somebody in whom the provider knows', '/', async (page) => {
    await toProvider(page, pages, 'SignIn', { forceRedirectUrl: '/signed-in' });
    await pages.screenshot(page, 'provider');
    await page.emulateMedia({ colorScheme: 'dark' });
    await pages.screenshot(page, 'provider-dark');
    await page.getByTestId('continue-as-bob@example.com').click();
    equal(await arrived(page, '/signed-in'), 'bob@example.com');
  });
  await visit('<SignIn/> has somebody sign up whom nobody knows', '/', async (page) => {
    await toProvider(page, pages, 'SignIn', { forceRedirectUrl: '/signed-in', signUpForceRedirectUrl: '/signed-up' });
    await page.getByLabel('Email address').fill('grace@example.com');
    await page.getByLabel('First name').fill('Grace');
    await page.getByTestId('continue').click();
    await returned(page, 'SignIn', { forceRedirectUrl: '/signed-in', signUpForceRedirectUrl: '/signed-up' });
    equal(await arrived(page, '/signed-up'), 'grace@example.com');
    equal(await page.evaluate(() => Clerk.user.externalAccounts.map(({ provider }) => provider)), ['google']);
  });
  await visit('<SignUp/> signs somebody in whom the instance knows', '/', async (page) => {
    await toProvider(page, pages, 'SignUp', { forceRedirectUrl: '/signed-up', signInForceRedirectUrl: '/signed-in' });
    await page.getByTestId('continue-as-ada@example.com').click();
    await returned(page, 'SignUp', { forceRedirectUrl: '/signed-up', signInForceRedirectUrl: '/signed-in' });
    equal(await arrived(page, '/signed-in'), 'ada@example.com');
  });
  await visit('<SignIn/> tells whoever denies that they did', '/', async (page) => {
    await toProvider(page, pages, 'SignIn', {});
    await page.getByTestId('deny').click();
    await returned(page, 'SignIn', {});
    await there(page, ({ href }) => !href.includes('sso-callback'));
    await load(page, PLACES);
    await mount(page, 'SignIn');
    await page.getByText('You did not grant access to your account').first().waitFor();
    await pages.screenshot(page, 'sign-in-denied');
  });
  await visit('an account is connected, and disconnected', '/', async (page) => {
    await page.evaluate(async () => {
      const signIn = await Clerk.client.signIn.create({
        identifier: 'ada@example.com',
        password: 'correct horse battery',
      });
      await Clerk.setActive({ session: signIn.createdSessionId });
      const account = await Clerk.user.createExternalAccount({
        strategy: 'oauth_github',
        redirectUrl: `${location.origin}/connected`,
      });
      location.href = account.verification.externalVerificationRedirectURL.href;
    });
    await page.getByLabel('Email address').fill('lovelace@example.com');
    await page.getByTestId('continue').click();
    await there(page, ({ pathname }) => pathname === '/connected');
    await load(page);
    const outcome = await page.evaluate(async () => {
      const has = () => Clerk.user.verifiedExternalAccounts.map(({ provider }) => provider).sort();
      const before = has();
      await Clerk.user.externalAccounts.find(({ provider }) => provider === 'github').destroy();
      await Clerk.user.reload();
      return [before.includes('github'), has().includes('github')];
    });
    equal(outcome, [true, false]);
    await page.evaluate(() => Clerk.openUserProfile());
    await page.getByText('Connected accounts').first().waitFor();
    await pages.screenshot(page, 'user-profile-accounts');
  });
}

async function toProvider(page, pages, component, options) {
  await mount(page, component, options);
  const google = page.locator('.cl-socialButtonsIconButton__google, .cl-socialButtonsBlockButton__google').first();
  await google.waitFor();
  await pages.screenshot(page, `${component === 'SignIn' ? 'sign-in' : 'sign-up'}-social`);
  await google.click();
  await there(page, ({ pathname }) => pathname === '/social/google');
}

/** The component goes on where it was: the application's page has it again. */
async function returned(page, component, options) {
  await there(page, ({ href }) => href.includes('sso-callback'));
  await load(page, PLACES);
  await mount(page, component, options);
}
