//! Our Worker, one with `@clerk/backend` and an empty one take turns in one process of the engine.

mod connection;
mod turns;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use clerk_emulator::{Emulator, Server};

use crate::{
    edge::now,
    engine::Process,
    workerd::{self, DATES},
};
use connection::Connection;
use turns::Turn;

/// Within one request, and one connection.
const RUNS: u32 = 1000;
const REQUESTS: u32 = 200;
const ROUNDS: usize = 15;
/// Of engines that are started.
const STARTS: usize = 21;
/// Long enough to be measured with.
const LIFETIME: Duration = Duration::from_secs(3600);

/// A Worker: its name, its modules, and which of its entries answers.
type Worker = (&'static str, Modules, &'static str);

#[derive(Clone, Copy)]
enum Modules {
    Empty,
    Backend,
    /// In a directory, as it is built to be fast or small.
    Ours(&'static str),
}

impl Modules {
    fn described(self) -> String {
        let module = |kind: &str, name: &str, path: &str| {
            format!("(name = {name:?}, {kind} = embed {path:?}), ")
        };
        match self {
            Self::Empty => {
                let text = "export default { fetch: () => new Response() };";
                format!("(name = \"empty.mjs\", esModule = {text:?})")
            }
            Self::Backend => module("esModule", "backend.mjs", "backend.mjs"),
            Self::Ours(directory) => [
                ("esModule", "shim.mjs"),
                ("esModule", "worker_bg.js"),
                ("wasm", "worker_bg.wasm"),
            ]
            .map(|(kind, name)| module(kind, name, &format!("{directory}/{name}")))
            .concat(),
        }
    }
}

const FAST: Modules = Modules::Ours("fast");

const WORKERS: &[Worker] = &[
    ("empty", Modules::Empty, ""),
    ("backend", Modules::Backend, "authenticate"),
    ("axum", FAST, "route"),
    ("authenticate", FAST, "authenticate"),
    ("verify", FAST, "verify"),
    ("measure", FAST, "measure"),
    ("backend-measure", Modules::Backend, "measure"),
];

/// Prints a row of JSON for each contender.
pub(crate) fn run(program: &Path, directory: &Path) -> Result<(), String> {
    let clerk = Server::start(Emulator::builder()).map_err(|error| error.to_string())?;
    let start = |workers: &[Worker]| {
        let configuration = directory.join("measured.capnp");
        let written = fs::write(&configuration, configured(workers, &clerk));
        written.map_err(|error| format!("{}: {error}", configuration.display()))?;
        let sockets: Vec<&str> = workers.iter().map(|(name, ..)| *name).collect();
        let command = workerd::command(program, &configuration, &sockets, &[]);
        Process::start(command, directory.join("measured.log"), sockets.len())
    };
    let engine = start(WORKERS)?;
    let token = clerk.emulator().token().lifetime(LIFETIME).sign(now());
    let connect = |worker: &str| {
        let port = engine.port_of(worker);
        let port = port.ok_or_else(|| format!("there is no Worker {worker}"))?;
        Connection::to(port).map_err(|error| error.to_string())
    };
    // One request, in which the Worker does something often.
    let runs = |worker: &str, what: &str| -> Result<Turn<'_>, String> {
        let mut connection = connect(worker)?;
        let path = format!("/{what}/{RUNS}");
        let token = token.as_str();
        Ok(Box::new(move || {
            let expected = (200, RUNS.to_string());
            time(1, &mut connection, &path, token, |answer| {
                *answer == expected
            })
            .map(|time| time / RUNS)
        }))
    };
    let requests = |worker: &str| -> Result<Turn<'_>, String> {
        let mut connection = connect(worker)?;
        let token = token.as_str();
        Ok(Box::new(move || {
            time(REQUESTS, &mut connection, "/me", token, |(status, _)| {
                *status == 200
            })
            .map(|time| time / REQUESTS)
        }))
    };
    let start_of = |worker: Worker, expected: u16| -> Turn<'_> {
        Box::new(move || first_answer(|| start(&[worker]), expected))
    };

    let mut groups: [(usize, Vec<(&str, Turn<'_>)>); 4] = [
        (
            ROUNDS,
            vec![
                ("edge-verify-backend", runs("backend-measure", "verify")?),
                ("edge-verify", runs("measure", "verify")?),
            ],
        ),
        (
            ROUNDS,
            vec![
                (
                    "edge-authenticate-backend",
                    runs("backend-measure", "authenticate")?,
                ),
                ("edge-authenticate", runs("measure", "authenticate-head")?),
                (
                    "edge-authenticate-request",
                    runs("measure", "authenticate")?,
                ),
            ],
        ),
        (
            ROUNDS,
            vec![
                ("edge-http-backend", requests("backend")?),
                ("edge-http-axum", requests("axum")?),
                ("edge-http-authenticate", requests("authenticate")?),
                ("edge-http-verify", requests("verify")?),
                ("edge-http-empty", requests("empty")?),
            ],
        ),
        (
            STARTS,
            vec![
                (
                    "edge-start-empty",
                    start_of(("main", Modules::Empty, ""), 200),
                ),
                (
                    "edge-start-bare",
                    start_of(("main", Modules::Ours("small-bare"), "bare"), 401),
                ),
                (
                    "edge-start-axum",
                    start_of(("main", Modules::Ours("small-axum"), "route"), 401),
                ),
                (
                    "edge-start-pem",
                    start_of(("main", Modules::Ours("small-pem"), "pem"), 401),
                ),
                (
                    "edge-start-verify",
                    start_of(("main", Modules::Ours("small-verify"), "verify"), 401),
                ),
                (
                    "edge-start-backend",
                    start_of(("main", Modules::Backend, "authenticate"), 401),
                ),
            ],
        ),
    ];
    for (rounds, contenders) in &mut groups {
        for row in turns::rows(*rounds, contenders)? {
            println!("{row}");
        }
    }
    Ok(())
}

fn time(
    times: u32,
    connection: &mut Connection,
    path: &str,
    token: &str,
    is_expected: impl Fn(&(u16, String)) -> bool,
) -> Result<Duration, String> {
    let (time, answered) = timed(|| {
        for _ in 0..times {
            let answer = connection.ask(path, Some(token));
            let answer = answer.map_err(|error| error.to_string())?;
            if !is_expected(&answer) {
                return Err(format!("{path} answered {answer:?}"));
            }
        }
        Ok(())
    });
    answered.map(|()| time)
}

#[expect(
    clippy::disallowed_methods,
    reason = "what takes time on this machine is what is measured"
)]
fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let outcome = run();
    (start.elapsed(), outcome)
}

