//! JSON objects read member by member, each value left as the text it is.

use alloc::{borrow::Cow, string::String};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Why a text is not an object that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotReadable {
    Syntax,
    Duplicate,
}

/// Calls `take` with the name and the untouched text of each member of the object `json`.
///
/// `take` objects to a name it has had before and must not have twice: readers that disagree on
/// which of two members counts can be played against each other (RFC 7519 §4).
pub(crate) fn members<'j>(
    json: &'j str,
    take: impl FnMut(&str, &'j str) -> Result<(), NotReadable>,
) -> Result<(), NotReadable> {
    let mut objection = None;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer
        .deserialize_map(Members {
            take,
            objection: &mut objection,
        })
        .and_then(|()| deserializer.end())
        .map_err(|_| objection.unwrap_or(NotReadable::Syntax))
}

struct Members<'o, F> {
    take: F,
    objection: &'o mut Option<NotReadable>,
}

impl<'de, F> Visitor<'de> for Members<'_, F>
where
    F: FnMut(&str, &'de str) -> Result<(), NotReadable>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            let raw: &'de RawValue = map.next_value()?;
            if let Err(objection) = (self.take)(&name, raw.get()) {
                *self.objection = Some(objection);
                return Err(serde::de::Error::custom("not readable"));
            }
        }
        Ok(())
    }
}

/// A member's name, borrowed where it holds no escapes.
struct Name<'j>(Cow<'j, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(String::from(name))))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// The string that the JSON text `raw` is, if it is one.
pub(crate) fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        Some(Cow::Borrowed(inner))
    } else {
        serde_json::from_str(raw).ok().map(Cow::Owned)
    }
}

/// Notes that a member is there, and objects if it was there before.
pub(crate) fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), NotReadable> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(NotReadable::Duplicate),
    }
}

/// The strings that the JSON text `raw` is an array of, if it is one.
pub(crate) fn texts(raw: &str) -> Option<alloc::vec::Vec<String>> {
    serde_json::from_str(raw).ok()
}
