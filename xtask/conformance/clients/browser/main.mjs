// Drives the unmodified clerk-js and @clerk/ui in Chromium: JSON Lines in, JSON Lines out, one answer a line.
//
// {"listen":{"chromium":"/usr/bin/chromium","screenshots":"…","host":"emulator.lcl.dev",
//  "hostAddress":"127.0.0.1:…","keyHash":"…"}}                       → {"origin":"http://localhost:…"}
// {"run":"flows"|"components"|…,"publishableKey":"pk_test_…","proxyUrl":"http://…"|null,"host":"emulator.lcl.dev"|null,
//  "emulator":"http://127.0.0.1:…","secretKey":"sk_test_…"}          → {"checks":[{"what":…,"problem":null|"…"}],"ready":90}

import { createInterface } from 'node:readline';

import { Application } from './application.mjs';
import { Checks } from './checks.mjs';
import { components } from './components.mjs';
import { flows } from './flows.mjs';
import { links } from './links.mjs';
import { Pages } from './pages.mjs';
import { social } from './social.mjs';
import { tasks } from './tasks.mjs';

const PLAYS = { components, flows, links, social, tasks };

let application;
let pages;

async function answerTo(question) {
  if (question.listen) {
    application = await Application.listen();
    pages = await Pages.launch(question.listen);
    return { origin: application.origin };
  }
  const checks = new Checks();
  application.serve(question);
  await PLAYS[question.run]({ pages, application, checks, instance: question });
  return { checks: checks.all, ready: checks.ready };
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line)).catch((error) => ({ broken: String(error.stack ?? error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await pages?.close();
application?.close();
