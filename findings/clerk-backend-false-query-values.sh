#!/usr/bin/env bash
# npm @clerk/backend 3.25.0, seen on 2026-11-29
#
# Filters of the Backend API that are true or false have three states: `banned=true` asks for those who are banned,
# `banned=false` for those who are not, and without it everybody is counted or listed.
#
# Expected: `users.getCount({ banned: false })` asks with `banned=false`.
# Instead:  a value that is false, 0 or an empty text is left out of the query, so everybody is counted.
# Until then: send the query with `fetch`, or count all and subtract those of `banned: true`.

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
import { createServer } from 'node:http';
import { createClerkClient } from '@clerk/backend';

setTimeout(() => process.exit(1), 30_000).unref();

const asked = [];
const server = createServer((request, response) => {
  asked.push(request.url);
  response.setHeader('content-type', 'application/json');
  response.end('{"object":"total_count","total_count":1}');
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));

const clerk = createClerkClient({
  apiUrl: `http://127.0.0.1:${server.address().port}`,
  secretKey: `sk_test_${'x'.repeat(40)}`,
  telemetry: { disabled: true },
});
for (const filter of [{}, { banned: true }, { banned: false }]) {
  await clerk.users.getCount(filter);
  console.log(`users.getCount(${JSON.stringify(filter)}) asks for ${asked.pop()}`);
}
server.close();
END

cat >expected <<'END'
users.getCount({}) asks for /v1/users/count
users.getCount({"banned":true}) asks for /v1/users/count?banned=true
users.getCount({"banned":false}) asks for /v1/users/count
END

node probe.mjs >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: @clerk/backend 3.25.0 leaves false out of queries"
else
    cat difference
    echo "changed: @clerk/backend 3.25.0 no longer answers as described"
    exit 1
fi
