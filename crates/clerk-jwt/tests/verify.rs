//! What `verify` answers for each thing that can be wrong with a token.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_jwt::{
    Algorithm, AuthorizedParties, Claims, Fault, Policy, Reason, SessionClaims, TokenClaims,
    UnverifiedToken, UserClaims, VerifyError, VerifyingKey,
};
use serde_json::{Value, json};
use support::{
    NOW, NOW_SECS, PUBLIC_B, Signer, awaited::block_on, b64, key_a, key_a_awaited, session_header,
    session_payload, with,
};

fn verify<C: TokenClaims>(compact: &str, policy: &Policy) -> Result<C, VerifyError> {
    let token = UnverifiedToken::parse(compact)?;
    let verified = token.clone().verify::<C>(&key_a(), NOW, policy);
    let awaited = block_on(token.verify_async::<C>(&key_a_awaited(), NOW, policy));
    assert_eq!(awaited.as_ref().err(), verified.as_ref().err(), "{compact}");
    Ok(verified?.into_claims())
}

#[track_caller]
fn check(compact: &str, policy: &Policy, expected: Option<Reason>) {
    let reason = verify::<UserClaims>(compact, policy)
        .err()
        .map(|error| error.reason());
    assert_eq!(reason, expected, "{compact}");
}

#[test]
fn claims_missing_or_of_the_wrong_type() {
    use Reason::{TokenVerificationFailed as Failed, *};
    let text = || Some(json!("x"));
    let rows: [(&str, Option<Value>, Option<Reason>); 32] = [
        ("sub", None, Some(Failed)),
        ("sub", Some(json!(5)), Some(Failed)),
        ("sub", Some(Value::Null), Some(Failed)),
        ("sub", Some(json!(["user_1"])), Some(Failed)),
        ("sub", Some(json!("")), None),
        ("exp", None, Some(Failed)),
        ("exp", text(), Some(Failed)),
        ("exp", Some(Value::Null), Some(Failed)),
        ("exp", Some(json!(1e300)), Some(Failed)),
        ("exp", Some(json!(8_640_000_000_001_i64)), Some(Failed)),
        ("exp", Some(json!(8_640_000_000_000_i64)), None),
        ("exp", Some(json!(-1)), Some(TokenExpired)),
        ("exp", Some(json!(NOW_SECS - 5)), Some(TokenExpired)),
        ("exp", Some(json!(NOW_SECS - 4)), None),
        (
            "exp",
            Some(json!(NOW_SECS as f64 - 4.5)),
            Some(TokenExpired),
        ),
        ("nbf", None, None),
        ("nbf", text(), Some(Failed)),
        ("nbf", Some(Value::Null), Some(Failed)),
        ("nbf", Some(json!(1e300)), Some(Failed)),
        ("nbf", Some(json!(NOW_SECS + 5)), None),
        ("nbf", Some(json!(NOW_SECS + 6)), Some(TokenNotActiveYet)),
        ("nbf", Some(json!(NOW_SECS as f64 + 5.9)), None),
        ("iat", None, None),
        ("iat", text(), Some(Failed)),
        ("iat", Some(Value::Null), Some(Failed)),
        ("iat", Some(json!(NOW_SECS + 5)), None),
        ("iat", Some(json!(NOW_SECS + 6)), Some(TokenIatInTheFuture)),
        ("aud", Some(json!([1])), None),
        ("azp", Some(json!(7)), None),
        ("iss", Some(json!({})), None),
        ("sid", None, None),
        ("v", Some(json!("2")), None),
    ];
    for (claim, value, expected) in rows {
        let payload = with(session_payload(), claim, value);
        check(
            &Signer::a().sign(&session_header(), &payload),
            &Policy::default(),
            expected,
        );
    }
}

