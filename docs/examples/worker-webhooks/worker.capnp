# For `workerd serve worker.capnp` beside what wasm-bindgen has made; the secret comes from the environment.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "shim.mjs", esModule = embed "shim.mjs"),
    (name = "deliveries.mjs", esModule = embed "deliveries.mjs"),
    (name = "worker_bg.js", esModule = embed "worker_bg.js"),
    (name = "worker_bg.wasm", wasm = embed "worker_bg.wasm"),
  ],
  bindings = [
    (name = "CLERK_WEBHOOK_SIGNING_SECRET", fromEnvironment = "CLERK_WEBHOOK_SIGNING_SECRET"),
    (name = "DELIVERIES", durableObjectNamespace = "Deliveries"),
  ],
  durableObjectNamespaces = [(className = "Deliveries", uniqueKey = "deliveries", enableSql = true)],
  # For trials: it forgets with the process.
  durableObjectStorage = (inMemory = void),
);
