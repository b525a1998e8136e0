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
    mutation("all three are asked for", 4, all_three),
    mutation("another clock skew", 6, skew),
    mutation("another time", 4, time),
];

/// A text as an option may ask for it: alone, in a list, beside others, or in an odd way.
pub(in crate::tokens) fn asked_for(text: &str) -> [Value; 8] {
    [
        json!([text]),
        json!(text),
        json!(["", text]),
        json!(["https://other.example.com", text]),
        json!([format!("{text}/")]),
        json!([""]),
        json!(""),
        json!([]),
    ]
}

/// The same text as a claim may have it.
pub(in crate::tokens) fn claimed(text: &str) -> [String; 10] {
    [
        json!(text),
        json!(format!("{text}/")),
        json!(text.to_uppercase()),
        json!(format!("{text}.evil.example")),
        json!(""),
        json!([text]),
        json!(["https://other.example.com", text]),
        json!(["", text]),
        json!([text, 1]),
        json!([[text]]),
    ]
    .map(|claim| claim.to_string())
}

/// The SDK takes a text for a list of all that can be cut out of it, and ours wants a list.
pub(in crate::tokens) fn listed(asked: Value) -> Value {
    match asked {
        Value::String(text) => json!([text]),
        list => list,
    }
}

/// Rarely a claim in an odd way.
fn any_claim(random: &mut Random, text: &str) -> String {
    if random.one_in(10) {
        random.pick(&ODD).to_owned()
    } else {
        random.pick(&claimed(text))
    }
}

fn audience(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.options.audience = Some(random.pick(&asked_for(AUDIENCE)));
    if !random.one_in(6) {
        draft.payload.set("aud", any_claim(random, AUDIENCE));
    }
}

fn party(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.options.authorized_parties = Some(listed(random.pick(&asked_for(PARTY))));
    match random.below(6) {
        0 => draft.payload.remove("azp"),
        1..=3 => draft.payload.set("azp", any_claim(random, PARTY)),
        _ => {}
    }
}

fn issuer(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.options.issuer = Some(random.pick(&asked_for(ISSUER)));
    if random.one_in(2) {
        draft.payload.set("iss", any_claim(random, ISSUER));
    }
}

/// Which of them is judged first shows where more than one is not met.
fn all_three(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.options.audience = Some(json!(AUDIENCE));
    draft.options.authorized_parties = Some(json!([PARTY]));
    draft.options.issuer = Some(json!(ISSUER));
    for (claim, good) in [("aud", AUDIENCE), ("azp", PARTY), ("iss", ISSUER)] {
        let value = if random.one_in(2) {
            good
        } else {
            "https://other.example.com"
        };
        draft.payload.set(claim, json!(value).to_string());
    }
    if random.one_in(3) {
        draft.payload.set("exp", "0");
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
