//! Attack: a genuine token of one kind is offered where another kind is wanted.

mod support;

use clerk_jwt::{
    Claims, Fault, M2mClaims, MachineScopes, OAuthClaims, Policy, Reason, SessionClaims,
    TemplateClaims, TokenClaims, UnverifiedToken, UserClaims, VerifyError,
};
use serde_json::{Value, json};
use support::{NOW, NOW_SECS, Signer, key_a, session_header, session_payload, with};

const TEMPLATE: &str = "cl_B7d4PD222AAA";
const M2M: &str = "cl_B7d4PD333AAA";
const IGNORE: &str = "cl_I7d4PD111III";

fn any_machine() -> Policy {
    Policy::default().machine_scopes(MachineScopes::Ignore)
}

fn answer<C: TokenClaims>(token: &str) -> &'static str {
    UnverifiedToken::parse(token)
        .unwrap()
        .verify::<C>(&key_a(), NOW, &any_machine())
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
    let policy = any_machine();
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

fn judged(scopes: &Value, policy: MachineScopes) -> Result<(), VerifyError> {
    let mut payload = machine_payload();
    let payload = payload.as_object_mut().unwrap();
    payload.remove("scopes");
    payload.extend(scopes.as_object().unwrap().clone());
    let token = Signer::a().sign(&category(Some(M2M)), &Value::Object(payload.clone()));
    let policy = Policy::default().machine_scopes(policy);
    let token = UnverifiedToken::parse(&token).unwrap();
    token.verify::<M2mClaims>(&key_a(), NOW, &policy).map(drop)
}

/// Attack: a machine calls a service that its token is not for.
#[test]
fn a_machines_token_is_for_the_machines_among_its_scopes() {
    let rows = [
        (json!({"scopes": "mch_2"}), true),
        (json!({"scopes": "mch_3 mch_2 mch_4"}), true),
        (json!({"aud": ["mch_3", "mch_2"]}), true),
        (json!({"aud": "mch_2"}), true),
        (json!({"scopes": null, "aud": ["mch_2"]}), true),
        (json!({}), false),
        (json!({"scopes": ""}), false),
        (json!({"scopes": "mch_3"}), false),
        (json!({"scopes": "mch_22 mch_ mch_2x"}), false),
        (json!({"scopes": "MCH_2"}), false),
        (json!({"aud": ["mch_3"]}), false),
        (json!({"aud": ["mch_2", 5]}), false),
        // Where there are scopes, nothing else counts, whether they can be read or not.
        (json!({"scopes": "mch_3", "aud": ["mch_2"]}), false),
        (json!({"scopes": "", "aud": ["mch_2"]}), false),
        (json!({"scopes": ["mch_2"], "aud": ["mch_2"]}), false),
        (json!({"scopes": {"mch_2": true}, "aud": ["mch_2"]}), false),
        // The holder, and what other kinds of token call their scopes.
        (
            json!({"sub": "mch_2", "scope": "mch_2", "scp": ["mch_2"]}),
            false,
        ),
    ];
    for (scopes, is_for_us) in rows {
        let own = MachineScopes::require("mch_2").unwrap();
        let expected = if is_for_us {
            Ok(())
        } else {
            Err(VerifyError::OtherMachine)
        };
        assert_eq!(judged(&scopes, own), expected, "{scopes}");
        assert_eq!(judged(&scopes, MachineScopes::Ignore), Ok(()), "{scopes}");
    }
    let (reason, fault) = (
        VerifyError::OtherMachine.reason(),
        VerifyError::OtherMachine.fault(),
    );
    assert_eq!(
        (reason.as_str(), fault),
        ("token-verification-failed", Fault::Caller)
    );
}

#[test]
fn scopes_are_judged_after_everything_else() {
    let expired = with(machine_payload(), "exp", Some(json!(NOW_SECS - 60)));
    let token = Signer::a().sign(&category(Some(M2M)), &expired);
    let policy = Policy::default().machine_scopes(MachineScopes::require("mch_9").unwrap());
    let judged =
        UnverifiedToken::parse(&token)
            .unwrap()
            .verify::<M2mClaims>(&key_a(), NOW, &policy);
    assert_eq!(judged.unwrap_err().reason(), Reason::TokenExpired);
}

/// Who has not said which machine it is lets no machine in, and hears of it before a key is looked
/// for.
#[test]
fn no_machine_is_accepted_before_it_is_said_for_whom_its_token_has_to_be() {
    let token = Signer::a().sign(&category(Some(M2M)), &machine_payload());
    let token = UnverifiedToken::parse(&token).unwrap();
    let undecided = token.check_header::<M2mClaims>(&Policy::default());
    assert_eq!(undecided, Err(VerifyError::MachineUndecided));
    assert_eq!(VerifyError::MachineUndecided.fault(), Fault::Configuration);
    let judged = token.verify::<M2mClaims>(&key_a(), NOW, &Policy::default());
    assert_eq!(judged.unwrap_err(), VerifyError::MachineUndecided);
    // It is nobody else's business.
    let session = Signer::a().sign(&session_header(), &session_payload());
    let session = UnverifiedToken::parse(&session).unwrap();
    assert!(
        session
            .verify::<SessionClaims>(&key_a(), NOW, &Policy::default())
            .is_ok()
    );
}

#[test]
fn a_machines_id_is_told_from_its_secret_key() {
    for own in ["mch_1", " mch_1\n", "\"mch_1\"", "CLERK_MACHINE_ID=mch_1"] {
        let read = MachineScopes::require(own);
        assert_eq!(read, Ok(MachineScopes::Require("mch_1".into())), "{own}");
    }
    for other in [
        "",
        "mch_",
        "MCH_1",
        "mch_1 mch_2",
        "mch_1,mch_2",
        "ak_live_1",
        "ins_1",
    ] {
        let problem = MachineScopes::require(other).unwrap_err().to_string();
        assert!(
            problem.contains("mch_") && !problem.contains("ak_live"),
            "{other}: {problem}"
        );
    }
}

#[test]
fn an_actor_that_cannot_be_read_is_not_nobody() {
    for (act, expected) in [
        (json!({"sub": "client_2"}), "ok"),
        (json!({}), "ok"),
        (json!(null), "ok"),
        (json!("client_2"), "token-verification-failed"),
        (json!(["client_2"]), "token-verification-failed"),
        (json!(false), "token-verification-failed"),
        (json!(0), "token-verification-failed"),
        (json!(""), "token-verification-failed"),
    ] {
        let payload = with(oauth_payload(), "act", Some(act.clone()));
        let token = Signer::a().sign(&typed("at+jwt"), &payload);
        assert_eq!(answer::<OAuthClaims>(&token), expected, "{act}");
    }
}
