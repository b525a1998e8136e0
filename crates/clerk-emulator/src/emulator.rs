mod clock;
mod instance;
mod keys;
mod waiting;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use clerk_core::UnixTime;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header, request::Parts,
};

use crate::{
    answer::{Answer, Outcome, Reply},
    api_version,
    call::{Call, PathParameters, Query},
    description::Access,
    directory::Key,
    fault::{End, Fault, Misfortune},
    frontend::api,
    harvest::harvest,
    refusal::Refusal,
    request_log::LoggedRequest,
    route::Route,
    routing::{Routed, Routes},
    seed::Seed,
    state::{Settings, State},
    webhooks::Bell,
};

/// How many bytes of a request's body are read, and how many where it may be a picture with what is around it.
const MAX_BODY: usize = 1024 * 1024;
const MAX_PICTURE: usize = 10 * 1024 * 1024 + 64 * 1024;

pub(crate) fn body_limit(headers: &HeaderMap) -> usize {
    let media_type = headers.get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let pictures = ["multipart/form-data", "application/octet-stream"];
    match media_type.is_some_and(|name| pictures.iter().any(|known| name.starts_with(known))) {
        true => MAX_PICTURE,
        false => MAX_BODY,
    }
}

/// Says of an answer that it follows from Clerk's description alone.
const FIDELITY: HeaderName = HeaderName::from_static("clerk-emulator-fidelity");

/// An offline Clerk instance: a function from requests to answers over a state of its own.
///
/// Clones share the state. To send it HTTP requests, put it behind a [`Server`](crate::Server);
/// to use it as a client's transport without a socket, behind an
/// [`InProcess`](crate::InProcess).
#[derive(Clone)]
pub struct Emulator {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    routes: Routes,
    state: Mutex<State>,
    bell: Bell,
}

impl Emulator {
    pub(crate) fn new(settings: Settings, state: State) -> Self {
        Self {
            shared: Arc::new(Shared {
                settings,
                routes: Routes::new(),
                state: Mutex::new(state),
                bell: Bell::default(),
            }),
        }
    }

