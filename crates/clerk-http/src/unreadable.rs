use std::{error::Error as StdError, fmt};

use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// Why and where a body did not fit.
///
/// serde_json's own text repeats the value it stumbled over, and that may be a token.
#[derive(Debug)]
pub(crate) struct Unreadable {
    what: String,
    path: Option<String>,
    line: usize,
    column: usize,
}

impl Unreadable {
    pub(crate) fn new<T: DeserializeOwned>(body: &str, error: &serde_json::Error) -> Self {
        // Keeping track of the path costs time, so only a body that failed is read that way.
        let mut reader = serde_json::Deserializer::from_str(body);
        let path = serde_path_to_error::deserialize::<_, T>(&mut reader)
            .err()
            .map(|error| error.path().to_string())
            .filter(|path| error.classify() == Category::Data && path != ".");
        Self {
            what: what_else(body).map_or_else(|| without_values(error), str::to_owned),
            path,
            line: error.line(),
            column: error.column(),
        }
    }
}

impl Unreadable {
    pub(crate) fn not_utf8(readable: &[u8]) -> Self {
        let mut lines = readable.split(|byte| *byte == b'\n');
        Self {
            what: "the body is not UTF-8".to_owned(),
            path: None,
            line: lines.clone().count(),
            column: lines.next_back().map_or(0, <[u8]>::len),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(path) = &self.path {
            write!(f, " at `{path}`")?;
        }
        write!(f, " (line {}, column {})", self.line, self.column)
    }
}

impl StdError for Unreadable {}

/// What a body is that is no JSON at all, where that says more than the first wrong character.
pub(crate) fn what_else(body: &str) -> Option<&'static str> {
    let body = body.trim_start();
    if body.is_empty() {
        return Some("the body is empty");
    }
    body.starts_with('<')
        .then_some("the body is HTML, not JSON; check where the API's URL leads")
}

/// serde's description of `error`, as far as it is made of our field names and of types alone.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    let names_no_value = ["missing field ", "duplicate field ", "invalid length "]
        .iter()
        .any(|start| text.starts_with(start));
    if names_no_value || error.classify() != Category::Data {
        return text.to_owned();
    }
    if let (true, Some((found, expected))) = (
        text.starts_with("invalid "),
        text.rsplit_once(", expected "),
    ) {
        let found = found
            .split(['`', '"'])
            .next()
            .unwrap_or_default()
            .trim_end();
        return format!("{found}, expected {expected}");
    }
    "a value has an unexpected form".to_owned()
}
