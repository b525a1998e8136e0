// Reads the fixture from standard input and prints a line of JSON for each row. Ratios are to what
// Node itself does at least: check the signature, parse the JSON, fetch it.

import { createHmac, createPublicKey, createSecretKey, timingSafeEqual, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { token, jwk, webhook, users, api } = JSON.parse(readFileSync(0, 'utf8'));
const key = createPublicKey({ key: jwk, format: 'jwk' });
const jwtKey = key.export({ type: 'spki', format: 'pem' });
const split = token.lastIndexOf('.');
const signed = Buffer.from(token.slice(0, split));
const signature = Buffer.from(token.slice(split + 1), 'base64url');

const { secret: signingSecret, headers: svixHeaders, body } = webhook;
const renamed = ([name, value]) => [name.replace('svix-', 'webhook-'), value];
const standardHeaders = Object.fromEntries(Object.entries(svixHeaders).map(renamed));
const webhookKey = createSecretKey(Buffer.from(signingSecret.replace('whsec_', ''), 'base64'));
const webhookContent = Buffer.from(`${svixHeaders['svix-id']}.${svixHeaders['svix-timestamp']}.${body}`);
const webhookTag = Buffer.from(svixHeaders['svix-signature'].replace('v1,', ''), 'base64');
// What `verifyWebhook` asks of a `Request`, which can be read only once; making one is a framework's work.
const webhookRequest = { headers: new Headers(svixHeaders), text: async () => body };

const page = JSON.stringify(users);
const count = JSON.stringify({ object: 'total_count', total_count: users.length });
const network = globalThis.fetch;
// Lists are answered from memory: reading the answer is what is measured.
globalThis.fetch = async (url, options) => {
  if (String(url).startsWith(api)) return network(url, options);
  return new Response(String(url).includes('/count') ? count : page, {
    headers: { 'content-type': 'application/json' },
  });
};
// It keeps the `fetch` that it finds when it is loaded.
const { createClerkClient, verifyToken } = await import('@clerk/backend');
const { verifyWebhook } = await import('@clerk/backend/webhooks');
const { importJWK, jwtVerify } = await import('jose');
const { createVerifier } = await import('fast-jwt');
const { Webhook: StandardWebhook } = await import('standardwebhooks');
const { Webhook: SvixWebhook } = await import('svix');
const standardWebhook = new StandardWebhook(signingSecret);
const svixWebhook = new SvixWebhook(signingSecret);
const issuer = 'https://clerk.example.com';
const joseKey = await importJWK(jwk, 'RS256');
const fastJwt = { key: jwtKey, algorithms: ['RS256'], allowedIss: issuer };
const fastVerify = createVerifier(fastJwt);
const fastVerifyCached = createVerifier({ ...fastJwt, cache: true });
const secretKey = 'sk_test_of_the_benchmark';
const clerk = createClerkClient({ secretKey });
const loopback = createClerkClient({ secretKey, apiUrl: api });
const { id } = users[0];

const rows = {
  'raw-node': {
    reference: 'raw-node',
    batch: 16,
    run: async () => {
      if (!verify('RSA-SHA256', signed, key, signature)) throw new Error('a good signature was refused');
    },
  },
  '@clerk/backend': {
    reference: 'raw-node',
    batch: 16,
    run: () => verifyToken(token, { jwtKey, authorizedParties: ['https://app.example.com'] }),
  },
  jose: {
    reference: 'raw-node',
    batch: 16,
    run: () => jwtVerify(token, joseKey, { algorithms: ['RS256'], issuer }),
  },
  'fast-jwt': {
    reference: 'raw-node',
    batch: 16,
    run: async () => fastVerify(token),
  },
  // One token, which it has seen before.
  'fast-jwt-known-token': {
    reference: 'raw-node',
    batch: 16,
    run: async () => fastVerifyCached(token),
  },
  'webhook-raw-node': {
    reference: 'webhook-raw-node',
    batch: 16,
    run: async () => {
      const tag = createHmac('sha256', webhookKey).update(webhookContent).digest();
      if (!timingSafeEqual(tag, webhookTag)) throw new Error('a good signature was refused');
    },
  },
  // These two throw what they refuse, and leave the JSON unread.
  'webhook-standardwebhooks-node': {
    reference: 'webhook-raw-node',
    batch: 4,
    run: async () => standardWebhook.verify(body, standardHeaders, { jsonParse: false }),
  },
  'webhook-svix-node': {
    reference: 'webhook-raw-node',
    batch: 4,
    run: async () => svixWebhook.verify(body, svixHeaders),
  },
  'webhook-@clerk/backend': {
    reference: 'webhook-raw-node',
    batch: 4,
    run: async () => {
      const event = await verifyWebhook(webhookRequest, { signingSecret });
      if (event.type !== 'user.created') throw new Error('another event');
    },
  },
  'get-user-fetch': {
    reference: 'get-user-fetch',
    batch: 4,
    run: async () => {
      const response = await network(`${api}/v1/users/${id}`);
      if ((await response.json()).id !== id) throw new Error('another user');
    },
  },
  'get-user-@clerk/backend': {
    reference: 'get-user-fetch',
    batch: 4,
    run: async () => {
      if ((await loopback.users.getUser(id)).id !== id) throw new Error('another user');
    },
  },
  'decode-500-users-json-parse': {
    reference: 'decode-500-users-json-parse',
    batch: 1,
    run: async () => {
      if (JSON.parse(page).length !== users.length) throw new Error('users are missing');
    },
  },
  'decode-500-users-@clerk/backend': {
    reference: 'decode-500-users-json-parse',
    batch: 1,
    run: async () => {
      const { data } = await clerk.users.getUserList({ limit: users.length });
      if (data.length !== users.length) throw new Error('users are missing');
    },
  },
};

const WARM_UP = 30;
const ROUNDS = 201;

async function sample({ run, batch }) {
  // What the row before left to be collected is not this one's to pay for.
  await run();
  const start = process.hrtime.bigint();
  for (let count = 0; count < batch; count += 1) await run();
  return Number(process.hrtime.bigint() - start) / batch;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const samples = Object.fromEntries(Object.keys(rows).map((name) => [name, []]));
for (let round = -WARM_UP; round < ROUNDS; round += 1) {
  for (const [name, row] of Object.entries(rows)) {
    const nanoseconds = await sample(row);
    if (round >= 0) samples[name].push(nanoseconds);
  }
}
for (const [name, { reference }] of Object.entries(rows)) {
  const ratios = samples[name].map((value, round) => value / samples[reference][round]);
  console.log(JSON.stringify({ name, median_ns: median(samples[name]), ratio: median(ratios) }));
}
