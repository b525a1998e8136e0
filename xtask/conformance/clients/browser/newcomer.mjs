// Types the commands of an example's README and does what it says then: one line of JSON in, one out.
//
// {"chromium":"/usr/bin/chromium","screenshots":"…","example":"…/docs/examples/vite-axum"}
//                                                         → {"checks":[{"what":…,"problem":null|"…"}]}

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

import { Checks, equal } from './checks.mjs';
import { Pages } from './pages.mjs';

const FRONT_END = 'http://localhost:5173';

/** What answers once each command is up, in the order of the README. */
const SIGNS = ['http://127.0.0.1:4010/_emulator/health', 'http://127.0.0.1:3000/api/me', FRONT_END];

/** Programs may have to be built first, by a busy machine. In milliseconds. */
const BUILDING = 20 * 60_000;

class Terminal {
  said = '';
  ended = false;

  constructor(command, cwd) {
    this.command = command;
    const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('CLERK_'));
    const env = Object.fromEntries(settings);
    this.shell = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.shell.on('exit', () => (this.ended = true));
    for (const stream of [this.shell.stdout, this.shell.stderr]) {
      stream.on('data', (piece) => (this.said = (this.said + piece).slice(-2000)));
    }
  }

  async isUp(url) {
    for (const deadline = Date.now() + BUILDING; Date.now() < deadline; await pause(100)) {
      if (this.ended) break;
      if (await fetch(url).catch(() => null)) return;
    }
    throw new Error(`no answer from ${url} after \`${this.command}\`: ${this.said}`);
  }

  /** With all that the shell has started. */
  close() {
    if (!this.ended) process.kill(-this.shell.pid);
  }
}

async function newcomer({ pages, checks }) {
  const page = await pages.open(FRONT_END);
  const answer = page.locator('pre');
  await checks.that('the back end does not know strangers', () => answer.getByText(/^401 /).waitFor());
  await checks.that('Ada signs in, and the back end knows her', async () => {
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Check your email').waitFor();
    await page.locator('[data-input-otp]').first().focus();
    await page.keyboard.type('424242');
    await answer.getByText(/^200 /).waitFor();
    const { user, organization, role } = JSON.parse((await answer.innerText()).slice('200 '.length));
    equal([user.startsWith('user_'), organization, role], [true, 'acme', 'org:admin']);
    await page.locator('.cl-userButtonTrigger').waitFor();
    await pages.screenshot(page, 'newcomer');
  });
  await checks.that('she stays when the page is loaded anew', async () => {
    await page.reload();
    await answer.getByText(/^200 /).waitFor();
  });
  await checks.that('she signs out, and the back end does not know her', async () => {
    await page.locator('.cl-userButtonTrigger').click();
    await page.locator('.cl-userButtonPopoverActionButton__signOut').click();
    await answer.getByText(/^401 /).waitFor();
    await page.getByLabel('Email address').waitFor();
  });
  await checks.that('no request leaves the machine, and nothing stumbles', () =>
    equal([...page.elsewhere, ...page.troubles], []),
  );
}

async function answerTo({ chromium, screenshots, example }) {
  const readme = await readFile(`${example}/README.md`, 'utf8');
  const commands = [...readme.matchAll(/^```sh\n(.+)\n```$/gm)].map(([, command]) => command);
  equal(commands.length, SIGNS.length);
  const checks = new Checks();
  const terminals = [];
  const pages = await Pages.launch({ chromium, screenshots });
  try {
    for (const [index, command] of commands.entries()) {
      const terminal = new Terminal(command, example);
      terminals.push(terminal);
      await terminal.isUp(SIGNS[index]);
    }
    await newcomer({ pages, checks });
  } finally {
    await pages.close();
    for (const terminal of terminals) terminal.close();
  }
  return { checks: checks.all };
}

const question = JSON.parse(await text(process.stdin));
const answer = await answerTo(question).catch((error) => ({ broken: String(error.stack ?? error) }));
process.stdout.write(`${JSON.stringify(answer)}\n`);
