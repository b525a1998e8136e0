#!/usr/bin/env bash
# npm @clerk/express 2.1.70, seen on 2026-11-30
#
# After a handshake a browser comes back with a nonce, for which the server asks the Backend API once, and sets the cookies
# that it is told. `clerkMiddleware` takes the keys and the API's address as options.
#
# Expected: with all of them given as options, the nonce is asked for and the cookies are set, as `@clerk/fastify` does
#           with the same options.
# Instead:  where the secret key is not in the environment as well, nobody is asked, no cookie is set, and the browser is
#           sent on as if all were well: signing in ends where it began.
# Until then: set CLERK_SECRET_KEY, and CLERK_API_URL if it is not Clerk's, in the environment of Express services.

set -euo pipefail

for tool in node npm; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 9) ? 0 : 1);
' || { echo "skipped: node $(node --version) is older than 20.9, which @clerk/express asks for"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact --before=2026-11-30 \
    @clerk/express@2.1.70 @clerk/fastify@3.1.79 express@5.3.0 fastify@5.12.8 >npm.log 2>&1 ||
    { cat npm.log >&2; echo "skipped: npm cannot install the packages"; exit 77; }

cat >probe.mjs <<'END'
import { createServer } from 'node:http';
import express from 'express';
import Fastify from 'fastify';
import { clerkMiddleware } from '@clerk/express';
import { clerkPlugin } from '@clerk/fastify';

setTimeout(() => process.exit(1), 30_000).unref();
// It says there that a key is missing.
console.error = () => {};

const listen = server => new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
const asked = [];
const api = createServer((request, response) => {
  asked.push(request.url.split('?')[0]);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ directives: ['__client_uat=0; Path=/; SameSite=Lax'] }));
});
const options = {
  apiUrl: `http://127.0.0.1:${await listen(api)}`,
  publishableKey: `pk_test_${Buffer.from('clerk.example.accounts.dev$').toString('base64')}`,
  secretKey: `sk_test_${'x'.repeat(40)}`,
};

const one = createServer(express().use(clerkMiddleware(options)).get('/', (_, response) => response.end('page')));
const other = Fastify();
await other.register(clerkPlugin, options);
other.get('/', async () => 'page');
await other.listen({ port: 0, host: '127.0.0.1' });

for (const [name, port] of [['@clerk/express', await listen(one)], ['@clerk/fastify', other.server.address().port]]) {
  const answer = await fetch(`http://127.0.0.1:${port}/?__clerk_handshake_nonce=a`, {
    redirect: 'manual',
    headers: { accept: 'text/html', 'sec-fetch-dest': 'document' },
  });
  const cookies = answer.headers.getSetCookie().map(cookie => cookie.split(';')[0]);
  console.log(`${name}: ${answer.status}, asks ${asked.pop() ?? 'nobody'}, sets ${cookies.join() || 'nothing'}`);
}
process.exit(0);
END

cat >expected <<'END'
@clerk/express: 307, asks nobody, sets nothing
@clerk/fastify: 307, asks /v1/clients/handshake_payload, sets __client_uat=0
END

env -u CLERK_SECRET_KEY CLERK_TELEMETRY_DISABLED=1 node probe.mjs >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: @clerk/express 2.1.70 redeems a handshake's nonce with the environment's key alone"
else
    cat difference
    echo "changed: @clerk/express 2.1.70 no longer answers as described"
    exit 1
fi
