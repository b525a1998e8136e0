//! Plays a script in each of the ways there are, and writes down what happened.

use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::Bytes;
use clerk_auth::{
    Auth, Authenticator, Error, Moment, PendingSessions, RequestHead, RequestState, Settings, Step,
    blocking,
};
use clerk_core::{Clock, MonotonicTime, UnixTime};
use clerk_http::{
    BlockingRuntime, BlockingTransport, RequestTimeout, ResponseLimit, Retry, Runtime, Transport,
    TransportError, TransportErrorKind,
};
use clerk_jwks::{BlockingResolveKey, FetchError, ResolveError, ResolveKey, VerifiedTokenCache};
use clerk_jwt::{KeyId, VerifyingKey};
use http::{HeaderMap, HeaderValue, Request, Response, header::LOCATION};
use url::Url;

use crate::{
    awaited::block_on,
    recipes::Keys,
    script::Script,
    setup::{self, Setup},
};

/// A way to find out who a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    ByHand,
    Async,
    /// With keys whose signatures have to be awaited.
    Awaiting,
    Blocking,
    /// With keys whose signatures have to be awaited, which it cannot do.
    BlockingUnawaited,
}

/// The request, as all drivers get it, and where their questions end up.
pub(crate) struct Play {
    setup: Setup,
    target: String,
    headers: Vec<(String, String)>,
    method: String,
    answers: VecDeque<String>,
    now: i64,
    keys: Arc<Keys>,
}

impl Play {
    pub(crate) fn of(script: &Script, recipes: &[String], keys: &Arc<Keys>) -> Self {
        let mut setup = setup::set_up(&script.settings, keys);
        for recipe in recipes.iter().chain(&script.recipes) {
            setup.names.read(recipe);
        }
        let names = &mut setup.names;
        let headers = script.headers.iter();
        Self {
            target: names.fill(&script.target),
            headers: headers
                .map(|(name, value)| (name.clone(), names.fill(value)))
                .collect(),
            method: script.method.clone(),
            answers: script.answers().map(|line| names.fill(line)).collect(),
            now: script.now,
            setup,
            keys: Arc::clone(keys),
        }
    }

    /// The same, where tokens that were verified before are in `cache`.
    pub(crate) fn remembering(mut self, cache: &Arc<VerifiedTokenCache>) -> Self {
        let builder = self.setup.builder.clone().token_cache(Arc::clone(cache));
        self.setup.settings = builder.build().map_err(|error| error.to_string());
        self
    }

    /// What is asked, answered and decided, line by line.
    pub(crate) fn transcript(&self, driver: Driver) -> Vec<String> {
        let names = &self.setup.names;
        let settings = match &self.setup.settings {
            Ok(settings) => settings.clone(),
            Err(error) => {
                // What comes after is advice.
                let problem = error.split(';').next().unwrap_or_default();
                return vec![format!("== settings refused: {problem}")];
            }
        };
        let tape = self.tape(driver);
        let decided = self.decide(driver, &self.head(), settings, &tape);
        let mut recording = tape.lock();
        let mut lines = std::mem::take(&mut recording.lines);
        let unused = recording.answers.iter();
        lines.extend(unused.map(|answer| format!("!! nobody asked for {answer}")));
        lines.extend(decision(&decided));
        lines.iter().map(|line| names.hide(line)).collect()
    }

    /// How long each exchange with Clerk may take, and how large its answer may be.
    pub(crate) fn limits(&self, driver: Driver) -> Vec<(Duration, usize)> {
        let settings = self.setup.settings.clone().expect("settings");
        let tape = self.tape(driver);
        let _ = self.decide(driver, &self.head(), settings, &tape);
        tape.lock().limits.clone()
    }

