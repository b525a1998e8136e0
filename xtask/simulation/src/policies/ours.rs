//! Our own policy: the real key cache, the real calls with their retries, and the real verifier.
//!
//! What is driven here is what `clerk_jwks::RemoteKeys` drives: its snapshot, its cache, and one fetch however
//! many wait. The operation is private there; a test holds ours to what it sends.

use std::{cell::RefCell, rc::Rc, sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_http::{
    Attempts, AwaitingResponse, AwaitingRetry, Deadline, Error, FirstDelay, Operation,
    ResponseLimit, Settings, Step, TransportError, TransportErrorKind,
};
use clerk_jwks::{CachePolicy, FetchError, KeySet, KeySetCache, Lookup, Snapshot};
use clerk_jwt::{JwkSet, KeyId, SessionClaims, UnverifiedToken, VerifyingKey};
use http::{Request, Response, StatusCode};

use super::{Ask, Next, Now, Outcome, Policy, Verdict};
use crate::{
    day::{KEYS, KeyName, Published},
    key_server::Answer,
    tokens::{self, Sums, Token},
};

/// The policy of `clerk-jwks`, with the settings of a client as everybody has it.
#[derive(Debug)]
pub(crate) struct Ours<'s> {
    settings: &'s Settings,
    operation: FetchKeys,
    bodies: [Bytes; 1 << KEYS],
    cache: CachePolicy,
    tokens: clerk_jwt::Policy,
    ids: [KeyId; KEYS],
}

/// What a process keeps: as `RemoteKeys`, the cache, and what may be read without asking it.
#[derive(Debug)]
pub(crate) struct Cache {
    cache: KeySetCache,
    snapshot: Option<Snapshot>,
}

/// A fetch, and the seed that it brings the cache.
#[derive(Debug)]
pub(crate) struct Call<'s> {
    state: State<'s>,
    seed: u64,
}

#[derive(Debug)]
enum State<'s> {
    Sent(Box<AwaitingResponse<'s, FetchKeys>>),
    Waits(Box<AwaitingRetry<'s, FetchKeys>>),
}

/// `GET /v1/jwks`, as `RemoteKeys` sends it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FetchKeys {
    /// What was read before: the same few bodies come millions of times.
    read: Rc<RefCell<Vec<(Bytes, KeySet)>>>,
    once: bool,
}

impl FetchKeys {
    fn read_before(&self, body: &Bytes) -> Option<KeySet> {
        let read = self.read.borrow();
        let found = read.iter().find(|(before, _)| before == body);
        found.map(|(_, set)| set.clone())
    }
}

impl Operation for FetchKeys {
    type Output = KeySet;

    const ID: &'static str = "GetJWKS";
    const IDEMPOTENT: bool = true;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = http::Uri::from_static("/jwks");
        let extensions = request.extensions_mut();
        extensions.insert(Deadline(Duration::from_secs(5)));
        extensions.insert(FirstDelay(Duration::from_secs(1)));
        extensions.insert(ResponseLimit(1024 * 1024));
        if self.once {
            extensions.insert(Attempts(1));
        }
        Ok(request)
    }

    fn response(&self, response: Response<Bytes>) -> Result<KeySet, Error> {
        let response = clerk_http::success(Self::ID, response)?;
        if let Some(set) = self.read_before(response.body()) {
            return Ok(set);
        }
        let json = std::str::from_utf8(response.body())
            .map_err(|error| Error::decode(Self::ID, &response, error))?;
        let set = JwkSet::from_json(json, &Sums)
            .map_err(|error| Error::decode(Self::ID, &response, error))?;
        let set = KeySet::from(set);
        let body = response.body().clone();
        self.read.borrow_mut().push((body, set.clone()));
        Ok(set)
    }
}

impl<'s> Ours<'s> {
    pub(crate) fn new(settings: &'s Settings, cache: CachePolicy) -> Self {
        Self {
            settings,
            operation: FetchKeys::default(),
            bodies: std::array::from_fn(|keys| tokens::key_set(Published(keys as u8))),
            cache,
            tokens: tokens::policy(),
            ids: std::array::from_fn(|key| KeyId::new(tokens::name(KeyName(key as u8)))),
        }
    }

    fn verify(&self, token: &UnverifiedToken<'_>, key: &VerifyingKey, now: Now) -> Verdict {
        let verified = token.verify::<SessionClaims>(key, now.wall, &self.tokens);
        Verdict::accepted_if(verified.is_ok())
    }

    fn next(&self, step: Step<'s, FetchKeys>, seed: u64) -> Next<Call<'s>, Fetched> {
        let call = |state| Call { state, seed };
        match step {
            Step::Send(request, sent) => {
                let timeout = request.extensions().get::<clerk_http::RequestTimeout>();
                let timeout = timeout.copied().unwrap_or_default();
                Next::Send(call(State::Sent(Box::new(sent))), Some(timeout.0))
            }
            Step::Wait(duration, waits) => {
                Next::Wait(duration, call(State::Waits(Box::new(waits))))
            }
            Step::Done(result) => Next::Done((result, seed)),
        }
    }
}

/// What a fetch has brought, and its seed.
pub(crate) type Fetched = (Result<KeySet, Error>, u64);

impl Cache {
    fn publish(&mut self) {
        self.snapshot = self.cache.snapshot();
    }
}

impl<'s> Policy for Ours<'s> {
    type Keys = Cache;
    type Call = Call<'s>;
    type Fetched = Fetched;

