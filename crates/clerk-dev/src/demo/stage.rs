use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::Router;
use bytes::Bytes;
use clerk::{
    AuthorizedParties, Build, Builder, Clerk, Clock, blocking,
    http::{BlockingTransport, Retry},
};
use clerk_emulator::{Emulator, Server};
use http::{Request, header::AUTHORIZATION};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

use super::api;
use crate::outcome::{Failure, causes};

/// By which client the API verifies tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Async,
    Blocking,
}

/// An emulated Clerk instance and an API that is protected by it, both on loopback and both on
/// one clock.
#[derive(Debug)]
pub(super) struct Stage {
    emulator: Server,
    api: SocketAddr,
    /// What calls the API.
    caller: Arc<dyn BlockingTransport>,
    runtime: Runtime,
}

impl Stage {
    pub(super) fn start(clock: &Arc<dyn Clock>) -> Result<Self, Failure> {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let emulator = Server::start_at(anywhere, Emulator::builder(), Arc::clone(clock))
            .map_err(|error| Failure::setup("the emulator cannot start", &error))?;
        let build = |error| Failure::setup("the client cannot be built", &error);
        let clerk = settings(Clerk::builder(), &emulator, clock);
        let blocking = settings(blocking::Clerk::builder(), &emulator, clock);
        let (clerk, blocking) = (
            clerk.build().map_err(build)?,
            blocking.build().map_err(build)?,
        );
        let caller = Arc::clone(blocking.client().transport());

        let runtime = Runtime::new()?;
        let listener = runtime.block_on(TcpListener::bind(anywhere))?;
        let api = listener.local_addr()?;
        let router = Router::new()
            .merge(api::router(clerk))
            .nest("/blocking", api::blocking_router(blocking));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            emulator,
            api,
            caller,
            runtime,
        })
    }

    pub(super) fn emulator(&self) -> &Server {
        &self.emulator
    }

    /// The protected address behind a door.
    pub(super) fn url(&self, door: Door) -> String {
        let prefix = match door {
            Door::Async => "",
            Door::Blocking => "/blocking",
        };
        format!("http://{}{prefix}/me", self.api)
    }

    /// What the API answers to a caller with this token, in short.
    pub(super) fn ask(&self, door: Door, token: Option<&str>) -> String {
        let mut request = Request::get(self.url(door));
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = match request.body(Bytes::new()) {
            Ok(request) => request,
            Err(error) => return format!("no request: {error}"),
        };
        match self.caller.send(request) {
            Ok(response) => summary(&response),
            Err(error) => format!("no answer: {}", causes(&error)),
        }
    }

    /// What the API runs on.
    pub(super) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

fn settings<T: Build>(
    builder: Builder<T>,
    emulator: &Server,
    clock: &Arc<dyn Clock>,
) -> Builder<T> {
    builder
        .secret_key(emulator.emulator().secret_key())
        .publishable_key(emulator.emulator().publishable_key().as_str())
        .api_url(emulator.url())
        .authorized_parties(AuthorizedParties::require(["http://localhost:3000"]))
        .clock(Arc::clone(clock))
        // The waits between attempts are real ones, whatever the clock.
        .retry(Retry::none())
}

/// The status and whom, or what, the answer is about. Everything that says the same has to agree.
fn summary(response: &http::Response<Bytes>) -> String {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    if let Some(user) = body["sub"].as_str() {
        return format!("{status} {user}");
    }
    let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok());
    let code = body["errors"][0]["code"].as_str().unwrap_or("no code");
    let mut text = format!("{status} {code}");
    if header("x-clerk-auth-reason") != Some(code) {
        text.push_str(", and another reason in the header");
    }
    if header("www-authenticate").is_some() != (status == 401) {
        text.push_str(", and WWW-Authenticate does not fit");
    }
    text
}
