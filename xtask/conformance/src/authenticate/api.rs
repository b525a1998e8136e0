//! The Backend API that both programs call. It keeps nothing: whatever is to be answered stands in
//! the question, so that the same question has the same answer each time.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, Request, Response, StatusCode, Uri, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime};

use crate::{
    outcome::Stopped,
    signer::{KEY_ID, Signers, Who},
};

/// More than any question has.
const MAX_BODY: usize = 1 << 20;

/// Secret keys by what `GET /jwks` answers to them.
pub(crate) const GOOD: &str = "good";
pub(crate) const REFUSED: &str = "refused";
pub(crate) const WITHOUT_KEYS: &str = "keyless";
pub(crate) const UNREADABLE: &str = "unreadable";

/// What one question had a program call, key fetches aside, in order.
pub(crate) type Calls = BTreeMap<usize, Vec<Call>>;

/// A call of the Backend API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) verb: String,
    /// The path and the query.
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) body: Value,
}

/// Serves until it is dropped.
#[derive(Debug)]
pub(crate) struct Api {
    address: SocketAddr,
    shared: Arc<Shared>,
    _runtime: runtime::Runtime,
}

#[derive(Debug)]
struct Shared {
    keys: String,
    calls: Mutex<Calls>,
}

impl Api {
    pub(crate) fn start(signers: &Signers) -> Result<Self, Stopped> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            keys: json!({ "keys": [signers.jwk(Who::Ours, KEY_ID)] }).to_string(),
            calls: Mutex::default(),
        });
        let router = Router::new()
            .fallback(respond)
            .with_state(Arc::clone(&shared));
        runtime.spawn(async { axum::serve(listener, router).await });
        Ok(Self {
            address,
            shared,
            _runtime: runtime,
        })
    }

    /// The address for one question, by which its calls are told from those of others.
    pub(crate) fn url(&self, question: usize) -> String {
        format!("http://{}/{question}", self.address)
    }

    /// The calls since it was last asked.
    pub(crate) fn take_calls(&self) -> Calls {
        let calls = self.shared.calls.lock();
        std::mem::take(&mut calls.unwrap_or_else(PoisonError::into_inner))
    }
}

/// A nonce, refresh token or machine token that carries the answer it gets.
pub(crate) fn scripted(prefix: &str, status: u16, body: &Value) -> String {
    let script = json!({ "status": status, "body": body }).to_string();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(script))
}

/// What a text says that it is to be answered with.
pub(crate) fn script(text: &str) -> Option<Value> {
    let script = text.rsplit('.').next().unwrap_or_default();
    let script = URL_SAFE_NO_PAD.decode(script).ok()?;
    let script: Value = serde_json::from_slice(&script).ok()?;
    script.get("status").is_some().then_some(script)
}

/// A body that says what is wrong as Clerk does.
pub(crate) fn refusal(code: &str) -> Value {
    json!({ "errors": [{ "code": code, "message": "no", "long_message": "no, thank you" }] })
}

struct Answer {
    status: u16,
    /// The reference takes no other for JSON.
    content_type: &'static str,
    body: String,
}

impl Answer {
    fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: body.to_string(),
        }
    }
}

async fn respond(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let authorization = field(&head.headers, header::AUTHORIZATION.as_str());
    let (question, target) = addressed(&head.uri);
    let path = target.split('?').next().unwrap_or_default();
    let answer = if path == "/v1/jwks" {
        jwks(&shared.keys, &authorization)
    } else {
        let answer = operation(head.method.as_str(), path, &head.uri, &body);
        let call = Call {
            verb: head.method.to_string(),
            target: target.clone(),
            authorization,
            body,
        };
        let calls = shared.calls.lock();
        let mut calls = calls.unwrap_or_else(PoisonError::into_inner);
        calls.entry(question).or_default().push(call);
        answer
    };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    let content_type = header::HeaderValue::from_static(answer.content_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

fn field(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).map(|value| value.as_bytes());
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}

/// Which question a call belongs to, and what it asks for.
fn addressed(uri: &Uri) -> (usize, String) {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let (question, rest) = target[1..].split_once('/').unwrap_or_default();
    (question.parse().unwrap_or(usize::MAX), format!("/{rest}"))
}

fn jwks(keys: &str, authorization: &str) -> Answer {
    let secret = authorization.rsplit('_').next().unwrap_or_default();
    match secret {
        REFUSED => Answer::json(401, &refusal("clerk_key_invalid")),
        WITHOUT_KEYS => Answer::json(200, &json!({ "keys": [] })),
        UNREADABLE => Answer {
            status: 502,
            content_type: "text/html",
            body: "<html>".to_owned(),
        },
        _ => Answer {
            status: 200,
            content_type: "application/json",
            body: keys.to_owned(),
        },
    }
}

fn operation(verb: &str, path: &str, uri: &Uri, body: &Value) -> Answer {
    let member = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let script = match (verb, path) {
        ("GET", "/v1/clients/handshake_payload") => uri
            .query()
            .and_then(|query| query.strip_prefix("nonce="))
            .unwrap_or_default(),
        ("POST", "/api_keys/verify") => member("secret"),
        ("POST", "/m2m_tokens/verify") => member("token"),
        ("POST", "/oauth_applications/access_tokens/verify") => member("access_token"),
        ("POST", path) if path.ends_with("/refresh") => member("refresh_token"),
        _ => return Answer::json(405, &refusal("no_such_operation")),
    };
    let Some(script) = self::script(script) else {
        return Answer::json(404, &refusal("resource_not_found"));
    };
    let status = script.get("status").and_then(Value::as_u64).unwrap_or(500);
    match script.get("body") {
        // Not what a service says, but what stands in front of one.
        Some(Value::String(text)) => Answer {
            status: status as u16,
            content_type: "text/html",
            body: text.clone(),
        },
        Some(body) => Answer::json(status as u16, body),
        None => Answer::json(500, &refusal("internal_error")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_says_which_question_it_belongs_to() {
        let uri = Uri::from_static("http://127.0.0.1:1/17/v1/jwks?a=b");
        assert_eq!(addressed(&uri), (17, "/v1/jwks?a=b".to_owned()));
    }

    #[test]
    fn an_answer_stands_in_the_question() {
        let token = scripted("ak_.", 404, &refusal("gone"));
        let body = json!({ "secret": token });
        let uri = Uri::from_static("http://127.0.0.1:1/1/api_keys/verify");
        let answer = operation("POST", "/api_keys/verify", &uri, &body);
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains("\"gone\""));
        let unscripted = operation(
            "POST",
            "/api_keys/verify",
            &uri,
            &json!({ "secret": "ak_1" }),
        );
        assert_eq!(unscripted.status, 404);
        assert_eq!(operation("PUT", "/v1/users", &uri, &body).status, 405);
    }
}
