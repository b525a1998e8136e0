//! Members that questions of more than one kind have.

use std::time::Duration;

use clerk::UnixTime;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

use crate::decimal;

/// A text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    /// Empty texts ask for nothing, as in Node.
    pub(crate) fn into_named(self) -> Vec<String> {
        let mut texts = match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        };
        texts.retain(|text| !text.is_empty());
        texts
    }
}

/// Seconds since 1970, taken down to the millisecond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now(pub(crate) UnixTime);

impl<'de> Deserialize<'de> for Now {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        decimal::unix_time(json.get())
            .map(Self)
            .ok_or_else(|| D::Error::custom("expected Unix time in seconds, a number in range"))
    }
}

/// A leeway, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockSkew(pub(crate) Duration);

impl<'de> Deserialize<'de> for ClockSkew {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        decimal::milliseconds(json.get()).map(Self).ok_or_else(|| {
            D::Error::custom("expected milliseconds, a number in range that is not negative")
        })
    }
}
