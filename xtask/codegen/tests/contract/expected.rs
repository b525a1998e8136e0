//! The request of an operation with every input it has, made from the catalogue alone.

use bytes::Bytes;
use clerk_catalogue::ir::{
    Api, Authorization, BasePath, Body, Definition, Field, Literal, Operation, Paging, Segment, Ty,
};
use http::{HeaderMap, Request};
use serde_json::{Value, json};

pub(crate) const SECRET_KEY: &str = "sk_test_instance";
pub(crate) const MACHINE_KEY: &str = "ak_machine";

#[derive(Debug)]
pub(crate) struct Expected {
    verb: String,
    path: String,
    /// Sorted by name, and the values of a name in their order.
    query: Vec<(String, String)>,
    authorization: Option<String>,
    body: Content,
}

#[derive(Debug)]
enum Content {
    Nothing,
    Json(Value),
    Form(Vec<Part>),
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    head: String,
    content: String,
}

/// Which inputs a call has beside those that it cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inputs {
    All,
    /// Null wherever null means something.
    Cleared,
}

impl Expected {
    pub(crate) fn of(api: &Api, operation: &Operation, encoded_id: &str, inputs: Inputs) -> Self {
        let mut path = match operation.base {
            BasePath::Versioned => "/v1".to_owned(),
            BasePath::Root => String::new(),
        };
        for segment in operation.segments() {
            path.push('/');
            path.push_str(match segment {
                Segment::Literal(piece) => piece,
                Segment::Parameter(_) => encoded_id,
            });
        }
        let mut query: Vec<(String, String)> = Vec::new();
        if operation.paging == Some(Paging::Flagged) {
            query.push(("paginated".to_owned(), "true".to_owned()));
        }
        for field in chosen(&operation.query, inputs) {
            for text in texts(api, field) {
                query.push((percent(&field.wire), percent(&text)));
            }
        }
        query.sort_by(|one, other| one.0.cmp(&other.0));
        let key = match operation.authorization {
            Authorization::Public => None,
            Authorization::SecretKey => Some(SECRET_KEY),
            Authorization::MachineKey | Authorization::SecretOrMachineKey => Some(MACHINE_KEY),
        };
        Self {
            verb: operation.verb.to_string(),
            path,
            query,
            authorization: key.map(|key| format!("Bearer {key}")),
            body: content(api, operation, inputs),
        }
    }

    pub(crate) fn compare(&self, request: &Request<Bytes>, id: &str) {
        assert_eq!(request.method().as_str(), self.verb, "{id}");
        let uri = request.uri();
        assert_eq!(uri.host(), Some("api.clerk.com"), "{id}");
        assert_eq!(uri.path(), self.path, "{id}");
        let pairs = uri.query().into_iter().flat_map(|query| query.split('&'));
        let mut query: Vec<(String, String)> = pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        query.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(query, self.query, "{id}");
        let headers = request.headers();
        assert_eq!(
            header(headers, "authorization"),
            self.authorization.as_deref(),
            "{id}"
        );
        assert_eq!(
            header(headers, "clerk-api-version"),
            Some("2026-05-12"),
            "{id}"
        );
        self.compare_body(request, id);
    }

