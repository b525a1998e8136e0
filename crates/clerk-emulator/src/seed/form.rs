//! How the parts of a seed are written.

use std::{fmt, marker::PhantomData};

use clerk_core::UnixTime;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer},
    ser::SerializeMap as _,
};

use crate::rfc3339;

/// What need not be written, because it is as if it was not there.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A text that nobody is to see in a log.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_exposed(self) -> String {
        self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// A time, which is written as RFC 3339 has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment(pub(crate) UnixTime);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rfc3339::write(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        rfc3339::parse(&text).map(Self).ok_or_else(|| {
            let expected = "a time as RFC 3339 writes it, such as 2025-01-01T00:00:00Z";
            D::Error::custom(format!("`{text}` is not {expected}"))
        })
    }
}

/// What may be written as a text where there is nothing else to say of it.
struct Brief<T>(T);

impl<'de, T: Deserialize<'de> + From<String>> Deserialize<'de> for Brief<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrObject<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + From<String>> Visitor<'de> for TextOrObject<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an object")
            }

            fn visit_str<E>(self, text: &str) -> Result<T, E> {
                Ok(T::from(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer
            .deserialize_any(TextOrObject(PhantomData))
            .map(Self)
    }
}

/// A list of what may be a text each.
pub(super) fn texts_or_objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + From<String>,
{
    let items = Vec::<Brief<T>>::deserialize(deserializer)?;
    Ok(items.into_iter().map(|Brief(item)| item).collect())
}

/// An object whose members keep their order, because it says who came first.
pub(super) mod in_order {
    use super::*;

    pub(crate) fn serialize<S: Serializer, T: Serialize>(
        members: &[(String, T)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(members.len()))?;
        for (name, member) in members {
            map.serialize_entry(name, member)?;
        }
        map.end()
    }

    pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<Vec<(String, T)>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de> + From<String>,
    {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + From<String>> Visitor<'de> for Members<T> {
            type Value = Vec<(String, T)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, Brief(member))) = map.next_entry()? {
                    members.push((name, member));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}
