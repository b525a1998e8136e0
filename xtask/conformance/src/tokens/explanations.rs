//! Which entry of `docs/divergences.md` explains that two answers differ.
//!
//! Each asks two things: that the case has what the entry is about, and that our answer is the one
//! the entry announces. So an entry explains nothing but itself.

use crate::problems;

use super::{
    answer::Answer,
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
    ("not-an-object", not_an_object),
    ("header-first", header_first),
    ("kid-inherited", kid_inherited),
    ("bad-pem", bad_pem),
    ("negative-clock-skew", negative_clock_skew),
    ("empty-key-set", empty_key_set),
    ("same-kid-twice", same_kid_twice),
];

/// The entry that explains the difference, if one does.
pub(super) fn explain(difference: &Difference<'_>) -> Option<&'static str> {
    // No entry may explain these.
    if difference.is_looser() || difference.must_be_left_out() {
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

    /// The reference accepts what we refuse.
    pub(super) const fn must_be_left_out(&self) -> bool {
        problems::must_be_left_out(self.reference.verdict(), self.ours.verdict())
    }

    fn is_invalid(&self) -> bool {
        self.ours.is_refused_for("token-invalid")
    }

    fn either(&self, is: impl Fn(&Part) -> bool) -> bool {
        is(&self.facts.header) || is(&self.facts.payload)
    }

    fn kid(&self) -> Option<String> {
        self.facts.header.value("kid").and_then(text)
    }
}

fn not_an_object(it: &Difference<'_>) -> bool {
    it.either(Part::is_no_object) && it.is_invalid()
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
