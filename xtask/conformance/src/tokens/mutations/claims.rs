//! Claims that are missing, of another type, or at the edge.

use super::{Mutation, mutation};
use crate::tokens::{draft::Draft, random::Random, signer::Signers};

pub(super) const MUTATIONS: &[Mutation] = &[
    mutation("claim missing", 4, missing),
    mutation("claim odd", 14, odd),
    mutation("date at its boundary", 10, boundary),
    mutation("a time around 1970", 3, around_zero),
    mutation("date as an odd number", 8, number),
    mutation("claims of another kind", 3, kind),
    mutation("claims nobody knows", 3, unknown),
];

pub(in crate::tokens) const CLAIMS: [&str; 15] = [
    "sub", "iss", "azp", "aud", "exp", "nbf", "iat", "sid", "sts", "v", "fva", "act", "o", "jti",
    "org_id",
];
const JUDGED: [&str; 7] = ["sub", "iss", "azp", "aud", "exp", "nbf", "iat"];
pub(in crate::tokens) const DATES: [&str; 3] = ["exp", "nbf", "iat"];

/// JSON texts that a claim should not be, or rarely is.
pub(in crate::tokens) const ODD: [&str; 27] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "5",
    "1.5",
    "\"\"",
    "\"x\"",
    "\"user_1\"",
    "\"1800000060\"",
    "\"\\u0000\"",
    "\"us\\u0065r_1\"",
    "\"\\ud83d\\ude00\"",
    "\"a\\/b\\\"c\\\\d\\n\"",
    "\"\u{2028}é𝄞\"",
    "[]",
    "{}",
    "[null]",
    "[\"user_1\"]",
    "[\"a\",1]",
    "[[\"a\"]]",
    "{\"a\":1,\"a\":2}",
    "{\"__proto__\":{\"sub\":\"x\"}}",
    "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
    " \t5 ",
    "[1800000060]",
];

/// Numbers that JSON allows, in the range of dates.
pub(in crate::tokens) const NUMBERS: [&str; 20] = [
    "0",
    "-0",
    "-1",
    "-1.5",
    "0.1",
    "1.8e9",
    "1.80000006E9",
    "18000000600e-1",
    "1800000060000e-3",
    "1800000060.0",
    "1800000060.999999999999",
    "1.7999999999999e9",
    "2147483647",
    "2147483648",
    "4294967296",
    "8639999999999",
    "8640000000000",
    "8640000000000.9",
    "-8640000000000",
    "1e-999",
];

fn missing(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.payload.remove(random.pick(&CLAIMS));
}

fn odd(random: &mut Random, draft: &mut Draft, _: &Signers) {
    let claim = if random.one_in(3) {
        random.pick(&CLAIMS)
    } else {
        random.pick(&JUDGED)
    };
    let value = if random.one_in(8) {
        "null"
    } else {
        random.pick(&ODD)
    };
    draft.payload.set(claim, value);
}

/// A date as close to where it starts or stops being acceptable as it can be.
fn boundary(random: &mut Random, draft: &mut Draft, _: &Signers) {
    let claim = random.pick(&DATES);
    let skew = draft.options.clock_skew_ms.unwrap_or(5_000);
    let edge = match claim {
        "exp" => draft.now_ms - skew,
        _ => draft.now_ms + skew,
    };
    let seconds = edge.div_euclid(1000) + random.pick(&[-1, 0, 0, 0, 1]);
    let fraction = random.pick(&["", "", ".0", ".001", ".5", ".999"]);
    draft.payload.set(claim, format!("{seconds}{fraction}"));
}

/// Where dates are negative, dropping a fraction and rounding down are not the same.
fn around_zero(random: &mut Random, draft: &mut Draft, _: &Signers) {
    draft.now_ms = random.below(20_000) as i64 - 10_000;
    draft.options.clock_skew_ms = Some(random.pick(&[0, 500, 1_000]));
    for (claim, date) in [("exp", "1000"), ("nbf", "-1000"), ("iat", "-1000")] {
        draft.payload.set(claim, date);
    }
    let millis = draft.now_ms + random.pick(&[-1_500, -1_000, -500, -1, 0, 1, 500, 1_000, 1_500]);
    let date = format!("{:.3}", millis as f64 / 1000.0);
    draft.payload.set(random.pick(&DATES), date);
}

fn number(random: &mut Random, draft: &mut Draft, _: &Signers) {
    const NO_NUMBERS: [&str; 9] = [
        "01", "+1", ".5", "1.", "1e", "0x10", "NaN", "Infinity", "1_000",
    ];
    let claim = random.pick(&DATES);
    let value = if random.one_in(12) {
        random.pick(&NO_NUMBERS)
    } else {
        random.pick(&NUMBERS)
    };
    draft.payload.set(claim, value);
}

/// The claims of what is not a session token of version 2.
fn kind(random: &mut Random, draft: &mut Draft, _: &Signers) {
    match random.below(4) {
        0 => {
            draft.payload.remove("v");
            draft.payload.set("org_id", "\"org_1\"");
            draft.payload.set("org_permissions", "[\"org:a:b\"]");
        }
        1 => {
            draft.payload.remove("sid");
            draft.payload.set("role", "\"anything\"");
        }
        2 => draft.payload.set("sub", "\"mch_1\""),
        _ => {
            let organization = "{\"id\":\"org_1\",\"rol\":\"admin\",\"fpm\":\"3\"}";
            draft.payload.set("o", organization);
            draft.payload.set("fea", "\"o:dashboard\"");
        }
    }
}

fn unknown(random: &mut Random, draft: &mut Draft, _: &Signers) {
    for _ in 0..=random.below(3) {
        let name = random.pick(&["x", "", "constructor", "toString", "exp ", "SUB"]);
        let value = match random.below(8) {
            0 => format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)),
            1 => format!("{}1{}", "{\"a\":".repeat(300), "}".repeat(300)),
            _ => random.pick(&ODD).to_owned(),
        };
        draft.payload.set(name, value);
    }
}
