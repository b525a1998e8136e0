//! A request, taken apart into what can be compared.

use std::collections::BTreeMap;

use http::Request;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The headers that say something about the request and not about who sends it.
const HEADERS: [&str; 3] = ["authorization", "content-type", "clerk-api-version"];

/// A request as it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Sent {
    pub(super) verb: String,
    /// The path and the query.
    pub(super) target: String,
    /// Named in lower case.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Sent {
    pub(super) fn of<B: AsRef<[u8]>>(request: &Request<B>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = request.headers().iter();
        Self {
            verb: request.method().to_string(),
            target: request
                .uri()
                .path_and_query()
                .map_or_else(String::new, ToString::to_string),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: text(request.body().as_ref()),
        }
    }

    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether both go to the same operation.
    pub(super) fn is_to_where(&self, other: &Self) -> bool {
        self.verb == other.verb && self.path() == other.path()
    }

    /// All there is to compare, by names such as `verb`, `query limit` and `body first_name`.
    pub(super) fn facts(&self) -> BTreeMap<String, Value> {
        let mut facts = BTreeMap::new();
        facts.insert("verb".to_owned(), json!(self.verb));
        facts.insert("path".to_owned(), json!(self.path()));
        for name in HEADERS {
            if let Some(value) = self.headers.get(name) {
                // A boundary is made up for each form.
                let value = value.split("; boundary=").next();
                facts.insert(format!("header {name}"), json!(value));
            }
        }
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let values = facts.entry(format!("query {}", decoded(name)));
            if let Value::Array(values) = values.or_insert_with(|| json!([])) {
                values.push(json!(decoded(value)));
            }
        }
        let (kind, members) = self.content();
        facts.insert("body".to_owned(), kind);
        let members = members.into_iter();
        facts.extend(members.map(|(name, value)| (format!("body {name}"), value)));
        facts
    }

    /// What the body is, and its members or parts; of what has none, all of it.
    fn content(&self) -> (Value, Map<String, Value>) {
        let form = self.headers.get("content-type");
        let boundary = form.and_then(|form| form.strip_prefix("multipart/form-data; boundary="));
        if let Some(boundary) = boundary {
            return (json!("a form"), parts(&self.body, boundary));
        }
        match serde_json::from_str(&self.body) {
            Ok(Value::Object(members)) => (json!("an object"), members),
            Ok(value) => (value, Map::new()),
            Err(_) if self.body.is_empty() => (json!("nothing"), Map::new()),
            Err(_) => (json!(self.body), Map::new()),
        }
    }
}

/// As forms are written: a plus is a space.
fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// The parts of a form, by name.
fn parts(body: &str, boundary: &str) -> Map<String, Value> {
    let delimiter = format!("--{}", boundary.trim_matches('"'));
    let parts = body.split(&*delimiter).filter_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let parameter = |name: &str| {
            let (_, rest) = head.split_once(&format!(" {name}=\""))?;
            rest.split('"').next()
        };
        let kind = head.lines().find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-type: ")
                .map(str::to_owned)
        });
        let value = json!({
            "file": parameter("filename"),
            "type": kind,
            "content": content.strip_suffix("\r\n").unwrap_or(content),
        });
        Some((parameter("name")?.to_owned(), value))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_compared_part_by_part() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                    Content-Type: image/png\r\n\r\ncontent\r\n--x\r\n\
                    content-disposition: form-data; name=\"id\"\r\n\r\nuser_1\r\n--x--\r\n";
        let request = Request::builder()
            .method("PUT")
            .uri("/logo?a+b=%C3%A9")
            .header("content-type", "multipart/form-data; boundary=x");
        let facts = Sent::of(&request.body(body).unwrap()).facts();
        let file = json!({ "file": "a.png", "type": "image/png", "content": "content" });
        assert_eq!(facts["body"], json!("a form"));
        assert_eq!(facts["body file"], file);
        assert_eq!(facts["body id"]["content"], json!("user_1"));
        assert_eq!(facts["header content-type"], json!("multipart/form-data"));
        assert_eq!(facts["query a b"], json!(["é"]));
        assert_eq!(facts["path"], json!("/logo"));
    }
}
