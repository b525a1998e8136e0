//! Keys that are other ones, are for something else, or are written oddly.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Mutation, mutation};
use crate::tokens::{
    draft::{Draft, Keys},
    random::Random,
    signer::{FOREIGN_PEM, KEY_ID, PEM, Signers, Who},
};

pub(super) const MUTATIONS: &[Mutation] = &[
    mutation("signed by another key", 3, foreign),
    mutation("key odd", 6, member),
    mutation("key numbers odd", 2, numbers),
    mutation("key set of several keys", 3, several),
    mutation("PEM in another form", 3, pem),
    mutation("no key", 1, nowhere),
];

fn foreign(_: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.who = Who::Foreign;
}

/// Members of a JWK with values that are good, or that make the key one for something else.
pub(in crate::tokens) fn members() -> [(&'static str, Value); 24] {
    [
        ("alg", Value::Null),
        ("alg", json!("RS384")),
        ("alg", json!("RS512")),
        ("alg", json!("ES256")),
        ("alg", json!("")),
        ("alg", json!(5)),
        ("use", Value::Null),
        ("use", json!("enc")),
        ("use", json!("")),
        ("key_ops", json!(["verify"])),
        ("key_ops", json!(["verify", "sign"])),
        ("key_ops", json!(["verify", "verify"])),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
        ("kty", json!("EC")),
        ("kty", json!("oct")),
        ("kty", json!("AKP")),
        ("kty", json!("rsa")),
        ("kid", json!("ins_b")),
        ("d", json!("AQAB")),
        ("d", Value::Null),
        ("ext", json!(false)),
        ("x5c", json!(["AQAB"])),
    ]
}

/// Members without which a JWK is for more, or is no key.
pub(in crate::tokens) const REMOVABLE: [&str; 3] = ["alg", "use", "kty"];

/// The numbers of a key whose modulus is `n`, written in another way, and another exponent.
pub(in crate::tokens) fn odd_numbers(n: &str) -> [(&'static str, Value); 3] {
    let mut longer = vec![0];
    longer.extend(URL_SAFE_NO_PAD.decode(n).unwrap_or_default());
    [
        ("n", json!(URL_SAFE_NO_PAD.encode(longer))),
        ("e", json!("AAEAAQ")),
        ("e", json!("Aw")),
    ]
}

fn member(random: &mut Random, draft: &mut Draft, _: &Signers) {
    let Some(jwk) = draft.first_jwk() else { return };
    if random.one_in(5) {
        jwk.remove(random.pick(&REMOVABLE));
    } else {
        let (name, value) = random.pick(&members());
        jwk.insert(name.to_owned(), value);
    }
}

fn numbers(random: &mut Random, draft: &mut Draft, _: &Signers) {
    let Some(jwk) = draft.first_jwk() else { return };
    let n = jwk.get("n").and_then(Value::as_str).unwrap_or_default();
    let (name, value) = random.pick(&odd_numbers(n));
    jwk.insert(name.to_owned(), value);
}

fn several(random: &mut Random, draft: &mut Draft, signers: &Signers) {
    let foreign = |kid: &str| Value::from(signers.jwk(Who::Foreign, kid));
    let Keys::Jwks(keys) = &mut draft.keys else {
        return;
    };
    match random.below(5) {
        0 => keys.push(foreign("ins_b")),
        1 => keys.insert(0, foreign("ins_b")),
        2 => keys.push(foreign(KEY_ID)),
        3 => keys.push(json!({ "kty": "AKP", "kid": "ins_new", "alg": "ML-DSA-65" })),
        _ => keys.clear(),
    }
}

/// Forms of PEM that the SDK reads as well, and texts that are no key.
fn pem(random: &mut Random, draft: &mut Draft, _: &Signers) {
    let body: String = PEM.lines().filter(|line| !line.starts_with('-')).collect();
    let forms = [
        PEM.replace('\n', "\r\n"),
        PEM.replace('\n', ""),
        PEM.replace('\n', " "),
        format!("\n{PEM}\n"),
        body,
        FOREIGN_PEM.to_owned(),
        String::new(),
    ];
    let no_keys = [
        "hello".to_owned(),
        PEM.replace("MII", "!II"),
        PEM.replace("PUBLIC KEY", "CERTIFICATE"),
        PEM.replace("IDAQAB", ""),
    ];
    draft.keys = Keys::Pem(if random.one_in(5) {
        random.pick(&no_keys)
    } else {
        random.pick(&forms)
    });
}

fn nowhere(_: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.keys = Keys::Nowhere;
}
