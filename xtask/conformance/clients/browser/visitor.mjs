// Somebody in Chromium, who goes where they are told: JSON Lines in, JSON Lines out, one answer a line.
//
// {"launch":{"chromium":"/usr/bin/chromium","screenshots":"…"}}     → {}
// {"open":"http://localhost:…","as":"anybody"}                      → {"hops":[…],"url":"…","text":"…"}
// {"press":"sign-in-ada@example.com","as":"anybody"}                → the same, of the element with this test id
// {"cookies":"http://localhost:…","as":"anybody"}                   → {"cookies":[{"name":"…","value":"…"}]}
// {"change":[{"name":"…","value":"…"}],"of":"http://…","as":"…"}    → {}
//
// Whoever is asked `as` has a browser of their own. A hop is {"url","status","location","said","cookies"}.

import { createInterface } from 'node:readline';

import { Pages } from './pages.mjs';

const OF_CLERK = /^x-clerk-auth-/;

let pages;
const visitors = new Map();

class Visitor {
  hops = [];

  static async enter() {
    const visitor = new Visitor();
    visitor.page = await pages.blank();
    visitor.page.on('response', (response) => {
      if (response.request().isNavigationRequest()) visitor.hops.push(hop(response));
    });
    return visitor;
  }

  async go(step) {
    this.hops = [];
    // Redirects are counted for two seconds, in which people do not get this far.
    await this.page.context().clearCookies({ name: '__clerk_redirect_count' });
    await step(this.page);
    await this.page.waitForLoadState();
    const hops = await Promise.all(this.hops);
    return { hops, url: this.page.url(), text: await this.page.locator('body').innerText() };
  }

  async cookies(url) {
    return { cookies: await this.page.context().cookies(url) };
  }

  /** The cookies of these names get other values, and keep all else. */
  async change(values, url) {
    const context = this.page.context();
    const value = Object.fromEntries(values.map((cookie) => [cookie.name, cookie.value]));
    const known = (await context.cookies(url)).filter(({ name }) => name in value);
    await context.addCookies(known.map((cookie) => ({ ...cookie, value: value[cookie.name] })));
    return {};
  }
}

async function hop(response) {
  const headers = await response.headersArray();
  const all = (wanted) => headers.filter(({ name }) => wanted(name.toLowerCase()));
  const said = all((name) => OF_CLERK.test(name)).map(({ name, value }) => [name.toLowerCase(), value]);
  return {
    url: response.url(),
    status: response.status(),
    location: response.headers().location ?? null,
    said: Object.fromEntries(said),
    cookies: all((name) => name === 'set-cookie').flatMap(({ value }) => value.split('\n')),
  };
}

async function answerTo(question) {
  if (question.launch) {
    pages = await Pages.launch(question.launch);
    return {};
  }
  if (!visitors.has(question.as)) visitors.set(question.as, await Visitor.enter());
  const visitor = visitors.get(question.as);
  if (question.open) return visitor.go((page) => page.goto(question.open));
  if (question.press) {
    return visitor.go((page) => Promise.all([page.waitForNavigation(), page.getByTestId(question.press).click()]));
  }
  if (question.cookies) return visitor.cookies(question.cookies);
  return visitor.change(question.change, question.of);
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line)).catch((error) => ({ broken: String(error.stack ?? error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await pages?.close();
