//! Attack: a genuine token of one kind is offered where another kind is wanted.

mod support;

use clerk_jwt::{
    Claims, M2mClaims, OAuthClaims, Policy, Reason, SessionClaims, TemplateClaims, TokenClaims,
    UnverifiedToken, UserClaims,
};
use serde_json::{Value, json};
use support::{NOW, NOW_SECS, Signer, key_a, session_header, session_payload, with};

const TEMPLATE: &str = "cl_B7d4PD222AAA";
const M2M: &str = "cl_B7d4PD333AAA";
const IGNORE: &str = "cl_I7d4PD111III";

fn answer<C: TokenClaims>(token: &str) -> &'static str {
    UnverifiedToken::parse(token)
        .unwrap()
        .verify::<C>(&key_a(), NOW, &Policy::default())
        .map_or_else(|error| error.reason().as_str(), |_| "ok")
}

fn category(cat: Option<&str>) -> Value {
    with(session_header(), "cat", cat.map(|cat| json!(cat)))
}

fn typed(typ: &str) -> Value {
    with(category(None), "typ", Some(json!(typ)))
}

fn template_payload() -> Value {
    json!({"exp": NOW_SECS + 60, "iat": NOW_SECS, "sub": "user_1", "role": "author's choice"})
}

fn machine_payload() -> Value {
    json!({"exp": NOW_SECS + 60, "iat": NOW_SECS, "jti": "mt_1", "sub": "mch_1", "scopes": "mch_2 mch_3"})
}

fn oauth_payload() -> Value {
    json!({"exp": NOW_SECS + 60, "iat": NOW_SECS, "jti": "oat_1", "sub": "user_1",
        "client_id": "client_1", "scope": "email profile"})
}

#[test]
fn every_kind_at_every_door() {
    const M: &str = "token-type-mismatch";
    const I: &str = "token-invalid";
    let session = session_payload();
    let template = template_payload();
    let template_with_sid = with(template_payload(), "sid", Some(json!("sess_1")));
    let machine = machine_payload();
    let machine_with_sid = with(machine_payload(), "sid", Some(json!("sess_1")));
    // header, payload; session, template, m2m, oauth, user, any
    let rows: [(&str, Value, &Value, [&str; 6]); 16] = [
        (
            "session",
            session_header(),
            &session,
            ["ok", M, M, I, "ok", "ok"],
        ),
        (
            "session, no category",
            category(None),
            &session,
            ["ok", M, M, I, "ok", "ok"],
        ),
        (
            "session, opted out",
            category(Some(IGNORE)),
            &session,
            ["ok", M, M, I, "ok", "ok"],
        ),
        (
            "session, unknown category",
            category(Some("cl_new")),
            &session,
            [M, M, M, I, "ok", "ok"],
        ),
        (
            "session category, no sid",
            session_header(),
            &template,
            [M, M, M, I, "ok", "ok"],
        ),
        (
            "template",
            category(Some(TEMPLATE)),
            &template,
            [M, "ok", M, I, "ok", "ok"],
        ),
        (
            "template claiming a sid",
            category(Some(TEMPLATE)),
            &template_with_sid,
            [M, "ok", M, I, "ok", "ok"],
        ),
        (
            "template, no category",
            category(None),
            &template,
            [M, "ok", M, I, "ok", "ok"],
        ),
        (
            "template, opted out",
            category(Some(IGNORE)),
            &template,
            [M, "ok", M, I, "ok", "ok"],
        ),
        (
            "machine",
            category(Some(M2M)),
            &machine,
            [M, M, "ok", I, I, "ok"],
        ),
        (
            "machine, no category",
            category(None),
            &machine,
            [M, M, "ok", I, "ok", "ok"],
        ),
        (
            "machine claiming a sid",
            category(None),
            &machine_with_sid,
            [M, M, "ok", I, "ok", "ok"],
        ),
        (
            "machine category, user",
            category(Some(M2M)),
            &session,
            [M, M, "token-verification-failed", I, I, "ok"],
        ),
        (
            "oauth",
            typed("at+jwt"),
            &oauth_payload(),
            [I, I, I, "ok", I, I],
        ),
        (
            "oauth, long form",
            typed("application/at+jwt"),
            &oauth_payload(),
            [I, I, I, "ok", I, I],
        ),
        (
            "oauth of a session",
            typed("at+jwt"),
            &session,
            [I, I, I, "ok", I, I],
        ),
    ];
    for (name, header, payload, expected) in rows {
        let token = Signer::a().sign(&header, payload);
        let answers = [
            answer::<SessionClaims>(&token),
            answer::<TemplateClaims>(&token),
            answer::<M2mClaims>(&token),
            answer::<OAuthClaims>(&token),
            answer::<UserClaims>(&token),
            answer::<Claims>(&token),
        ];
        assert_eq!(answers, expected, "{name}");
    }
}

#[test]
fn machine_and_oauth_claims() {
    let key = key_a();
    let policy = Policy::default();
    let machine = Signer::a().sign(&category(Some(M2M)), &machine_payload());
    let machine = UnverifiedToken::parse(&machine)
        .unwrap()
        .verify::<M2mClaims>(&key, NOW, &policy)
        .unwrap();
    assert_eq!(machine.claims().machine_id(), "mch_1");
    assert_eq!(machine.claims().scopes(), ["mch_2", "mch_3"]);

    let oauth = Signer::a().sign(&typed("at+jwt"), &oauth_payload());
    let oauth = UnverifiedToken::parse(&oauth)
        .unwrap()
        .verify::<OAuthClaims>(&key, NOW, &policy)
        .unwrap();
    assert_eq!(oauth.claims().user_id(), "user_1");
    assert_eq!(oauth.claims().client_id(), Some("client_1"));
    assert_eq!(oauth.claims().scopes(), ["email", "profile"]);
}

#[test]
fn a_mismatch_is_told_before_the_signature_is_looked_at_where_the_header_tells_it() {
    let token = Signer::b().sign(&category(Some(TEMPLATE)), &template_payload());
    assert_eq!(
        answer::<SessionClaims>(&token),
        Reason::TokenTypeMismatch.as_str()
    );
}
