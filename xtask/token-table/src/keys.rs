//! The keys, and the mistakes that are made with them.

use clerk_emulator::{Defect, Emulator};
use serde_json::{Value, json};

use crate::row::{FAILED, INVALID, Keys, NO_KEY, NOW, OK, SIGNATURE, Table, UNKNOWN_KEY};

pub(crate) fn rows(table: &mut Table) {
    pem(table);
    sets(table);
    members(table);
    instances(table);
    none(table);
}

fn pem(table: &mut Table) {
    let pem = table.emulator.public_key_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for (name, text) in [
        ("as it is", pem.clone()),
        ("with CRLF", pem.replace('\n', "\r\n")),
        ("with spaces for line breaks", pem.replace('\n', " ")),
        ("in quotes", format!("\"{}\"", pem.trim_end())),
        ("within white space", format!("\n  {pem}\n\n")),
        ("without its lines", body.clone()),
        (
            "without its lines, broken",
            pem.lines()
                .filter(|l| !l.starts_with('-'))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
    ] {
        let token = table.good();
        table.row(format!("PEM {name}"), token, OK).pem(text);
    }
    let token = table.good();
    let larger = include_str!("../../../crates/clerk-jwt/tests/keys/rsa4096.public.pem");
    table
        .row("PEM of a larger key", &*token, SIGNATURE)
        .pem(larger);
    let other = include_str!("../../../crates/clerk-jwt/tests/keys/b.public.pem");
    table.row("PEM of another key", token, SIGNATURE).pem(other);
}

fn sets(table: &mut Table) {
    let token = table.good();
    let jwk = table.jwk();
    let named = |kid: &str| {
        let mut jwk = jwk.clone();
        jwk["kid"] = json!(kid);
        jwk
    };
    let newer = json!({ "kty": "AKP", "kid": "ins_newer", "alg": "ML-DSA-65", "pub": "AA" });
    for (name, set, expected) in [
        ("of one key", json!({ "keys": [jwk] }), OK),
        (
            "with another key first",
            json!({ "keys": [named("ins_other"), jwk] }),
            OK,
        ),
        (
            "with another key last",
            json!({ "keys": [jwk, named("ins_other")] }),
            OK,
        ),
        (
            "with a key of an unknown type",
            json!({ "keys": [newer, jwk] }),
            OK,
        ),
        (
            "with things that are no keys",
            json!({ "keys": [5, [], {}, jwk] }),
            OK,
        ),
        (
            "with members of its own",
            json!({ "keys": [jwk], "x": 1 }),
            OK,
        ),
        (
            "of other keys",
            json!({ "keys": [named("ins_other")] }),
            UNKNOWN_KEY,
        ),
        (
            "of a nameless key",
            table.set_with(|jwk| drop(jwk.as_object_mut().unwrap().remove("kid"))),
            UNKNOWN_KEY,
        ),
    ] {
        table
            .row(format!("key set {name}"), &*token, expected)
            .set(&set);
    }
}

/// The key of the token's `kid`, one member changed.
fn members(table: &mut Table) {
    let token = table.good();
    let absent = Value::Null;
    for (member, value, expected) in [
        ("alg", absent.clone(), OK),
        ("use", absent.clone(), OK),
        ("use", json!("sig"), OK),
        ("key_ops", json!(["verify"]), OK),
        ("x5t", json!("whatever"), OK),
        ("alg", json!("RS512"), FAILED),
        ("alg", json!("RSA-OAEP"), FAILED),
        ("use", json!("enc"), FAILED),
        ("key_ops", json!(["sign"]), FAILED),
        ("key_ops", json!(["encrypt"]), FAILED),
        ("kty", absent.clone(), FAILED),
        ("kty", json!("EC"), FAILED),
        ("kty", json!("oct"), FAILED),
        ("kty", json!("rsa"), FAILED),
        ("n", absent.clone(), FAILED),
        ("e", absent, FAILED),
        ("d", json!("AQAB"), FAILED),
    ] {
        let set = table.set_with(|jwk| match &value {
            Value::Null => drop(jwk.as_object_mut().unwrap().remove(member)),
            value => jwk[member] = value.clone(),
        });
        let name = format!("key whose {member} is {value}");
        table.row(name, &*token, expected).set(&set);
    }
}

/// Tokens of one instance, keys of another.
fn instances(table: &mut Table) {
    let token = table.good();
    let other = Emulator::builder().deterministic(8).build().unwrap();
    table
        .row("another instance's set", &*token, UNKNOWN_KEY)
        .set(&other.jwks_json());
    table.row(
        "another instance's token",
        other.token().sign(NOW),
        UNKNOWN_KEY,
    );

    let rotated = Emulator::builder().deterministic(9).build().unwrap();
    let (old, old_pem) = (rotated.token().sign(NOW), rotated.public_key_pem());
    rotated.rotate_keys(true);
    let new = rotated.token().sign(NOW);
    table
        .row("the old key, kept", &*old, OK)
        .set(&rotated.jwks_json());
    table
        .row("the new key", &*new, OK)
        .set(&rotated.jwks_json());
    table
        .row("the new key, PEM of the old", &*new, SIGNATURE)
        .pem(old_pem);
    rotated.rotate_keys(false);
    table
        .row("the old key, dropped", old, UNKNOWN_KEY)
        .set(&rotated.jwks_json());

    let impostor = table.set_with(|jwk| jwk["n"] = rotated.jwks_json()["keys"][0]["n"].take());
    table
        .row("another key under our key's id", &*token, SIGNATURE)
        .set(&impostor);
}

fn none(table: &mut Table) {
    let good = table.good();
    table.row("no key", good, NO_KEY).keys(Keys::None);
    for (name, token, expected) in [
        ("no key, no token", String::new(), INVALID),
        (
            "no key, forged",
            table.token().defect(Defect::ForeignKey).sign(NOW),
            NO_KEY,
        ),
        (
            "no key, expired",
            table.token().defect(Defect::Expired).sign(NOW),
            NO_KEY,
        ),
        (
            "no key, bad payload",
            table.token().defect(Defect::PayloadNotJson).sign(NOW),
            INVALID,
        ),
        ("no key, bad signature part", table.good() + "!", INVALID),
    ] {
        table.row(name, token, expected).keys(Keys::None);
    }
}
