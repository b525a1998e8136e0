use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One request, and what is answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What the row is about.
    pub name: String,
    /// How the application is set up.
    #[serde(default)]
    pub service: Service,
    /// The method.
    #[serde(default = "get")]
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names and values. Each character of a value is one byte, so that values need not be text.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// What is answered.
    pub answer: Expected,
    /// What is answered instead where the framework drops headers that are not UTF-8.
    #[serde(default)]
    pub answer_to_text: Option<Expected>,
}

fn get() -> String {
    "GET".to_owned()
}

/// How the application that a row asks is set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// It accepts session tokens of a development instance.
    #[default]
    Sessions,
    /// The same of a production instance, where no browser is sent to a handshake without need.
    Production,
    /// As `Sessions`, and browsers' cookies count for its own pages and those of
    /// `https://app.example.com` alone.
    AllowedOrigins,
    /// It accepts OAuth access tokens alone, and names the metadata by which clients ask for them.
    Resource,
    /// As `Sessions`, and users whose session is pending are signed in.
    PendingSessions,
    /// It accepts tokens of every type.
    Any,
    /// As `Any`, and Clerk cannot be reached.
    Outage,
    /// As `Any`, and Clerk answers 503, and asks to wait for 20 seconds.
    Busy,
    /// As `Any`, and Clerk does not accept the secret key.
    WrongSecret,
    /// It was forgotten to put the adapter's layer around it.
    NoLayer,
}

impl Service {
    /// Each of them.
    pub const ALL: [Self; 10] = [
        Self::Sessions,
        Self::Production,
        Self::AllowedOrigins,
        Self::Resource,
        Self::PendingSessions,
        Self::Any,
        Self::Outage,
        Self::Busy,
        Self::WrongSecret,
        Self::NoLayer,
    ];
}

/// What a row's request is answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The status.
    pub status: Status,
    /// `x-clerk-auth-reason`. Not looked at where the framework's router refuses.
    #[serde(default)]
    pub reason: Option<String>,
    /// `WWW-Authenticate`.
    #[serde(default)]
    pub challenge: Option<String>,
    /// `Retry-After`.
    #[serde(default)]
    pub retry_after: Option<String>,
    /// `Location`.
    #[serde(default)]
    pub location: Option<String>,
    /// All `Set-Cookie` fields, in any order.
    #[serde(default)]
    pub cookies: Vec<String>,
    /// `Cache-Control`, where the row is about it.
    #[serde(default)]
    pub cache_control: Option<String>,
    /// What the body has at least; members that are not named here may be there.
    #[serde(default)]
    pub body: Value,
}

/// An answer's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Status {
    /// This one.
    Exactly(u16),
    /// Nothing is on the path: routers say so with different statuses of the 4xx kind.
    NotRouted(NotRouted),
}

/// The word for [`Status::NotRouted`] in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotRouted {
    /// As it says.
    NotRouted,
}

impl Row {
    /// The row's request.
    ///
    /// # Panics
    ///
    /// The table holds something that is no request.
    pub fn request(&self) -> Request<Bytes> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.target)
            .body(Bytes::new())
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            let bytes: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
            let value = bytes.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok());
            let name = HeaderName::from_bytes(name.as_bytes()).ok();
            let (Some(name), Some(value)) = (name, value) else {
                panic!("{}: there is a header that cannot be sent", self.name)
            };
            headers.append(name, value);
        }
        request
    }
}

/// The names among these that no row has, in words.
#[must_use]
pub fn unknown(names: &[&str]) -> Vec<String> {
    let rows = rows();
    let is_unknown = |name: &&&str| rows.iter().all(|row| row.name != **name);
    let unknown = names.iter().filter(is_unknown);
    unknown
        .map(|name| format!("no row is called {name}"))
        .collect()
}

/// The table. Names in braces stand for credentials that [`run`](crate::run) fills in.
///
/// # Panics
///
/// The table cannot be read.
pub fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("../rows.json")).expect("rows.json holds rows")
}
