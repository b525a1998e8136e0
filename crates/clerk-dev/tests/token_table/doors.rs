//! The doors that every row goes through, those that verify with a given library among them.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use clerk::{
    Clerk, ManualClock, UserClaims, VerificationError, Verified,
    http::{BlockingRuntime, Retry, Runtime},
    jwks::{self, ResolveKey as _, StaticKeys},
    jwt::{JwkSet, KeyId, Provider, UnverifiedToken, VerifyError, VerifyingKey},
};
use clerk_emulator::InProcess;
use clerk_token_table::{
    CONFIGURATION, Keys, NO_KEY, NOW, Question, Row, Said, Table, UNKNOWN_KEY, on_one_line,
};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::support;

fn accepted(verified: &Verified<UserClaims>) -> String {
    on_one_line(verified.claims().all().as_json())
}

fn said(result: Result<Verified<UserClaims>, VerificationError>) -> Said {
    result
        .map(|verified| accepted(&verified))
        .map_err(|error| error.reason().to_string())
}

fn configuration<E>(_: E) -> String {
    CONFIGURATION.to_owned()
}

/// A library that signatures are checked with.
pub(crate) type Library = Arc<dyn Provider>;

/// `clerk-jwt` alone: the caller finds the key.
pub(crate) fn direct(Row { question, .. }: &Row, table: &Table, library: &Library) -> Said {
    let reason = |error: VerifyError| error.reason().to_string();
    let malformed = |error| reason(VerifyError::Malformed(error));
    let find = match &question.keys {
        Keys::Published => set(&table.emulator.jwks_json().to_string(), library)?,
        Keys::Set(json) => set(json, library)?,
        Keys::Pem(pem) => {
            let key = VerifyingKey::from_pem_with(pem, library).map_err(configuration)?;
            let key = key.with_algorithm(clerk::jwt::Algorithm::Rs256);
            Box::new(move |_: Option<&KeyId>| Ok(key.clone()))
        }
        Keys::None => Box::new(|_: Option<&KeyId>| Err(NO_KEY.to_owned())),
    };
    let policy = question.policy();
    let token = UnverifiedToken::parse(&question.token).map_err(malformed)?;
    token.check_header::<UserClaims>(&policy).map_err(reason)?;
    token.check_form().map_err(malformed)?;
    let key = find(token.key_id())?;
    let verified = token.verify::<UserClaims>(&key, question.now(), &policy);
    verified.map(|verified| accepted(&verified)).map_err(reason)
}

type Find = Box<dyn Fn(Option<&KeyId>) -> Result<VerifyingKey, String>>;

/// Finds keys in a key set by nothing but their ids.
fn set(json: &str, library: &Library) -> Result<Find, String> {
    let keys = JwkSet::from_json(json, library)
        .map_err(configuration)?
        .into_keys();
    Ok(Box::new(move |id| {
        let named = keys
            .iter()
            .filter(|key| id.is_some() && key.id.as_ref() == id);
        let mut found = Err(UNKNOWN_KEY.to_owned());
        for published in named {
            match &published.key {
                Ok(key) => return Ok(key.clone()),
                Err(error) => found = Err(VerifyError::Key(error.clone()).reason().to_string()),
            }
        }
        found
    }))
}

fn static_keys(keys: &Keys, library: &Library) -> Result<Option<StaticKeys>, String> {
    match keys {
        Keys::Published | Keys::None => Ok(None),
        Keys::Pem(pem) => StaticKeys::from_pem_with(pem, library)
            .map(Some)
            .map_err(configuration),
        Keys::Set(json) => {
            let set = JwkSet::from_json(json, library).map_err(configuration)?;
            Ok(Some(set.into()))
        }
    }
}

/// Runs things beside on tokio or a thread; nothing here ever waits.
#[derive(Debug)]
struct Beside;

#[async_trait::async_trait]
impl Runtime for Beside {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}

impl BlockingRuntime for Beside {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(task);
    }
}

