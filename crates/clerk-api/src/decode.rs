//! How fields of answers are read: with the least trust that still makes a value of them.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::Response;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, SeqAccess, Unexpected, Visitor},
};
use serde_json::Value;

use crate::{Json, Timestamp};

/// Null is empty, and with `#[serde(default)]` so is a field that is absent.
pub(crate) fn or_empty<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A list, which is empty where it is null, and with `#[serde(default)]` where it is absent.
///
/// Most of Clerk's lists within a model have one item, and a `Vec` that grows makes room for four
/// at once. The row `decode-500-users` of `cargo xtask bench` shows what that costs.
pub(crate) fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_none<E: Error>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_some<D: Deserializer<'de>>(self, items: D) -> Result<Vec<T>, D::Error> {
            items.deserialize_seq(self)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
            let Some(first) = sequence.next_element()? else {
                return Ok(Vec::new());
            };
            let mut items = Vec::with_capacity(1);
            items.push(first);
            while let Some(next) = sequence.next_element()? {
                items.push(next);
            }
            Ok(items)
        }
    }

    deserializer.deserialize_option(List(PhantomData))
}

/// Text, without a copy of it where the type has a name for it.
pub(crate) fn text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> From<&'a str>,
    D: Deserializer<'de>,
{
    struct Text<T>(PhantomData<T>);

    impl<T: for<'a> From<&'a str>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            Ok(text.into())
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Whole(#[serde(deserialize_with = "whole")] i64);

/// A whole number, which Clerk writes as `10` or `10.0`.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct Number;

    impl Visitor<'_> for Number {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
            Ok(number)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
            i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<i64, E> {
            /// Beyond it a float says nothing about single units.
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if number.fract() == 0.0 && number.abs() <= EXACT {
                return Ok(number as i64);
            }
            Err(E::invalid_value(Unexpected::Float(number), &self))
        }
    }

    deserializer.deserialize_any(Number)
}

/// A whole number, or none.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|Whole(number)| number))
}

/// An instant in seconds or milliseconds, or none.
pub(crate) fn by_magnitude<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    Ok(integer(deserializer)?.map(Timestamp::by_magnitude))
}

/// Whether the tag of a choice, its `property`, is this `value`.
pub(crate) fn is_tagged(json: &Json, property: &str, value: impl Into<Value>) -> bool {
    let found = json.get::<Value>(property).ok().flatten();
    found == Some(value.into())
}

/// One of the models of a choice, once its tag was read.
pub(crate) fn arm<T: DeserializeOwned, E: Error>(json: &Json) -> Result<Box<T>, E> {
    let arm = serde_json::from_str(json.as_str());
    arm.map(Box::new).map_err(E::custom)
}

/// The body of an answer that is not JSON.
pub(crate) fn body_text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}