    /// Answers a request as Clerk would at `now`. Of the URI, path and query count; where it names a
    /// host, or `Host` does, that has to be this machine, or one that [the builder
    /// allows](crate::Builder::allow_host).
    ///
    /// ```
    /// use clerk_core::UnixTime;
    /// use clerk_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().build()?;
    /// let request = http::Request::get("/.well-known/jwks.json").body(bytes::Bytes::new())?;
    /// let answer = emulator.handle(request, UnixTime::from_secs(1_800_000_000));
    /// assert_eq!(answer.into_response().map(|response| response.status().as_u16()), Some(200));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn handle(&self, request: Request<Bytes>, now: UnixTime) -> Answer {
        let (parts, body) = request.into_parts();
        let limit = body_limit(&parts.headers);
        let body = Some(body).filter(|body| body.len() <= limit);
        self.handle_parts(&parts, body, now)
    }

    /// As [`handle`](Self::handle), where `None` is a body that is larger than it may be.
    pub(crate) fn handle_parts(&self, parts: &Parts, body: Option<Bytes>, now: UnixTime) -> Answer {
        let Decision { delay, ending } = self.decide(parts, body, now);
        let patience = ending.patience();
        // Who only looks whether something has happened would otherwise wake those who do the same.
        if patience.is_zero() {
            self.bell().ring();
        }
        // Here the state is free for others again: signing and writing take longer than all else.
        let outcome = match ending {
            Ending::Reply(reply) => Outcome::Respond(reply.into_response()),
            Ending::Answer(response) => Outcome::Respond(response),
            Ending::Drop => Outcome::Drop,
        };
        Answer {
            delay,
            patience,
            outcome,
        }
    }

    fn decide(&self, parts: &Parts, body: Option<Bytes>, now: UnixTime) -> Decision {
        let Shared {
            settings, routes, ..
        } = &*self.shared;
        let state = &mut *self.lock();
        let now = state.clock.tell(now);
        state.ids.set_time(now);
        if let Err(refusal) = settings.hosts.admit(parts, body.as_ref()) {
            return Decision::now(reply(Err(refusal), &state.ids.hex(32)));
        }
        let path = parts.uri.path();
        if let Some(response) = api::preflight(settings, parts) {
            return Decision::now(reply(Ok(response), &state.ids.hex(32)));
        }
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let from_browser = api::is_browsers(parts, &query);
        let method = api::method(parts, &query);
        let place = match from_browser {
            // clerk-js ends some of its paths with one.
            true => path.strip_suffix('/').unwrap_or(path),
            false => path,
        };
        let mut of_browsers = false;
        let found = routes.find(&method, place, !from_browser);
        let found = found.ok_or_else(|| match routes.allowed(path) {
            Some(methods) => {
                of_browsers = true;
                Refusal::method_not_allowed(&methods)
            }
            None => Refusal::operation_not_emulated(method.as_str(), path),
        });
        let route = found.as_ref().ok().map(|(routed, _)| &routed.route);
        if route.is_some_and(|route| route.access == Access::Control) {
            let ids = state.ids.clone();
            let result = carry_out_and_keep(settings, state, parts, found, (query, body), now);
            let reply = reply(result, &state.ids.hex(32));
            if !reply.patience().is_zero() {
                // How often somebody looks leaves no trace in what is made afterwards.
                state.ids = ids;
            }
            return Decision::now(reply);
        }
        let version = api_version::served(route, of_browsers, parts);
        let is_shared = match route {
            Some(route) => route.access == Access::Browser,
            None => from_browser,
        };
        let (operation, template) = (
            route.map(|route| route.operation),
            route.map(|route| route.path),
        );
        let Misfortune { delay, end } =
            state
                .faults
                .strike(&method, path, template)
                .unwrap_or(Misfortune {
                    delay: Duration::ZERO,
                    end: End::CarryOut,
                });
        let result = match end {
            End::CarryOut => Ok(carry_out_and_keep(
                settings,
                state,
                parts,
                found,
                (query, body),
                now,
            )),
            End::Refuse(refusal) => Ok(Err(refusal)),
            End::Answer(response) => Err(Ending::Answer(response)),
            End::Drop => Err(Ending::Drop),
        };
        let ending = match result {
            Ok(result) => {
                let reply = reply(result, &state.ids.hex(32));
                Ending::Reply(match &version {
                    Some(version) => reply.header(api_version::HEADER, version),
                    None => reply,
                })
            }
            Err(ending) => ending,
        };
        let ending = match is_shared {
            true => ending.with(api::share(settings, &parts.headers)),
            false => ending,
        };
        state.log.push(LoggedRequest {
            method,
            path: path.to_owned(),
            operation,
            template,
            status: ending.status(),
        });
        Decision { delay, ending }
    }

    /// Lets something go wrong; see [`Fault`].
    pub fn add_fault(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// The latest requests, oldest first, at most 1000. Those to the control plane are not there.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().log.entries().cloned().collect()
    }

    /// How many of the latest requests had this method and this path (or were for the operation
    /// with this path template, such as `/v1/users/{user_id}`).
    pub fn count_requests(&self, method: &str, path: &str) -> usize {
        let state = self.lock();
        let requests = state.log.entries();
        requests
            .filter(|entry| entry.method.as_str() == method && entry.is_at(path))
            .count()
    }

    /// The seed that what is there could have come from: an emulator that is built with it has the same users,
    /// organizations and all else that a [`Seed`] can say, under the same ids. Invitations and API keys are there that are
    /// good at `now`. Sessions are not, nor is what people have uploaded.
    ///
    /// ```
    /// use clerk_core::UnixTime;
    /// use clerk_emulator::Emulator;
    ///
    /// let first = Emulator::builder().build()?;
    /// let seed = first.to_seed(UnixTime::from_secs(1_800_000_000));
    /// let second = Emulator::builder().seed(seed).build()?;
    /// assert_eq!(second.user_id("ada@example.com"), first.user_id("ada@example.com"));
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn to_seed(&self, now: UnixTime) -> Seed {
        harvest(&self.lock(), now)
    }

    /// Brings back the seed, the first key and everybody else's time, and forgets faults, requests and webhooks. Identifiers
    /// are not given a second time, and webhooks go to the endpoints there are now.
    pub fn reset(&self) {
        self.with_state(|settings, state| state.reset(settings));
        self.bell().ring();
    }

    pub(crate) fn bell(&self) -> &Bell {
        &self.shared.bell
    }

    /// Has a state file say what `f` changes. What it cannot say now, it is to say before the next request is answered.
    pub(crate) fn with_state<T>(&self, f: impl FnOnce(&Settings, &mut State) -> T) -> T {
        let mut state = self.lock();
        let outcome = f(&self.shared.settings, &mut state);
        drop(state.keep());
        outcome
    }

    /// For what a state file does not keep, and to look at what it keeps.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panics in one thread is no reason to fail those that share its emulator.
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

