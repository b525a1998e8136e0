// Instances in which everybody has to choose an organization before they count as signed in.

import { equal } from './checks.mjs';
import { arrived, mount } from './components.mjs';
import { load, there } from './pages.mjs';

const PLACES = { signInUrl: '/', signUpUrl: '/' };

export async function tasks({ pages, application, checks }) {
  const page = await pages.open(application.origin);
  await load(page, PLACES);
  await checks.that('whoever has no organization is pending, and not signed in', async () => {
    const outcome = await page.evaluate(async () => {
      const signIn = await Clerk.client.signIn.create({
        identifier: 'kim@example.com',
        password: 'correct horse battery',
      });
      await Clerk.setActive({ session: signIn.createdSessionId, navigate: () => {} });
      const part = (await Clerk.session.getToken())?.split('.')[1];
      const claims = part && JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));
      return [Clerk.session.status, Clerk.session.currentTask.key, Clerk.isSignedIn, claims?.sts ?? 'pending'];
    });
    equal(outcome, ['pending', 'choose-organization', false, 'pending']);
  });
  await checks.that('<TaskChooseOrganization/> has them create one, and then they are signed in', async () => {
    await mount(page, 'TaskChooseOrganization', { redirectUrlComplete: '/signed-in' });
    await page.getByLabel('Name').first().fill('Harbour');
    await pages.screenshot(page, 'task-choose-organization');
    await page.locator('.cl-formButtonPrimary').first().click();
    equal(await arrived(page, '/signed-in'), 'kim@example.com');
    const outcome = await page.evaluate(() => [Clerk.session.status, Clerk.organization.name, Clerk.isSignedIn]);
    equal(outcome, ['active', 'Harbour', true]);
  });
  await checks.that('<SignIn/> leads there by itself', async () => {
    await page.evaluate(() => Clerk.signOut(() => {}));
    await page.goto(`${application.origin}/`);
    await load(page, PLACES);
    await mount(page, 'SignIn', { forceRedirectUrl: '/signed-in' });
    await page.getByLabel('Email address').fill('tom@example.com');
    await page.locator('.cl-formButtonPrimary').click();
    await page.locator('input[name=password]:not([tabindex="-1"])').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await there(page, ({ href }) => href.includes('/tasks/choose-organization'));
    await page.getByLabel('Name').first().fill('Fleet');
    await page.locator('.cl-formButtonPrimary').first().click();
    equal(await arrived(page, '/signed-in'), 'tom@example.com');
  });
  await checks.that('no request leaves the machine, and nothing stumbles', () =>
    equal([...page.elsewhere, ...page.troubles], []),
  );
  await page.context().close();
}
