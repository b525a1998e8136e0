// What starts the Worker: the engine gives a module, the glue wants an instance.
import * as glue from "./worker_bg.js";
import module from "./worker_bg.wasm";

// What wakes a Rust future. The engine's own takes many times as long as a promise that has its value.
globalThis.queueMicrotask = (task) => void Promise.resolve().then(task);

const { exports } = new WebAssembly.Instance(module, { "./worker_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start?.();

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/memory") {
      return new Response(String(exports.memory.buffer.byteLength));
    }
    return glue.handle(request, env);
  },
};
