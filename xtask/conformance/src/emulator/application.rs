//! An application whose requests Clerk's SDK for Node authenticates, and a browser that visits it.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use clerk::{Clock, ManualClock, UnixTime};
use clerk_emulator::{Browser, Builder, Emulator, Page, Server};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::{outcome::Stopped, programs::Conversation};

pub(super) const HOME: &str = "http://localhost:3000/dash?tab=1";
const START: UnixTime = UnixTime::from_secs(1_800_000_000);

/// The emulator, the application and one browser, at a time of their own.
pub(super) struct Scene<'n> {
    node: &'n mut Conversation,
    clock: Arc<ManualClock>,
    pub(super) server: Server,
    pub(super) browser: Browser,
    /// What the SDK is told beside the keys, as the application's own host or another would.
    pub(super) options: fn(host: &str, emulator: &Emulator) -> Value,
    /// Whether handshakes bring tokens, though the SDK asks for nonces.
    pub(super) with_tokens: bool,
    /// What the SDK said of the application's requests, in order.
    pub(super) answers: Vec<Value>,
}

impl<'n> Scene<'n> {
    pub(super) fn set(node: &'n mut Conversation, emulator: Builder) -> Result<Self, Stopped> {
        let clock = Arc::new(ManualClock::at(START));
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        Ok(Self {
            node,
            server: Server::start_at(address, emulator, clock.clone())?,
            clock,
            browser: Browser::new(),
            options: |_, _| json!({}),
            with_tokens: false,
            answers: Vec::new(),
        })
    }

    pub(super) fn emulator(&self) -> Emulator {
        self.server.emulator().clone()
    }

    pub(super) fn now(&self) -> UnixTime {
        self.clock.now()
    }

    pub(super) fn wait(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// What the SDK says of one request.
    pub(super) fn ask(&mut self, request: &http::Request<impl Sized>) -> Result<Value, Stopped> {
        let emulator = self.emulator();
        let host = request.uri().host().unwrap_or_default();
        let mut options = (self.options)(host, &emulator);
        options["skipJwksCache"] = json!(true);
        let headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| json!([name.as_str(), value.to_str().unwrap_or_default()]))
            .collect();
        let answer = self.node.ask(&json!({
            "client": {
                "apiUrl": emulator.url(),
                "secretKey": emulator.secret_key().expose(),
                "publishableKey": emulator.publishable_key().as_str(),
                "telemetry": { "disabled": true },
            },
            "authenticate": {
                "method": request.method().as_str(),
                "url": request.uri().to_string(),
                "headers": headers,
            },
            "options": options,
            "now": self.now().as_millis(),
        }))?;
        self.answers.push(answer.clone());
        Ok(answer)
    }

    /// Where the browser comes when it goes to `url`, and with a form, sends it there.
    pub(super) fn go(&mut self, url: &str, form: Option<&[(&str, &str)]>) -> Result<Page, Stopped> {
        let (mut browser, now) = (self.browser.clone(), self.now());
        let mut trouble = None;
        self.answers.clear();
        let (emulator, with_tokens) = (self.emulator(), self.with_tokens);
        let network = |request: http::Request<_>| {
            let host = request.uri().host().unwrap_or_default();
            if !host.ends_with("localhost") {
                let request = if with_tokens {
                    without_format(request)
                } else {
                    request
                };
                let answer = emulator.handle(request, now);
                return answer.into_response().unwrap_or_default();
            }
            match self.ask(&request) {
                Ok(answer) => responded(&answer),
                Err(stopped) => {
                    trouble = Some(stopped);
                    Response::default()
                }
            }
        };
        let page = match form {
            None => browser.open(url, now, network),
            Some(form) => browser.submit(url, form, now, network),
        };
        self.browser = browser;
        trouble.map_or(Ok(page), Err)
    }

    /// What the SDK said of the page itself.
    pub(super) fn last(&self) -> &Value {
        self.answers.last().unwrap_or(&Value::Null)
    }

    /// Its reasons on the way.
    pub(super) fn reasons(&self) -> Vec<&str> {
        let answers = self.answers.iter();
        answers
            .filter_map(|answer| answer["reason"].as_str())
            .collect()
    }

    pub(super) fn sign_in(&mut self, email: &str) -> Result<Page, Stopped> {
        let url = self.emulator().sign_in_url();
        self.go(&url, Some(&[("redirect_url", HOME), ("user", email)]))
    }
}

/// As if the application had not said that it takes nonces.
fn without_format<B>(mut request: http::Request<B>) -> http::Request<B> {
    let uri = request.uri().to_string().replace("&format=nonce", "");
    if let Ok(uri) = uri.parse() {
        *request.uri_mut() = uri;
    }
    request
}

/// What an application makes of what the SDK says: its headers, and a redirect if one is there.
fn responded<B: Default>(answer: &Value) -> Response<B> {
    let mut response = Response::<B>::default();
    for pair in answer["headers"].as_array().into_iter().flatten() {
        let text = |index: usize| pair[index].as_str().unwrap_or_default();
        let name = HeaderName::try_from(text(0));
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(text(1))) {
            response.headers_mut().append(name, value);
        }
    }
    if response.headers().contains_key(header::LOCATION) {
        *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    }
    response
}
