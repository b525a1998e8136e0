// What Cloudflare starts: it gives a module, and the glue that wasm-bindgen has made wants an instance.
import * as glue from "./worker_bg.js";
import module from "./worker_bg.wasm";

const { exports } = new WebAssembly.Instance(module, { "./worker_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start?.();

export { Deliveries } from "./deliveries.mjs";

export default {
  fetch: (request, env) => glue.handle(request, env),
};
