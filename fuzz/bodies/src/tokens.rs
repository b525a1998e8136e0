//! Tokens: what is accepted is consistent, and read as another JSON library would read it.

use std::str;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_core::UnixTime;
use clerk_jwt::{
    Algorithm, Claims, Header, M2mClaims, MachineScopes, NumericDate, OAuthClaims, Policy,
    SessionClaims, SignatureMismatch, TemplateClaims, TokenClaims, UnverifiedToken, Verified,
    VerifySignature, VerifyingKey, danger,
};
use serde_json::Value;

/// Between the issue and the expiry of the seeds.
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// A key with one answer for every signature: accepting lets a fuzzer reach what comes after.
#[derive(Debug)]
struct Always(Result<(), SignatureMismatch>);

impl VerifySignature for Always {
    fn verify(&self, _: Algorithm, _: &[u8], _: &[u8]) -> Result<(), SignatureMismatch> {
        self.0
    }
}

pub(crate) fn key_that_accepts() -> VerifyingKey {
    VerifyingKey::new(Arc::new(Always(Ok(()))))
}

pub(crate) fn key_that_refuses() -> VerifyingKey {
    VerifyingKey::new(Arc::new(Always(Err(SignatureMismatch))))
}

/// The bytes are a whole token.
pub fn token(data: &[u8]) {
    let Ok(compact) = str::from_utf8(data) else {
        return;
    };
    let readable = danger::decode_unverified(compact);
    let Ok(token) = UnverifiedToken::parse(compact) else {
        assert!(readable.is_err(), "read what cannot be parsed");
        return;
    };
    assert_eq!(token.check_form().is_ok(), readable.is_ok());
    let refused = token
        .clone()
        .verify::<Claims>(&key_that_refuses(), NOW, &Policy::default());
    assert!(
        refused.is_err(),
        "a signature that does not match was accepted"
    );
    if let Ok((header, claims)) = readable {
        assert_eq!(&header, token.header());
        let payload = compact.split('.').nth(1).unwrap_or_default();
        assert_eq!(payload, URL_SAFE_NO_PAD.encode(claims.as_json()));
    }
    verify(&token);
}

/// The bytes are the JSON of a header.
pub fn header(data: &[u8]) {
    let compact = compact(data, br#"{"sub":"user_1","exp":1800000060}"#);
    let Ok(token) = UnverifiedToken::parse(&compact) else {
        return;
    };
    verify(&token);
    // Some texts are JSON to a reader that skips a value and not to one that keeps it.
    if let Ok(value) = serde_json::from_slice::<Value>(data) {
        assert_reads_header(token.header(), &value);
        if value.get("crit").is_some() {
            let verified = token.verify_signature(&key_that_accepts());
            assert!(verified.is_err(), "a critical extension was ignored");
        }
    }
}

/// The bytes are the JSON of a payload.
pub fn claims(data: &[u8]) {
    let compact = compact(br#"{"alg":"RS256"}"#, data);
    let Ok((_, claims)) = danger::decode_unverified(&compact) else {
        return;
    };
    assert_eq!(claims.as_json().as_bytes(), data);
    if let Ok(value) = serde_json::from_slice::<Value>(data) {
        assert_reads_claims(&claims, &value);
    }
    for header in [
        br#"{"alg":"RS256","typ":"JWT"}"#.as_slice(),
        br#"{"alg":"RS256","typ":"at+jwt"}"#,
        br#"{"alg":"RS256","cat":"cl_B7d4PD222AAA"}"#,
        br#"{"alg":"RS256","cat":"cl_B7d4PD333AAA"}"#,
    ] {
        let compact = self::compact(header, data);
        verify(&UnverifiedToken::parse(&compact).expect("a good header"));
    }
}

fn compact(header: &[u8], payload: &[u8]) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.AAAA", encode(header), encode(payload))
}

fn assert_reads_header(header: &Header, value: &Value) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    assert!(value.is_object());
    assert_eq!(header.typ(), text("typ"));
    assert_eq!(header.key_id().map(|kid| kid.as_str()), text("kid"));
    assert_eq!(header.category().is_some(), value.get("cat").is_some());
    let known = matches!(text("alg"), Some("RS256" | "RS384" | "RS512"));
    assert_eq!(header.algorithm().is_some(), known);
}

fn assert_reads_claims(claims: &Claims, value: &Value) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let seconds = |name: &str| value.get(name).and_then(Value::as_i64);
    assert!(value.is_object());
    assert_eq!(claims.subject(), text("sub"));
    assert_eq!(claims.issuer(), text("iss"));
    assert_eq!(claims.authorized_party(), text("azp"));
    assert_eq!(claims.token_id(), text("jti"));
    for (read, name) in [
        (claims.expires_at(), "exp"),
        (claims.not_before(), "nbf"),
        (claims.issued_at(), "iat"),
    ] {
        if let (Some(read), Some(seconds)) = (read, seconds(name)) {
            assert_eq!(read.as_secs(), seconds, "{name}");
        }
    }
}

/// Verifies the token as one of each kind. It is of one kind at most.
fn verify(token: &UnverifiedToken<'_>) {
    let session = verify_as::<SessionClaims>(token);
    let template = verify_as::<TemplateClaims>(token);
    let m2m = verify_as::<M2mClaims>(token);
    let oauth = verify_as::<OAuthClaims>(token);
    let kinds = [
        session.is_some(),
        template.is_some(),
        m2m.is_some(),
        oauth.is_some(),
    ];
    assert!(
        kinds.iter().filter(|is| **is).count() <= 1,
        "of several kinds: {kinds:?}"
    );

    if let Some(session) = session {
        assert_session_is_consistent(session.claims());
    }
    if let Some(m2m) = m2m {
        assert!(m2m.claims().machine_id().starts_with("mch_"));
        assert!(
            m2m.claims()
                .scopes()
                .iter()
                .all(|scope| !scope.contains(' '))
        );
    }
}

/// What is accepted now names somebody, and is not accepted once it has expired.
fn verify_as<C: TokenClaims>(token: &UnverifiedToken<'_>) -> Option<Verified<C>> {
    let policy = Policy::default().machine_scopes(MachineScopes::Ignore);
    let at = |now| {
        token
            .clone()
            .verify::<C>(&key_that_accepts(), now, &policy)
            .ok()
    };
    let verified = at(NOW)?;
    let claims: &Claims = verified.claims().as_ref();
    assert!(claims.subject().is_some(), "nobody was let in");
    let expiry = claims.expires_at().map(NumericDate::as_secs);
    let expiry = UnixTime::from_secs(expiry.expect("a token without an end was accepted"));
    let past = Policy::DEFAULT_CLOCK_SKEW + Duration::from_secs(1);
    assert!(
        at(expiry.saturating_add(past)).is_none(),
        "still accepted after its expiry"
    );
    Some(verified)
}

fn assert_session_is_consistent(session: &SessionClaims) {
    assert!(!session.session_id().is_empty() || session.all().session_id().is_none());
    for slug in session
        .features()
        .of_user()
        .chain(session.plans().of_organization())
    {
        assert!(!slug.contains(','), "a list was not taken apart");
    }
    if let Some(organization) = session.organization() {
        let permissions = organization.permissions();
        for permission in permissions.iter() {
            assert!(permissions.contains(permission));
        }
    }
    // Reading these must not panic; their tables are tested where they are made.
    let _ = (session.status(), session.factor_ages(), session.version());
    let _ = session.actor().map(|actor| actor.subject());
}
