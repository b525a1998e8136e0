// Reads the fixture from standard input and prints a line of JSON for each row. Ratios are to
// Node's own signature check.

import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { verifyToken } from '@clerk/backend';

const { token, jwk } = JSON.parse(readFileSync(0, 'utf8'));
const key = createPublicKey({ key: jwk, format: 'jwk' });
const jwtKey = key.export({ type: 'spki', format: 'pem' });
const split = token.lastIndexOf('.');
const signed = Buffer.from(token.slice(0, split));
const signature = Buffer.from(token.slice(split + 1), 'base64url');

const rows = {
  'raw-node': async () => {
    if (!verify('RSA-SHA256', signed, key, signature)) throw new Error('a good signature was refused');
  },
  '@clerk/backend': async () => {
    await verifyToken(token, { jwtKey, authorizedParties: ['https://app.example.com'] });
  },
};

const BATCH = 16;
const WARM_UP = 30;
const ROUNDS = 201;

async function sample(run) {
  const start = process.hrtime.bigint();
  for (let count = 0; count < BATCH; count += 1) await run();
  return Number(process.hrtime.bigint() - start) / BATCH;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const samples = Object.fromEntries(Object.keys(rows).map((name) => [name, []]));
for (let round = -WARM_UP; round < ROUNDS; round += 1) {
  for (const [name, run] of Object.entries(rows)) {
    const nanoseconds = await sample(run);
    if (round >= 0) samples[name].push(nanoseconds);
  }
}
for (const name of Object.keys(rows)) {
  const ratios = samples[name].map((value, round) => value / samples['raw-node'][round]);
  console.log(JSON.stringify({ name, median_ns: median(samples[name]), ratio: median(ratios) }));
}
