//! Instances and applications of every sort, and requests to them.

use std::{
    fmt::{self, Write as _},
    sync::Arc,
};

use clerk_auth::{Moment, RequestHead, RequestState, Settings, Step};
use clerk_core::{MonotonicTime, UnixTime};
use clerk_jwks::ResolveError;
use http::Response;

use crate::{
    recipes::{Keys, Names},
    script::NOW,
    scripts,
    setup::set_up,
};

pub(crate) const TOKENS: [&str; 12] = [
    "session",
    "in_acme",
    "pending",
    "expired",
    "not_yet_active",
    "forged",
    "other_instance",
    "template",
    "m2m",
    "oauth",
    "handshake",
    "garbage",
];

/// Instances and applications, and what stands for something at each of them.
pub(crate) struct Places {
    keys: Arc<Keys>,
    all: Vec<(Settings, Names)>,
}

/// How many there are.
pub(crate) const PLACES: usize = 7;

const SETUPS: [&str; PLACES] = [
    "production",
    "development",
    "production\naccepts any",
    "production\nsatellite\nauto_sync\ndomain satellite.example",
    "development\nsatellite\ndomain satellite.example\nsign_in_url https://primary.example/",
    "production\norganizations /orgs/:slug\npersonal_accounts /me\nproxy_url /__clerk",
    "development\nredirect_origins https://named.example",
];

impl Places {
    pub(crate) fn new() -> Self {
        let keys = Keys::new();
        let recipes = scripts::recipes();
        let all = SETUPS.map(|text| {
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let mut place = set_up(&lines, &keys);
            for recipe in &recipes {
                place.names.read(recipe);
            }
            // Signing takes long, so it is done once.
            for token in TOKENS {
                place.names.fill(&format!("{{{token}}}"));
            }
            (place.settings.expect("settings"), place.names)
        });
        Self {
            keys,
            all: all.into(),
        }
    }

    pub(crate) fn settings(&self, place: usize) -> &Settings {
        &self.all[place].0
    }

    fn names(&self, place: usize) -> Names {
        self.all[place].1.clone()
    }

    /// A token of the place.
    pub(crate) fn token(&self, place: usize, name: &str) -> String {
        self.names(place).fill(&format!("{{{name}}}"))
    }

    /// The request and the answer as they are at the place: with the place's tokens.
    pub(crate) fn filled(
        &self,
        place: usize,
        request: &Request,
        answer: &(u16, String),
    ) -> (Request, (u16, String)) {
        let mut names = self.names(place);
        let headers = request.headers.iter().map(|(name, value)| {
            let value = match std::str::from_utf8(value) {
                Ok(text) => names.fill(text).into_bytes(),
                Err(_) => value.clone(),
            };
            (name.clone(), value)
        });
        let headers = headers.collect();
        let request = Request {
            method: request.method.clone(),
            target: names.fill(&request.target),
            headers,
        };
        (request, (answer.0, names.fill(&answer.1)))
    }

    /// Answers every question for a key with the instance's, and every request in the same way.
    pub(crate) fn run(
        &self,
        settings: &Settings,
        request: &Request,
        answer: &(u16, String),
    ) -> Run {
        let api = clerk_http::Settings::builder()
            .secret_key("sk_test_planted_secret".parse().expect("a key"))
            .build()
            .expect("settings");
        let now = Moment::new(UnixTime::from_secs(NOW), MonotonicTime::default());
        let head = request.head();
        let mut shown = format!("{head:?} {settings:?} {api:?}");
        let mut step = Step::start(&head, settings, &api, now);
        let mut steps = 0;
        loop {
            write!(shown, "{step:?}").expect("a text");
            step = match step {
                Step::Resolve(None, waiting) => {
                    waiting.resolved(Err(ResolveError::UnknownKey), now)
                }
                Step::Resolve(Some(_), waiting) => waiting.resolved(Ok(self.keys.verifying()), now),
                Step::Send(request, waiting) => {
                    write!(shown, "{:?}", request.headers()).expect("a text");
                    let response = Response::builder()
                        .status(answer.0)
                        .header("content-type", "application/json")
                        .body(answer.1.clone().into());
                    waiting.received(Ok(response.expect("a response")), now)
                }
                Step::Wait(_, waiting) => waiting.waited(now),
                Step::Verify(waiting) => waiting.unverified(now),
                Step::Done(decided) => {
                    return Run {
                        decided,
                        steps,
                        shown,
                    };
                }
            };
            steps += 1;
            assert!(steps < 20, "asks without end");
        }
    }
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    fn head(&self) -> RequestHead<'_> {
        let head = RequestHead::new(&self.method, &self.target);
        let headers = self.headers.iter();
        headers.fold(head, |head, (name, value)| head.header(name, value))
    }
}

/// As it may be pasted into a script.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.target)?;
        let mut headers = self.headers.iter();
        headers.try_for_each(|(name, value)| writeln!(f, "{name}: {}", value.escape_ascii()))
    }
}

pub(crate) struct Run {
    pub(crate) decided: Result<RequestState, clerk_auth::Error>,
    pub(crate) steps: usize,
    /// Everything that was shown on the way.
    pub(crate) shown: String,
}
