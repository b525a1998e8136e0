//! Which entry of `docs/divergences.md` explains that two answers differ.
//!
//! Each asks two things: that the case has what the entry is about, and that our answer is the one
//! the entry announces. So an entry explains nothing but itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    answer::Answer,
    facts::{Facts, Json, Part, text},
    signer::{FOREIGN_PEM, PEM},
};

/// Two answers that differ.
#[derive(Debug)]
pub(super) struct Difference<'c> {
    pub(super) facts: &'c Facts<'c>,
    pub(super) reference: &'c Answer,
    pub(super) ours: &'c Answer,
}

type Explanation = (&'static str, fn(&Difference<'_>) -> bool);

const EXPLANATIONS: &[Explanation] = &[
    ("oversize-token", |it| it.facts.token.len() > 16 * 1024 && it.is_invalid()),
    ("padded-base64url", |it| it.facts.padded && it.is_invalid()),
    ("byte-order-mark", |it| it.either(Part::starts_with_a_mark) && it.is_invalid()),
    ("invalid-utf8", |it| !it.both(Part::is_utf8) && it.is_invalid()),
    ("lone-surrogate", |it| it.either(|part| part.lone_surrogate) && it.is_invalid()),
    ("not-an-object", |it| it.either(Part::is_no_object) && it.is_invalid()),
    ("duplicate-member", |it| it.either(Part::names_a_member_twice) && it.is_invalid()),
    ("critical-header", |it| it.facts.header.value("crit").is_some() && it.is_invalid()),
    ("header-first", header_first),
    ("kid-not-a-string", kid_not_a_string),
    ("kid-inherited", kid_inherited),
    ("bad-pem", bad_pem),
    ("negative-clock-skew", |it| {
        it.ours.is_failed() && it.facts.options.clock_skew_ms.is_some_and(|skew| skew < 0)
    }),
    ("empty-key-set", |it| {
        let keys = it.facts.options.jwks.as_ref().and_then(|set| set["keys"].as_array());
        it.facts.has_key_set()
            && keys.is_some_and(Vec::is_empty)
            && it.reference.is_refused_for("jwk-remote-failed-to-load")
            && it.ours.is_refused_for("jwk-kid-mismatch")
    }),
    ("rsa-key-size", |it| {
        it.is_unusable() && it.number("n").is_some_and(|n| !(2048..=8192).contains(&bits(&n)))
    }),
    ("rsa-exponent", |it| it.is_unusable() && it.number("e").is_some_and(|e| is_odd_exponent(&e))),
    ("roca-key", |it| it.is_unusable() && it.number("n").is_some_and(|n| is_power_of_65537(&n))),
    ("jwk-base64url", |it| {
        it.is_unusable() && ["n", "e"].iter().any(|name| !it.is_canonical(name))
    }),
    ("jwk-private-members", |it| {
        it.is_unusable() && ["k", "p", "q", "dp", "dq", "qi", "oth"].iter().any(|name| it.jwk_has(name))
    }),
    ("jwk-algorithm", |it| {
        let alg = it.jwk_member("alg").and_then(Value::as_str);
        it.is_unusable() && alg.is_some_and(|alg| !["RS256", "RS384", "RS512"].contains(&alg))
    }),
    ("jwk-key-operations", |it| {
        it.is_unusable() && it.jwk_has("use") && it.jwk_has("key_ops")
    }),
    ("jwk-member-types", |it| {
        let mistyped = |name: &&str| it.jwk_member(name).is_some_and(|value| !value.is_string());
        it.is_unusable() && ["kty", "use", "alg", "n", "e"].iter().any(|name| mistyped(name))
            || it.is_unusable() && it.has_mistyped_operations()
    }),
    ("audience-fails-closed", audience_fails_closed),
    ("numeric-date-range", numeric_date_range),
];