/// What a request comes to, before it is written.
struct Decision {
    delay: Duration,
    ending: Ending,
}

enum Ending {
    Reply(Reply),
    Answer(Response<Bytes>),
    Drop,
}

impl Decision {
    fn now(reply: Reply) -> Self {
        Self {
            delay: Duration::ZERO,
            ending: Ending::Reply(reply),
        }
    }
}

impl Ending {
    /// The same with these fields.
    fn with(self, fields: Vec<(HeaderName, HeaderValue)>) -> Self {
        match self {
            Self::Reply(reply) => Self::Reply(reply.fields(fields)),
            Self::Answer(mut response) => {
                response.headers_mut().extend(fields);
                Self::Answer(response)
            }
            Self::Drop => Self::Drop,
        }
    }

    fn patience(&self) -> Duration {
        match self {
            Self::Reply(reply) => reply.patience(),
            Self::Answer(_) | Self::Drop => Duration::ZERO,
        }
    }

    fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Reply(reply) => Some(reply.status()),
            Self::Answer(response) => Some(response.status()),
            Self::Drop => None,
        }
    }
}

/// Errors carry the trace id in the body, everything carries it as a header, as Clerk's own answers do.
fn reply(result: Result<Reply, Refusal>, trace_id: &str) -> Reply {
    result
        .unwrap_or_else(|refusal| refusal.into_reply(trace_id))
        .header(HeaderName::from_static("clerk-trace-id"), trace_id)
}

/// Carries an operation out, and has a state file say what it has changed: also one that is refused may have counted
/// that. What the file does not say is answered to nobody.
fn carry_out_and_keep(
    settings: &Settings,
    state: &mut State,
    parts: &Parts,
    found: Result<(&Routed, PathParameters), Refusal>,
    content: (Query, Option<Bytes>),
    now: UnixTime,
) -> Result<Reply, Refusal> {
    let result = carry_out(settings, state, parts, found, content, now);
    match state.keep() {
        Ok(()) => result,
        Err(error) => Err(Refusal::state_not_kept(&error)),
    }
}

/// From the checks that are the same for all operations to the operation itself.
fn carry_out(
    settings: &Settings,
    state: &mut State,
    parts: &Parts,
    found: Result<(&Routed, PathParameters), Refusal>,
    (query, body): (Query, Option<Bytes>),
    now: UnixTime,
) -> Result<Reply, Refusal> {
    let (routed, path) = found?;
    let Route {
        operation,
        access,
        handler,
        ..
    } = routed.route;
    let mut machine = None;
    if matches!(access, Access::SecretKey | Access::Machine) {
        let token = bearer_token(&parts.headers)?;
        if access == Access::Machine {
            machine = machine_with(state, token, now);
        }
        if machine.is_none() && token != settings.secret_key.expose() {
            return Err(Refusal::clerk_key_invalid());
        }
        api_version::check(&parts.headers)?;
    }
    if access == Access::Browser {
        api::admit(settings, &parts.headers)?;
    }
    if settings.strict && !routed.by_hand {
        return Err(Refusal::operation_only_described(operation));
    }
    let body = body.ok_or_else(|| Refusal::request_too_large(body_limit(&parts.headers)))?;
    let mut call = Call {
        settings,
        state,
        now,
        api_version: api_version::asked_for(&parts.headers),
        machine,
        description: routed.description,
        path,
        query,
        headers: &parts.headers,
        body,
        events: Vec::new(),
    };
    let mut reply = handler(&mut call)?;
    if !routed.by_hand {
        reply = reply.header(FIDELITY, "described");
    }
    let events = call.events;
    let user_agent = parts.headers.get(header::USER_AGENT);
    let user_agent = user_agent.and_then(|value| value.to_str().ok());
    state.post(settings, &events, (user_agent.unwrap_or_default(), now));
    Ok(reply)
}

fn bearer_token(headers: &HeaderMap) -> Result<&str, Refusal> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(Refusal::authorization_header_format_invalid)
}

/// The id of the machine whose secret key this is.
fn machine_with(state: &State, secret_key: &str, now: UnixTime) -> Option<String> {
    let mut machines = state.directory.machines.by(Key::Secret, secret_key);
    let machine = machines.find(|machine| machine.has_key(secret_key, now))?;
    Some(machine.id.clone())
}