    fn head(&self) -> RequestHead<'_> {
        let mut head = RequestHead::new(&self.method, &self.target);
        for (name, value) in &self.headers {
            head = head.header(name, value.as_bytes());
        }
        head
    }

    fn tape(&self, driver: Driver) -> Arc<Tape> {
        let recording = Recording {
            answers: self.answers.clone(),
            lines: Vec::new(),
            limits: Vec::new(),
            now: UnixTime::from_secs(self.now),
            passed: Duration::ZERO,
        };
        Arc::new(Tape {
            recording: Mutex::new(recording),
            broken: self.keys.broken(),
            key: match driver {
                Driver::Awaiting | Driver::BlockingUnawaited => self.keys.awaited(),
                Driver::ByHand | Driver::Async | Driver::Blocking => self.keys.verifying(),
            },
        })
    }

    fn decide(
        &self,
        driver: Driver,
        head: &RequestHead<'_>,
        settings: Settings,
        tape: &Arc<Tape>,
    ) -> Result<RequestState, Error> {
        match driver {
            Driver::ByHand => {
                let api = self.api(clerk_http::Settings::builder());
                let mut step = Step::start(head, &settings, &api, Moment::of(tape));
                loop {
                    step = match step {
                        Step::Resolve(id, waiting) => {
                            waiting.resolved(tape.key(id.as_ref()), Moment::of(tape))
                        }
                        Step::Send(request, waiting) => {
                            waiting.received(tape.exchange(&request), Moment::of(tape))
                        }
                        Step::Wait(duration, waiting) => {
                            tape.wait(duration);
                            waiting.waited(Moment::of(tape))
                        }
                        Step::Verify(_) => unreachable!("ring answers at once"),
                        Step::Done(decided) => return decided,
                    };
                }
            }
            Driver::Async | Driver::Awaiting => {
                let client = clerk_http::Client::builder(Arc::clone(tape), Arc::clone(tape));
                let client = self.api(client.clock(Arc::clone(tape)));
                let authenticator = Authenticator::new(settings, Arc::clone(tape), client);
                block_on(authenticator.authenticate(head))
            }
            Driver::Blocking | Driver::BlockingUnawaited => {
                let client =
                    clerk_http::blocking::Client::builder(Arc::clone(tape), Arc::clone(tape));
                let client = self.api(client.clock(Arc::clone(tape)));
                blocking::Authenticator::new(settings, Arc::clone(tape), client).authenticate(head)
            }
        }
    }

    fn api<T: clerk_http::Build>(&self, mut builder: clerk_http::Builder<T>) -> T {
        if let Some(key) = self.setup.secret_key {
            builder = builder.secret_key(key.parse().expect("a key"));
        }
        if let Some(key) = &self.setup.machine_secret_key {
            builder = builder.machine_secret_key(key.clone());
        }
        let retry = Retry::default().jitter_seed(1);
        builder
            .retry(retry)
            .build()
            .expect("settings of the Backend API")
    }
}

/// Answers from a script, and writes down what it was asked.
#[derive(Debug)]
struct Tape {
    recording: Mutex<Recording>,
    key: VerifyingKey,
    /// One whose library checks nothing.
    broken: VerifyingKey,
}

#[derive(Debug)]
struct Recording {
    answers: VecDeque<String>,
    lines: Vec<String>,
    limits: Vec<(Duration, usize)>,
    now: UnixTime,
    /// How much time has passed.
    passed: Duration,
}

impl Recording {
    fn pass(&mut self, duration: Duration) {
        self.now = self.now.saturating_add(duration);
        self.passed = self.passed.saturating_add(duration);
    }
}

impl Tape {
    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().expect("no panic while it is held")
    }

    /// The next answer. `found after 60 s` lets as much time pass.
    fn next(&self, asked: impl IntoIterator<Item = String>) -> String {
        let mut recording = self.lock();
        recording.lines.extend(asked);
        let Some(answer) = recording.answers.pop_front() else {
            recording.lines.push("!! no answer".to_owned());
            return String::new();
        };
        recording.lines.push(format!("<- {answer}"));
        let Some((answer, seconds)) = answer.split_once(" after ") else {
            return answer;
        };
        let seconds = seconds.strip_suffix(" s").expect("seconds");
        recording.pass(Duration::from_secs(seconds.parse().expect("seconds")));
        answer.to_owned()
    }

    /// Lets time pass, of which all but the part at random is written down.
    fn wait(&self, duration: Duration) {
        let mut recording = self.lock();
        let quarters = duration.as_millis() / 250;
        recording
            .lines
            .push(format!("-> wait {} ms", quarters * 250));
        recording.pass(duration);
    }

    fn key(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        let id = id.map_or("without kid", |id| id.as_str());
        match self.next([format!("-> key {id}")]).as_str() {
            "found" => Ok(self.key.clone()),
            "broken" => Ok(self.broken.clone()),
            "unavailable" => Err(ResolveError::Unavailable(Arc::new(FetchError::Empty))),
            "no source" => Err(ResolveError::NoSource),
            "unusable" => Err(ResolveError::Unusable(
                VerifyingKey::from_pem("").expect_err("no key"),
            )),
            _ => Err(ResolveError::UnknownKey),
        }
    }

    fn exchange(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let RequestTimeout(timeout) = extension(request);
        let ResponseLimit(limit) = extension(request);
        self.lock().limits.push((timeout, limit));
        let authorization = request.headers().get("authorization");
        let authorization = authorization.map(|value| value.to_str().expect("a text"));
        let mut lines = vec![format!("-> {} {}", request.method(), request.uri())];
        lines.extend(authorization.map(|value| format!("authorization: {value}")));
        if !request.body().is_empty() {
            let body = std::str::from_utf8(request.body()).expect("a text");
            lines.push(format!("body: {body}"));
        }
        let answer = self.next(lines);
        let (status, body) = answer.split_once(' ').unwrap_or((&answer, ""));
        let failed = |kind| Err(TransportError::new(kind, request));
        match status {
            "hangs" => {
                self.wait(timeout);
                return failed(TransportErrorKind::Timeout);
            }
            "breaks" | "" => return failed(TransportErrorKind::Broken),
            "unconnected" => return failed(TransportErrorKind::Connect),
            _ => {}
        }
        let mut response = Response::builder()
            .status(status.parse::<u16>().expect("a status, or how it fails"))
            .header("content-type", "application/json");
        let asked = body.strip_prefix("retry-after ");
        if let Some(seconds) = asked {
            response = response.header("retry-after", seconds);
        }
        let body = asked.map_or(body, |_| "").to_owned();
        Ok(response.body(body.into()).expect("a response"))
    }
}

