// Answers what `clerk-dev token verify --batch` answers, with @clerk/backend's verifyToken: JSON
// Lines in, JSON Lines out, one answer a line, in order.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { verifyToken } from '@clerk/backend';

// The key cache of the SDK is one for the whole process, by secret key. A secret key for each key
// set keeps one case's keys out of another's.
const secretKeys = new Map();
const keySets = new Map();

function secretKeyFor(jwks) {
  const text = JSON.stringify(jwks);
  if (!secretKeys.has(text)) {
    const secretKey = `sk_test_${secretKeys.size}`;
    secretKeys.set(text, secretKey);
    keySets.set(`Bearer ${secretKey}`, text);
  }
  return secretKeys.get(text);
}

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(keySets.get(request.headers.authorization));
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const apiUrl = `http://127.0.0.1:${server.address().port}`;

async function answer({ id, now, token, options = {} }) {
  Date.now = () => Math.round(now * 1000);
  try {
    const claims = await verifyToken(token, {
      apiUrl,
      audience: options.audience,
      authorizedParties: options.authorized_parties,
      clockSkewInMs: options.clock_skew_ms,
      issuer: options.issuer,
      jwtKey: options.jwt_key,
      secretKey: options.jwks && secretKeyFor(options.jwks),
      // The cache goes by the time that is pinned above, which does not only go forward.
      skipJwksCache: true,
    });
    return { id, ok: true, claims };
  } catch (error) {
    // Anything without a reason is a failure of the SDK, not an answer of it.
    return error.reason
      ? { id, ok: false, reason: error.reason, message: error.message }
      : { id, error: String(error) };
  }
}

const answers = [];
for (const line of readFileSync(0, 'utf8').split('\n')) {
  if (line !== '') {
    answers.push(JSON.stringify(await answer(JSON.parse(line))));
  }
}
process.stdout.write(`${answers.join('\n')}\n`, () => process.exit(0));
