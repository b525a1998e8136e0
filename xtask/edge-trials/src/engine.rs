//! Cloudflare's engine, `workerd`, as a process.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// Since when a Worker counts on the engine's behaviour: long before promises were settled across requests, and
/// after.
pub(crate) const DATES: [&str; 2] = ["2024-01-01", "2026-11-01"];

/// What a Worker is told of the world, by names.
pub(crate) type Bindings<'b> = &'b [(&'b str, &'b str)];

/// The engine with Workers in it, until this is dropped.
#[derive(Debug)]
pub(crate) struct Engine {
    process: Child,
    /// In the order in which its sockets have opened.
    ports: Vec<(String, u16)>,
    log: PathBuf,
}

impl Engine {
    /// Starts it on a free port. The configuration takes its bindings from the environment.
    pub(crate) fn start(
        program: &Path,
        configuration: &Path,
        bindings: Bindings<'_>,
    ) -> Result<Self, String> {
        Self::serve(program, configuration, &["http"], bindings)
    }

    /// Starts it with a free port for each of the configuration's sockets.
    pub(crate) fn serve(
        program: &Path,
        configuration: &Path,
        sockets: &[&str],
        bindings: Bindings<'_>,
    ) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", program.display());
        let log = configuration.with_extension("log");
        let addresses = sockets.iter();
        let addresses = addresses.map(|socket| format!("--socket-addr={socket}=127.0.0.1:0"));
        let mut process = Command::new(program)
            .args(["serve", "--control-fd=1"])
            .args(addresses)
            .arg(configuration)
            .envs(bindings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let words = process.stdout.take();
        let mut engine = Self {
            process,
            ports: Vec::new(),
            log,
        };
        for word in words
            .map(BufReader::new)
            .into_iter()
            .flat_map(|words| words.lines())
        {
            let event: Value = serde_json::from_str(&word.map_err(failed)?).unwrap_or_default();
            if let Some(port) = event.get("port").and_then(Value::as_u64) {
                let port = u16::try_from(port).map_err(|error| error.to_string())?;
                let socket = event.get("socket").and_then(Value::as_str);
                let socket = socket.unwrap_or_default().to_owned();
                engine.ports.push((socket, port));
            }
            if engine.ports.len() == sockets.len() {
                return Ok(engine);
            }
        }
        Err(format!("{} has ended\n{}", program.display(), engine.log()))
    }

    pub(crate) fn port(&self) -> u16 {
        self.ports
            .first()
            .map(|(_, port)| *port)
            .unwrap_or_default()
    }

    pub(crate) fn port_of(&self, socket: &str) -> Option<u16> {
        let mut ports = self.ports.iter();
        ports
            .find(|(name, _)| name == socket)
            .map(|(_, port)| *port)
    }

    /// What it has written, which is why it does what it does.
    pub(crate) fn log(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        text.lines().take(20).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A configuration of the Worker for trials, whose modules are in `directory`.
pub(crate) fn configuration(
    directory: &Path,
    date: &str,
    bindings: Bindings<'_>,
) -> Result<PathBuf, String> {
    let bindings: String = bindings
        .iter()
        .map(|(name, _)| format!("    (name = {name:?}, fromEnvironment = {name:?}),\n"))
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
    (name = "shim.mjs", esModule = embed "shim.mjs"),
    (name = "worker_bg.js", esModule = embed "worker_bg.js"),
    (name = "worker_bg.wasm", wasm = embed "worker_bg.wasm"),
  ],
  bindings = [
{bindings}  ],
  compatibilityDate = "{date}",
);
"#
    );
    let path = directory.join("trial.capnp");
    let written = fs::write(&path, text).map(|()| path.clone());
    written.map_err(|error| format!("{}: {error}", path.display()))
}
