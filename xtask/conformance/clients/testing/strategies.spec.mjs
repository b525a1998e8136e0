// All that @clerk/testing has for Playwright, beside what the guide shows.

import { clerk, createAgentTestingTask, setupClerkTestingToken } from '@clerk/testing/playwright';
import { expect, test } from '@playwright/test';

const { CLERK_API_URL, CLERK_SECRET_KEY } = process.env;
const ADA = 'ada@example.com';
const GRACE = 'grace+clerk_test@example.com';

async function api(method, path, body) {
  const response = await fetch(CLERK_API_URL + path, {
    method,
    headers: { authorization: `Bearer ${CLERK_SECRET_KEY}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
  return response.status === 204 ? null : response.json();
}

const userCalled = async (email) => (await api('GET', `/v1/users?email_address=${encodeURIComponent(email)}`))[0];
const heading = (page) => expect(page.getByRole('heading'));

async function open(page) {
  await setupClerkTestingToken({ page });
  await page.goto('/');
  await clerk.loaded({ page });
}

test('the setup has a testing token and the host of the publishable key', () => {
  expect(process.env.CLERK_FAPI).toBe('emulator.lcl.dev');
  expect(process.env.CLERK_TESTING_TOKEN).toMatch(/^\d+-c_/);
});

test('the script is loaded when clerk.loaded says so', async ({ page }) => {
  await open(page);
  expect(await page.evaluate(() => [window.Clerk.loaded, window.Clerk.user])).toEqual([true, null]);
});

test('the testing token goes with what the page asks for, and what comes back is believed to be bypassed', async ({ page }) => {
  await open(page);
  const answer = page.waitForResponse((response) => response.url().includes('/v1/client/sign_ins'));
  await clerk.signIn({ page, signInParams: { strategy: 'password', identifier: ADA, password: 'correct horse battery' } });
  const { client } = await (await answer).json();
  expect(client.captcha_bypass).toBe(true);
});

test('a code by e-mail signs in', async ({ page }) => {
  await open(page);
  await clerk.signIn({ page, signInParams: { strategy: 'email_code', identifier: GRACE } });
  await heading(page).toHaveText(`Hello ${GRACE}`);
});

test('a code by phone signs in', async ({ page }) => {
  await open(page);
  await clerk.signIn({ page, signInParams: { strategy: 'phone_code', identifier: '+15555550100' } });
  await heading(page).toHaveText(`Hello ${GRACE}`);
});

test('a ticket signs in', async ({ page }) => {
  const { id } = await userCalled(ADA);
  const { token: ticket } = await api('POST', '/v1/sign_in_tokens', { user_id: id });
  await open(page);
  await clerk.signIn({ page, signInParams: { strategy: 'ticket', ticket } });
  await heading(page).toHaveText(`Hello ${ADA}`);
});

test('an e-mail address signs in', async ({ page }) => {
  await open(page);
  await clerk.signIn({ page, emailAddress: ADA });
  await heading(page).toHaveText(`Hello ${ADA}`);
});

test('who is signed in still is on the next page, and is not after signing out', async ({ page }) => {
  await open(page);
  await clerk.signIn({ page, emailAddress: ADA });
  await page.reload();
  await heading(page).toHaveText(`Hello ${ADA}`);
  await clerk.signOut({ page });
  await heading(page).toHaveText('Nobody is signed in');
  await page.reload();
  await heading(page).toHaveText('Nobody is signed in');
});

test('a wrong password is told of', async ({ page }) => {
  await open(page);
  const params = { strategy: 'password', identifier: ADA, password: 'wrong' };
  await expect(clerk.signIn({ page, signInParams: params })).rejects.toThrow(/Failed to sign in/);
});

test('a session ends without waiting', async ({ page }) => {
  await open(page);
  await clerk.signIn({ page, emailAddress: ADA });
  await heading(page).toHaveText(`Hello ${ADA}`);
  await api('POST', '/_emulator/clock', { advance: 8 * 24 * 60 * 60 });
  try {
    await page.reload();
    await heading(page).toHaveText('Nobody is signed in');
    await clerk.signIn({ page, emailAddress: ADA });
    await page.reload();
    await heading(page).toHaveText(`Hello ${ADA}`);
  } finally {
    await api('DELETE', '/_emulator/clock');
  }
});

test('an agent task leads to the application, whose server is to have its session', async ({ page }) => {
  const task = await createAgentTestingTask({
    onBehalfOf: { identifier: ADA },
    permissions: '*',
    agentName: 'conformance',
    taskDescription: 'looks at the page',
    redirectUrl: 'http://localhost:5173/',
  });
  await page.goto(task.url);
  const { origin, searchParams } = new URL(page.url());
  expect(origin).toBe('http://localhost:5173');
  expect(searchParams.get('__clerk_handshake')?.split('.')).toHaveLength(3);
});
