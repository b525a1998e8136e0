# For `workerd serve worker.capnp` beside what wasm-bindgen has made; the bindings come from the environment.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # `public` reaches Clerk, and `local` the emulator, which workerd refuses otherwise.
    (name = "internet", network = (allow = ["public", "local"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "shim.mjs", esModule = embed "shim.mjs"),
    (name = "worker_bg.js", esModule = embed "worker_bg.js"),
    (name = "worker_bg.wasm", wasm = embed "worker_bg.wasm"),
  ],
  bindings = [
    (name = "CLERK_API_URL", fromEnvironment = "CLERK_API_URL"),
    (name = "CLERK_SECRET_KEY", fromEnvironment = "CLERK_SECRET_KEY"),
    (name = "CLERK_PUBLISHABLE_KEY", fromEnvironment = "CLERK_PUBLISHABLE_KEY"),
    # Your front end's origin, such as https://app.example.com; a cookie is sent from every subdomain. Where it is not set,
    # tokens may come from any.
    (name = "CLERK_AUTHORIZED_PARTIES", fromEnvironment = "CLERK_AUTHORIZED_PARTIES"),
  ],
);
