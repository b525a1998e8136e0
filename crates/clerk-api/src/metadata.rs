use std::{collections::BTreeMap, error::Error, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::value::RawValue;

/// Metadata that the application keeps in Clerk: a JSON object of its own making.
///
/// It stays the text it came as until it is asked for something.
///
/// ```
/// use clerk_api::Metadata;
///
/// # #[derive(Debug, PartialEq)]
/// #[derive(serde::Deserialize)]
/// struct Plan { seats: u32 }
///
/// let metadata: Metadata = serde_json::from_str(r#"{"plan":{"seats":5},"beta":true}"#)?;
/// assert_eq!(metadata.get("plan")?, Some(Plan { seats: 5 }));
/// assert_eq!(metadata.get::<bool>("gamma")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Metadata(Option<Box<RawValue>>);

impl Metadata {
    /// The JSON text as it came.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().map_or("{}", RawValue::get)
    }

    /// What stands under `key`; `None` where nothing does, or null.
    ///
    /// # Errors
    ///
    /// What stands there is no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, UnfitMetadata> {
        let entries: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_str(self.as_str());
        let entries = entries.map_err(|error| UnfitMetadata::new(None, &error))?;
        let Some(value) = entries.get(key) else {
            return Ok(None);
        };
        serde_json::from_str(value.get()).map_err(|error| UnfitMetadata::new(Some(key), &error))
    }

    /// All of it.
    ///
    /// # Errors
    ///
    /// It is no `T`.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, UnfitMetadata> {
        let all = serde_json::from_str(self.as_str());
        all.map_err(|error| UnfitMetadata::new(None, &error))
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        let inside = self.as_str().strip_prefix('{');
        let inside = inside.and_then(|text| text.strip_suffix('}'));
        inside.is_some_and(|text| text.trim().is_empty())
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Metadata {
    /// As JSON: neither the order of keys nor white space counts.
    fn eq(&self, other: &Self) -> bool {
        let value = |metadata: &Self| metadata.to::<serde_json::Value>().ok();
        self.as_str() == other.as_str() || value(self) == value(other)
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => text.serialize(serializer),
            None => serializer.collect_map::<&str, &str, _>([]),
        }
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self((text.get() != "null").then_some(text)))
    }
}

/// Metadata that is not what it was asked for as. The text repeats nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfitMetadata {
    key: Option<String>,
    line: usize,
    column: usize,
}

impl UnfitMetadata {
    fn new(key: Option<&str>, error: &serde_json::Error) -> Self {
        Self {
            key: key.map(str::to_owned),
            line: error.line(),
            column: error.column(),
        }
    }
}

impl fmt::Display for UnfitMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "what the metadata has under `{key}` does not fit")?,
            None => f.write_str("the metadata does not fit")?,
        }
        let Self { line, column, .. } = self;
        write!(
            f,
            " the type it was asked for as (line {line}, column {column})"
        )
    }
}

impl Error for UnfitMetadata {}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(text: &str) -> Metadata {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn null_is_empty_and_everything_else_stays_as_it_came() {
        for (text, kept, empty) in [
            ("null", "{}", true),
            ("{ }", "{ }", true),
            (r#"{ "b":1, "a":1.50 }"#, r#"{ "b":1, "a":1.50 }"#, false),
            ("[]", "[]", false),
        ] {
            let metadata = metadata(text);
            assert_eq!((metadata.as_str(), metadata.is_empty()), (kept, empty));
            assert_eq!(serde_json::to_string(&metadata).unwrap(), kept);
        }
        assert!(Metadata::default().is_empty());
    }

    #[test]
    fn equality_is_that_of_json() {
        let one = metadata(r#"{"a":1,"b":[2]}"#);
        assert_eq!(one, metadata(r#"{ "b": [2], "a": 1 }"#));
        assert_ne!(one, metadata(r#"{"a":1,"b":[3]}"#));
    }

    #[test]
    fn what_does_not_fit_is_located_and_not_repeated() {
        let metadata = metadata(r#"{"seats":"planted","none":null}"#);
        assert_eq!(metadata.get::<u32>("none"), Ok(None));
        let error = metadata.get::<u32>("seats").unwrap_err().to_string();
        assert_eq!(
            error,
            "what the metadata has under `seats` does not fit the type it was asked for as \
             (line 1, column 9)"
        );
        assert!(metadata.to::<BTreeMap<String, u32>>().is_err());
        assert!(self::metadata("[1]").get::<u32>("a").is_err());
    }
}