/// From the start of the engine to an answer for somebody who is not signed in, which needs no keys.
fn first_answer(
    start: impl Fn() -> Result<Process, String>,
    expected: u16,
) -> Result<Duration, String> {
    let (time, answered) = timed(|| {
        let engine = start()?;
        let connection = Connection::to(engine.port());
        let answer = connection.and_then(|mut connection| connection.ask("/me", None));
        Ok::<_, String>((engine, answer))
    });
    let (engine, answer) = answered?;
    match answer {
        Ok((status, _)) if status == expected => Ok(time),
        other => Err(format!("{other:?}\n{}", engine.log())),
    }
}

fn configured(workers: &[Worker], clerk: &Server) -> String {
    let [_, date] = DATES;
    let emulator = clerk.emulator();
    let bindings = [
        ("CLERK_API_URL", clerk.url()),
        ("CLERK_JWT_KEY", &emulator.public_key_pem()),
        ("CLERK_PUBLISHABLE_KEY", emulator.publishable_key().as_str()),
        ("CLERK_SECRET_KEY", emulator.secret_key().expose()),
    ]
    .map(|(name, text)| format!("(name = {name:?}, text = {text:?}), "))
    .concat();
    let (mut services, mut sockets, mut constants) = (String::new(), String::new(), String::new());
    for (at, (name, modules, entry)) in workers.iter().enumerate() {
        let modules = modules.described();
        services += &format!("(name = {name:?}, worker = .worker{at}), ");
        sockets += &format!("(name = {name:?}, http = (), service = {name:?}), ");
        constants += &format!(
            "const worker{at} :Workerd.Worker = (modules = [ {modules} ], \
             bindings = [ {bindings}(name = \"ENTRY\", text = {entry:?}) ], \
             compatibilityDate = \"{date}\");\n"
        );
    }
    format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\
         const config :Workerd.Config = (\n\
         services = [ (name = \"internet\", network = (allow = [\"127.0.0.0/8\"])), {services}],\n\
         sockets = [ {sockets}],\n);\n{constants}"
    )
}
