use serde_json::json;

use super::*;

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let body = Bytes::from(body.to_string());
    Response::builder().status(status).body(body).unwrap()
}

fn read<K: Kind>(status: u16, body: &Value) -> Result<MachineAuth, MachineTokenError> {
    let operation = VerifyMachineToken::<K>::new("planted");
    let read = operation.response(answer(status, body));
    read.unwrap_or_else(|error| Err(MachineTokenError::of(K::TYPE, &error)))
}

fn api_key() -> Value {
    json!({
        "object": "api_key", "id": "ak_1", "type": "api_key", "subject": "user_1", "name": "ci",
        "claims": {"tenant": 9_007_199_254_740_993_u64}, "scopes": ["read", "write"],
        "revoked": false, "revocation_reason": null, "expired": false,
        "expiration": 1_800_000_060_000_u64, "created_at": 1_800_000_000_000_u64,
        "something_new": [1],
    })
}

fn but(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[test]
fn the_requests() {
    fn check<K: Kind>(path: &str, body: &str, authorization: Authorization) {
        let operation = VerifyMachineToken::<K>::new("t\"1");
        let request = operation.request().unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri(), path);
        assert_eq!(request.body(), body);
        assert_eq!(VerifyMachineToken::<K>::BASE, BasePath::Root);
        assert_eq!(VerifyMachineToken::<K>::AUTHORIZATION, authorization);
    }
    check::<ApiKey>(
        "/api_keys/verify",
        r#"{"secret":"t\"1"}"#,
        Authorization::SecretKey,
    );
    check::<M2m>(
        "/m2m_tokens/verify",
        r#"{"token":"t\"1"}"#,
        Authorization::MachineOrSecretKey,
    );
    check::<OAuth>(
        "/oauth_applications/access_tokens/verify",
        r#"{"access_token":"t\"1"}"#,
        Authorization::SecretKey,
    );
}

#[test]
fn whom_an_oauth_access_token_is_for_and_who_acts() {
    let token = json!({"id": "oat_1", "subject": "user_1", "scopes": []});
    let exchanged = json!({"sub": "client_1", "act": {"sub": "client_2"}});
    let exchanged = but(
        but(token.clone(), "act", exchanged),
        "aud",
        json!(["a", "b"]),
    );
    let machine = read::<OAuth>(200, &exchanged).unwrap();
    assert_eq!(machine.audiences().collect::<Vec<_>>(), ["a", "b"]);
    let actor: Value = serde_json::from_str(machine.actor_json().unwrap()).unwrap();
    assert_eq!(
        actor,
        json!({"act": {"sub": "client_2"}, "sub": "client_1"})
    );
    for plain in [token.clone(), but(token, "act", json!(null))] {
        let machine = read::<OAuth>(200, &plain).unwrap();
        assert_eq!(
            (machine.actor_json(), machine.audiences().count()),
            (None, 0)
        );
    }
}

#[test]
fn an_actor_that_cannot_be_read_is_not_nobody() {
    let token = json!({"id": "oat_1", "subject": "user_1", "scopes": []});
    for odd in [
        json!("client_1"),
        json!(["client_1"]),
        json!(7),
        json!(false),
    ] {
        let refused = read::<OAuth>(200, &but(token.clone(), "act", odd)).unwrap_err();
        let expected = MachineTokenErrorCode::TokenVerificationFailed;
        assert_eq!(refused.code, expected);
        assert!(refused.message.contains("act"), "{refused}");
    }
}