#[test]
fn a_skew_of_zero_is_zero() {
    let policy = Policy::default().clock_skew(Duration::ZERO);
    for (exp, expected) in [(NOW_SECS, Some(Reason::TokenExpired)), (NOW_SECS + 1, None)] {
        let payload = with(session_payload(), "exp", Some(json!(exp)));
        check(
            &Signer::a().sign(&session_header(), &payload),
            &policy,
            expected,
        );
    }
    let payload = with(session_payload(), "nbf", Some(json!(NOW_SECS + 1)));
    check(
        &Signer::a().sign(&session_header(), &payload),
        &policy,
        Some(Reason::TokenNotActiveYet),
    );
}

#[test]
fn any_skew_and_any_time_can_be_asked_about() {
    let token = Signer::a().sign(&session_header(), &session_payload());
    for now in [i64::MIN / 2, -1, 0, i64::MAX] {
        for skew in [Duration::ZERO, Duration::MAX] {
            let policy = Policy::default().clock_skew(skew);
            let token = UnverifiedToken::parse(&token).unwrap();
            let verified = token.verify::<Claims>(&key_a(), UnixTime::from_millis(now), &policy);
            assert_eq!(verified.is_ok(), skew == Duration::MAX, "{now} {skew:?}");
        }
    }
}

#[test]
fn a_configured_audience_fails_closed() {
    use Reason::TokenVerificationFailed as Failed;
    let policy = Policy::default().audiences(["api", "web"]);
    for (aud, expected) in [
        (Some(json!("api")), None),
        (Some(json!(["other", "web"])), None),
        (Some(json!("other")), Some(Failed)),
        (Some(json!(["other"])), Some(Failed)),
        (None, Some(Failed)),
        (Some(json!("")), Some(Failed)),
        (Some(json!([])), Some(Failed)),
        (Some(json!([1])), Some(Failed)),
        (Some(json!(["api", 1])), Some(Failed)),
        (Some(json!({"api": true})), Some(Failed)),
        (Some(json!(5)), Some(Failed)),
        (Some(Value::Null), Some(Failed)),
    ] {
        let payload = with(session_payload(), "aud", aud);
        check(
            &Signer::a().sign(&session_header(), &payload),
            &policy,
            expected,
        );
    }
    let blank = Policy::default().audiences([""]);
    let payload = with(session_payload(), "aud", Some(json!("")));
    check(
        &Signer::a().sign(&session_header(), &payload),
        &blank,
        Some(Failed),
    );
}

#[test]
fn authorized_parties_are_what_the_policy_makes_of_them() {
    let refused = Some(Reason::TokenInvalidAuthorizedParties);
    let listed = ["https://example.com", ""];
    let rows = [
        (Some(json!("https://example.com")), None, None),
        (Some(json!("https://example.com/")), refused, refused),
        (Some(json!("https://evil.example")), refused, refused),
        (Some(json!("")), refused, refused),
        (Some(json!(1)), refused, refused),
        (Some(Value::Null), refused, refused),
        (None, refused, None),
    ];
    for (azp, required, if_present) in rows {
        let token = Signer::a().sign(&session_header(), &with(session_payload(), "azp", azp));
        let require = AuthorizedParties::require(listed);
        check(
            &token,
            &Policy::default().authorized_parties(require),
            required,
        );
        let present = AuthorizedParties::match_if_present(listed);
        check(
            &token,
            &Policy::default().authorized_parties(present),
            if_present,
        );
        check(&token, &Policy::default(), None);
    }
}

#[test]
fn a_missing_authorized_party_is_not_called_a_wrong_one() {
    let policy = Policy::default().authorized_parties(AuthorizedParties::require(["x"]));
    for (azp, text) in [
        (
            None,
            "the token has no azp claim, and one of the authorized parties is required;",
        ),
        (
            Some(json!("https://evil.example")),
            "the token's azp claim is not an authorized party;",
        ),
        (
            Some(json!("")),
            "the token's azp claim is not an authorized party;",
        ),
        (
            Some(json!(["x"])),
            "the token's azp claim is not an authorized party;",
        ),
    ] {
        let token = Signer::a().sign(&session_header(), &with(session_payload(), "azp", azp));
        let error = verify::<UserClaims>(&token, &policy)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(text), "{error}");
    }
}

