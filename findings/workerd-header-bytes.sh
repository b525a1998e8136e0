#!/usr/bin/env bash
# npm workerd 1.20261117.1, seen on 2026-11-30; in part known as cloudflare/workerd#6927
#
# The value of an HTTP header is bytes. The Fetch standard hands each to JavaScript as one character, U+0000 to U+00FF,
# writes each such character as one byte, and refuses others (`ByteString`).
#
# Expected: `caf` and the byte E9 are read as `café`, `café` is sent as `caf` and the byte E9, and `Ā` is a TypeError.
# Instead:  values are read and sent as UTF-8. The byte E9 is read as U+FFFD, so nobody can tell what was sent; `é` is
#           sent as the bytes C3 A9; and `Ā` is taken.
# Until then: send nothing but ASCII in headers, and do not count on what is read being what was sent.

set -euo pipefail

for tool in node npm; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact workerd@1.20261117.1 >npm.log 2>&1 ||
    { cat npm.log >&2; echo "skipped: npm cannot install the package"; exit 77; }
program=$(ls -d node_modules/@cloudflare/workerd-*/bin/workerd 2>/dev/null) ||
    { echo "skipped: there is no workerd for this machine"; exit 77; }

cat >worker.mjs <<'JS'
const codes = text => [...text].map(one => one.codePointAt(0).toString(16)).join(' ');

export default {
  async fetch(request, env) {
    const response = await fetch(env.SERVER, { headers: { 'x-sent': 'caf\u00e9' } });
    let wide = 'taken';
    try { new Headers({ a: '\u0100' }); } catch (error) { wide = error.name; }
    const sent = await response.text();
    return new Response(`caf E9 is read as ${codes(response.headers.get('x-read'))}\n`
      + `63 61 66 e9 is sent as ${sent}\n100 is ${wide}\n`);
  },
};
JS

cat >probe.mjs <<'JS'
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

setTimeout(() => process.exit(1), 30_000).unref();

const server = createServer(socket => socket.once('data', request => {
  const sent = /^x-sent: *(.*?)\r$/im.exec(request.toString('latin1'))[1];
  const bytes = [...Buffer.from(sent, 'latin1')].map(byte => byte.toString(16)).join(' ');
  socket.end(Buffer.from('HTTP/1.1 200 OK\r\nconnection: close\r\nx-read: caf\xe9\r\n'
    + `content-length: ${bytes.length}\r\n\r\n${bytes}`, 'latin1'));
}));
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));

writeFileSync('probe.capnp', `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "internet", network = (allow = ["127.0.0.0/8"])), (name = "main", worker = .main) ],
  sockets = [ (name = "http", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed "worker.mjs") ],
  bindings = [ (name = "SERVER", text = "http://127.0.0.1:${server.address().port}/") ],
  compatibilityDate = "2026-11-01",
);
`);
const options = ['serve', '--control-fd=1', '--socket-addr=http=127.0.0.1:0', 'probe.capnp'];
const engine = spawn(process.argv[2], options, { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('exit', () => engine.kill());
const said = await new Promise(resolve => engine.stdout.once('data', resolve));
const answer = await fetch(`http://127.0.0.1:${JSON.parse(said).port}/`);
process.stdout.write(await answer.text());
process.exit(0);
JS

cat >expected <<'TEXT'
caf E9 is read as 63 61 66 fffd
63 61 66 e9 is sent as 63 61 66 c3 a9
100 is taken
TEXT

node probe.mjs "$program" >seen || echo "the probe failed with status $?" >>seen
cat seen
if diff expected seen >difference; then
    echo "still so: workerd 1.20261117.1 reads and writes header values as UTF-8"
else
    cat difference
    echo "changed: workerd 1.20261117.1 no longer answers as described"
    exit 1
fi
