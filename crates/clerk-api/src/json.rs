use std::{collections::BTreeMap, error, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};

use crate::read::{Odd, Read, whatever};

/// JSON whose shape Clerk leaves to others: metadata, claims, what a provider knows of an account.
///
/// It stays the text it came as until it is asked for something.
///
/// ```
/// use clerk_api::Json;
///
/// # #[derive(Debug, PartialEq)]
/// #[derive(serde::Deserialize)]
/// struct Plan { seats: u32 }
///
/// let metadata: Json = serde_json::from_str(r#"{"plan":{"seats":5},"beta":true}"#)?;
/// assert_eq!(metadata.get("plan")?, Some(Plan { seats: 5 }));
/// assert_eq!(metadata.get::<bool>("gamma")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Json(
    /// An empty object has no text of its own.
    Option<Box<RawValue>>,
);

impl Json {
    /// The JSON of `value`.
    ///
    /// Inputs need none: they take whatever can be serialized.
    ///
    /// ```
    /// use clerk_api::Json;
    ///
    /// let json = Json::new(["a", "b"])?;
    /// assert_eq!(json.as_str(), r#"["a","b"]"#);
    /// # Ok::<(), clerk_api::JsonError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// There is no JSON of it: a key of a map that is no text, say.
    pub fn new(value: impl Serialize) -> Result<Self, JsonError> {
        let text = to_raw_value(&value);
        let text = text.map_err(|error| JsonError(Problem::Unwritable(error.to_string())))?;
        Ok(Self(Some(text)))
    }

    pub(crate) const fn kept(text: Box<RawValue>) -> Self {
        Self(Some(text))
    }

    /// The text, as it came.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().map_or("{}", RawValue::get)
    }

    /// What an object has under `key`; `None` where it has nothing there, or null.
    ///
    /// # Errors
    ///
    /// What it has there is no `T`, or this is no object.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, JsonError> {
        let entries: BTreeMap<String, &RawValue> =
            serde_json::from_str(self.as_str()).map_err(|error| JsonError::unfit(None, &error))?;
        let Some(value) = entries.get(key) else {
            return Ok(None);
        };
        serde_json::from_str(value.get()).map_err(|error| JsonError::unfit(Some(key), &error))
    }

    /// All of it.
    ///
    /// # Errors
    ///
    /// It is no `T`.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, JsonError> {
        serde_json::from_str(self.as_str()).map_err(|error| JsonError::unfit(None, &error))
    }

    /// Whether it is an object with nothing in it.
    pub fn is_empty(&self) -> bool {
        let inside = self.as_str().strip_prefix('{');
        let inside = inside.and_then(|text| text.strip_suffix('}'));
        inside.is_some_and(|text| text.trim().is_empty())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Json {
    /// As JSON: neither the order of keys nor white space counts.
    fn eq(&self, other: &Self) -> bool {
        let value = |json: &Self| json.to::<serde_json::Value>();
        // What is nested too deeply to be read equals nothing but the same text.
        let same = || matches!((value(self), value(other)), (Ok(one), Ok(two)) if one == two);
        self.as_str() == other.as_str() || same()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => text.serialize(serializer),
            None => serializer.collect_map::<&str, &str, _>([]),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(Some(text)))
    }
}

impl<'de> Read<'de> for Json {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        place: &mut Option<Self>,
        _: &mut Odd,
    ) -> Result<(), D::Error> {
        *place = whatever(deserializer)?.map(Self::kept);
        Ok(())
    }
}

/// JSON that is not what it was asked for as, or a value that there is no JSON of. The text repeats
/// nothing that Clerk has kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError(Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Unfit {
        key: Option<String>,
        line: usize,
        column: usize,
    },
    Unwritable(String),
}

impl JsonError {
    fn unfit(key: Option<&str>, error: &serde_json::Error) -> Self {
        Self(Problem::Unfit {
            key: key.map(str::to_owned),
            line: error.line(),
            column: error.column(),
        })
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, line, column) = match &self.0 {
            Problem::Unwritable(why) => return write!(f, "cannot be written as JSON: {why}"),
            Problem::Unfit { key, line, column } => (key, line, column),
        };
        match key {
            Some(key) => write!(f, "what the JSON has under `{key}` does not fit")?,
            None => f.write_str("the JSON does not fit")?,
        }
        write!(
            f,
            " the type it was asked for as (line {line}, column {column})"
        )
    }
}

impl error::Error for JsonError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn everything_stays_as_it_came() {
        for (text, empty) in [
            ("null", false),
            ("{ }", true),
            (r#"{ "b":1, "a":1.50 }"#, false),
            (r#"{"n":123456789012345678901234567890}"#, false),
            ("[]", false),
        ] {
            let json = json(text);
            assert_eq!((json.as_str(), json.is_empty()), (text, empty));
            assert_eq!(serde_json::to_string(&json).unwrap(), text);
        }
        let default = Json::default();
        assert!(default.is_empty());
        assert_eq!(serde_json::to_string(&default).unwrap(), "{}");
    }

    #[test]
    fn values_become_json_or_the_error_says_why_not() {
        let made = Json::new(BTreeMap::from([("a", 1)])).unwrap();
        assert_eq!(made, json(r#"{ "a": 1 }"#));
        assert_eq!(Json::new(&made), Ok(made));
        let error = Json::new(BTreeMap::from([([1], 1)])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot be written as JSON: key must be a string"
        );
    }

    #[test]
    fn equality_is_that_of_json() {
        let one = json(r#"{"a":1,"b":[2]}"#);
        assert_eq!(one, json(r#"{ "b": [2], "a": 1 }"#));
        assert_ne!(one, json(r#"{"a":1,"b":[3]}"#));
        let deep = |inside| json(&format!("{}{inside}{}", "[".repeat(200), "]".repeat(200)));
        assert_eq!(deep(1), deep(1));
        assert_ne!(deep(1), deep(2));
    }

    #[test]
    fn what_does_not_fit_is_located_and_not_repeated() {
        let json = json(r#"{"seats":"planted","none":null}"#);
        assert_eq!(json.get::<u32>("none"), Ok(None));
        let error = json.get::<u32>("seats").unwrap_err().to_string();
        assert_eq!(
            error,
            "what the JSON has under `seats` does not fit the type it was asked for as \
             (line 1, column 9)"
        );
        let error = json.to::<BTreeMap<String, u32>>().unwrap_err().to_string();
        assert!(!error.contains("planted"), "{error}");
        assert!(self::json("[1]").get::<u32>("a").is_err());
    }
}
