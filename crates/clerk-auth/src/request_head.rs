use std::{borrow::Cow, fmt};

use crate::text::lossy;

/// The part of an HTTP request that authentication reads: method, target and headers.
///
/// It borrows, so making one copies no header. Adapters make one from their framework's request;
/// anything that uses the `http` crate converts:
///
/// ```
/// use clerk_auth::RequestHead;
///
/// let request = http::Request::get("https://example.com/orders?page=2")
///     .header("cookie", "theme=dark")
///     .body(())?;
/// let (parts, ()) = request.into_parts();
/// let head = RequestHead::from(&parts);
/// assert_eq!(head.path(), "/orders");
///
/// let same = RequestHead::new("GET", "https://example.com/orders?page=2")
///     .header("Cookie", b"theme=dark");
/// assert_eq!(same.path(), head.path());
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone)]
pub struct RequestHead<'r> {
    method: &'r str,
    scheme: Option<&'r str>,
    authority: Option<&'r str>,
    path_and_query: &'r str,
    headers: Vec<(&'r str, &'r [u8])>,
}

/// Browsers send a dozen or more, and proxies add to them.
const USUAL_HEADERS: usize = 24;

impl<'r> RequestHead<'r> {
    /// A request for `target`: a path and query (RFC 9112 §3.2.1), or a whole URL (§3.2.2).
    ///
    /// A fragment, which browsers do not send, is dropped.
    pub fn new(method: &'r str, target: &'r str) -> Self {
        let target = target.split_once('#').map_or(target, |(target, _)| target);
        let (scheme, authority, path_and_query) = match target.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => {
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, path_and_query) = rest.split_at_checked(end).unwrap_or((rest, ""));
                (Some(scheme), Some(authority), path_and_query)
            }
            _ => (None, None, target),
        };
        Self {
            method,
            scheme,
            authority,
            path_and_query,
            headers: Vec::with_capacity(USUAL_HEADERS),
        }
    }

    /// Adds a header, in the order in which they came.
    #[must_use]
    pub fn header(mut self, name: &'r str, value: &'r [u8]) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Says how the request came in, for servers that speak TLS themselves: `https`. Not needed
    /// behind a proxy that sends `X-Forwarded-Proto`.
    #[must_use]
    pub fn scheme(mut self, scheme: &'r str) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// The method: `GET`.
    pub const fn method(&self) -> &'r str {
        self.method
    }

    /// The target's path, without the query.
    pub fn path(&self) -> &'r str {
        let target = self.path_and_query;
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        if path.is_empty() { "/" } else { path }
    }

    /// The target's query, without the question mark; empty if there is none.
    pub fn query(&self) -> &'r str {
        self.path_and_query
            .split_once('?')
            .map_or("", |(_, query)| query)
    }

    /// Every header, in the order in which they came.
    pub fn headers(&self) -> impl Iterator<Item = (&'r str, &'r [u8])> {
        self.headers.iter().copied()
    }

    pub(crate) fn is_get(&self) -> bool {
        self.method == "GET"
    }

    /// Whether a browser shows what is answered, as far as the request tells: what a script or an
    /// image is loaded from is no page to come back to, nor is what a form is sent to.
    pub(crate) fn shows_page(&self) -> bool {
        let destination = self.text("sec-fetch-dest");
        matches!(self.method, "GET" | "HEAD")
            && destination.is_none_or(|it| matches!(&*it, "document" | "iframe"))
    }

    /// How the request came in, and the authority that its target names: over HTTP/2 it does, and
    /// there need be no `Host` (RFC 9113 §8.3.1).
    pub(crate) fn origin(&self) -> (&'r str, Option<&'r str>) {
        (self.scheme.unwrap_or("http"), self.authority)
    }

    pub(crate) const fn path_and_query(&self) -> &'r str {
        self.path_and_query
    }

    pub(crate) fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'r [u8]> + 'h {
        self.headers
            .iter()
            .filter(move |(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    /// The text of a header; several of a name are one list (RFC 9110 §5.3). `None` if it is
    /// missing or empty.
    ///
    /// Bytes that are not UTF-8 become U+FFFD, which no value that means anything contains.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'r, str>> {
        let mut values = self.values(name).map(lossy);
        let mut text = values.next()?;
        for next in values {
            text = Cow::Owned(format!("{text}, {next}"));
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            None
        } else if trimmed.len() == text.len() {
            Some(text)
        } else {
            Some(Cow::Owned(trimmed.to_owned()))
        }
    }
    /// The first item of a header that is a list; empty where the header is there and the item is
    /// not.
    pub(crate) fn first_listed(&self, name: &str) -> Option<Cow<'r, str>> {
        let value = self.values(name).next()?;
        let first = value.split(|byte| *byte == b',').next()?;
        Some(lossy(first.trim_ascii()))
    }
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

impl<'r> From<&'r http::request::Parts> for RequestHead<'r> {
    fn from(parts: &'r http::request::Parts) -> Self {
        let uri = &parts.uri;
        let headers = parts.headers.iter();
        Self {
            method: parts.method.as_str(),
            scheme: uri.scheme_str(),
            authority: uri.authority().map(http::uri::Authority::as_str),
            path_and_query: uri.path_and_query().map_or("", |target| target.as_str()),
            headers: headers
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .collect(),
        }
    }
}

