#!/usr/bin/env bash
# npm @clerk/backend 3.25.0, seen on 2026-11-29
#
# A service verifies session tokens with the public key of its instance (`jwtKey`), so nothing has to be fetched. It
# has no use for the secret key, and should not hold one.
#
# Expected: `authenticateRequest` signs in whoever brings a good token, as `verifyToken` accepts it with the same key.
# Instead:  it fails, and asks for a secret key, which it then does not use: nothing is fetched.
# Until then: use `verifyToken` where the token is in the header, or have the service hold the secret key.

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
import { createClerkClient, verifyToken } from '@clerk/backend';

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

const { sub } = await verifyToken(token, { jwtKey });
console.log(`verifyToken: ${sub}`);

const headers = { authorization: `Bearer ${token}` };
let asked = 0;
globalThis.fetch = async () => {
  asked += 1;
  throw new Error('nothing should be fetched');
};
for (const secretKey of [undefined, `sk_live_${'x'.repeat(40)}`]) {
  const clerk = createClerkClient({
    jwtKey,
    publishableKey: `pk_live_${btoa('clerk.example.com$')}`,
    secretKey,
    telemetry: { disabled: true },
  });
  const request = new Request('https://app.example.com/api', { headers });
  const answer = await clerk.authenticateRequest(request).then(
    ({ status }) => status,
    error => error.message.split('.')[0],
  );
  console.log(`authenticateRequest, ${secretKey ? 'a' : 'no'} secret key: ${answer}`);
}
console.log(`fetched: ${asked}`);
END

cat >expected <<'END'
verifyToken: user_1
authenticateRequest, no secret key: Missing Clerk Secret Key
authenticateRequest, a secret key: signed-in
fetched: 0
END

node probe.mjs >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: with a key to verify with, @clerk/backend 3.25.0 still asks for a secret key"
else
    cat difference
    echo "changed: @clerk/backend 3.25.0 no longer answers as described"
    exit 1
fi
