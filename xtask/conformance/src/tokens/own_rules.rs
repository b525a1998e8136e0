//! Made-up tokens that a rule of our own decides. Chance may make one; they are left out of the
//! comparison, which is of rules that both sides have. Our tests hold the rules.

use serde_json::Value;

use super::facts::{Facts, Part};

type Applies = fn(&Facts<'_>) -> bool;

/// By the rules' names in `docs/divergences.md`.
const RULES: &[(&str, Applies)] = &[
    ("oversize-token", oversize_token),
    ("padded-base64url", padded_base64url),
    ("invalid-utf8", invalid_utf8),
    ("lone-surrogate", lone_surrogate),
    ("duplicate-member", duplicate_member),
    ("kid-not-a-string", kid_not_a_string),
    ("numeric-date-range", numeric_date_range),
    ("audience-fails-closed", audience_fails_closed),
];

/// The rule that decides the case, if one does.
pub(super) fn deciding(facts: &Facts<'_>) -> Option<&'static str> {
    let applies = |(_, applies): &&(&str, Applies)| applies(facts);
    RULES.iter().find(applies).map(|(id, _)| *id)
}

fn either(it: &Facts<'_>, is: impl Fn(&Part) -> bool) -> bool {
    is(&it.header) || is(&it.payload)
}

fn oversize_token(it: &Facts<'_>) -> bool {
    it.token.len() > 16 * 1024
}

fn padded_base64url(it: &Facts<'_>) -> bool {
    it.padded
}

fn invalid_utf8(it: &Facts<'_>) -> bool {
    either(it, |part| !part.is_utf8())
}

fn lone_surrogate(it: &Facts<'_>) -> bool {
    either(it, |part| part.lone_surrogate)
}

fn duplicate_member(it: &Facts<'_>) -> bool {
    either(it, Part::names_a_member_twice)
}

fn kid_not_a_string(it: &Facts<'_>) -> bool {
    it.header
        .value("kid")
        .is_some_and(|kid| super::facts::text(kid).is_none())
}

fn numeric_date_range(it: &Facts<'_>) -> bool {
    const LAST: f64 = 8_640_000_000_000.0;
    let beyond = |name: &&str| {
        let date = it.payload.value(name).map(str::trim);
        let date = date.and_then(|date| date.parse::<f64>().ok());
        date.is_some_and(|date| date.trunc().abs() > LAST)
    };
    ["exp", "nbf", "iat"].iter().any(beyond)
}

/// An audience is asked for, and `aud` is there in no form that could name it.
fn audience_fails_closed(it: &Facts<'_>) -> bool {
    let asked = match &it.options.audience {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => list.iter().any(|one| one != ""),
        _ => false,
    };
    let aud = it.payload.value("aud").unwrap_or("null");
    let names_none = match serde_json::from_str(aud) {
        Ok(Value::String(text)) => text.is_empty(),
        Ok(Value::Array(list)) => {
            list.iter().all(|one| one == "") || !list.iter().all(Value::is_string)
        }
        _ => true,
    };
    asked && names_none
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        divergences,
        signer::Signers,
        tokens::{compared, mutations},
    };

    #[test]
    fn every_rule_is_on_the_page() {
        let page = divergences::page().unwrap();
        for (id, _) in RULES {
            assert!(page.rules.iter().any(|rule| rule.id == *id), "{id}");
        }
    }

    #[test]
    fn what_a_rule_of_ours_decides_is_left_out_and_little() {
        let signers = Signers::new().unwrap();
        let made_up = (0..300).map(|index| mutations::case(7, index, &signers));
        let left: Vec<_> = compared(made_up).collect();
        let is_decided = |case| deciding(&Facts::of(case)).is_some();
        assert!(!left.iter().any(is_decided));
        assert!(left.len() < 300 && left.len() > 240, "{}", left.len());
    }
}
