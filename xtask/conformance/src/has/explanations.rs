//! Which entry of `docs/divergences.md` explains that two answers differ.

use serde_json::Value;

use crate::authenticate::{Judged, damaged_features};

type Explanation = fn(&Judged) -> bool;

const EXPLANATIONS: &[(&str, Explanation)] = &[
    ("nameless-entitlement", nameless_entitlement),
    ("damaged-features", damaged_features),
];

/// The entry that explains the difference, if one does.
pub(super) fn explain(one: &Judged) -> Option<&'static str> {
    let explains = |(_, explains): &&(&str, Explanation)| explains(one);
    EXPLANATIONS.iter().find(explains).map(|(id, _)| *id)
}

/// A feature or plan without a name is asked for, and a claim lists one: `o:`.
fn nameless_entitlement(one: &Judged) -> bool {
    let (Some(theirs), Some(ours)) = (one.reference.answer.state(), one.ours.answer.state()) else {
        return false;
    };
    let (Some(granted), Some(ours_granted)) = (&theirs.has, &ours.has) else {
        return false;
    };
    let is_nameless = |check: &Value| ["feature", "plan"].iter().any(|name| check[name] == "");
    let checks = one
        .question
        .has
        .iter()
        .zip(granted.iter().zip(ours_granted));
    let mut differing = checks.filter(|(_, (theirs, ours))| theirs != ours);
    differing.all(|(check, _)| is_nameless(check))
}
