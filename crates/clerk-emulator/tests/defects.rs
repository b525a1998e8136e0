//! That every defect is the one it is called, and the only one.

mod support;

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_emulator::{Defect, Emulator};
use ring::hmac;
use serde_json::{Value, json};
use support::{NOW, decode, emulator};

fn bad(emulator: &Emulator, defect: Defect) -> String {
    emulator
        .token()
        .user("ada@example.com")
        .organization("acme")
        .defect(defect)
        .sign(NOW)
}

/// The header parameters and claims in which the bad token differs from a good one.
fn differences(emulator: &Emulator, defect: Defect) -> (Value, Value) {
    let good = emulator
        .token()
        .user("ada@example.com")
        .organization("acme")
        .sign(NOW);
    let (good, bad) = (decode(&good), decode(&bad(emulator, defect)));
    let compare = |good: &Value, bad: &Value| {
        let (good, bad) = (good.as_object().unwrap(), bad.as_object().unwrap());
        let names: BTreeSet<&String> = good.keys().chain(bad.keys()).collect();
        let changed = names
            .into_iter()
            .filter(|name| *name != "jti" && good.get(*name) != bad.get(*name))
            .map(|name| {
                (
                    name.clone(),
                    bad.get(name).cloned().unwrap_or(json!("(absent)")),
                )
            });
        Value::Object(changed.collect())
    };
    (
        compare(&good.header, &bad.header),
        compare(&good.claims, &bad.claims),
    )
}

#[test]
fn names_are_stable_and_lead_back() {
    let names: BTreeSet<&str> = Defect::ALL.iter().map(|defect| defect.name()).collect();
    assert_eq!(names.len(), Defect::ALL.len());
    for &defect in Defect::ALL {
        assert_eq!(defect.name().parse(), Ok(defect));
        assert_eq!(defect.to_string(), defect.name());
    }
    assert!("nonsense".parse::<Defect>().is_err());
}

#[test]
fn some_say_something_wrong_and_are_signed() {
    let emulator = emulator();
    let nobody = "000000000000000000000000000";
    for (defect, header, claims) in [
        (Defect::WrongType, json!({ "typ": "JOSE" }), json!({})),
        (
            Defect::UnknownKeyId,
            json!({ "kid": format!("ins_{nobody}") }),
            json!({}),
        ),
        (
            Defect::MissingKeyId,
            json!({ "kid": "(absent)" }),
            json!({}),
        ),
        (Defect::MissingAlg, json!({ "alg": "(absent)" }), json!({})),
        (
            Defect::TemplateCategory,
            json!({ "cat": "cl_B7d4PD222AAA" }),
            json!({}),
        ),
        (
            Defect::MachineCategory,
            json!({ "cat": "cl_B7d4PD333AAA" }),
            json!({}),
        ),
        (
            Defect::CriticalHeader,
            json!({
                "crit": ["https://emulator.example/unknown"],
                "https://emulator.example/unknown": true,
            }),
            json!({}),
        ),
        (
            Defect::Expired,
            json!({}),
            json!({ "iat": 1_799_996_340, "nbf": 1_799_996_330, "exp": 1_799_996_400 }),
        ),
        (
            Defect::MissingExpiry,
            json!({}),
            json!({ "exp": "(absent)" }),
        ),
        (
            Defect::ExpiryNotANumber,
            json!({}),
            json!({ "exp": "1800007200" }),
        ),
        (Defect::ExpiryOutOfRange, json!({}), json!({ "exp": 1e300 })),
        (
            Defect::NotYetActive,
            json!({}),
            json!({ "nbf": 1_800_003_600, "exp": 1_800_007_200 }),
        ),
        (
            Defect::IssuedInTheFuture,
            json!({}),
            json!({ "iat": 1_800_003_600, "exp": 1_800_007_200 }),
        ),
        (
            Defect::MissingSubject,
            json!({}),
            json!({ "sub": "(absent)" }),
        ),
        (Defect::SubjectNotAString, json!({}), json!({ "sub": 5 })),
        (
            Defect::MachineSubject,
            json!({}),
            json!({ "sub": format!("mch_{nobody}") }),
        ),
        (
            Defect::WrongIssuer,
            json!({}),
            json!({ "iss": "https://clerk.another-instance.example" }),
        ),
        (
            Defect::WrongAuthorizedParty,
            json!({}),
            json!({ "azp": "https://another-app.example" }),
        ),
        (
            Defect::WrongAudience,
            json!({}),
            json!({ "aud": "https://another-service.example" }),
        ),
    ] {
        assert_eq!(differences(&emulator, defect), (header, claims), "{defect}");
        let mut jwks = emulator.jwks_json();
        // The key is the right one, whatever the token calls it.
        jwks["keys"][0]["kid"] = decode(&bad(&emulator, defect)).header["kid"].clone();
        assert!(decode(&bad(&emulator, defect)).verifies(&jwks), "{defect}");
    }
}

