// Serves a Worker outside of Cloudflare: `server.mjs edge-runtime|node DIRECTORY`, with the Worker's modules in the
// directory and its bindings in the environment. Says on which port, in the words that workerd has for it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import vm from "node:vm";

const HOST = "127.0.0.1";

// What the Worker imports when it is built for Cloudflare. A second build, without that, would take a minute and differ
// in this one import. Instead, trials tell the Worker to take `JsRuntime::new()`, as programs do that are built
// without, and who calls this all the same is stopped.
const CLOUDFLARE = {
  waitUntil() {
    console.error("the Worker takes this engine for Cloudflare's");
    process.exit(1);
  },
};

// Loads the Worker's ES modules: into `context`, if there is one, and with `compile` for what is WebAssembly.
async function load(directory, compile, context) {
  const given = (identifier, values) =>
    new vm.SyntheticModule(
      Object.keys(values),
      function () {
        for (const [name, value] of Object.entries(values)) this.setExport(name, value);
      },
      { identifier, context },
    );
  const resolve = async (specifier) => {
    if (specifier === "cloudflare:workers") return given(specifier, CLOUDFLARE);
    const bytes = await readFile(join(directory, specifier));
    if (specifier.endsWith(".wasm")) return given(specifier, { default: compile(bytes) });
    return new vm.SourceTextModule(bytes.toString(), { identifier: specifier, context });
  };
  const shim = await resolve("./shim.mjs");
  await shim.link(resolve);
  await shim.evaluate();
  return shim.namespace.default;
}

// Vercel's: a context of its own, with other globals than Node's. Its own server is for development alone, and
// passes over a header that comes twice.
async function inEdgeRuntime(directory) {
  const { EdgeRuntime } = await import("edge-runtime");
  const runtime = new EdgeRuntime();
  const compile = runtime.evaluate("(bytes) => new WebAssembly.Module(bytes)");
  const worker = await load(directory, compile, runtime.context);
  runtime.context.addEventListener("fetch", (event) => {
    event.respondWith(worker.fetch(event.request, process.env));
  });
  return (url, init) => runtime.dispatchFetch(url, init);
}

async function inNode(directory) {
  const worker = await load(directory, (bytes) => new WebAssembly.Module(bytes));
  return (url, init) => worker.fetch(new Request(url, init), process.env);
}

async function serve(answer) {
  // Node's own limit is 16 KiB, and it answers longer ones itself.
  const server = createServer({ maxHeaderSize: 128 * 1024 }, async (incoming, outgoing) => {
    try {
      const response = await answer(`http://${incoming.headers.host}${incoming.url}`, await asInit(incoming));
      outgoing.writeHead(response.status, [...response.headers].flat());
      if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing);
      else outgoing.end();
    } catch (error) {
      console.error(error);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    }
  });
  await new Promise((listening) => server.listen(0, HOST, listening));
  return server.address().port;
}

// With the headers as they came: where Node has them by their names, there is one of each.
async function asInit(incoming) {
  const { method, rawHeaders } = incoming;
  const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]]] : []));
  if (method === "GET" || method === "HEAD") return { method, headers };
  return { method, headers, body: new Uint8Array(await buffer(incoming)) };
}

const [engine, directory] = process.argv.slice(2);
const start = { "edge-runtime": inEdgeRuntime, node: inNode }[engine];
const port = await serve(await start(directory));
console.log(JSON.stringify({ event: "listen", socket: "http", port }));
