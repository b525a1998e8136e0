//! A Worker at the edge, and the offline Clerk that it asks.

use std::path::Path;

use bytes::Bytes;
use clerk_core::{Clock as _, SystemClock, UnixTime};
use clerk_emulator::{Builder, Emulator, Server};
use clerk_http::{BlockingTransport as _, TransportError};
use clerk_http_ureq::UreqTransport;
use http::{Request, Response};

use crate::{
    Outcome,
    bindings::Bindings,
    engine::{Engine, Process},
    workerd,
};

/// Where trials take place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    pub(crate) engine: Engine<'p>,
    /// A directory of modules for each Worker of ours.
    pub(crate) workers: &'p Path,
    pub(crate) worker: Worker<'p>,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worker<'p> {
    Ours,
    /// The one with Clerk's own package, whose modules are in this directory.
    Reference(&'p Path),
}

/// A Worker that nobody has asked anything yet.
#[derive(Debug)]
pub(crate) struct Edge {
    clerk: Server,
    engine: Process,
    transport: UreqTransport,
}

pub(crate) fn now() -> UnixTime {
    SystemClock::new().now()
}

impl Place<'_> {
    pub(crate) fn edge(&self) -> Result<Edge, String> {
        self.edge_with(&[])
    }

    pub(crate) fn edge_with(&self, bindings: Bindings<'_>) -> Result<Edge, String> {
        self.edge_of(Emulator::builder(), bindings)
    }

    pub(crate) fn edge_of(&self, clerk: Builder, bindings: Bindings<'_>) -> Result<Edge, String> {
        let bindings = [self.engine.bindings(), bindings].concat();
        Edge::start(clerk, &bindings, |bindings| self.process(bindings))
    }

    /// The engine, with the Worker for trials in it that knows of nothing but `bindings`.
    pub(crate) fn process(&self, bindings: Bindings<'_>) -> Result<Process, String> {
        match self.worker {
            Worker::Ours => {
                let modules = self.workers.join("edge_worker");
                self.engine.start(&modules, bindings)
            }
            Worker::Reference(modules) => self.engine.start(modules, bindings),
        }
    }

    /// What the Worker can check signatures by, as its binding `SIGNATURES` has it.
    pub(crate) fn signatures(&self) -> &'static [&'static str] {
        match self.worker {
            Worker::Ours => &["ring", "webcrypto"],
            Worker::Reference(_) => &["webcrypto"],
        }
    }

    /// One of the examples, as its own configuration has it.
    pub(crate) fn example(&self, name: &str, bindings: Bindings<'_>) -> Result<Edge, String> {
        let directory = self.workers.join(name);
        self.example_with(bindings, |program, bindings| {
            let configuration = directory.join("worker.capnp");
            let command = workerd::command(program, &configuration, &["http"], bindings);
            Process::start(command, directory.join("trial.log"), 1)
        })
    }

    /// Examples, in what workerd's program makes of another configuration.
    pub(crate) fn example_with(
        &self,
        bindings: Bindings<'_>,
        process: impl FnOnce(&Path, Bindings<'_>) -> Result<Process, String>,
    ) -> Result<Edge, String> {
        let Engine::Workerd { program, .. } = self.engine else {
            return Err("its configuration is for workerd".to_owned());
        };
        Edge::start(Emulator::builder(), bindings, |bindings| {
            process(program, bindings)
        })
    }
}

impl Edge {
    fn start(
        clerk: Builder,
        bindings: Bindings<'_>,
        process: impl FnOnce(Bindings<'_>) -> Result<Process, String>,
    ) -> Result<Self, String> {
        let clerk = Server::start(clerk).map_err(|error| error.to_string())?;
        let emulator = clerk.emulator();
        let ours = [
            ("CLERK_API_URL", clerk.url()),
            ("CLERK_SECRET_KEY", emulator.secret_key().expose()),
            ("CLERK_PUBLISHABLE_KEY", emulator.publishable_key().as_str()),
        ];
        let engine = process(&[&ours, bindings].concat())?;
        Ok(Self {
            clerk,
            engine,
            transport: UreqTransport::new(),
        })
    }

    pub(crate) fn clerk(&self) -> &Emulator {
        self.clerk.emulator()
    }

    /// As browsers know it. Cookies tell hosts apart, and Clerk is at 127.0.0.1.
    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.engine.port())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.engine.port())
    }

    /// Of one of several sockets.
    pub(crate) fn url_of(&self, socket: &str, path: &str) -> String {
        let port = self.engine.port_of(socket).unwrap_or_default();
        format!("http://127.0.0.1:{port}{path}")
    }

    /// What the engine has written.
    pub(crate) fn log(&self) -> String {
        self.engine.log()
    }

    pub(crate) fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.transport.send(request)
    }

    /// Asks for a page with a token, if there is one.
    pub(crate) fn ask(&self, path: &str, token: Option<&str>) -> Result<(u16, String), String> {
        let response = self
            .send(self.request(path, token))
            .map_err(|error| format!("{error}\n{}", self.engine.log()))?;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        Ok((response.status().as_u16(), text))
    }

    pub(crate) fn request(&self, path: &str, token: Option<&str>) -> Request<Bytes> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = self.url(path).parse().unwrap_or_default();
        if let Some(token) = token.and_then(|token| format!("Bearer {token}").parse().ok()) {
            request
                .headers_mut()
                .insert(http::header::AUTHORIZATION, token);
        }
        request
    }

    /// Whether a page answers so. An empty text stands for any.
    pub(crate) fn answers(
        &self,
        path: &str,
        token: Option<&str>,
        (status, text): (u16, &str),
    ) -> Outcome {
        let (found, page) = self.ask(path, token)?;
        if found == status && (text.is_empty() || page == text) {
            return Ok(());
        }
        let log = self.engine.log();
        Err(format!(
            "{path} should answer {status} {text}, and answered {found} {page}\n{log}"
        ))
    }

    /// How often the Worker has fetched keys.
    pub(crate) fn fetches(&self) -> usize {
        self.clerk().count_requests("GET", "/v1/jwks")
    }
}
