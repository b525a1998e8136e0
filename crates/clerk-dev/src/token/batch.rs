//! `clerk-dev token verify --batch`: what Node's `verifyToken` says of each token.

use std::{collections::HashMap, io::Read, sync::Arc};

use clerk::{
    AuthorizedParties, Clock, JwkSet, ManualClock, Policy, SystemClock, UserClaims,
    jwks::{
        BlockingResolveKey, StaticKeys,
        blocking::{Layered, Verifier},
    },
    jwt::Ring,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    batch::{self, Object},
    json,
    members::{ClockSkew, Now, OneOrMany},
    outcome::{Failure, Verdict, causes},
    output::Output,
};

pub(crate) fn run(input: impl Read, output: &mut Output) -> Result<Verdict, Failure> {
    let mut judge = Judge::new();
    batch::answer_lines(input, output, |question| judge.answer(question))?;
    Ok(Verdict::Yes)
}

/// One line of input.
#[derive(Debug, Deserialize)]
struct Question {
    token: Option<String>,
    now: Option<Now>,
    options: Option<Object<Options>>,
}

/// What is asked of the token. `null` is as good as absent.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    jwt_key: Option<String>,
    jwks: Option<Box<RawValue>>,
    audience: Option<OneOrMany>,
    authorized_parties: Option<Vec<String>>,
    issuer: Option<OneOrMany>,
    clock_skew_ms: Option<ClockSkew>,
}

/// One line of output, beside the id.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Accepted {
        ok: bool,
        /// The payload's own text: no number of it is rounded, no member moved.
        claims: Box<RawValue>,
    },
    Refused {
        ok: bool,
        reason: &'static str,
        message: String,
    },
}

/// Answers questions, and remembers the keys they come with.
#[derive(Debug)]
struct Judge {
    clock: Arc<dyn Clock>,
    keys: HashMap<KeySource, Result<Keys, String>>,
}

type Keys = Arc<dyn BlockingResolveKey>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum KeySource {
    Pem(String),
    Jwks(String),
    None,
}

/// Batches come with one instance's keys, or a few. Beyond that it is cheaper to forget than to
/// find out which ones.
const MOST_KEYS: usize = 64;

impl Judge {
    fn new() -> Self {
        Self {
            clock: Arc::new(SystemClock::new()),
            keys: HashMap::new(),
        }
    }

    fn answer(&mut self, question: Question) -> Result<Answer, String> {
        let token = question.token.ok_or("token: expected a string")?;
        let Object(mut options) = question.options.unwrap_or_default();
        let keys = self.keys(options.key_source())?;
        let clock = match question.now {
            Some(Now(now)) => Arc::new(ManualClock::at(now)),
            None => Arc::clone(&self.clock),
        };
        let verifier = Verifier::new(keys, options.into_policy(), clock);
        match verifier.verify::<UserClaims>(&token) {
            Ok(verified) => accepted(verified.claims().all().as_json()),
            Err(error) => Ok(Answer::Refused {
                ok: false,
                reason: error.reason().as_str(),
                message: causes(&error),
            }),
        }
    }

    fn keys(&mut self, source: KeySource) -> Result<Keys, String> {
        if let Some(known) = self.keys.get(&source) {
            return known.clone();
        }
        if self.keys.len() >= MOST_KEYS {
            self.keys.clear();
        }
        let keys = source.read();
        self.keys.insert(source, keys.clone());
        keys
    }
}

fn accepted(payload: &str) -> Result<Answer, String> {
    let claims = RawValue::from_string(payload.trim().to_owned())
        .map_err(|error| format!("the claims cannot be shown: {error}"))?;
    Ok(Answer::Accepted {
        ok: true,
        claims: json::one_line(&claims).into_owned(),
    })
}

impl Options {
    /// Where the key comes from. A PEM key has precedence; an empty one is none, as in Node.
    fn key_source(&mut self) -> KeySource {
        match (self.jwt_key.take(), self.jwks.take()) {
            (Some(pem), _) if !pem.is_empty() => KeySource::Pem(pem),
            (_, Some(jwks)) => KeySource::Jwks(jwks.get().to_owned()),
            (_, None) => KeySource::None,
        }
    }

    fn into_policy(self) -> Policy {
        // In a batch, a list without entries is as good as an absent one.
        let named = |list: Option<OneOrMany>| {
            let list = list.map(OneOrMany::into_named);
            list.filter(|named| !named.is_empty())
        };
        let mut policy = Policy::default();
        if let Some(audiences) = named(self.audience) {
            policy = policy.audiences(audiences);
        }
        if let Some(issuers) = named(self.issuer) {
            policy = policy.issuers(issuers);
        }
        match self.authorized_parties {
            Some(parties) if !parties.is_empty() => {
                policy = policy.authorized_parties(AuthorizedParties::require(parties));
            }
            _ => {}
        }
        if let Some(ClockSkew(skew)) = self.clock_skew_ms {
            policy = policy.clock_skew(skew);
        }
        policy
    }
}

impl KeySource {
    fn read(&self) -> Result<Keys, String> {
        match self {
            Self::Pem(pem) => match StaticKeys::from_pem(pem) {
                Ok(keys) => Ok(Arc::new(keys)),
                Err(error) => Err(format!("options.jwt_key: {}", causes(&error))),
            },
            Self::Jwks(json) => match JwkSet::from_json(json, &Ring) {
                Ok(set) => Ok(Arc::new(StaticKeys::from(set))),
                Err(error) => Err(format!("options.jwks: {}", causes(&error))),
            },
            Self::None => Ok(Arc::new(Layered::new())),
        }
    }
}
