use http::{HeaderValue, Request, Uri, Version};

use crate::Row;

/// On which way the requests of the table come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Over HTTP/1.1, from the browser: the host is a header.
    Direct,
    /// Over HTTP/2, from the browser: the target names the host, and no header does.
    Http2,
    /// From a proxy that took it in over TLS, and says so in headers: over HTTP/2, and over HTTP/1.1
    /// what upgrades the connection.
    BehindProxy,
}

const HERE: &str = "localhost:3000";
const PUBLIC: &str = "app.example:8443";

impl Arrival {
    pub(crate) const ALL: [Self; 3] = [Self::Direct, Self::Http2, Self::BehindProxy];

    /// The row as it reads on this way; `None` where it is about another one.
    pub(crate) fn of(self, row: &Row) -> Option<Row> {
        let names_its_own = |(name, _): &(String, String)| {
            name.eq_ignore_ascii_case("host") || name.to_ascii_lowercase().starts_with("x-forward")
        };
        if self != Self::Direct && row.headers.iter().any(names_its_own) {
            return None;
        }
        let upgrades = |(name, _): &(String, String)| name == "upgrade";
        if self == Self::Http2 && row.headers.iter().any(upgrades) {
            // There, a protocol is chosen otherwise (RFC 8441), which not every framework shows.
            return None;
        }
        let mut row = row.clone();
        if self == Self::BehindProxy {
            for (_, value) in row.headers.iter_mut().filter(|(name, _)| name == "origin") {
                *value = behind_proxy(value);
            }
            let forwarded = [("x-forwarded-host", PUBLIC), ("x-forwarded-proto", "HTTPS")];
            let forwarded = forwarded.map(|(name, value)| (name.to_owned(), value.to_owned()));
            row.headers.extend(forwarded);
            for answer in [Some(&mut row.answer), row.answer_to_text.as_mut()] {
                if let Some(location) = answer.and_then(|it| it.location.as_mut()) {
                    *location = behind_proxy(location);
                }
            }
        }
        Some(row)
    }

    /// The request as it comes in on this way.
    pub(crate) fn carry<B>(self, mut request: Request<B>) -> Request<B> {
        if self == Self::Direct || request.headers().contains_key("upgrade") {
            let host = HeaderValue::from_static(HERE);
            request.headers_mut().entry("host").or_insert(host);
            return request;
        }
        let target = format!("http://{HERE}{}", request.uri());
        *request.uri_mut() = target.parse::<Uri>().expect("a path follows the host");
        *request.version_mut() = Version::HTTP_2;
        request
    }
}

/// A place in the application as a browser gets there.
fn behind_proxy(location: &str) -> String {
    let encoded =
        |scheme: &str, host: &str| format!("{scheme}%3A%2F%2F{}", host.replace(':', "%3A"));
    location
        .replace(&encoded("http", HERE), &encoded("https", PUBLIC))
        .replace(&format!("http://{HERE}"), &format!("https://{PUBLIC}"))
}