/// The entry that explains the difference, if one does.
pub(super) fn explain(difference: &Difference<'_>) -> Option<&'static str> {
    // No entry may explain this one.
    if difference.is_looser() {
        return None;
    }
    let explains = |(_, explains): &&Explanation| explains(difference);
    EXPLANATIONS.iter().find(explains).map(|(id, _)| *id)
}

impl Difference<'_> {
    /// We accept what the reference does not.
    pub(super) const fn is_looser(&self) -> bool {
        self.ours.is_accepted() && !self.reference.is_accepted()
    }

    fn is_invalid(&self) -> bool {
        self.ours.is_refused_for("token-invalid")
    }

    /// The key set has the key, and we say that it cannot be used.
    fn is_unusable(&self) -> bool {
        self.ours.is_refused_for("token-verification-failed") && self.facts.jwk().is_some()
    }

    fn either(&self, is: impl Fn(&Part) -> bool) -> bool {
        is(&self.facts.header) || is(&self.facts.payload)
    }

    fn both(&self, is: impl Fn(&Part) -> bool) -> bool {
        is(&self.facts.header) && is(&self.facts.payload)
    }

    fn jwk_member(&self, name: &str) -> Option<&Value> {
        self.facts.jwk()?.get(name)
    }

    fn jwk_has(&self, name: &str) -> bool {
        self.jwk_member(name).is_some()
    }

    /// A number of the key, read as the reference reads it: whatever is no base64 is passed over.
    fn number(&self, name: &str) -> Option<Vec<u8>> {
        let text = self.jwk_member(name)?.as_str()?;
        let text = text.replace('+', "-").replace('/', "_");
        let mut text: String = text
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
            .collect();
        loop {
            match URL_SAFE_NO_PAD.decode(&text) {
                Ok(bytes) => return Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect()),
                Err(_) => text.pop()?,
            };
        }
    }

    fn is_canonical(&self, name: &str) -> bool {
        let text = self.jwk_member(name).and_then(Value::as_str);
        text.is_none_or(|text| URL_SAFE_NO_PAD.decode(text).is_ok())
    }

    fn has_mistyped_operations(&self) -> bool {
        let operations = self.jwk_member("key_ops");
        operations.is_some_and(|list| {
            list.as_array().is_none_or(|list| !list.iter().all(Value::is_string))
        })
    }
}

/// The reference reads all parts, and looks the key up, before it judges `typ` and `alg`.
fn header_first(it: &Difference<'_>) -> bool {
    let Some(refusal) = it.facts.header_refusal() else {
        return false;
    };
    let earlier = [
        "jwk-kid-mismatch",
        "jwk-failed-to-resolve",
        "jwk-remote-failed-to-load",
    ];
    let unread = !it.facts.is_readable() && it.reference.is_refused_for("token-invalid");
    let unfound = earlier.iter().any(|reason| it.reference.is_refused_for(reason));
    it.ours.is_refused_for(refusal) && (unread || unfound)
}

fn kid_not_a_string(it: &Difference<'_>) -> bool {
    let kid = it.facts.header.value("kid").and_then(text);
    it.facts.has_key_set() && kid.is_none() && it.ours.is_refused_for("jwk-kid-mismatch")
}

/// The reference keeps keys as the members of an object, which inherits others.
fn kid_inherited(it: &Difference<'_>) -> bool {
    const INHERITED: [&str; 3] = ["__proto__", "constructor", "toString"];
    let kid = it.facts.header.value("kid").and_then(text);
    kid.is_some_and(|kid| INHERITED.contains(&kid.as_str()))
        && it.ours.is_refused_for("jwk-kid-mismatch")
        && it.reference.is_refused_for("token-verification-failed")
}

/// The text is neither of the two keys, however it is broken into lines.
fn bad_pem(it: &Difference<'_>) -> bool {
    let body = |pem: &str| -> String {
        let lines = pem.replace("-----BEGIN PUBLIC KEY-----", "");
        let lines = lines.replace("-----END PUBLIC KEY-----", "");
        lines.split_whitespace().collect()
    };
    let pem = it.facts.options.jwt_key.as_deref().unwrap_or_default();
    let known = [body(PEM), body(FOREIGN_PEM)];
    it.ours.is_failed() && !pem.is_empty() && !known.contains(&body(pem))
}

/// An audience is asked for, and `aud` is there in no form that could name it.
fn audience_fails_closed(it: &Difference<'_>) -> bool {
    let asked = match &it.facts.options.audience {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => list.iter().any(|one| one != ""),
        _ => false,
    };
    let aud = it.facts.payload.value("aud").unwrap_or("null");
    let names_none = match serde_json::from_str(aud) {
        Ok(Value::String(text)) => text.is_empty(),
        Ok(Value::Array(list)) => {
            list.iter().all(|one| one == "") || !list.iter().all(Value::is_string)
        }
        _ => true,
    };
    asked && names_none && it.ours.is_refused_for("token-verification-failed")
}

fn numeric_date_range(it: &Difference<'_>) -> bool {
    const LAST: f64 = 8_640_000_000_000.0;
    let beyond = |name: &&str| {
        let date = it.facts.payload.value(name).map(str::trim);
        let date = date.and_then(|date| date.parse::<f64>().ok());
        date.is_some_and(|date| date.trunc().abs() > LAST)
    };
    let dated = matches!(it.facts.payload.json, Json::Object(_))
        && ["exp", "nbf", "iat"].iter().any(|name| beyond(name));
    dated && it.ours.is_refused_for("token-verification-failed")
}

fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |first| first.leading_zeros() as usize);
    number.len() * 8 - leading
}

/// Even, one, or too long to be fast.
fn is_odd_exponent(exponent: &[u8]) -> bool {
    exponent.last().is_none_or(|last| last % 2 == 0) || exponent == [1] || bits(exponent) > 33
}

/// The moduli of the exhibits with the mark of the faulty generator are made that way.
fn is_power_of_65537(number: &[u8]) -> bool {
    super::exhibits::marked_modulus() == number
}
