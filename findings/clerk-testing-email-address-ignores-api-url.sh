#!/usr/bin/env bash
# npm @clerk/testing 2.2.36, seen on 2026-11-30
#
# `clerkSetup` asks the Backend API for a testing token, at the address that CLERK_API_URL says. `clerk.signIn` with an
# `emailAddress` asks the same API for the user and for a sign-in token.
#
# Expected: both ask the same place.
# Instead:  the second asks https://api.clerk.com, whatever CLERK_API_URL says, with the secret key of wherever that is.
# Until then: sign in with a strategy and an `identifier`, or lead `fetch` elsewhere in the test runner's process.

set -euo pipefail

for tool in node npm; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 9) ? 0 : 1);
' || { echo "skipped: node $(node --version) is older than 20.9, which @clerk/testing asks for"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact --before=2026-11-30 \
    @clerk/testing@2.2.36 @playwright/test@1.64.1 >npm.log 2>&1 ||
    { cat npm.log >&2; echo "skipped: npm cannot install the packages"; exit 77; }

cat >probe.mjs <<'END'
setTimeout(() => process.exit(1), 30_000).unref();

// Nobody is asked: whoever would be is written down.
let asked = [];
globalThis.fetch = async input => {
  asked.push(new URL(input.url ?? input).origin);
  return new Response('{"token":"testing-token"}', { headers: { 'content-type': 'application/json' } });
};
const { clerk, clerkSetup } = await import('@clerk/testing/playwright');
// As much of a page as signing in looks at before it asks.
const page = { context: () => ({ route: async () => {} }), waitForFunction: async () => {}, evaluate: async () => {} };

for (const [name, act] of [
  ['clerkSetup', () => clerkSetup({ dotenv: false })],
  ['clerk.signIn', () => clerk.signIn({ page, emailAddress: 'ada@example.com' })],
]) {
  asked = [];
  await act().catch(() => {});
  console.log(`${name} asks ${asked[0] ?? 'nobody'}`);
}
END

cat >expected <<'END'
clerkSetup asks http://127.0.0.1:4010
clerk.signIn asks https://api.clerk.com
END

key="pk_test_$(node -p 'btoa("clerk.example.accounts.dev$")')"
env CLERK_API_URL=http://127.0.0.1:4010 CLERK_PUBLISHABLE_KEY="$key" CLERK_SECRET_KEY=sk_test_made-up \
    CLERK_TELEMETRY_DISABLED=1 node probe.mjs >seen 2>errors || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: @clerk/testing 2.2.36 signs in by e-mail address at api.clerk.com, whatever CLERK_API_URL says"
else
    cat difference errors
    echo "changed: @clerk/testing 2.2.36 no longer asks as described"
    exit 1
fi