#[test]
fn a_configured_issuer_must_be_named_exactly() {
    let refused = Some(Reason::TokenInvalidIssuer);
    let policy = Policy::default().issuers(["https://clerk.example.com"]);
    for (iss, expected) in [
        (Some(json!("https://clerk.example.com")), None),
        (Some(json!("https://clerk.example.com/")), refused),
        (Some(json!("https://clerk.example.org")), refused),
        (Some(json!(["https://clerk.example.com"])), refused),
        (None, refused),
    ] {
        let payload = with(session_payload(), "iss", iss);
        check(
            &Signer::a().sign(&session_header(), &payload),
            &policy,
            expected,
        );
    }
}

#[test]
fn header_members() {
    use Reason::{TokenInvalid as Invalid, TokenInvalidAlgorithm as Algorithm};
    let rows: [(&str, Option<Value>, Option<Reason>); 22] = [
        ("typ", None, None),
        ("typ", Some(json!("jwt")), Some(Invalid)),
        ("typ", Some(json!("at+jwt")), Some(Invalid)),
        ("typ", Some(json!("")), Some(Invalid)),
        ("typ", Some(Value::Null), Some(Invalid)),
        ("typ", Some(json!(5)), Some(Invalid)),
        ("alg", None, Some(Algorithm)),
        ("alg", Some(json!("none")), Some(Algorithm)),
        ("alg", Some(json!("None")), Some(Algorithm)),
        ("alg", Some(json!("HS256")), Some(Algorithm)),
        ("alg", Some(json!("ES256")), Some(Algorithm)),
        ("alg", Some(json!("PS256")), Some(Algorithm)),
        ("alg", Some(json!("rs256")), Some(Algorithm)),
        ("alg", Some(json!(["RS256"])), Some(Algorithm)),
        ("alg", Some(json!("RS384")), None),
        ("alg", Some(json!("RS512")), None),
        ("crit", Some(json!([])), Some(Invalid)),
        ("crit", Some(json!(["exp"])), Some(Invalid)),
        ("cat", Some(json!("cl_B7d4PD333AAA")), Some(Invalid)),
        ("cat", Some(json!("cl_B7d4PD222AAA")), None),
        ("kid", Some(json!(5)), None),
        ("jku", Some(json!("https://evil.example/jwks")), None),
    ];
    for (member, value, expected) in rows {
        let header = with(session_header(), member, value);
        check(
            &Signer::a().sign(&header, &session_payload()),
            &Policy::default(),
            expected,
        );
    }
}

#[test]
fn configured_types_are_required() {
    let policy = Policy::default().types(["JWT", "custom+jwt"]);
    for (typ, expected) in [
        (Some(json!("JWT")), None),
        (Some(json!("custom+jwt")), None),
        (None, Some(Reason::TokenInvalid)),
        (Some(json!("at+jwt")), Some(Reason::TokenInvalid)),
    ] {
        let header = with(session_header(), "typ", typ);
        check(
            &Signer::a().sign(&header, &session_payload()),
            &policy,
            expected,
        );
    }
}

