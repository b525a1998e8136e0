//! Which entry of `docs/divergences.md` explains that two answers differ.
//!
//! Each asks two things: that the case has what the entry is about, and that our answer is the one
//! the entry announces. So an entry explains nothing but itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    answer::Answer,
    exhibits,
    facts::{Facts, Part, text},
    signer::{FOREIGN_PEM, PEM},
};

/// Two answers that differ.
#[derive(Debug)]
pub(super) struct Difference<'c> {
    pub(super) facts: &'c Facts<'c>,
    pub(super) reference: &'c Answer,
    pub(super) ours: &'c Answer,
}

type Explanation = fn(&Difference<'_>) -> bool;

const EXPLANATIONS: &[(&str, Explanation)] = &[
    ("oversize-token", oversize_token),
    ("padded-base64url", padded_base64url),
    ("byte-order-mark", byte_order_mark),
    ("invalid-utf8", invalid_utf8),
    ("lone-surrogate", lone_surrogate),
    ("not-an-object", not_an_object),
    ("duplicate-member", duplicate_member),
    ("critical-header", critical_header),
    ("header-first", header_first),
    ("kid-not-a-string", kid_not_a_string),
    ("kid-inherited", kid_inherited),
    ("bad-pem", bad_pem),
    ("negative-clock-skew", negative_clock_skew),
    ("empty-key-set", empty_key_set),
    ("same-kid-twice", same_kid_twice),
    ("rsa-key-size", rsa_key_size),
    ("rsa-exponent", rsa_exponent),
    ("roca-key", roca_key),
    ("jwk-base64url", jwk_base64url),
    ("jwk-private-members", jwk_private_members),
    ("jwk-algorithm", jwk_algorithm),
    ("jwk-key-operations", jwk_key_operations),
    ("jwk-member-types", jwk_member_types),
    ("audience-fails-closed", audience_fails_closed),
    ("numeric-date-range", numeric_date_range),
];

/// The entry that explains the difference, if one does.
pub(super) fn explain(difference: &Difference<'_>) -> Option<&'static str> {
    // No entry may explain this one.
    if difference.is_looser() {
        return None;
    }
    let explains = |(_, explains): &&(&str, Explanation)| explains(difference);
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

    fn is_unverified(&self) -> bool {
        self.ours.is_refused_for("token-verification-failed")
    }

    fn either(&self, is: impl Fn(&Part) -> bool) -> bool {
        is(&self.facts.header) || is(&self.facts.payload)
    }

    fn kid(&self) -> Option<String> {
        self.facts.header.value("kid").and_then(text)
    }

    fn jwk_member(&self, name: &str) -> Option<&Value> {
        self.facts.jwk()?.get(name)
    }

    fn jwk_has(&self, name: &str) -> bool {
        self.jwk_member(name).is_some()
    }

    /// A number of the key as the reference reads it, who passes over whatever is no base64.
    fn jwk_number(&self, name: &str) -> Option<Vec<u8>> {
        let text = self.jwk_member(name)?.as_str()?;
        let url_safe = text.replace('+', "-").replace('/', "_");
        let is_base64 = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
        let mut text: String = url_safe.chars().filter(is_base64).collect();
        loop {
            if let Ok(bytes) = URL_SAFE_NO_PAD.decode(&text) {
                return Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect());
            }
            text.pop()?;
        }
    }
}

fn oversize_token(it: &Difference<'_>) -> bool {
    it.facts.token.len() > 16 * 1024 && it.is_invalid()
}

fn padded_base64url(it: &Difference<'_>) -> bool {
    it.facts.padded && it.is_invalid()
}

fn byte_order_mark(it: &Difference<'_>) -> bool {
    it.either(Part::starts_with_a_mark) && it.is_invalid()
}

fn invalid_utf8(it: &Difference<'_>) -> bool {
    it.either(|part| !part.is_utf8()) && it.is_invalid()
}

fn lone_surrogate(it: &Difference<'_>) -> bool {
    it.either(|part| part.lone_surrogate) && it.is_invalid()
}

fn not_an_object(it: &Difference<'_>) -> bool {
    it.either(Part::is_no_object) && it.is_invalid()
}

fn duplicate_member(it: &Difference<'_>) -> bool {
    it.either(Part::names_a_member_twice) && it.is_invalid()
}

fn critical_header(it: &Difference<'_>) -> bool {
    it.facts.header.value("crit").is_some() && it.is_invalid()
}

/// The reference reads all parts, and looks the key up, before it judges `typ` and `alg`.
fn header_first(it: &Difference<'_>) -> bool {
    const EARLIER: [&str; 3] = [
        "jwk-kid-mismatch",
        "jwk-failed-to-resolve",
        "jwk-remote-failed-to-load",
    ];
    let Some(refusal) = it.facts.header_refusal() else {
        return false;
    };
    let unread = !it.facts.is_readable() && it.reference.is_refused_for("token-invalid");
    let unfound = EARLIER
        .iter()
        .any(|reason| it.reference.is_refused_for(reason));
    it.ours.is_refused_for(refusal) && (unread || unfound)
}

fn kid_not_a_string(it: &Difference<'_>) -> bool {
    let mismatch = it.ours.is_refused_for("jwk-kid-mismatch");
    it.facts.has_key_set() && it.kid().is_none() && mismatch
}

/// The reference keeps keys as the members of an object, which inherits others.
fn kid_inherited(it: &Difference<'_>) -> bool {
    const INHERITED: [&str; 3] = ["__proto__", "constructor", "toString"];
    it.kid()
        .is_some_and(|kid| INHERITED.contains(&kid.as_str()))
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

fn negative_clock_skew(it: &Difference<'_>) -> bool {
    let skew = it.facts.options.clock_skew_ms;
    it.ours.is_failed() && skew.is_some_and(|skew| skew < 0)
}

fn empty_key_set(it: &Difference<'_>) -> bool {
    let set = it.facts.options.jwks.as_ref();
    let keys = set.and_then(|set| set.get("keys")?.as_array());
    it.facts.has_key_set()
        && keys.is_some_and(Vec::is_empty)
        && it.reference.is_refused_for("jwk-remote-failed-to-load")
        && it.ours.is_refused_for("jwk-kid-mismatch")
}

/// We refuse the token as well, but for what another key of that name makes of it.
fn same_kid_twice(it: &Difference<'_>) -> bool {
    it.facts.jwks().count() > 1 && it.reference.is_refused_for("token-verification-failed")
}

fn rsa_key_size(it: &Difference<'_>) -> bool {
    let size = it.jwk_number("n").map(|n| bits(&n));
    it.is_unverified() && size.is_some_and(|size| !(2048..=8192).contains(&size))
}

fn rsa_exponent(it: &Difference<'_>) -> bool {
    it.is_unverified()
        && it.jwk_number("e").is_some_and(|e| {
            let even = e.last().is_none_or(|last| last % 2 == 0);
            even || e == [1] || bits(&e) > 33
        })
}

/// The keys with the mark of the faulty generator are all exhibits.
fn roca_key(it: &Difference<'_>) -> bool {
    let marked = exhibits::marked_modulus();
    it.is_unverified() && it.jwk_number("n").is_some_and(|n| n == marked)
}

fn jwk_base64url(it: &Difference<'_>) -> bool {
    let is_odd = |name: &&str| {
        let text = it.jwk_member(name).and_then(Value::as_str);
        text.is_some_and(|text| URL_SAFE_NO_PAD.decode(text).is_err())
    };
    it.is_unverified() && ["n", "e"].iter().any(is_odd)
}

fn jwk_private_members(it: &Difference<'_>) -> bool {
    const PRIVATE: [&str; 7] = ["k", "p", "q", "dp", "dq", "qi", "oth"];
    it.is_unverified() && PRIVATE.iter().any(|name| it.jwk_has(name))
}

fn jwk_algorithm(it: &Difference<'_>) -> bool {
    let alg = it.jwk_member("alg").and_then(Value::as_str);
    it.is_unverified() && alg.is_some_and(|alg| !["RS256", "RS384", "RS512"].contains(&alg))
}

fn jwk_key_operations(it: &Difference<'_>) -> bool {
    it.is_unverified() && it.jwk_has("use") && it.jwk_has("key_ops")
}

fn jwk_member_types(it: &Difference<'_>) -> bool {
    let no_text = |name: &&str| it.jwk_member(name).is_some_and(|value| !value.is_string());
    let no_texts = it.jwk_member("key_ops").is_some_and(|list| {
        let list = list.as_array();
        list.is_none_or(|list| !list.iter().all(Value::is_string))
    });
    it.is_unverified() && (no_texts || ["kty", "use", "alg", "n", "e"].iter().any(no_text))
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
    asked && names_none && it.is_unverified()
}

fn numeric_date_range(it: &Difference<'_>) -> bool {
    const LAST: f64 = 8_640_000_000_000.0;
    let beyond = |name: &&str| {
        let date = it.facts.payload.value(name).map(str::trim);
        let date = date.and_then(|date| date.parse::<f64>().ok());
        date.is_some_and(|date| date.trunc().abs() > LAST)
    };
    it.is_unverified() && ["exp", "nbf", "iat"].iter().any(beyond)
}

fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - zeros as usize
}