/// The facade's client and `clerk-jwks`, async.
pub(crate) fn asynchronous(table: &Table, library: &Library) -> Vec<Said> {
    let clock = Arc::new(ManualClock::at(NOW));
    let transport = InProcess::new(table.emulator.clone(), Arc::clone(&clock) as _);
    let clerk = Clerk::builder()
        .secret_key(table.emulator.secret_key())
        .api_url(table.emulator.url())
        .clock(Arc::clone(&clock))
        .provider(Arc::clone(library))
        .retry(Retry::none())
        .transport(transport, Beside)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut answers = Vec::new();
        for Row { question, .. } in &table.rows {
            clock.set(question.now());
            let verifier = match (&question.keys, static_keys(&question.keys, library)) {
                (_, Err(problem)) => {
                    answers.push(Err(problem));
                    continue;
                }
                (_, Ok(Some(keys))) => {
                    jwks::Verifier::new(keys, question.policy(), Arc::clone(&clock))
                }
                (Keys::None, _) => {
                    let nowhere = jwks::Layered::new();
                    assert!(matches!(
                        nowhere.at_hand(None),
                        Some(Err(jwks::ResolveError::NoSource))
                    ));
                    jwks::Verifier::new(nowhere, question.policy(), Arc::clone(&clock))
                }
                _ => clerk.verifier().with_policy(question.policy()),
            };
            answers.push(said(verifier.verify(&question.token).await));
        }
        answers
    })
}

/// The same, blocking.
pub(crate) fn blocking(table: &Table, library: &Library) -> Vec<Said> {
    let clock = Arc::new(ManualClock::at(NOW));
    let transport = InProcess::new(table.emulator.clone(), Arc::clone(&clock) as _);
    let clerk = clerk::blocking::Clerk::builder()
        .secret_key(table.emulator.secret_key())
        .api_url(table.emulator.url())
        .clock(Arc::clone(&clock))
        .provider(Arc::clone(library))
        .retry(Retry::none())
        .transport(transport, Beside)
        .build()
        .unwrap();
    let judge = |Row { question, .. }: &Row| {
        clock.set(question.now());
        let clock = Arc::clone(&clock);
        let verifier = match (&question.keys, static_keys(&question.keys, library)?) {
            (_, Some(keys)) => jwks::blocking::Verifier::new(keys, question.policy(), clock),
            (Keys::None, _) => jwks::blocking::Verifier::new(
                jwks::blocking::Layered::new(),
                question.policy(),
                clock,
            ),
            _ => clerk.verifier().with_policy(question.policy()),
        };
        said(verifier.verify(&question.token))
    };
    table.rows.iter().map(judge).collect()
}

fn line(id: usize, question: &Question, published: &Value) -> String {
    let mut options = json!({
        "audience": one_or_many(&question.audiences),
        "authorized_parties": question.authorized_parties,
        "issuer": one_or_many(&question.issuers),
    });
    if let Some(millis) = question.clock_skew_ms {
        options["clock_skew_ms"] = json!(millis);
    }
    let options = options.to_string();
    let asked = options.strip_suffix('}').unwrap();
    let keys = match &question.keys {
        Keys::Published => format!(",\"jwks\":{published}"),
        Keys::Set(set) => format!(",\"jwks\":{set}"),
        Keys::Pem(pem) => format!(",\"jwt_key\":{}", json!(pem)),
        Keys::None => String::new(),
    };
    let (now, token) = (question.now(), json!(question.token));
    format!("{{\"id\":{id},\"now\":{now},\"token\":{token},\"options\":{asked}{keys}}}}}\n")
}

fn one_or_many(texts: &[String]) -> Value {
    match texts {
        [] => Value::Null,
        [one] => json!(one),
        many => json!(many),
    }
}

#[derive(Deserialize)]
struct Answer {
    id: usize,
    #[serde(default)]
    ok: bool,
    claims: Option<Box<RawValue>>,
    reason: Option<String>,
    error: Option<String>,
}

/// `clerk-dev token verify --batch`.
pub(crate) fn command_line(table: &Table) -> Vec<Said> {
    let published = table.emulator.jwks_json();
    let lines = table.rows.iter().enumerate();
    let input: String = lines
        .map(|(id, row)| line(id, &row.question, &published))
        .collect();
    support::answer_bytes("token", input.as_bytes())
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let answer: Answer = serde_json::from_str(line).unwrap();
            assert_eq!(answer.id, index);
            match (answer.ok, answer.claims, answer.reason, answer.error) {
                (true, Some(claims), None, None) => Ok(claims.get().to_owned()),
                (false, None, Some(reason), None) => Err(reason),
                (false, None, None, Some(_)) => Err(CONFIGURATION.to_owned()),
                _ => panic!("no answer: {line}"),
            }
        })
        .collect()
}