#[test]
fn forms_that_are_no_token() {
    let good = Signer::a().sign(&session_header(), &session_payload());
    let parts: Vec<&str> = good.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let own = |header: &str, payload: &str| Signer::a().sign_text(header, payload);
    let header_json = session_header().to_string();
    let payload_json = session_payload().to_string();
    let twice = |json: &str, member: &str| json.replacen('{', &format!("{{{member},"), 1);
    for compact in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        format!("{header}.{payload}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.x"),
        format!("{header}.{payload}.{signature}.{signature}.{signature}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{good}=="),
        format!("{good} "),
        format!("{good}\n"),
        format!(" {good}"),
        format!("Bearer {good}"),
        good.replace('_', "/"),
        good.replace('-', "+"),
        format!("{header}.{payload}.AB"),
        format!("{header}.{payload}.{}", "A".repeat(1369)),
        format!("{header}.{}.{signature}", b64("null")),
        format!("{}.{payload}.{signature}", b64("null")),
        own("[]", &payload_json),
        own("\"x\"", &payload_json),
        own(&header_json, "[]"),
        own(&header_json, "null"),
        own(&header_json, "5"),
        own(&header_json, ""),
        own(&header_json, "{"),
        own(&header_json, "{}{}"),
        own(&header_json, &format!("\u{feff}{payload_json}")),
        own(&twice(&header_json, "\"alg\":\"none\""), &payload_json),
        own(&twice(&header_json, "\"x\":1,\"x\":1"), &payload_json),
        own(&header_json, &twice(&payload_json, "\"sub\":\"user_2\"")),
        own(
            &header_json,
            &twice(&payload_json, "\"\\u0073ub\":\"user_2\""),
        ),
        own(&header_json, &twice(&payload_json, "\"exp\":9999999999")),
        own(&header_json, &payload_json.replace("user_1", "\\ud800")),
        Signer::a().sign_text(&header_json, b"{\"sub\":\"\xff\"}"),
        format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#),
    ] {
        check(&compact, &Policy::default(), Some(Reason::TokenInvalid));
    }
}

#[test]
fn an_oversize_token_is_refused_before_anything_is_decoded() {
    let good = Signer::a().sign(
        &session_header(),
        &with(session_payload(), "x", Some(json!("x".repeat(12_000)))),
    );
    assert!(good.len() > 16 * 1024);
    check(&good, &Policy::default(), Some(Reason::TokenInvalid));
    let token = UnverifiedToken::parse_with_limit(&good, good.len()).unwrap();
    assert!(
        token
            .verify::<Claims>(&key_a(), NOW, &Policy::default())
            .is_ok()
    );
}

#[test]
fn the_signature_is_judged_before_any_claim() {
    let payload = with(session_payload(), "exp", Some(json!(0)));
    let token = Signer::b().sign(&session_header(), &payload);
    check(
        &token,
        &Policy::default(),
        Some(Reason::TokenInvalidSignature),
    );
}

#[test]
fn signatures_that_do_not_match() {
    let good = Signer::a().sign(&session_header(), &session_payload());
    let (message, _) = good.rsplit_once('.').unwrap();
    for signature in [
        vec![],
        vec![0; 256],
        vec![0xff; 256],
        vec![1; 255],
        vec![1; 2000],
    ] {
        let token = format!("{message}.{}", b64(signature));
        check(
            &token,
            &Policy::default(),
            Some(Reason::TokenInvalidSignature),
        );
    }
}

#[test]
fn a_key_for_another_algorithm_is_not_used() {
    let key = key_a().with_algorithm(Algorithm::Rs256);
    let header = with(session_header(), "alg", Some(json!("RS512")));
    let token = Signer::a().sign(&header, &session_payload());
    let error = UnverifiedToken::parse(&token)
        .unwrap()
        .verify::<Claims>(&key, NOW, &Policy::default())
        .unwrap_err();
    assert_eq!(error.reason(), Reason::TokenVerificationFailed);
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    let message = format!(
        "{}.{}",
        b64(with(session_header(), "alg", Some(json!("HS256"))).to_string()),
        b64(session_payload().to_string())
    );
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, support::PUBLIC_A.as_bytes());
    let tag = ring::hmac::sign(&secret, message.as_bytes());
    let token = format!("{message}.{}", b64(tag));
    check(
        &token,
        &Policy::default(),
        Some(Reason::TokenInvalidAlgorithm),
    );
}

#[test]
fn a_payload_under_anothers_signature_is_refused() {
    let (mine, theirs) = (
        Signer::a().sign(&session_header(), &session_payload()),
        Signer::a().sign(
            &session_header(),
            &with(session_payload(), "sub", Some(json!("user_admin"))),
        ),
    );
    let payload = theirs.split('.').nth(1).unwrap();
    let mut parts: Vec<&str> = mine.split('.').collect();
    parts[1] = payload;
    check(
        &parts.join("."),
        &Policy::default(),
        Some(Reason::TokenInvalidSignature),
    );
}

