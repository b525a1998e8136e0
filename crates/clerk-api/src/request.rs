//! What operations collect until they are sent, in the form in which it is sent.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use clerk_http::{Error, FilePart, Multipart, RequestTarget, Window};
use http::{Method, Request};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};
use serde_json::value::{RawValue, to_raw_value};

use crate::Timestamp;

/// A query. Setting a parameter again replaces it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(&'static str, String)>);

impl Query {
    pub(crate) fn set(&mut self, name: &'static str, value: impl fmt::Display) {
        self.list(name, [value]);
    }

    /// One pair for each value.
    pub(crate) fn list<V: fmt::Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) {
        self.0.retain(|(known, _)| *known != name);
        let pairs = values.into_iter().map(|value| (name, value.to_string()));
        self.0.extend(pairs);
    }

    /// One pair for all values, with commas between them.
    pub(crate) fn commas<V: fmt::Display>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) {
        let values: Vec<String> = values.into_iter().map(|v| v.to_string()).collect();
        self.set(name, values.join(","));
    }

    fn get(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(known, _)| *known == name)?;
        Some(&pair.1)
    }

    pub(crate) fn window(&self) -> Window {
        let number = |name| self.get(name)?.parse().ok();
        Window {
            limit: number("limit"),
            offset: number("offset"),
            after: self.get("starting_after").map(str::to_owned),
        }
    }

    pub(crate) fn set_window(&mut self, window: Window) {
        self.list("limit", window.limit);
        self.list("offset", window.offset);
        self.list("starting_after", window.after);
    }

    /// Whether a list is sorted by creation, as it is unless told otherwise: Clerk takes a cursor
    /// in no other order.
    pub(crate) fn is_by_creation(&self) -> bool {
        let order = self.get("order_by").unwrap_or("-created_at");
        order.trim_start_matches(['+', '-']) == "created_at"
    }
}

/// A JSON object. Setting a field again replaces it.
#[derive(Clone, Default)]
pub(crate) struct Body {
    fields: Vec<(&'static str, Box<RawValue>)>,
    /// The fields that `Debug` does not show.
    secrets: &'static [&'static str],
    /// The first value that cannot be sent. A chain reads better without a `?` on every line, so
    /// the call reports it.
    problem: Option<String>,
}

impl Body {
    pub(crate) fn hiding(secrets: &'static [&'static str]) -> Self {
        Self {
            secrets,
            ..Self::default()
        }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl Serialize) {
        self.put(name, to_raw_value(&value));
    }

    pub(crate) fn list<T: Serialize>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) {
        let values: Vec<T> = values.into_iter().collect();
        self.put(name, to_raw_value(&values));
    }

    /// Sets a field that holds an object of the application's making.
    pub(crate) fn set_object(&mut self, name: &'static str, value: impl Serialize) {
        let value = to_raw_value(&value).and_then(|value| match value.get().as_bytes() {
            [b'{', ..] => Ok(value),
            _ => Err(serde_json::Error::custom("it is not an object")),
        });
        self.put(name, value);
    }

    /// Sends null: the value is to be taken away.
    pub(crate) fn clear(&mut self, name: &'static str) {
        self.set(name, ());
    }

    fn put(&mut self, name: &'static str, value: Result<Box<RawValue>, serde_json::Error>) {
        self.fields.retain(|(known, _)| *known != name);
        match value {
            Ok(value) => self.fields.push((name, value)),
            Err(error) => {
                let problem = format!("{name}: {error}");
                self.problem.get_or_insert(problem);
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in &self.fields {
            let secret = self.secrets.contains(name);
            let text = if secret { "[redacted]" } else { value.get() };
            map.entry(name, &format_args!("{text}"));
        }
        map.finish()
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(problem) = &self.problem {
            return Err(S::Error::custom(problem));
        }
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A form with files. Setting a part again replaces it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(&'static str, Part)>);

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    File(FilePart),
}

impl Form {
    pub(crate) fn text(&mut self, name: &'static str, value: impl Into<String>) {
        self.put(name, Part::Text(value.into()));
    }

    pub(crate) fn file(&mut self, name: &'static str, file: FilePart) {
        self.put(name, Part::File(file));
    }

    fn put(&mut self, name: &'static str, part: Part) {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, part));
    }
}

/// Puts what was collected into a request.
pub(crate) trait Inputs: Sized {
    fn query(self, query: &Query) -> Self;
    fn form(self, method: Method, form: &Form) -> Result<Request<Bytes>, Error>;
}

impl Inputs for RequestTarget {
    fn query(self, query: &Query) -> Self {
        let pairs = query.0.iter();
        pairs.fold(self, |target, (name, value)| target.pair(name, value))
    }

    fn form(self, method: Method, form: &Form) -> Result<Request<Bytes>, Error> {
        let parts = form.0.iter();
        let form = parts.fold(Multipart::new(), |form, (name, part)| match part {
            Part::Text(value) => form.text(name, value),
            Part::File(file) => form.file(name, file),
        });
        self.multipart(method, &form)
    }
}

/// An instant in the unit that most inputs have.
pub(crate) fn millis(time: impl Into<Timestamp>) -> i64 {
    time.into().as_millis()
}

/// An instant as the few inputs have it that are texts.
pub(crate) fn rfc3339(time: impl Into<Timestamp>) -> String {
    time.into().to_string()
}

pub(crate) fn texts(values: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    let texts = values.into_iter().map(|value| value.as_ref().to_owned());
    texts.collect()
}

/// An object whose keys are data.
pub(crate) fn entries(
    entries: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>,
) -> BTreeMap<String, String> {
    let entries = entries.into_iter();
    let owned = entries.map(|(key, value)| (key.as_ref().to_owned(), value.as_ref().to_owned()));
    owned.collect()
}

/// An object whose keys are data, where null takes one away.
pub(crate) fn entries_or_null(
    entries: impl IntoIterator<Item = (impl AsRef<str>, Option<impl AsRef<str>>)>,
) -> BTreeMap<String, Option<String>> {
    let owned = entries.into_iter().map(|(key, value)| {
        let value = value.map(|value| value.as_ref().to_owned());
        (key.as_ref().to_owned(), value)
    });
    owned.collect()
}
