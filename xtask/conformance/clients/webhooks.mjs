// Signs and verifies webhooks: JSON Lines in, JSON Lines out, one answer a line, in order.
//
// {"sign":{"secret":"whsec_…","id":"msg_1","timestamp":1800000000,"body":"{}"}}
// {"verify":{"now":1800000000,"secret":"whsec_…","headers":[["svix-id","msg_1"]],"body_base64":"e30="}}

import { readFileSync } from 'node:fs';

import { verifyWebhook } from '@clerk/backend/webhooks';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';

function sign({ secret, id, timestamp, body }) {
  const signed = Library => new Library(secret).sign(id, new Date(timestamp * 1000), body);
  return { svix: signed(SvixWebhook), standardwebhooks: signed(StandardWebhook) };
}

// Some give back what the body says, and some nothing: refusing is throwing.
async function holds(verifying) {
  try {
    await verifying();
    return { ok: true };
  } catch (error) {
    return { ok: false, message: String(error) };
  }
}

async function verify({ now, secret, headers, body_base64 }) {
  Date.now = () => now * 1000;
  const body = Buffer.from(body_base64, 'base64');
  const request = new Request('http://localhost/', { method: 'POST', body, headers: new Headers(headers) });
  const svix = Object.fromEntries(headers);
  const standard = Object.fromEntries(
    headers.map(([name, value]) => [name.toLowerCase().replace('svix-', 'webhook-'), value]),
  );
  return {
    '@clerk/backend': await holds(() => verifyWebhook(request, { signingSecret: secret })),
    svix: await holds(() => new SvixWebhook(secret).verify(body, svix)),
    standardwebhooks: await holds(() => new StandardWebhook(secret).verify(body, standard)),
  };
}

const answers = [];
for (const line of readFileSync(0, 'utf8').split('\n')) {
  if (line !== '') {
    const question = JSON.parse(line);
    answers.push(JSON.stringify(question.sign ? sign(question.sign) : await verify(question.verify)));
  }
}
process.stdout.write(`${answers.join('\n')}\n`, () => process.exit(0));