#[test]
fn another_instances_token_is_refused() {
    let token = Signer::a().sign(&session_header(), &session_payload());
    let key_b = VerifyingKey::from_pem(PUBLIC_B).unwrap();
    let error = UnverifiedToken::parse(&token)
        .unwrap()
        .verify::<SessionClaims>(&key_b, NOW, &Policy::default())
        .unwrap_err();
    assert_eq!(error, VerifyError::Signature);
}

#[test]
fn no_error_text_repeats_the_token() {
    let header = with(session_header(), "typ", Some(json!("planted-typ")));
    let mut payload = session_payload();
    for claim in ["iss", "azp", "aud", "sub", "sid"] {
        payload = with(payload, claim, Some(json!("planted-claim")));
    }
    let policies = [
        Policy::default().issuers(["x"]),
        Policy::default().audiences(["x"]),
        Policy::default().authorized_parties(AuthorizedParties::require(["x"])),
    ];
    for policy in &policies {
        for header in [&header, &session_header()] {
            for signer in [Signer::a(), Signer::b()] {
                let token = signer.sign(header, &payload);
                let error = verify::<UserClaims>(&token, policy).unwrap_err();
                let text = format!("{error} {error:?}");
                assert!(!text.contains("planted"), "{text}");
            }
        }
    }
    let good = Signer::a().sign(&session_header(), &payload);
    let token = UnverifiedToken::parse(&good).unwrap();
    assert!(!format!("{token:?}").contains(good.rsplit('.').next().unwrap()));
}

/// Attack, by mistake: a list that was read from somewhere and is empty. It switches nothing off.
#[test]
fn an_empty_list_accepts_nothing() {
    let nobody = [""; 0];
    let token = Signer::a().sign(&session_header(), &session_payload());
    let none = || Policy::default();
    let rows = [
        (none().audiences(nobody), Reason::TokenVerificationFailed),
        (none().issuers(nobody), Reason::TokenInvalidIssuer),
        (none().types(nobody), Reason::TokenInvalid),
        (
            none().authorized_parties(AuthorizedParties::require(nobody)),
            Reason::TokenInvalidAuthorizedParties,
        ),
        (
            none().authorized_parties(AuthorizedParties::match_if_present(nobody)),
            Reason::TokenInvalidAuthorizedParties,
        ),
    ];
    check(&token, &none(), None);
    for (policy, reason) in rows {
        check(&token, &policy, Some(reason));
    }
}

#[test]
fn a_key_that_has_to_be_awaited_vouches_for_nothing_where_nobody_waits() {
    let compact = Signer::a().sign(&session_header(), &session_payload());
    let token = || UnverifiedToken::parse(&compact).unwrap();
    let key = key_a_awaited();
    assert!(key.is_awaited());
    let error = token()
        .verify::<SessionClaims>(&key, NOW, &Policy::default())
        .unwrap_err();
    assert!(matches!(error, VerifyError::Unchecked(_)), "{error}");
    assert_eq!(error.fault(), Fault::Configuration);
    let error = token().verify_signature(&key).unwrap_err();
    assert!(matches!(error, VerifyError::Unchecked(_)), "{error}");

    let payload = token().verify_signature(&key_a()).unwrap();
    assert_eq!(
        block_on(token().verify_signature_async(&key)),
        Ok(payload.clone())
    );
    assert_eq!(
        block_on(token().verify_signature_async(&key_a())),
        Ok(payload)
    );
}

/// The header can agree with the key, and no more.
#[test]
fn a_key_that_has_to_be_awaited_decides_the_algorithm() {
    let compact = Signer::a().sign(&session_header(), &session_payload());
    let token = UnverifiedToken::parse(&compact).unwrap();
    let key = key_a_awaited().with_algorithm(Algorithm::Rs512);
    let refused = block_on(token.verify_async::<UserClaims>(&key, NOW, &Policy::default()));
    let (header, key) = (Algorithm::Rs256, Algorithm::Rs512);
    assert_eq!(
        refused.unwrap_err(),
        VerifyError::KeyAlgorithm { header, key }
    );
}
