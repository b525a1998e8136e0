//! Which entry of `docs/divergences.md` explains that two answers differ.

use crate::authenticate::Judged;

type Explanation = fn(&Judged) -> bool;

const EXPLANATIONS: &[(&str, Explanation)] = &[];

/// The entry that explains the difference, if one does.
pub(super) fn explain(one: &Judged) -> Option<&'static str> {
    let explains = |(_, explains): &&(&str, Explanation)| explains(one);
    EXPLANATIONS.iter().find(explains).map(|(id, _)| *id)
}
