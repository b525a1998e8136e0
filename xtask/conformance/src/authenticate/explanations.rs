//! Which entry of `docs/divergences.md` explains that two answers differ.
//!
//! Each asks two things: that the question has what the entry is about, and that our answer is the
//! one the entry announces. So an entry explains nothing but itself.

use super::Judged;

type Explanation = fn(&Judged) -> bool;

pub(super) const EXPLANATIONS: &[(&str, Explanation)] = &[];

/// The entry that explains the difference, if one does.
pub(super) fn explain(one: &Judged) -> Option<&'static str> {
    let explains = |(_, explains): &&(&str, Explanation)| explains(one);
    EXPLANATIONS.iter().find(explains).map(|(id, _)| *id)
}
