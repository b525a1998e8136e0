use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::Router;
use bytes::Bytes;
use clerk::{
    AuthorizedParties, Build, Builder, Clerk, Clock,
    auth::AcceptedTokens,
    blocking,
    http::Retry,
    webhooks::{Receiver, SigningSecrets, Verifier},
};
use clerk_emulator::{Emulator, Server, WebhookEndpoint};
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{AUTHORIZATION, HOST},
};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

use super::{
    api,
    webhooks::{self, Welcomes},
};
use crate::outcome::{Failure, causes};

/// By which client the API authenticates requests.
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
    doors: [SocketAddr; 2],
    clerk: Clerk,
    /// It calls the API, too.
    blocking: blocking::Clerk,
    welcomes: Welcomes,
    runtime: Runtime,
}

/// The machine that the application is, where others call it.
pub(super) const OWN_MACHINE: &str = "mch_demo";

const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl Stage {
    pub(super) fn start(clock: &Arc<dyn Clock>) -> Result<Self, Failure> {
        let runtime = Runtime::new()?;
        let bind = || runtime.block_on(TcpListener::bind(ANYWHERE));
        let (listener, other_listener) = (bind()?, bind()?);
        let doors = [listener.local_addr()?, other_listener.local_addr()?];
        let origins = doors.map(origin);
        // Of those two, what tokens say if nobody says otherwise.
        let [authorized_party, _] = origins.clone();

        let described = Emulator::builder().authorized_party(Some(authorized_party));
        let emulator = Server::start_at(ANYWHERE, described, Arc::clone(clock))
            .map_err(|error| Failure::setup("the emulator cannot start", &error))?;
        let clerk = settings(Clerk::builder(), &emulator, &origins, clock);
        let blocking = settings(blocking::Clerk::builder(), &emulator, &origins, clock);
        let build = |error| Failure::setup("the client cannot be built", &error);
        let protect = |error| Failure::setup("the API cannot be protected", &error);
        let clerk = clerk.build().map_err(build)?;
        let blocking = blocking.build().map_err(build)?;

        let secrets = SigningSecrets::new(emulator.emulator().webhook_secret());
        let verifier = Verifier::new(secrets.map_err(|error| {
            Failure::setup("the emulator's webhooks cannot be verified", &error)
        })?);
        let welcomes = Welcomes::default();
        let receiver = Receiver::new(verifier.clone()).clock(Arc::clone(clock));
        let told = webhooks::router(receiver, welcomes.clone());
        serve(
            &runtime,
            listener,
            api::router(&clerk, told).map_err(protect)?,
        );
        let receiver = clerk::webhooks::blocking::Receiver::new(verifier);
        let told = webhooks::blocking_router(receiver.clock(Arc::clone(clock)), welcomes.clone());
        let router = api::blocking_router(&blocking, told).map_err(protect)?;
        serve(&runtime, other_listener, router);
        Ok(Self {
            emulator,
            doors,
            clerk,
            blocking,
            welcomes,
            runtime,
        })
    }

    /// Has Clerk tell the API behind this door, and no other, of new users.
    pub(super) fn subscribe(&self, door: Door) -> Result<(), Failure> {
        let url = self.url(door, "/webhooks");
        let endpoint = WebhookEndpoint::new(url).event("user.created");
        let added = self.emulator.emulator().add_webhook(endpoint);
        added.map_err(|error| Failure::setup("the emulator cannot send webhooks", &error))
    }

    /// Makes a user by the Backend API.
    pub(super) fn sign_up(&self, door: Door, email: &str, name: &str) -> Result<(), Failure> {
        let made = match door {
            Door::Async => {
                let user = self.clerk.users().create();
                let user = user.email_address([email]).first_name(name);
                self.runtime.block_on(user.send()).map(drop)
            }
            Door::Blocking => {
                let user = self.blocking.users().create();
                let user = user.email_address([email]).first_name(name);
                user.send().map(drop)
            }
        };
        made.map_err(|error| Failure::setup("a user cannot be made", &error))
    }

    pub(super) const fn welcomes(&self) -> &Welcomes {
        &self.welcomes
    }

    pub(super) fn emulator(&self) -> &Server {
        &self.emulator
    }

    /// An address behind a door.
    pub(super) fn url(&self, door: Door, path: &str) -> String {
        let [open, blocking] = self.doors;
        let address = match door {
            Door::Async => open,
            Door::Blocking => blocking,
        };
        format!("{}{path}", origin(address))
    }

    /// What the API answers to a caller with this token, in short.
    pub(super) fn ask(&self, door: Door, path: &str, token: Option<&str>) -> String {
        let mut request = Request::get(self.url(door, path));
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        match request.body(Bytes::new()) {
            Ok(request) => summary(&self.carry(request)),
            Err(error) => format!("no request: {error}"),
        }
    }

    /// The network between callers, browsers, the API and the emulator. What is not answered is
    /// 502 there, as at a proxy.
    pub(super) fn carry(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        by_address(&mut request);
        let transport = self.blocking.client().transport();
        transport.send(request).unwrap_or_else(|error| {
            let mut response = Response::new(Bytes::from(causes(&error)));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        })
    }

    /// What the API runs on.
    pub(super) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }
}

fn serve(runtime: &Runtime, listener: TcpListener, router: Router) {
    runtime.spawn(async move { axum::serve(listener, router).await });
}

/// Browsers keep cookies by host, so the API's is not the emulator's.
fn origin(address: SocketAddr) -> String {
    format!("http://localhost:{}", address.port())
}

/// Sends it to 127.0.0.1, where the API is, whatever else is called `localhost`.
fn by_address(request: &mut Request<Bytes>) -> Option<()> {
    let host = request.uri().authority()?.clone();
    let port = host.as_str().strip_prefix("localhost:")?;
    let rest = request.uri().path_and_query()?;
    let target = format!("http://127.0.0.1:{port}{rest}");
    *request.uri_mut() = target.parse().ok()?;
    let host = HeaderValue::from_str(host.as_str()).ok()?;
    request.headers_mut().insert(HOST, host);
    Some(())
}

fn settings<T: Build>(
    builder: Builder<T>,
    emulator: &Server,
    origins: &[String],
    clock: &Arc<dyn Clock>,
) -> Builder<T> {
    builder
        .secret_key(emulator.emulator().secret_key())
        .publishable_key(emulator.emulator().publishable_key().as_str())
        .api_url(emulator.url())
        .sign_in_url(emulator.emulator().sign_in_url())
        .accepts(AcceptedTokens::Any)
        .machine_id(OWN_MACHINE)
        .authorized_parties(AuthorizedParties::require(
            origins.iter().map(String::as_str),
        ))
        .clock(Arc::clone(clock))
        // The waits between attempts are real ones, whatever the clock.
        .retry(Retry::none())
}

/// The status, and whom or what the answer is about. Everything that says the same has to agree.
pub(super) fn summary(response: &Response<Bytes>) -> String {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let about = body["sub"].as_str().or(body["token_type"].as_str());
    if status == 200 {
        let about = about.map(|about| format!(" {about}"));
        return format!("200{}", about.unwrap_or_default());
    }
    let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok());
    let reason = header("x-clerk-auth-reason").unwrap_or("no reason");
    let mut text = format!("{status} {reason}");
    if !body.is_object() {
        text.push_str(", and no JSON");
    }
    if header("www-authenticate").is_some() != matches!(status, 401 | 403) {
        text.push_str(", and WWW-Authenticate does not fit");
    }
    text
}
