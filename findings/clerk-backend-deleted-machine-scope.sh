#!/usr/bin/env bash
# npm @clerk/backend 3.25.0, seen on 2026-11-30
#
# Taking a scope away from a machine is answered with the scope that it was: `object` is `machine_scope`, with both
# machines' ids and `deleted`. The client's declaration says that `machines.deleteScope` resolves to a `MachineScope`.
#
# Expected: an object with `fromMachineId` and `toMachineId`, as the declaration has it.
# Instead:  whatever has `object` and `deleted` becomes a `DeletedObject`, which has neither; both ids are lost.
# Until then: keep the two ids that were sent.

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
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact --before=2026-11-30 \
    @clerk/backend@3.25.0 >npm.log 2>&1 ||
    { cat npm.log >&2; echo "skipped: npm cannot install the packages"; exit 77; }

cat >probe.mjs <<'END'
import { createServer } from 'node:http';
import { createClerkClient } from '@clerk/backend';

setTimeout(() => process.exit(1), 30_000).unref();

const from = `mch_${'a'.repeat(27)}`;
const to = `mch_${'b'.repeat(27)}`;
const scope = { object: 'machine_scope', from_machine_id: from, to_machine_id: to };
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(request.method === 'DELETE' ? { ...scope, deleted: true } : { ...scope, created_at: 1 }));
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));

const clerk = createClerkClient({
  apiUrl: `http://127.0.0.1:${server.address().port}`,
  secretKey: `sk_test_${'x'.repeat(40)}`,
  telemetry: { disabled: true },
});
for (const name of ['createScope', 'deleteScope']) {
  const answer = await clerk.machines[name](from, to);
  console.log(`${name}: from ${answer.fromMachineId} to ${answer.toMachineId}`);
}
server.close();
END

cat >expected <<'END'
createScope: from mch_aaaaaaaaaaaaaaaaaaaaaaaaaaa to mch_bbbbbbbbbbbbbbbbbbbbbbbbbbb
deleteScope: from undefined to undefined
END

node probe.mjs >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: @clerk/backend 3.25.0 loses the machines of a scope that was taken away"
else
    cat difference
    echo "changed: @clerk/backend 3.25.0 no longer answers as described"
    exit 1
fi
