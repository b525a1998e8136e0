// The components of @clerk/ui, as visitors use them.

import { equal } from './checks.mjs';
import { load, reload, there } from './pages.mjs';

export async function components({ pages, application, checks }) {
  const page = await pages.open(application.origin);
  checks.ready = await load(page);
  const scene = { page, pages, checks };
  await signIn(scene);
  await userButton(scene);
  await organizationSwitcher(scene);
  await profiles(scene);
  await signOut(scene);
  await signUp(scene);
  await checks.that('no request leaves the machine, and no component stumbles', () =>
    equal([...page.elsewhere, ...page.troubles], []),
  );
  await page.context().close();
}

export const mount = (page, component, options = {}) =>
  page.evaluate(
    ([component, options]) => {
      const app = document.getElementById('app');
      app.replaceChildren(document.createElement('div'));
      Clerk[`mount${component}`](app.firstElementChild, options);
    },
    [component, options],
  );

/** Where the component has sent the visitor, clerk-js is to be loaded again. */
export async function arrived(page, path) {
  await there(page, ({ pathname }) => pathname === path);
  await load(page);
  return page.evaluate(() => Clerk.user?.primaryEmailAddress.emailAddress ?? null);
}

async function signIn({ page, pages, checks }) {
  await checks.that('<SignIn/> takes a password', async () => {
    await mount(page, 'SignIn', { forceRedirectUrl: '/signed-in' });
    await page.getByLabel('Email address').fill('ada@example.com');
    await pages.screenshot(page, 'sign-in');
    await page.locator('.cl-formButtonPrimary').click();
    const password = page.locator('input[name=password]:not([tabindex="-1"])');
    await password.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Password is incorrect').first().waitFor();
    await pages.screenshot(page, 'sign-in-password');
    await password.fill('correct horse battery');
    await page.keyboard.press('Enter');
    equal(await arrived(page, '/signed-in'), 'ada@example.com');
  });
}

async function userButton({ page, pages, checks }) {
  await checks.that('<UserButton/> shows who is there', async () => {
    await mount(page, 'UserButton');
    await page.locator('.cl-userButtonTrigger').click();
    await page.getByText('Ada Lovelace').waitFor();
    await page.getByText('Manage account').waitFor();
    await pages.screenshot(page, 'user-button');
    await page.keyboard.press('Escape');
  });
}

async function organizationSwitcher({ page, pages, checks }) {
  await checks.that('<OrganizationSwitcher/> changes the organization', async () => {
    await page.evaluate(() => Clerk.setActive({ organization: 'navy' }));
    await mount(page, 'OrganizationSwitcher');
    await page.locator('.cl-organizationSwitcherTrigger').click();
    const acme = page.locator('.cl-organizationSwitcherPreviewButton', { hasText: 'Acme' });
    await acme.waitFor();
    await pages.screenshot(page, 'organization-switcher');
    await acme.click();
    await page.waitForFunction(() => Clerk.organization?.slug === 'acme');
  });
}

async function profiles({ page, pages, checks }) {
  await checks.that('<UserProfile/> changes a name', async () => {
    await reload(page);
    await page.evaluate(() => Clerk.openUserProfile());
    await page.getByText('Update profile').click();
    await page.getByLabel('First name').fill('Augusta');
    await pages.screenshot(page, 'user-profile');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction(() => Clerk.user.firstName === 'Augusta');
    await page.evaluate(() => Clerk.closeUserProfile());
  });
  await checks.that('<OrganizationProfile/> lists the members', async () => {
    await page.evaluate(() => Clerk.openOrganizationProfile());
    await page.locator('.cl-navbarButton', { hasText: 'Members' }).click();
    await page.getByText('bob@example.com').waitFor();
    await pages.screenshot(page, 'organization-profile');
    await page.evaluate(() => Clerk.closeOrganizationProfile());
  });
}

async function signOut({ page, checks }) {
  await checks.that('<UserButton/> signs out', async () => {
    await reload(page);
    await mount(page, 'UserButton');
    await page.locator('.cl-userButtonTrigger').click();
    // The component leads home, and the next page is not to be overtaken by that.
    const home = page.waitForEvent('load');
    await page.locator('.cl-userButtonPopoverActionButton__signOut').click();
    await page.waitForFunction(() => !document.cookie.includes('__session=ey'));
    await home;
  });
}

async function signUp({ page, pages, checks }) {
  await checks.that('<SignUp/> takes a code', async () => {
    await page.goto(new URL('/sign-up', page.url()).href);
    await load(page);
    equal(await page.evaluate(() => Clerk.user), null);
    await mount(page, 'SignUp', { forceRedirectUrl: '/signed-up' });
    await page.getByLabel('Email address').fill('hopper@example.com');
    await page.locator('input[name=password]').fill('correct horse battery');
    await pages.screenshot(page, 'sign-up');
    await page.locator('.cl-formButtonPrimary').click();
    await page.getByText('Verify your email').waitFor();
    await pages.screenshot(page, 'sign-up-code');
    await page.locator('[data-input-otp]').first().focus();
    await page.keyboard.type('424242');
    equal(await arrived(page, '/signed-up'), 'hopper@example.com');
  });
}
