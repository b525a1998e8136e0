#!/usr/bin/env bash
# npm @clerk/backend 3.25.0, seen on 2026-11-29
#
# A client sends a good session token as `Authorization: bearer …`. Names of authentication schemes have no case
# (RFC 9110, section 11.1), and some HTTP clients and gateways write them in small letters.
#
# Expected: the user is signed in, as with `Bearer`.
# Instead:  the header is taken for another scheme, and the request goes by its cookies: without any, the user is
#           signed out, and no reason names the header.
# Until then: write `Bearer`, or rewrite the header before the request is authenticated.

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
    @clerk/backend@3.25.0 >npm.log 2>&1 ||
    { cat npm.log >&2; echo "skipped: npm cannot install the packages"; exit 77; }

cat >probe.mjs <<'END'
import { generateKeyPairSync, sign } from 'node:crypto';
import { createClerkClient } from '@clerk/backend';

setTimeout(() => process.exit(1), 30_000).unref();

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwtKey = publicKey.export({ type: 'spki', format: 'pem' });
const now = Math.floor(Date.now() / 1000);
const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = { alg: 'RS256', typ: 'JWT', kid: 'ins_1', cat: 'cl_B7d4PD111AAA' };
const claims = {
  iss: 'https://clerk.example.com', sub: 'user_1', sid: 'sess_1', sts: 'active', v: 2, fva: [0, -1],
  azp: 'https://app.example.com', iat: now - 5, nbf: now - 15, exp: now + 55,
};
const message = `${part(header)}.${part(claims)}`;
const token = `${message}.${sign('sha256', Buffer.from(message), privateKey).toString('base64url')}`;

const clerk = createClerkClient({
  jwtKey,
  publishableKey: `pk_live_${btoa('clerk.example.com$')}`,
  secretKey: `sk_live_${'x'.repeat(40)}`,
  telemetry: { disabled: true },
});
for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
  const headers = { authorization: `${scheme} ${token}` };
  const { status, reason } = await clerk.authenticateRequest(new Request('https://app.example.com/api', { headers }));
  console.log(`${scheme}: ${status} ${reason ?? ''}`.trimEnd());
}
END

cat >expected <<'END'
Bearer: signed-in
bearer: signed-out session-token-and-uat-missing
BEARER: signed-out session-token-and-uat-missing
END

node probe.mjs >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: @clerk/backend 3.25.0 reads no scheme but Bearer in this spelling"
else
    cat difference
    echo "changed: @clerk/backend 3.25.0 no longer answers as described"
    exit 1
fi
