// Chromium, which is to see nothing but this machine, and pages in browsers of their own.

import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What stands for this machine: its own names, and the development host, which is trusted by its authority's key. */
const whereabouts = ({ host, hostAddress, keyHash }) => [
  `--host-resolver-rules=MAP ${host} ${hostAddress}, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`,
  `--ignore-certificate-errors-spki-list=${keyHash}`,
];

/** How long anything may take on a busy machine, in milliseconds. */
export const PATIENCE = 15_000;

/**
 * Waits until the page is there, however often it is sent on before: `waitForURL` gives up where one navigation
 * overtakes another.
 */
export async function there(page, isThere) {
  const end = Date.now() + PATIENCE;
  while (!isThere(new URL(page.url()))) {
    if (Date.now() > end) {
      throw new Error(`the page is still at ${page.url()}`);
    }
    await page.waitForTimeout(20);
  }
  await page.waitForLoadState();
}

export class Pages {
  static async launch({ chromium: executablePath, screenshots, ...place }) {
    const pages = new Pages();
    pages.screenshots = screenshots;
    pages.here = ['localhost', '127.0.0.1', place.host];
    pages.browser = await chromium.launch({ executablePath, args: [...ARGUMENTS, ...whereabouts(place)] });
    return pages;
  }

  /** A page of the application on a browser that was nowhere yet, with clerk-js loaded. */
  async open(origin) {
    const page = await this.blank();
    await page.goto(`${origin}/`);
    return page;
  }

  /** A page that is nowhere yet. */
  async blank() {
    const context = await this.browser.newContext({ viewport: { width: 900, height: 760 } });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.elsewhere = [];
    page.troubles = [];
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && !this.here.includes(hostname)) {
        page.elsewhere.push(request.url());
      }
    });
    page.on('pageerror', (error) => page.troubles.push(String(error)));
    return page;
  }

  screenshot(page, name) {
    return page.screenshot({ path: `${this.screenshots}/${name}.png`, animations: 'disabled' });
  }

  close() {
    return this.browser.close();
  }
}

/** Loads clerk-js as the frameworks do, and says how long that took, in milliseconds. */
export async function load(page, options = {}) {
  await page.waitForFunction(() => window.Clerk && window.__internal_ClerkUICtor);
  return page.evaluate(async (options) => {
    const start = performance.now();
    await window.Clerk.load({ ...options, ui: { ClerkUI: window.__internal_ClerkUICtor } });
    return Math.round(performance.now() - start);
  }, options);
}

/** Loads the page anew, as a visitor would. */
export async function reload(page) {
  await page.reload();
  return load(page);
}