    fn cold(&self) -> Cache {
        Cache {
            cache: KeySetCache::new(self.cache.clone()),
            snapshot: None,
        }
    }

    fn ask(&self, keys: &mut Cache, token: &Token, now: Now) -> Ask {
        let refused = Ask::Judged(Verdict::Refused);
        let Ok(parsed) = UnverifiedToken::parse(&token.compact) else {
            return refused;
        };
        if parsed.check_header::<SessionClaims>(&self.tokens).is_err() {
            return refused;
        }
        let Some(id) = parsed.key_id() else {
            return refused;
        };
        let snapshot = keys.snapshot.as_ref();
        match snapshot.and_then(|snapshot| snapshot.at_hand(id, now.monotonic)) {
            Some(Ok(key)) => return Ask::Judged(self.verify(&parsed, &key, now)),
            Some(Err(_)) => return refused,
            None => {}
        }
        if parsed.check_form().is_err() {
            return refused;
        }
        let lookup = keys.cache.lookup(id, now.monotonic);
        if matches!(lookup, Lookup::Refresh(_) | Lookup::Fetch) {
            keys.publish();
        }
        match lookup {
            Lookup::Hit(key) => Ask::Judged(self.verify(&parsed, &key, now)),
            Lookup::Refresh(key) => Ask::JudgedAndFetch(self.verify(&parsed, &key, now)),
            Lookup::Fetch => Ask::FetchForAll,
            Lookup::Wait => Ask::Wait,
            _ => refused,
        }
    }

    fn after_fetch(&self, keys: &Cache, token: &Token, now: Now) -> Verdict {
        let Ok(parsed) = UnverifiedToken::parse(&token.compact) else {
            return Verdict::Refused;
        };
        let id = parsed.key_id().cloned();
        match id.map(|id| keys.cache.after_fetch(&id, now.monotonic)) {
            Some(Ok(key)) => self.verify(&parsed, &key, now),
            _ => Verdict::Refused,
        }
    }

    fn begin(&self, keys: &Cache, seed: u64, now: Now) -> Next<Call<'s>, Self::Fetched> {
        let operation = FetchKeys {
            once: keys.cache.makes_one_attempt(),
            ..self.operation.clone()
        };
        let step = Step::start(operation, self.settings, seed, now.monotonic);
        self.next(step, seed)
    }

    fn ended(&self, call: Call<'s>, outcome: Outcome, now: Now) -> Next<Call<'s>, Self::Fetched> {
        let (State::Sent(sent), seed) = (call.state, call.seed) else {
            unreachable!("only an attempt can end");
        };
        let response = match outcome {
            Outcome::Answered(Answer::Keys(published)) => {
                let body = &self.bodies[usize::from(published.0)];
                Ok(Response::new(body.clone()))
            }
            Outcome::Answered(Answer::Unavailable) => {
                let mut response = Response::new(Bytes::from_static(br#"{"errors":[]}"#));
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                Ok(response)
            }
            Outcome::TimedOut => {
                let kind = TransportErrorKind::Timeout;
                Err(TransportError::for_host(kind, "the key server"))
            }
        };
        self.next(sent.received(response, now.monotonic), seed)
    }

    fn waited(&self, call: Call<'s>, now: Now) -> Next<Call<'s>, Self::Fetched> {
        let (State::Waits(waits), seed) = (call.state, call.seed) else {
            unreachable!("only a wait can be over");
        };
        self.next(waits.waited(now.monotonic), seed)
    }

    fn complete(&self, keys: &mut Cache, (fetched, seed): Self::Fetched, now: Now) -> bool {
        let has_keys = fetched.is_ok();
        let fetched = fetched.map_err(|error| Arc::new(FetchError::from(error)));
        keys.cache.seed(seed);
        keys.cache.complete(fetched, now.monotonic);
        keys.publish();
        has_keys
    }

    fn is_settled_for(&self, keys: &Cache, names: Published, now: Now) -> Option<Duration> {
        let Some(snapshot) = &keys.snapshot else {
            let until = keys.cache.refused_until()?;
            let left = until.saturating_duration_since(now.monotonic);
            return Some(left).filter(|left| !left.is_zero());
        };
        let mut names = (0..KEYS).filter(|key| names.has(KeyName(*key as u8)));
        let all_at_hand = names.all(|key| {
            let at_hand = snapshot.at_hand(&self.ids[key], now.monotonic);
            matches!(at_hand, Some(Ok(_)))
        });
        all_at_hand.then(|| snapshot.until().saturating_duration_since(now.monotonic))
    }

    fn fetches_for_each(&self, _: &Cache, _: Now) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
