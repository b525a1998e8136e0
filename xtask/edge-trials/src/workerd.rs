//! What Cloudflare's engine, `workerd`, is told of Workers.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::bindings::Bindings;

/// Since when a Worker counts on the engine's behaviour: long before promises were settled across requests, and
/// after.
pub(crate) const DATES: [&str; 2] = ["2024-01-01", "2026-11-01"];

/// What Workers are of. Without WebAssembly in it, one is of its first module alone.
const MODULES: [(&str, &str); 3] = [
    ("shim.mjs", "esModule"),
    ("worker_bg.js", "esModule"),
    ("worker_bg.wasm", "wasm"),
];

/// It says on its standard output where it listens: on a free port for each of the configuration's sockets. The
/// configuration takes its bindings from the environment.
pub(crate) fn command(
    program: &Path,
    configuration: &Path,
    sockets: &[&str],
    bindings: Bindings<'_>,
) -> Command {
    let mut command = Command::new(program);
    command.args(["serve", "--control-fd=1"]);
    let addresses = sockets.iter();
    command.args(addresses.map(|socket| format!("--socket-addr={socket}=127.0.0.1:0")));
    command.arg(configuration).envs(bindings.iter().copied());
    command
}

/// A configuration of the Worker for trials, whose modules are in `directory`.
pub(crate) fn configuration(
    directory: &Path,
    date: &str,
    bindings: Bindings<'_>,
) -> io::Result<PathBuf> {
    let bindings: String = bindings
        .iter()
        .map(|(name, _)| format!("    (name = {name:?}, fromEnvironment = {name:?}),\n"))
        .collect();
    let modules: String = MODULES
        .iter()
        .filter(|(name, _)| directory.join(name).exists())
        .map(|(name, kind)| format!("    (name = {name:?}, {kind} = embed {name:?}),\n"))
        .collect();
    let text = format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  # It refuses addresses of this machine otherwise.
  services = [ (name = "internet", network = (allow = ["127.0.0.0/8"])), (name = "main", worker = .main) ],
  sockets = [ (name = "http", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [
{modules}  ],
  bindings = [
{bindings}  ],
  compatibilityDate = "{date}",
);
"#
    );
    let path = directory.join("trial.capnp");
    fs::write(&path, text).map(|()| path)
}
