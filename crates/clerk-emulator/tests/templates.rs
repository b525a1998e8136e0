//! The operations on JWT templates.

mod support;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        RSA_PKCS1_2048_8192_SHA512, RsaKeyPair, UnparsedPublicKey,
    },
};
use serde_json::{Value, json};
use support::{
    ADA, call, decode, emulator, fine, get, patch, post, refusal, refused, session_of, text,
};

const TEMPLATES: &str = "/v1/jwt_templates";

#[test]
fn a_template_is_created_used_changed_and_deleted() {
    let emulator = emulator();
    let claims = json!({ "who": "{{user.id}}", "aud": "api" });
    let (status, template) = post(
        &emulator,
        TEMPLATES,
        json!({ "name": "api", "claims": claims, "lifetime": null, "custom_signing_key": false }),
    );
    assert_eq!(status, 200, "{template}");
    let id = template["id"].as_str().unwrap();
    assert_eq!(
        template,
        json!({
            "object": "jwt_template", "id": id, "name": "api", "claims": claims, "lifetime": 60,
            "allowed_clock_skew": 5, "custom_signing_key": false, "signing_algorithm": "RS256",
            "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
        })
    );
    let path = format!("{TEMPLATES}/{id}");
    assert_eq!(get(&emulator, &path), (200, template.clone()));

    let session = session_of(&emulator, ADA);
    let claims_of = |name: &str| {
        let path = format!("/v1/sessions/{session}/tokens/{name}");
        let (status, token) = post(&emulator, &path, json!({}));
        assert_eq!(status, 200, "{token}");
        decode(token["jwt"].as_str().unwrap()).claims
    };
    assert_eq!(claims_of("api")["who"], ADA);
    let changes = json!({
        "name": "api-2", "claims": { "level": 3 }, "lifetime": 90, "allowed_clock_skew": 0,
        "signing_algorithm": "RS256",
    });
    let (status, changed) = patch(&emulator, &path, changes);
    assert_eq!((status, &changed["name"]), (200, &json!("api-2")));
    let claims = claims_of("api-2");
    assert_eq!((&claims["level"], claims.get("who")), (&json!(3), None));
    assert_eq!(
        (&claims["exp"], &claims["nbf"]),
        (&json!(1_800_000_090), &json!(1_800_000_000))
    );

    let (_, list) = get(&emulator, TEMPLATES);
    assert_eq!(list[0], changed);
    assert_eq!(list[1]["name"], "hasura");
    let (_, paged) = get(&emulator, "/v1/jwt_templates?paginated=true&limit=1");
    assert_eq!(paged, json!({ "data": [changed], "total_count": 2 }));

    let deleted = json!({ "object": "jwt_template", "id": id, "deleted": true });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    let missing = || refused(404, "resource_not_found", "");
    for method in ["GET", "DELETE", "PATCH"] {
        assert_eq!(refusal(call(&emulator, method, &path, None)), missing());
    }
    let token = format!("/v1/sessions/{session}/tokens/api-2");
    assert_eq!(refusal(post(&emulator, &token, json!({}))), missing());
}

#[test]
fn templates_that_cannot_be_are_refused() {
    let emulator = emulator();
    let (_, template) = post(&emulator, TEMPLATES, json!({ "name": "a", "claims": {} }));
    let path = format!("{TEMPLATES}/{}", template["id"].as_str().unwrap());
    let value = |name: &str| refused(422, "form_param_value_invalid", name);
    let with = |name: &str, given: Value| {
        let mut body = json!({ "name": "b", "claims": {} });
        body[name] = given;
        body
    };
    for (body, expected) in [
        (
            json!({ "claims": {} }),
            refused(422, "form_param_missing", "name"),
        ),
        (
            json!({ "name": "b" }),
            refused(422, "form_param_missing", "claims"),
        ),
        (with("name", json!(" ")), value("name")),
        (
            with("name", json!("hasura")),
            refused(422, "form_already_exists", "name"),
        ),
        (with("claims", json!([])), value("claims")),
        (
            with("claims", json!({ "sub": "x" })),
            refused(400, "jwt_template_reserved_claim", ""),
        ),
        (with("lifetime", json!(29)), value("lifetime")),
        (with("lifetime", json!(315_360_001)), value("lifetime")),
        (
            with("allowed_clock_skew", json!(301)),
            value("allowed_clock_skew"),
        ),
        (
            with("custom_signing_key", json!(true)),
            refused(422, "form_param_missing", "signing_key"),
        ),
        (
            with("signing_algorithm", json!("HS256")),
            value("signing_algorithm"),
        ),
        (
            with("colour", json!("red")),
            refused(422, "form_param_unknown", "colour"),
        ),
    ] {
        for (method, path) in [("POST", TEMPLATES), ("PATCH", &path)] {
            let found = refusal(call(&emulator, method, path, Some(&body)));
            assert_eq!(found, expected, "{method} {body}");
        }
    }
    assert_eq!(get(&emulator, &path).1, template);
    let found = refusal(get(&emulator, "/v1/jwt_templates?order_by=name"));
    assert_eq!(found, refused(422, "form_param_unknown", "order_by"));
}