    fn compare_body(&self, request: &Request<Bytes>, id: &str) {
        let content_type = header(request.headers(), "content-type");
        let body = std::str::from_utf8(request.body()).unwrap();
        match &self.body {
            Content::Nothing => assert_eq!((content_type, body), (None, ""), "{id}"),
            Content::Json(expected) => {
                assert_eq!(content_type, Some("application/json"), "{id}");
                let sent: Value = serde_json::from_str(body).unwrap();
                assert_eq!(&sent, expected, "{id}");
            }
            Content::Form(expected) => {
                let boundary = content_type
                    .unwrap()
                    .strip_prefix("multipart/form-data; boundary=");
                assert_eq!(&parts(body, boundary.unwrap()), expected, "{id}");
            }
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

/// Everything but RFC 3986's unreserved characters, byte by byte.
fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The text that every text input is given: it needs encoding in a URL and in JSON.
fn text(wire: &str) -> String {
    format!("+{wire} é&=")
}

/// The texts that a parameter of the query becomes.
fn texts(api: &Api, field: &Field) -> Vec<String> {
    let value = match &field.only {
        Some(only) if field.required => literal(only),
        _ => value(api, &field.ty, &field.wire),
    };
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match &value {
        Value::Array(items) if field.comma => {
            let items: Vec<String> = items.iter().map(plain).collect();
            vec![items.join(",")]
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        one => vec![plain(one)],
    }
}

fn chosen(fields: &[Field], inputs: Inputs) -> impl Iterator<Item = &Field> {
    let given = move |field: &&Field| inputs == Inputs::All || field.required || field.clearable;
    fields.iter().filter(given)
}

fn content(api: &Api, operation: &Operation, inputs: Inputs) -> Content {
    match &operation.body {
        Body::Empty => Content::Nothing,
        Body::Object(fields) => Content::Json(object(api, fields, inputs)),
        Body::List { item, .. } => Content::Json(json!([value(api, item, "item")])),
        Body::Form(fields) => {
            let mut parts: Vec<Part> = fields.iter().map(part).collect();
            parts.sort();
            Content::Form(parts)
        }
    }
}

fn object(api: &Api, fields: &[Field], inputs: Inputs) -> Value {
    let members = chosen(fields, inputs).map(|field| {
        let value = match &field.only {
            Some(only) if field.required => literal(only),
            _ if inputs == Inputs::Cleared && !field.required => Value::Null,
            _ => value(api, &field.ty, &field.wire),
        };
        (field.wire.clone(), value)
    });
    Value::Object(members.collect())
}

fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Str(text) => json!(text),
        Literal::Int(number) => json!(number),
        Literal::Bool(flag) => json!(flag),
        Literal::EmptyList => json!([]),
    }
}

fn value(api: &Api, ty: &Ty, wire: &str) -> Value {
    match ty {
        Ty::Str | Ty::Tag(_) => json!(text(wire)),
        Ty::Date => json!("2027-01-15"),
        Ty::Bool => json!(false),
        Ty::Int => json!(0),
        Ty::Number => json!(0.5),
        Ty::Time(_) => json!(1_800_000_000_000_i64),
        Ty::DateTime => json!("2027-01-15T08:00:00Z"),
        Ty::Json => json!([0]),
        Ty::Map => json!({"k": null}),
        Ty::File => Value::Null,
        Ty::List(item) => {
            let item = value(api, item, wire);
            json!([item, item])
        }
        Ty::Dictionary { nullable: true, .. } => json!({"k": null, "l": "v"}),
        Ty::Dictionary { .. } => json!({"k": "v"}),
        Ty::Named(name) => match api.definition(name) {
            Some(Definition::Model(model)) => object(api, model.fields(), Inputs::All),
            _ => json!(text(wire)),
        },
    }
}

fn part(field: &Field) -> Part {
    let name = &field.wire;
    if field.ty == Ty::File {
        let head = format!(
            "Content-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\
             Content-Type: image/png"
        );
        let content = "content".to_owned();
        return Part { head, content };
    }
    Part {
        head: format!("Content-Disposition: form-data; name=\"{name}\""),
        content: text(name),
    }
}

/// The parts of a form, sorted, since their order means nothing.
fn parts(body: &str, boundary: &str) -> Vec<Part> {
    let close = format!("--{boundary}--\r\n");
    let body = body.strip_suffix(&close).expect("the form is closed");
    let open = format!("--{boundary}\r\n");
    let parts = body.split(&open).skip(1).map(|part| {
        let (head, content) = part.split_once("\r\n\r\n").unwrap();
        Part {
            head: head.to_owned(),
            content: content.strip_suffix("\r\n").unwrap().to_owned(),
        }
    });
    let mut parts: Vec<Part> = parts.collect();
    parts.sort();
    parts
}

/// What an operation is given that its `Debug` must not show, as JSON has it.
pub(crate) fn secrets(api: &Api, operation: &Operation) -> Vec<String> {
    let mut found = Vec::new();
    collect(api, operation.body.fields(), &mut found);
    if let Body::List {
        item: Ty::Named(name),
        ..
    } = &operation.body
    {
        let model = api.model(name).unwrap();
        collect(api, model.fields(), &mut found);
    }
    found
}

fn collect(api: &Api, fields: &[Field], found: &mut Vec<String>) {
    for field in fields {
        if field.sensitive {
            // Metadata and flags say nothing that could be told from other text.
            if matches!(&field.ty, Ty::Str)
                || matches!(&field.ty, Ty::List(item) if **item == Ty::Str)
            {
                found.push(text(&field.wire));
            }
        } else if let Some(model) = field.ty.named().and_then(|name| api.model(name)) {
            collect(api, model.fields(), found);
        }
    }
}
