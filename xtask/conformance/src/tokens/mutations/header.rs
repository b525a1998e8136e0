//! Headers that are not what Clerk writes.

use super::{Mutation, claims::ODD, mutation};
use crate::tokens::{
    draft::Draft,
    random::Random,
    signer::{KEY_ID, Signers},
};

pub(super) const MUTATIONS: &[Mutation] = &[
    mutation("typ odd", 4, typ),
    mutation("alg odd", 4, alg),
    mutation("another algorithm", 4, another_algorithm),
    mutation("signed as something else", 2, mismatch),
    mutation("kid odd", 4, kid),
    mutation("cat odd", 3, cat),
    mutation("header members nobody knows", 3, unknown),
    mutation("header member missing", 3, missing),
];

pub(in crate::tokens) const TYPES: [&str; 8] = [
    "\"jwt\"",
    "\"JOSE\"",
    "\"at+jwt\"",
    "\"application/jwt\"",
    "\"JWT \"",
    "\"\\u004aWT\"",
    "[\"JWT\"]",
    "null",
];

pub(in crate::tokens) const ALGORITHMS: [&str; 16] = [
    "\"none\"",
    "\"None\"",
    "\"NONE\"",
    "\"HS256\"",
    "\"ES256\"",
    "\"PS256\"",
    "\"EdDSA\"",
    "\"RS1\"",
    "\"rs256\"",
    "\"RS256 \"",
    "\"\\u0052S256\"",
    "\"\"",
    "null",
    "5",
    "[\"RS256\"]",
    "{}",
];

pub(in crate::tokens) const IDS: [&str; 9] = [
    "\"ins_b\"",
    "\"INS_A\"",
    "\"ins_a \"",
    "\"\\u0069ns_a\"",
    "\"\"",
    "\"../ins_a\"",
    "\"constructor\"",
    "\"__proto__\"",
    "\"undefined\"",
];

pub(in crate::tokens) const CATEGORIES: [&str; 8] = [
    "\"cl_B7d4PD222AAA\"",
    "\"cl_B7d4PD333AAA\"",
    "\"cl_B7d4PD\\u0033\\u0033\\u0033AAA\"",
    "\"cl_I7d4PD111III\"",
    "\"cl_X\"",
    "\"\"",
    "null",
    "[\"cl_B7d4PD333AAA\"]",
];

fn typ(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.header.set("typ", random.pick(&TYPES));
}

fn alg(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.header.set("alg", random.pick(&ALGORITHMS));
}

/// Signed as the header says, with what the key may or may not be for.
fn another_algorithm(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft
        .header
        .set("alg", random.pick(&["\"RS384\"", "\"RS512\""]));
    if random.one_in(2) {
        if let Some(jwk) = draft.first_jwk() {
            jwk.remove("alg");
        }
    }
}

fn mismatch(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.signed_as = Some(random.pick(&["RS256", "RS384", "RS512"]));
}

fn kid(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.header.set("kid", random.pick(&IDS));
}

fn cat(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.header.set("cat", random.pick(&CATEGORIES));
}

fn unknown(random: &mut Random, draft: &mut Draft, signers: &Signers) {
    let jwk = serde_json::Value::from(signers.jwk(crate::tokens::signer::Who::Foreign, KEY_ID));
    match random.below(7) {
        0 => draft.header.set("jwk", jwk.to_string()),
        1 => draft
            .header
            .set("jku", "\"https://keys.example.com/jwks.json\""),
        2 => draft
            .header
            .set("x5u", "\"https://keys.example.com/cert.pem\""),
        3 => draft.header.set("b64", "false"),
        4 => draft.header.set("cty", "\"JWT\""),
        5 => draft.header.set("zip", "\"DEF\""),
        _ => {
            let name = random.pick(&["x", "", "constructor", "__proto__", "ALG", "kid "]);
            draft.header.set(name, random.pick(&ODD));
        }
    }
}

fn missing(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft
        .header
        .remove(random.pick(&["alg", "typ", "kid", "cat"]));
}