#[test]
fn an_api_key_of_a_user_and_of_an_organization() {
    let machine = read::<ApiKey>(200, &api_key()).unwrap();
    assert_eq!(machine.kind(), MachineTokenType::ApiKey);
    assert_eq!(
        (machine.id(), machine.subject(), machine.name()),
        ("ak_1", "user_1", Some("ci"))
    );
    assert_eq!(
        (machine.user_id(), machine.org_id()),
        (Some("user_1"), None)
    );
    assert_eq!((machine.machine_id(), machine.client_id()), (None, None));
    assert_eq!(machine.scopes().collect::<Vec<_>>(), ["read", "write"]);
    assert_eq!(
        machine.claims_json(),
        Some(r#"{"tenant":9007199254740993}"#)
    );
    assert_eq!(
        machine.created_at(),
        Some(UnixTime::from_secs(1_800_000_000))
    );
    assert_eq!(
        machine.expires_at(),
        Some(UnixTime::from_secs(1_800_000_060))
    );
    assert_eq!(machine.token(), "planted");

    let organization = read::<ApiKey>(200, &but(api_key(), "subject", json!("org_1"))).unwrap();
    assert_eq!(
        (organization.user_id(), organization.org_id()),
        (None, Some("org_1"))
    );
}

#[test]
fn an_m2m_token_and_an_oauth_access_token() {
    let body = json!({"id": "mt_1", "subject": "mch_1", "scopes": ["mch_2"], "claims": null});
    let machine = read::<M2m>(200, &body).unwrap();
    assert_eq!(
        (machine.machine_id(), machine.user_id()),
        (Some("mch_1"), None)
    );
    assert_eq!((machine.claims_json(), machine.expires_at()), (None, None));

    let body = json!({
        "id": "oat_1", "client_id": "client_1", "subject": "user_1", "scopes": null,
        "expiration": 1_800_000_060, "created_at": 1_800_000_000.75,
    });
    let access = read::<OAuth>(200, &body).unwrap();
    assert_eq!(
        (access.user_id(), access.client_id()),
        (Some("user_1"), Some("client_1"))
    );
    assert_eq!(access.scopes().count(), 0);
    assert_eq!(
        access.created_at(),
        Some(UnixTime::from_secs(1_800_000_000))
    );
    assert_eq!(
        access.expires_at(),
        Some(UnixTime::from_secs(1_800_000_060))
    );
}

#[test]
fn a_token_that_was_good_once_is_refused() {
    let inactive = json!({"active": false});
    for body in [
        but(api_key(), "revoked", json!(true)),
        but(api_key(), "expired", json!(true)),
        but(api_key(), "active", json!(false)),
        inactive,
    ] {
        let refused = read::<OAuth>(200, &body).unwrap_err();
        assert_eq!(refused.code, MachineTokenErrorCode::TokenInvalid, "{body}");
    }
}

#[test]
fn answers_that_do_not_say_whose_the_token_is_sign_in_nobody() {
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!("user_1"),
        but(api_key(), "subject", json!(null)),
        but(api_key(), "subject", json!("")),
        but(api_key(), "subject", json!(["user_1"])),
        but(api_key(), "revoked", json!("true")),
        but(api_key(), "expired", json!(1)),
    ] {
        let refused = read::<ApiKey>(200, &body).unwrap_err();
        assert_eq!(
            refused.code,
            MachineTokenErrorCode::UnexpectedError,
            "{body}"
        );
    }
}

#[test]
fn an_audience_that_is_asked_for_has_to_be_there() {
    let body = |aud: &Value| json!({"id": "oat_1", "subject": "user_1", "aud": aud});
    let read = |aud: &Value, audiences: Option<&[&str]>| {
        VerifyMachineToken::<OAuth>::new("oat_x")
            .audiences(audiences.map(|them| them.iter().map(|one| (*one).into()).collect()))
            .response(answer(200, &body(aud)))
            .unwrap()
            .map_err(|refused| refused.code)
            .map(|_| ())
    };
    for aud in [json!("api"), json!(["api"]), json!(["other", "api"])] {
        assert_eq!(read(&aud, Some(&["web", "api"])), Ok(()), "{aud}");
        assert_eq!(read(&aud, None), Ok(()), "{aud}");
    }
    for aud in [
        json!(null),
        json!(""),
        json!([]),
        json!("other"),
        json!(["api", 1]),
        json!(["api", ""]),
        json!({"0": "api"}),
    ] {
        let refused = Err(MachineTokenErrorCode::TokenVerificationFailed);
        assert_eq!(read(&aud, Some(&["web", "api"])), refused, "{aud}");
        assert_eq!(read(&aud, Some(&[""])), refused, "{aud}");
        assert_eq!(read(&aud, Some(&[])), refused, "{aud}");
    }
}

