//! Requests that bring a token in a header.

use std::time::Duration;

use bytes::Bytes;
use clerk::{Clock as _, SystemClock, http::BlockingTransport as _};
use clerk_emulator::{Defect, TokenBuilder, TokenVersion};
use http::StatusCode;
use serde_json::{Value, json};

use super::Service;
use crate::{checks::Checks, outcome::Stopped};

/// Bad tokens that any service refuses, whatever it is told to expect.
const REFUSED: [Defect; 22] = [
    Defect::DamagedSignature,
    Defect::MissingSignature,
    Defect::TamperedPayload,
    Defect::ForeignKey,
    Defect::UnknownKeyId,
    Defect::MissingKeyId,
    Defect::AlgNone,
    Defect::AlgHs256PublicKey,
    Defect::AlgMismatch,
    Defect::MissingAlg,
    Defect::Expired,
    Defect::NotYetActive,
    Defect::IssuedInTheFuture,
    Defect::SubjectNotAString,
    Defect::HeaderNotJson,
    Defect::PayloadNotJson,
    Defect::PayloadNotAnObject,
    Defect::Truncated,
    Defect::TwoParts,
    Defect::FourParts,
    Defect::StandardBase64,
    Defect::NonCanonicalBase64,
];

pub(super) fn all(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    nothing(service, checks)?;
    sessions(service, checks)?;
    bad_tokens(service, checks)?;
    machines(service, checks)
}

fn nothing(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    for (path, status) in [
        ("/", 200),
        ("/private", 401),
        ("/admin", 403),
        ("/name", 401),
    ] {
        service.says(checks, path, None, status, &json!({ "userId": null }))?;
    }
    Ok(())
}

fn sessions(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    let emulator = service.emulator;
    let (ada, bob) = ("ada@example.com", "bob@example.com");
    let token = |user: &str| emulator.token().user(user);
    let id = |user: &str| json!({ "userId": emulator.user_id(user) });
    let in_acme = json!({
        "userId": emulator.user_id(ada),
        "orgId": emulator.organization_id("acme"),
        "orgSlug": "acme",
        "orgRole": "org:admin",
    });
    for (token, path, status, answer) in [
        (token(ada).organization("acme"), "/", 200, &in_acme),
        (token(ada).version(TokenVersion::V1), "/", 200, &id(ada)),
        (token(bob), "/", 200, &id(bob)),
        (token(ada), "/private", 200, &json!({})),
        (token(ada).organization("acme"), "/admin", 200, &json!({})),
        (token(bob).organization("acme"), "/admin", 403, &json!({})),
        (token(ada), "/name", 200, &json!({ "name": "Ada Lovelace" })),
    ] {
        service.says(checks, path, Some(token), status, answer)?;
    }
    Ok(())
}

fn bad_tokens(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    let token = || service.emulator.token().user("ada@example.com");
    for defect in REFUSED {
        let bad = token().defect(defect);
        service.says(checks, "/private", Some(bad), 401, &json!({}))?;
    }
    for of_others in [
        token().template("hasura"),
        token().machine(),
        token().oauth(),
        token().api_key(),
        token().opaque_machine(),
        token().opaque_oauth(),
    ] {
        service.says(checks, "/private", Some(of_others), 401, &json!({}))?;
    }
    Ok(())
}

fn machines(service: &Service<'_>, checks: &mut Checks) -> Result<(), Stopped> {
    let token = || {
        service
            .emulator
            .token()
            .user("ada@example.com")
            .scope("read")
    };
    let short = Duration::from_secs(60);
    for (kind, token) in [
        ("api_key", token().api_key()),
        ("m2m_token", token().opaque_machine()),
        ("m2m_token", token().machine()),
        ("oauth_token", token().opaque_oauth()),
        ("oauth_token", token().oauth()),
    ] {
        let answer = json!({ "tokenType": kind, "scopes": ["read"] });
        service.says(checks, "/machine", Some(token.clone()), 200, &answer)?;
        let old = token.lifetime(short).issued_ago(2 * short);
        service.says(checks, "/machine", Some(old), 401, &json!({}))?;
    }
    let session = json!({ "tokenType": "session_token" });
    service.says(checks, "/machine", Some(token()), 200, &session)
}

impl Service<'_> {
    /// Checks the status of the answer, and those members of it that `expected` has.
    fn says(
        &self,
        checks: &mut Checks,
        path: &str,
        token: Option<TokenBuilder>,
        status: u16,
        expected: &Value,
    ) -> Result<(), Stopped> {
        let what = format!("{} {path} with {token:?}", self.name);
        let mut request = http::Request::get(format!("{}{path}", self.url));
        if let Some(token) = token {
            let token = token.sign(SystemClock::new().now());
            request = request.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let response = self.network.send(request.body(Bytes::new())?)?;
        checks.equal(&what, &response.status(), &StatusCode::from_u16(status)?);
        let answer: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        for (name, expected) in expected.as_object().into_iter().flatten() {
            checks.equal(&format!("{what}: {name}"), &&answer[name], &expected);
        }
        Ok(())
    }
}
