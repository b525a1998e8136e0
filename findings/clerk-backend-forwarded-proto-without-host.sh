#!/usr/bin/env bash
# npm @clerk/backend 3.25.0, seen on 2026-11-29
#
# A proxy ends TLS and passes requests on in plain HTTP/2, with `X-Forwarded-Proto: https`. Requests of HTTP/2
# name their host in `:authority`. Most come without a `Host` header, and the runtime (here @hono/node-server)
# takes the host of the request's URL from `:authority`.
#
# Expected: the public URL is https, as X-Forwarded-Proto says.
# Instead:  without a `Host` header, X-Forwarded-Proto is ignored unless X-Forwarded-Host is there too. The public
#           URL stays http, and a handshake sends the browser back to http (its `redirect_url`).
# Until then: have the proxy send X-Forwarded-Host, or copy the host of the URL to a `Host` header.

set -euo pipefail

for tool in node npm; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 9) ? 0 : 1);
' || { echo "skipped: node $(node --version) is older than 20.9, which @clerk/backend asks for"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact --before=2026-11-29 \
    @clerk/backend@3.25.0 @hono/node-server@2.1.9 hono@4.13.19 >npm.log 2>&1 ||
    { cat npm.log >&2; echo "skipped: npm cannot install the packages"; exit 77; }

cat >probe.mjs <<'END'
import http2 from 'node:http2';
import { createClerkClient } from '@clerk/backend';
import { createClerkRequest } from '@clerk/backend/internal';
import { serve } from '@hono/node-server';

setTimeout(() => process.exit(1), 30_000).unref();

const clerk = createClerkClient({
  publishableKey: `pk_test_${btoa('example.clerk.accounts.dev$')}`,
  secretKey: `sk_test_${'x'.repeat(40)}`,
  telemetry: { disabled: true },
});

async function answer(request) {
  const { clerkUrl } = createClerkRequest(request);
  const state = await clerk.authenticateRequest(request);
  const location = new URL(state.headers.get('location'));
  return Response.json({
    runtime: request.url,
    clerk: clerkUrl.href,
    [state.status]: location.searchParams.get('redirect_url'),
  });
}

const rows = {
  'neither': {},
  'host': { host: 'app.example.com' },
  'x-forwarded-host': { 'x-forwarded-host': 'app.example.com' },
};

async function ask(client, headers) {
  const stream = client.request({
    ':authority': 'app.example.com',
    ':path': '/page',
    'accept': 'text/html',
    'sec-fetch-dest': 'document',
    'x-forwarded-proto': 'https',
    ...headers,
  });
  let body = '';
  for await (const part of stream) body += part;
  return Object.entries(JSON.parse(body));
}

const options = { fetch: answer, createServer: http2.createServer, hostname: '127.0.0.1', port: 0 };
const server = serve(options, async ({ port }) => {
  const client = http2.connect(`http://127.0.0.1:${port}`);
  for (const [name, headers] of Object.entries(rows)) {
    console.log(`HTTP/2, x-forwarded-proto: https, ${name}`);
    for (const [what, url] of await ask(client, headers)) console.log(`  ${what}: ${url}`);
  }
  client.close();
  server.close();
});
END

cat >expected <<'END'
HTTP/2, x-forwarded-proto: https, neither
  runtime: http://app.example.com/page
  clerk: http://app.example.com/page
  handshake: http://app.example.com/page
HTTP/2, x-forwarded-proto: https, host
  runtime: http://app.example.com/page
  clerk: https://app.example.com/page
  handshake: https://app.example.com/page
HTTP/2, x-forwarded-proto: https, x-forwarded-host
  runtime: http://app.example.com/page
  clerk: https://app.example.com/page
  handshake: https://app.example.com/page
END

node probe.mjs >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: without Host and X-Forwarded-Host, @clerk/backend 3.25.0 ignores X-Forwarded-Proto"
else
    cat difference
    echo "changed: @clerk/backend 3.25.0 no longer answers as described"
    exit 1
fi