fn extension<T: Copy + Default + Send + Sync + 'static>(request: &Request<Bytes>) -> T {
    request.extensions().get().copied().unwrap_or_default()
}

impl Clock for Tape {
    fn now(&self) -> UnixTime {
        self.lock().now
    }

    fn monotonic(&self) -> MonotonicTime {
        MonotonicTime::from_start(self.lock().passed)
    }
}

#[async_trait::async_trait]
impl ResolveKey for Tape {
    async fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        self.key(id)
    }
}

impl BlockingResolveKey for Tape {
    fn resolve(&self, id: Option<&KeyId>) -> Result<VerifyingKey, ResolveError> {
        self.key(id)
    }
}

#[async_trait::async_trait]
impl Transport for Tape {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.exchange(&request)
    }
}

impl BlockingTransport for Tape {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.exchange(&request)
    }
}

#[async_trait::async_trait]
impl Runtime for Tape {
    async fn sleep(&self, duration: Duration) {
        self.wait(duration);
    }

    fn spawn(&self, _: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>) {
        panic!("nothing to do beside");
    }
}

impl BlockingRuntime for Tape {
    fn sleep(&self, duration: Duration) {
        self.wait(duration);
    }

    fn spawn(&self, _: Box<dyn FnOnce() + Send>) {
        panic!("nothing to do beside");
    }
}

fn decision(decided: &Result<RequestState, Error>) -> Vec<String> {
    let state = match decided {
        Ok(state) => state,
        Err(error) => {
            let mut line = format!("== error {} ({:?})", error.reason(), error.fault());
            if let Some(wait) = error.retry_after() {
                line.push_str(&format!(", again in {} s", wait.as_secs()));
            }
            return vec![line];
        }
    };
    let token_type = state.token_type();
    let token_type = token_type.map_or("of no accepted type", |one| one.as_str());
    let reason = state.reason().map(|reason| reason.to_string());
    let mut lines = vec![match &reason {
        Some(reason) => format!("== {} {reason}, {token_type}", state.status()),
        None => format!("== {}, {token_type}", state.status()),
    }];
    let message = match state {
        RequestState::SignedOut(state) => state.message(),
        RequestState::Handshake(state) => state.message(),
        _ => "",
    };
    let is_in_circle = matches!(state, RequestState::SignedOut(state) if state.is_in_circle());
    // The words are for whoever wrote them to test; what stands in brackets is Clerk's.
    let brackets = message.rfind('(').zip(message.rfind(')'));
    match brackets.and_then(|(start, end)| message.get(start..=end)) {
        Some(brackets) => lines.push(format!("message: {brackets}")),
        None if is_in_circle || message.is_empty() => {}
        None => lines.push(format!("message: {message}")),
    }
    if is_in_circle {
        assert!(
            message.contains("redirected three times in a row"),
            "{message}"
        );
        lines.push("in a circle".to_owned());
    }
    let mut headers = state.headers().clone();
    let mut take = |name: &str| {
        let value = headers.remove(name)?;
        Some(value.to_str().expect("a text").to_owned())
    };
    let status = reason.is_some().then(|| state.status().to_owned());
    assert_eq!(take("x-clerk-auth-status"), status);
    let in_header = |text: String| HeaderValue::from_str(&text).is_ok().then_some(text);
    assert_eq!(take("x-clerk-auth-reason"), reason.and_then(in_header));
    let said = Some(message.to_owned()).filter(|message| !message.is_empty());
    assert_eq!(take("x-clerk-auth-message"), said);
    lines.extend(who(state.to_auth(PendingSessions::SignedOut)));
    lines.extend(header_lines(&headers));
    lines
}

/// Whom the application deals with.
fn who(auth: Option<Auth>) -> Vec<String> {
    match auth {
        Some(Auth::Session(session)) => {
            let (user, id) = (session.user_id(), session.session_id());
            let mut lines = vec![format!("user {user} in session {id}")];
            if let Some(organization) = session.organization() {
                let role = organization.role().unwrap_or("nobody");
                lines.push(format!("{role} of organization {}", organization.id()));
            }
            lines
        }
        Some(Auth::Machine(machine)) => {
            let (subject, id) = (machine.subject(), machine.id());
            vec![format!("{subject} with the token {id}")]
        }
        Some(Auth::SignedOut(nobody)) if nobody.is_pending() => {
            vec!["nobody, while the session is pending".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// Each header in a line, and each parameter of a redirect.
fn header_lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        let value = value.to_str().expect("a text");
        if name != LOCATION {
            lines.push(format!("{name}: {value}"));
            continue;
        }
        let mut url = Url::parse(value).expect("an absolute URL");
        assert_eq!(url.as_str(), value, "a URL that browsers read otherwise");
        let pairs = url.query_pairs();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("? {name}={value}"))
            .collect();
        url.set_query(None);
        lines.push(format!("{name}: {url}"));
        lines.extend(pairs);
    }
    lines
}