impl<'r, B> From<&'r http::Request<B>> for RequestHead<'r> {
    fn from(request: &'r http::Request<B>) -> Self {
        let uri = request.uri();
        let headers = request.headers().iter();
        Self {
            method: request.method().as_str(),
            scheme: uri.scheme_str(),
            authority: uri.authority().map(http::uri::Authority::as_str),
            path_and_query: uri.path_and_query().map_or("", |target| target.as_str()),
            headers: headers
                .map(|(name, value)| (name.as_str(), value.as_bytes()))
                .collect(),
        }
    }
}

/// Shows the method, the path and the headers' names: values and queries hold credentials.
impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("RequestHead")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_in_every_form() {
        for (target, path, query, scheme, authority) in [
            ("/a?b=c", "/a", "b=c", "http", None),
            (
                "https://example.com/a?b#f",
                "/a",
                "b",
                "https",
                Some("example.com"),
            ),
            (
                "https://example.com?b",
                "/",
                "b",
                "https",
                Some("example.com"),
            ),
            ("https://example.com", "/", "", "https", Some("example.com")),
            ("//evil.example/a", "//evil.example/a", "", "http", None),
            (
                "/go?to=https://evil.example/",
                "/go",
                "to=https://evil.example/",
                "http",
                None,
            ),
            ("*", "*", "", "http", None),
            ("", "/", "", "http", None),
        ] {
            let head = RequestHead::new("GET", target);
            assert_eq!((head.path(), head.query()), (path, query), "{target}");
            let (seen, host) = head.origin();
            assert_eq!((seen, host), (scheme, authority), "{target}");
        }
    }

    #[test]
    fn headers_of_one_name_are_one_list() {
        let head = RequestHead::new("GET", "/")
            .header("Accept", b" text/html ")
            .header("authorization", b"Bearer a")
            .header("AUTHORIZATION", b"Bearer \xff")
            .header("host", b" ");
        assert_eq!(head.text("accept").as_deref(), Some("text/html"));
        assert_eq!(
            head.text("authorization").as_deref(),
            Some("Bearer a, Bearer \u{fffd}")
        );
        assert_eq!(head.text("host"), None);
    }

    #[test]
    fn debug_shows_no_value() {
        let head = RequestHead::new("GET", "/a?__clerk_db_jwt=planted")
            .header("cookie", b"__session=planted");
        assert!(!format!("{head:?}").contains("planted"));
    }
}
