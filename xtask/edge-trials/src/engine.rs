//! Engines that Workers run in, as processes.

use std::{
    fmt,
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{bindings::Bindings, workerd};

/// An engine, and what starts it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine<'p> {
    /// Cloudflare's, with the day whose behaviour the Worker counts on.
    Workerd { program: &'p Path, date: &'p str },
    /// Vercel's, which the script serves.
    EdgeRuntime { server: &'p Path },
    /// The machine's, which runs the script.
    Node { server: &'p Path },
}

impl fmt::Display for Engine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workerd { date, .. } => write!(f, "workerd {date}"),
            Self::EdgeRuntime { .. } => f.write_str("edge-runtime"),
            Self::Node { .. } => f.write_str("node"),
        }
    }
}

impl Engine<'_> {
    pub(crate) fn is_cloudflares(&self) -> bool {
        matches!(self, Self::Workerd { .. })
    }

    /// What Workers are told because of where they run.
    pub(crate) fn bindings(&self) -> Bindings<'static> {
        if self.is_cloudflares() {
            &[]
        } else {
            // There is no `waitUntil` to be told of it.
            &[("SPAWN", "plain")]
        }
    }

    /// Starts it on a free port, with the Worker whose modules are in `directory`.
    pub(crate) fn start(
        &self,
        directory: &Path,
        bindings: Bindings<'_>,
    ) -> Result<Process, String> {
        let command = match self {
            Self::Workerd { program, date } => {
                let configuration = workerd::configuration(directory, date, bindings)
                    .map_err(|error| format!("{self}: {error}"))?;
                workerd::command(program, &configuration, &["http"], bindings)
            }
            Self::EdgeRuntime { server } => node(server, "edge-runtime", directory, bindings),
            Self::Node { server } => node(server, "node", directory, bindings),
        };
        Process::start(command, directory.join("trial.log"), 1)
            .map_err(|problem| format!("{self}: {problem}"))
    }
}

/// The script has its modules loaded into a context by what Node counts as an experiment.
fn node(server: &Path, engine: &str, directory: &Path, bindings: Bindings<'_>) -> Command {
    let mut node = Command::new("node");
    node.args(["--no-warnings", "--experimental-vm-modules"]);
    node.arg(server).arg(engine).arg(directory);
    node.envs(bindings.iter().copied());
    node
}

/// An engine with Workers in it, until this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    process: Child,
    /// In the order in which its sockets have opened.
    ports: Vec<(String, u16)>,
    log: PathBuf,
}

impl Process {
    /// Waits until it says, in lines of JSON, on which port each of its sockets listens.
    pub(crate) fn start(
        mut command: Command,
        log: PathBuf,
        sockets: usize,
    ) -> Result<Self, String> {
        let failed = |error: std::io::Error| error.to_string();
        let mut process = command
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
            if engine.ports.len() == sockets {
                return Ok(engine);
            }
        }
        Err(format!("it has ended\n{}", engine.log()))
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

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
