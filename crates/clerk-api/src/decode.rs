//! What is read of answers beside their fields.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::Response;
use serde::{
    Deserializer,
    de::{DeserializeOwned, Error, Visitor},
};
use serde_json::Value;

use crate::Json;

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