#[test]
fn an_audience_of_what_has_none_of_its_own_is_an_attached_claim() {
    fn read<K: Kind>(body: &Value) -> Result<(), MachineTokenErrorCode> {
        let operation = VerifyMachineToken::<K>::new("x").audiences(Some(vec!["api".into()]));
        let read = operation.response(answer(200, body)).unwrap();
        read.map(drop).map_err(|refused| refused.code)
    }
    let body =
        |claims: Value| json!({"id": "x", "subject": "user_1", "claims": claims, "aud": "api"});
    for claims in [
        json!({"aud": "api"}),
        json!({"aud": ["web", "api"], "a": {"aud": 1}}),
    ] {
        let body = body(claims);
        assert_eq!(read::<ApiKey>(&body), Ok(()), "{body}");
        assert_eq!(read::<M2m>(&body), Ok(()), "{body}");
    }
    for claims in [
        json!(null),
        json!({}),
        json!({"aud": null}),
        json!({"aud": "other"}),
        json!({"aud": ["api", 1]}),
        json!({"aud": {"api": true}}),
        json!({"audience": "api"}),
        json!("api"),
        json!(["aud", "api"]),
    ] {
        let body = body(claims);
        let refused = Err(MachineTokenErrorCode::TokenVerificationFailed);
        assert_eq!(read::<ApiKey>(&body), refused, "{body}");
        assert_eq!(read::<M2m>(&body), refused, "{body}");
    }
}

/// With the instance's key, Clerk tells of tokens for any machine.
#[test]
fn an_opaque_m2m_token_is_for_the_machines_among_its_scopes() {
    let read = |scopes: &Value, own: &str| {
        let operation = VerifyMachineToken::<M2m>::new("mt_x")
            .machine_scopes(MachineScopes::require(own).unwrap());
        let body = json!({"id": "mt_1", "subject": "mch_1", "scopes": scopes});
        let read = operation.response(answer(200, &body)).unwrap();
        read.map(drop).map_err(|refused| refused.code)
    };
    let refused = Err(MachineTokenErrorCode::TokenVerificationFailed);
    let scopes = json!(["mch_2", "mch_3"]);
    assert_eq!(read(&scopes, "mch_3"), Ok(()));
    for own in ["mch_1", "mch_33"] {
        assert_eq!(read(&scopes, own), refused, "{own}");
    }
    assert_eq!(read(&json!([]), "mch_2"), refused);
    assert_eq!(read(&json!(null), "mch_2"), refused);
}

#[test]
fn what_clerk_refuses_is_named() {
    use MachineTokenErrorCode as Code;
    let said = json!({"errors": [{"code": "x", "message": "The key is bad"}]});
    let nothing = json!({});
    for (status, body, code, message) in [
        (401, &said, Code::SecretKeyInvalid, "The key is bad"),
        (401, &nothing, Code::SecretKeyInvalid, "Invalid secret key"),
        (404, &said, Code::TokenInvalid, "API key not found"),
        (400, &said, Code::UnexpectedError, "Unexpected error"),
        (500, &nothing, Code::UnexpectedError, "Unexpected error"),
    ] {
        let refused = read::<ApiKey>(status, body).unwrap_err();
        assert_eq!(
            (refused.code, refused.to_string()),
            (code, message.to_owned())
        );
        assert_eq!(refused.status.unwrap(), status);
    }
    let refused = |refused: Result<MachineAuth, MachineTokenError>| refused.unwrap_err().message;
    assert_eq!(
        refused(read::<M2m>(404, &nothing)),
        "Machine token not found"
    );
    assert_eq!(
        refused(read::<OAuth>(404, &nothing)),
        "OAuth token not found"
    );
    let not_sent = Error::build("verifyApiKey", "no key");
    let unsent = MachineTokenError::of(MachineTokenType::ApiKey, &not_sent);
    assert_eq!((unsent.code, unsent.status), (Code::UnexpectedError, None));
    let names = [
        (Code::TokenInvalid, "token-invalid"),
        (Code::TokenVerificationFailed, "token-verification-failed"),
        (Code::SecretKeyInvalid, "secret-key-invalid"),
        (Code::UnexpectedError, "unexpected-error"),
    ];
    for (code, name) in names {
        assert_eq!(code.as_str(), name);
    }
}

#[test]
fn times_in_either_unit() {
    for (number, expected) in [
        (0.0, Some(0)),
        (1_716_883_200.0, Some(1_716_883_200_000)),
        (1_716_883_200_123.0, Some(1_716_883_200_123)),
        (99_999_999_999.0, Some(99_999_999_999_000)),
        (100_000_000_000.0, Some(100_000_000_000)),
        (-1.0, None),
        (1e300, None),
        (f64::NAN, None),
    ] {
        assert_eq!(time(number).map(UnixTime::as_millis), expected, "{number}");
    }
}

#[test]
fn a_planted_token_shows_in_no_debug_text() {
    let operation = VerifyMachineToken::<ApiKey>::new("planted");
    let machine = read::<ApiKey>(200, &but(api_key(), "claims", json!({"x": "planted"})));
    assert!(!format!("{operation:?} {machine:?}").contains("planted"));
}
