//! An application whose requests Clerk's SDK for Node authenticates, and a browser that visits it.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use clerk::{Clock, ManualClock, UnixTime};
use clerk_emulator::{Browser, Builder, Emulator, Server};
use http::{HeaderName, HeaderValue, Response, StatusCode, Uri, header};
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
    /// The statuses on the way to the latest page, each with what the SDK said if it was asked.
    way: Vec<(StatusCode, Value)>,
    /// Where the browser is.
    url: String,
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
            way: Vec::new(),
            url: String::new(),
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
        self.node.ask(&json!({
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
        }))
    }

    pub(super) fn open(&mut self, url: &str) -> Result<(), Stopped> {
        self.go(url, None)
    }

    pub(super) fn sign_in(&mut self, email: &str) -> Result<(), Stopped> {
        let url = format!("{}/sign-in", self.server.url());
        self.go(&url, Some(&[("redirect_url", HOME), ("user", email)]))
    }

    pub(super) fn sign_out(&mut self) -> Result<(), Stopped> {
        let url = format!("{}/sign-out", self.server.url());
        self.go(&url, Some(&[("redirect_url", HOME)]))
    }

    /// Opens `url`, or sends it a form.
    fn go(&mut self, url: &str, form: Option<&[(&str, &str)]>) -> Result<(), Stopped> {
        let (mut browser, now) = (self.browser.clone(), self.now());
        let (emulator, with_tokens) = (self.emulator(), self.with_tokens);
        let mut trouble = None;
        self.way.clear();
        let network = |mut request: http::Request<_>| {
            let is_ours = request
                .uri()
                .host()
                .is_some_and(|host| host.ends_with("localhost"));
            let (response, said) = if is_ours {
                let said = self.ask(&request);
                let said = said.unwrap_or_else(|stopped| {
                    trouble = Some(stopped);
                    Value::Null
                });
                (responded(&said), said)
            } else {
                if with_tokens {
                    forget_format(request.uri_mut());
                }
                let answer = emulator.handle(request, now).into_response();
                (answer.unwrap_or_default(), Value::Null)
            };
            self.way.push((response.status(), said));
            response
        };
        let page = match form {
            None => browser.open(url, now, network),
            Some(form) => browser.submit(url, form, now, network),
        };
        page.url().clone_into(&mut self.url);
        self.browser = browser;
        trouble.map_or(Ok(()), Err)
    }

    /// The way to the page: each status, with the SDK's reason if it gave one.
    pub(super) fn way(&self) -> String {
        let hop = |(status, said): &(StatusCode, Value)| {
            let reason = said["reason"].as_str().unwrap_or_default();
            format!("{} {reason}", status.as_u16())
                .trim_end()
                .to_owned()
        };
        let hops: Vec<String> = self.way.iter().map(hop).collect();
        hops.join(", ")
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A member of what the SDK said of the page.
    pub(super) fn said(&self, member: &str) -> &Value {
        let page = self.way.last();
        page.map_or(&Value::Null, |(_, said)| &said[member])
    }

    /// A member of its auth object.
    pub(super) fn auth(&self, member: &str) -> &Value {
        &self.said("auth")[member]
    }
}

/// As if the application had not said that it takes nonces.
fn forget_format(uri: &mut Uri) {
    if let Ok(shorter) = uri.to_string().replace("&format=nonce", "").parse() {
        *uri = shorter;
    }
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