#[test]
fn some_say_nothing_wrong_and_are_not_signed() {
    let emulator = emulator();
    let jwks = emulator.jwks_json();
    for defect in [
        Defect::DamagedSignature,
        Defect::MissingSignature,
        Defect::ForeignKey,
    ] {
        assert_eq!(
            differences(&emulator, defect),
            (json!({}), json!({})),
            "{defect}"
        );
        assert!(!decode(&bad(&emulator, defect)).verifies(&jwks), "{defect}");
    }
    let tampered = json!({ "sub": "user_000000000000000000000000000" });
    let differences_of = |defect| differences(&emulator, defect);
    assert_eq!(
        differences_of(Defect::TamperedPayload),
        (json!({}), tampered)
    );
    assert!(!decode(&bad(&emulator, Defect::TamperedPayload)).verifies(&jwks));
}

#[test]
fn some_play_with_the_algorithm() {
    let emulator = emulator();
    let none = bad(&emulator, Defect::AlgNone);
    assert_eq!(decode(&none).header["alg"], "none");
    assert!(none.ends_with('.'));

    let confused = bad(&emulator, Defect::AlgHs256PublicKey);
    assert_eq!(decode(&confused).header["alg"], "HS256");
    let (input, mac) = confused.rsplit_once('.').unwrap();
    let secret = hmac::Key::new(hmac::HMAC_SHA256, emulator.public_key_pem().as_bytes());
    let mac = URL_SAFE_NO_PAD.decode(mac).unwrap();
    assert!(hmac::verify(&secret, input.as_bytes(), &mac).is_ok());

    let mismatch = decode(&bad(&emulator, Defect::AlgMismatch));
    assert_eq!(mismatch.header["alg"], "RS384");
    assert!(mismatch.verifies(&emulator.jwks_json()));
}

#[test]
fn some_are_no_compact_jws_of_json() {
    let emulator = emulator();
    let parts = |defect| bad(&emulator, defect).split('.').count();
    assert_eq!(parts(Defect::TwoParts), 2);
    assert_eq!(parts(Defect::FourParts), 4);

    let part = |defect, index| {
        let token = bad(&emulator, defect);
        let encoded = token.split('.').nth(index).unwrap().to_owned();
        (URL_SAFE_NO_PAD.decode(&encoded), encoded)
    };
    let good = URL_SAFE_NO_PAD.encode([0; 256]).len();
    assert_eq!(part(Defect::HeaderNotJson, 0).0.unwrap(), b"not JSON");
    assert_eq!(part(Defect::PayloadNotJson, 1).0.unwrap(), b"not JSON");
    assert_eq!(part(Defect::PayloadNotAnObject, 1).0.unwrap(), b"[]");
    assert_eq!(part(Defect::Truncated, 2).1.len(), good - 12);
    assert!(part(Defect::PaddedBase64, 2).1.ends_with("=="));
    assert!(part(Defect::StandardBase64, 2).1.contains(['+', '/']));
    assert!(part(Defect::NonCanonicalBase64, 2).0.is_err());
    assert_eq!(part(Defect::NonCanonicalBase64, 2).1.len(), good);

    let (payload, _) = part(Defect::DuplicateClaim, 1);
    let payload = String::from_utf8(payload.unwrap()).unwrap();
    assert_eq!(payload.matches(r#""sub":"#).count(), 2);
}

#[test]
fn the_list_of_supported_things_lists_every_defect() {
    let supported = include_str!("../SUPPORTED.md");
    for defect in Defect::ALL {
        assert!(supported.contains(&format!("| `{defect}` |")), "{defect}");
    }
}
