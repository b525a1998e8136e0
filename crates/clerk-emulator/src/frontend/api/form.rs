//! The inputs of a form.

use crate::{call::Query, refusal::Refusal};

/// A text of a form that may be cleared: the outer `None` is an absent one, the inner `None` a blank one.
pub(super) fn clearable(form: &Query, name: &str) -> Option<Option<String>> {
    let text = form.get(name)?.trim();
    Some(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// A text of a form, where it is not blank.
pub(super) fn text<'f>(form: &'f Query, name: &str) -> Option<&'f str> {
    form.get(name).filter(|text| !text.trim().is_empty())
}

pub(super) fn required<'f>(form: &'f Query, name: &str) -> Result<&'f str, Refusal> {
    text(form, name).ok_or_else(|| Refusal::form_param_missing(name))
}
