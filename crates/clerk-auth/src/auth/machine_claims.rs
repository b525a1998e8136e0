//! The claims of a machine's JWT that are its own, apart from those every JWT has.

use std::{borrow::Cow, collections::BTreeMap};

use clerk_jwt::Claims;
use serde_json::value::RawValue;

/// What Clerk itself writes into each of them.
const STRUCTURAL: [&str; 6] = ["iss", "sub", "exp", "nbf", "iat", "jti"];

/// The JSON text of the claims that were attached when the token was made; `None` if there are
/// none. Their values stay as they were written.
pub(super) fn attached(claims: &Claims) -> Option<Box<str>> {
    let mut all: BTreeMap<Name<'_>, &RawValue> = claims.custom().ok()?;
    all.retain(|Name(name), _| !STRUCTURAL.contains(&name.as_ref()));
    if all.is_empty() {
        return None;
    }
    serde_json::to_string(&all).ok().map(String::into_boxed_str)
}

/// The JSON text of `act`: who acts for the subject. Of a verified token it is an object.
pub(super) fn actor(claims: &Claims) -> Option<Box<str>> {
    #[derive(serde::Deserialize)]
    struct Exchanged<'c> {
        #[serde(borrow)]
        act: Option<&'c RawValue>,
    }

    let Exchanged { act } = claims.custom().ok()?;
    let act = act.map(RawValue::get).filter(|act| act.starts_with('{'));
    act.map(Into::into)
}

/// Borrowed where it was written without escapes.
#[derive(PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
struct Name<'c>(#[serde(borrow)] Cow<'c, str>);
