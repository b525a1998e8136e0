//! `jws verify --batch`: whether a signature is right and its key may be used for it.

mod support;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_emulator::{Defect, Emulator};
use serde_json::{Value, json};
use support::{NOW, answer, answers, emulator};

fn jwk(emulator: &Emulator) -> Value {
    emulator.jwks_json()["keys"][0].take()
}

/// What is said of `jws` with the emulator's key, after `change` was made to that.
fn with_key(emulator: &Emulator, jws: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut jwk = jwk(emulator);
    change(&mut jwk);
    answer("jws", json!({ "id": 1, "jws": jws, "jwk": jwk }))
}

#[test]
fn any_payload_is_given_back_as_it_was_signed() {
    let emulator = emulator();
    for payload in [b"{\"sub\":\"user_1\"}".as_slice(), b"", b"\xff\x00 no JSON"] {
        let jws = emulator.sign(&json!({ "alg": "RS256" }), payload);
        let answer = with_key(&emulator, &jws, |_| {});
        let payload = URL_SAFE_NO_PAD.encode(payload);
        assert_eq!(
            answer,
            json!({ "id": 1, "ok": true, "payload_base64url": payload })
        );
    }
    let large = vec![b'x'; 3 << 20];
    let jws = emulator.sign(&json!({ "alg": "RS256" }), &large);
    assert_eq!(with_key(&emulator, &jws, |_| {})["ok"], true);
}

#[test]
fn each_algorithm_goes_with_the_keys_that_are_for_it() {
    let emulator = emulator();
    for alg in ["RS256", "RS384", "RS512"] {
        let jws = emulator.sign(&json!({ "alg": alg }), b"x");
        let any = with_key(&emulator, &jws, |jwk| {
            drop(jwk.as_object_mut().unwrap().remove("alg"));
        });
        assert_eq!(any["ok"], true, "{alg}");
        let own = with_key(&emulator, &jws, |jwk| jwk["alg"] = json!(alg));
        assert_eq!(own["ok"], true, "{alg}");
        let other = with_key(&emulator, &jws, |jwk| {
            jwk["alg"] = json!(if alg == "RS256" { "RS384" } else { "RS256" });
        });
        assert_eq!(other["reason"], "token-verification-failed", "{alg}");
    }
}

#[test]
fn a_key_that_may_not_be_used_is_not_used() {
    let emulator = emulator();
    let jws = emulator.sign(&json!({ "alg": "RS256" }), b"x");
    for (name, value) in [
        ("use", json!("enc")),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!("verify")),
        ("kty", json!("EC")),
        ("kty", json!(null)),
        ("alg", json!("PS256")),
        ("alg", json!("none")),
        ("d", json!("AQAB")),
        ("n", json!("AQAB")),
        ("n", json!(5)),
        ("e", json!("AQ")),
    ] {
        let answer = with_key(&emulator, &jws, |jwk| jwk[name] = value.clone());
        assert_eq!(answer["ok"], false, "{name}: {value}");
        assert_eq!(
            answer["reason"], "token-verification-failed",
            "{name}: {value}"
        );
        assert!(answer["message"].is_string());
    }
}

#[test]
fn what_is_not_rightly_signed_is_refused() {
    let emulator = emulator();
    let sign = |header: Value| emulator.sign(&header, b"{}");
    let signed_with = |defect| emulator.token().defect(defect).sign(NOW);
    for (jws, reason) in [
        (
            signed_with(Defect::DamagedSignature),
            "token-invalid-signature",
        ),
        (signed_with(Defect::ForeignKey), "token-invalid-signature"),
        (
            signed_with(Defect::MissingSignature),
            "token-invalid-signature",
        ),
        (
            signed_with(Defect::AlgHs256PublicKey),
            "token-invalid-algorithm",
        ),
        (signed_with(Defect::AlgNone), "token-invalid-algorithm"),
        (sign(json!({})), "token-invalid-algorithm"),
        (
            sign(json!({ "alg": "RS256", "crit": ["exp"] })),
            "token-invalid",
        ),
        (
            sign(json!({ "alg": "RS256", "b64": false, "crit": ["b64"] })),
            "token-invalid",
        ),
        (signed_with(Defect::FourParts), "token-invalid"),
        (signed_with(Defect::PaddedBase64), "token-invalid"),
        (signed_with(Defect::NonCanonicalBase64), "token-invalid"),
        (String::new(), "token-invalid"),
        (
            json!({ "payload": "e30", "signatures": [] }).to_string(),
            "token-invalid",
        ),
    ] {
        let answer = with_key(&emulator, &jws, |_| {});
        assert_eq!(answer["ok"], false, "{jws}");
        assert_eq!(answer["reason"], reason, "{jws}");
    }
    // The JSON serialization as an object of its own.
    let object = json!({ "id": 1, "jws": { "payload": "e30" }, "jwk": jwk(&emulator) });
    assert_eq!(answer("jws", object)["reason"], "token-invalid");
}

#[test]
fn lines_that_ask_nothing_are_errors() {
    let emulator = emulator();
    let jws = emulator.sign(&json!({ "alg": "RS256" }), b"x");
    let jwk = jwk(&emulator);
    for answer in answers(
        "jws",
        &[
            json!({ "jwk": jwk }),
            json!({ "jwk": jwk, "jws": null }),
            json!({ "jwk": jwk, "jws": 5 }),
            json!({ "jwk": jwk, "jws": [jws] }),
            json!({ "jws": jws }),
            json!({ "jws": jws, "jwk": null }),
            json!({ "jws": jws, "jwk": jwk.to_string() }),
            json!({ "jws": jws, "jwk": [jwk] }),
            json!([jws, jwk]),
            json!("x"),
        ],
    ) {
        assert_eq!(answer["id"], Value::Null);
        assert!(answer["error"].is_string(), "{answer}");
        assert!(answer.get("ok").is_none(), "{answer}");
    }
}
