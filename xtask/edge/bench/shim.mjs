// What starts the Worker: the engine gives a module, the glue wants an instance.
import * as glue from "./worker_bg.js";
import module from "./worker_bg.wasm";

const { exports } = new WebAssembly.Instance(module, { "./worker_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start?.();

export default {
  fetch: (request, env) => glue[env.ENTRY](request, env),
};