/// A key that anybody may have: see `src/keys/README.md`.
const RSA_KEY: &str = include_str!("../src/keys/foreign.pem");

/// What a signature is over, and the signature.
fn signed(token: &str) -> (&[u8], Vec<u8>) {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    (input.as_bytes(), signature)
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

#[test]
fn a_template_may_have_a_key_of_its_own() {
    let emulator = emulator();
    let session = session_of(&emulator, ADA);
    let token = |name: &str| {
        let path = format!("/v1/sessions/{session}/tokens/{name}");
        text(&fine(post(&emulator, &path, json!({}))), "jwt").to_owned()
    };
    let pkcs8 =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    let pkcs8 = pkcs8.unwrap();
    let ec_key = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(&pkcs8)
    );
    for (algorithm, key) in [
        ("HS256", "a secret of the warehouse's"),
        ("RS512", RSA_KEY),
        ("ES256", &ec_key),
    ] {
        let template = fine(post(
            &emulator,
            TEMPLATES,
            json!({
                "name": algorithm, "claims": { "role": "reader" }, "custom_signing_key": true,
                "signing_algorithm": algorithm, "signing_key": key,
            }),
        ));
        assert_eq!(template["custom_signing_key"], true);
        assert_eq!(template["signing_algorithm"], algorithm);
        assert!(!template.to_string().contains("secret"), "{template}");
        let header = decode(&token(algorithm)).header;
        assert_eq!(
            header,
            json!({ "alg": algorithm, "typ": "JWT", "cat": "cl_B7d4PD222AAA" })
        );
    }
    let hs256 = token("HS256");
    let (message, signature) = signed(&hs256);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"a secret of the warehouse's");
    assert!(hmac::verify(&key, message, &signature).is_ok());

    let rs512 = token("RS512");
    let (message, signature) = signed(&rs512);
    let pair = RsaKeyPair::from_pkcs8(&der(RSA_KEY)).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, pair.public().as_ref());
    assert!(key.verify(message, &signature).is_ok());

    let es256 = token("ES256");
    let (message, signature) = signed(&es256);
    let pair = EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        pkcs8.as_ref(),
        &SystemRandom::new(),
    );
    let pair = pair.unwrap();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
    assert!(key.verify(message, &signature).is_ok());
}

#[test]
fn a_templates_own_key_stays_until_it_is_taken_away() {
    let emulator = emulator();
    let template = fine(post(
        &emulator,
        TEMPLATES,
        json!({
            "name": "warehouse", "claims": {}, "custom_signing_key": true,
            "signing_algorithm": "HS256", "signing_key": "first",
        }),
    ));
    let path = format!("{TEMPLATES}/{}", text(&template, "id"));
    let with = |more: Value| {
        let mut body = json!({ "name": "warehouse", "claims": {} });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        patch(&emulator, &path, body)
    };
    let kept = fine(with(json!({})));
    assert_eq!(kept["signing_algorithm"], "HS256");
    let kept = fine(with(
        json!({ "custom_signing_key": true, "signing_algorithm": "HS256" }),
    ));
    assert_eq!(kept["custom_signing_key"], true);
    for (more, expected) in [
        (
            json!({ "signing_algorithm": "HS512" }),
            refused(422, "form_param_missing", "signing_key"),
        ),
        (
            json!({ "signing_algorithm": "ES256", "signing_key": "no key" }),
            refused(422, "form_param_value_invalid", "signing_key"),
        ),
        (
            json!({ "signing_algorithm": "RS256", "signing_key": "no key" }),
            refused(422, "form_param_value_invalid", "signing_key"),
        ),
        (
            json!({ "signing_algorithm": "none", "signing_key": "x" }),
            refused(422, "form_param_value_invalid", "signing_algorithm"),
        ),
        (
            json!({ "signing_key": "" }),
            refused(422, "form_param_value_invalid", "signing_key"),
        ),
    ] {
        assert_eq!(refusal(with(more.clone())), expected, "{more}");
    }
    let gone = fine(with(json!({ "custom_signing_key": false })));
    assert_eq!(gone["signing_algorithm"], "RS256");
    assert_eq!(gone["custom_signing_key"], false);
}
