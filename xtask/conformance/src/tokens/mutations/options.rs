//! What is asked of a token, with tokens that are near to it.

use serde_json::{Value, json};

use super::{Mutation, claims::ODD, mutation};
use crate::tokens::{
    draft::{AUDIENCE, Draft, ISSUER, PARTY},
    random::Random,
    signer::Signers,
};

pub(super) const MUTATIONS: &[Mutation] = &[
    mutation("an audience is asked for", 7, audience),
    mutation("an authorized party is asked for", 6, party),
    mutation("an issuer is asked for", 6, issuer),
    mutation("another clock skew", 6, skew),
    mutation("another time", 4, time),
];

/// A text as an option may ask for it: alone, in a list, beside others, or in an odd way.
fn asked_for(random: &mut Random, text: &str) -> Value {
    match random.below(8) {
        0 => json!(text),
        1 => json!(["", text]),
        2 => json!(["https://other.example.com", text]),
        3 => json!([]),
        4 => json!([""]),
        5 => json!([format!("{text}/")]),
        _ => json!([text]),
    }
}

/// The same text as a claim may have it.
fn claimed(random: &mut Random, text: &str) -> String {
    match random.below(10) {
        0 => json!(format!("{text}/")),
        1 => json!(text.to_uppercase()),
        2 => json!([text]),
        3 => json!(["https://other.example.com", text]),
        4 => json!([text, 1]),
        5 => json!(["", text]),
        6 => json!([format!("{text}.evil.example")]),
        7 => return random.pick(&ODD).to_owned(),
        _ => json!(text),
    }
    .to_string()
}

fn audience(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.options.audience = Some(asked_for(random, AUDIENCE));
    if !random.one_in(6) {
        draft.payload.set("aud", claimed(random, AUDIENCE));
    }
}

fn party(random: &mut Random, draft: &mut Draft, _: &Signers) {
    // The SDK takes a text for a list of its letters' sequences; ours wants a list.
    let asked = match asked_for(random, PARTY) {
        Value::String(text) => json!([text]),
        list => list,
    };
    draft.options.authorized_parties = Some(asked);
    if random.one_in(2) {
        draft.payload.set("azp", claimed(random, PARTY));
    }
}

fn issuer(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.options.issuer = Some(asked_for(random, ISSUER));
    if random.one_in(2) {
        draft.payload.set("iss", claimed(random, ISSUER));
    }
}

fn skew(random: &mut Random, draft: &mut Draft, _: &Signers) {
    const SKEWS: [i64; 9] = [
        0,
        1,
        999,
        1_000,
        5_000,
        60_000,
        3_600_000,
        1_000_000_000_000,
        -1,
    ];
    draft.options.clock_skew_ms = Some(random.pick(&SKEWS));
}

fn time(random: &mut Random, draft: &mut Draft, _: &Signers) {
    const SHIFTS: [i64; 9] = [
        -15_001,
        -1_000,
        -1,
        1,
        999,
        54_999,
        64_999,
        65_000,
        100_000_000,
    ];
    draft.now_ms += random.pick(&SHIFTS);
    if random.one_in(20) {
        draft.now_ms = random.pick(&[0, -1, -1_000_000, 8_640_000_000_000_000]);
    }
}
