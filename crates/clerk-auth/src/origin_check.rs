//! Whether a request was sent by a page that may act with the cookies it came with.
//!
//! A browser sends cookies along whatever page asks it to. `SameSite` keeps them from requests of
//! other sites, but a site is a whole registrable domain, with all that is hosted below it; and
//! CORS stops neither a WebSocket nor a form. What a page cannot make up is the `Origin` that the
//! browser sends with both (RFC 6454 §7, RFC 6455 §10.2).

use url::Url;

use crate::{InvalidSettings, RequestHead, public_address::origin};

/// The origins, beside the application's own, whose pages may act with a browser's cookies.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    pub(crate) fn new(origins: Vec<String>) -> Result<Self, InvalidSettings> {
        let origins = origins.into_iter().map(|text| {
            // A host may have an asterisk in it, and no browser's has: it is meant for a pattern.
            let origin = serialized(&text).filter(|origin| !origin.contains('*'));
            origin.ok_or(InvalidSettings::AllowedOrigin(text))
        });
        origins.collect::<Result<_, _>>().map(Self)
    }

    /// The origin the request comes from, if its cookies must not count for it; `null` where the
    /// page is of none that could be named. `here` is the URL under which the browser knows the
    /// application.
    pub(crate) fn refused(&self, head: &RequestHead<'_>, here: Option<&Url>) -> Option<String> {
        if !acts(head) {
            return None;
        }
        let origin = head.text("origin")?;
        // `Origin` is `null` under `Referrer-Policy: no-referrer`, for the application's own pages
        // as well (Fetch, "append a request `Origin` header").
        if head.text("sec-fetch-site").as_deref() == Some("same-origin") {
            return None;
        }
        let Some(origin) = serialized(&origin) else {
            return Some("null".to_owned());
        };
        let own = here.and_then(tuple);
        let is_allowed = own.as_ref() == Some(&origin) || self.0.contains(&origin);
        Some(origin).filter(|_| !is_allowed)
    }
}

/// Whether answering the request does something, be the answer readable or not.
fn acts(head: &RequestHead<'_>) -> bool {
    // Over HTTP/2 the method is CONNECT (RFC 8441 §4).
    !is_safe(head.method()) || head.values("upgrade").any(names_websocket)
}

/// Whether nothing is asked for but an answer (RFC 9110 §9.2.1).
pub(crate) fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

fn names_websocket(upgrade: &[u8]) -> bool {
    upgrade.split(|byte| *byte == b',').any(|protocol| {
        let name = protocol.split(|byte| *byte == b'/').next();
        name.is_some_and(|name| name.trim_ascii().eq_ignore_ascii_case(b"websocket"))
    })
}

/// An origin in the one form it has (RFC 6454 §6.2). Applications in a shell have one of a scheme of
/// their own, `capacitor://localhost`.
fn serialized(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    if !is_bare {
        return None;
    }
    if let Some(origin) = tuple(&url) {
        return Some(origin);
    }
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url.port().map(|port| format!(":{port}"));
    let (scheme, host) = (url.scheme(), host.to_ascii_lowercase());
    Some(format!("{scheme}://{host}{}", port.unwrap_or_default()))
}

fn tuple(url: &Url) -> Option<String> {
    origin(url).map(|origin| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(allowed: &[&str], origin: &str) -> Option<String> {
        let allowed = allowed.iter().map(|&one| one.to_owned()).collect();
        let allowed = AllowedOrigins::new(allowed).unwrap();
        let head = RequestHead::new("POST", "/").header("origin", origin.as_bytes());
        let here = Url::parse("https://example.com/a?b").unwrap();
        allowed.refused(&head, Some(&here))
    }

    #[test]
    fn origins_are_compared_whole() {
        let allowed = [
            "https://app.example.com/",
            "HTTP://LOCALHOST:8080",
            "https://büro.example",
            "capacitor://localhost",
            "chrome-extension://abcdef",
            "https://[2001:db8::1]",
        ];
        for origin in [
            "https://example.com",
            "https://EXAMPLE.com:443",
            "https://app.example.com",
            "http://localhost:8080",
            "https://xn--bro-hoa.example",
            "capacitor://localhost",
            "chrome-extension://ABCDEF",
            "https://[2001:db8:0::1]",
        ] {
            assert_eq!(refused(&allowed, origin), None, "{origin}");
        }
        for (origin, shown) in [
            ("http://example.com", "http://example.com"),
            ("https://example.com:8443", "https://example.com:8443"),
            ("https://www.example.com", "https://www.example.com"),
            (
                "https://example.com.evil.example",
                "https://example.com.evil.example",
            ),
            ("https://evilexample.com", "https://evilexample.com"),
            ("capacitor://localhost:1", "capacitor://localhost:1"),
            ("ionic://localhost", "ionic://localhost"),
            // What is no origin, or several, is nobody's.
            ("null", "null"),
            ("file://", "null"),
            ("https://example.com@evil.example", "null"),
            ("https://app.example.com, https://example.com", "null"),
            ("https://example.com/path", "null"),
            ("https://example.com?", "null"),
            ("example.com", "null"),
            ("*", "null"),
        ] {
            assert_eq!(
                refused(&allowed, origin).as_deref(),
                Some(shown),
                "{origin}"
            );
        }
    }

    #[test]
    fn requests_that_act() {
        for (method, upgrade, expected) in [
            ("GET", None, false),
            ("HEAD", None, false),
            ("OPTIONS", None, false),
            ("POST", None, true),
            ("DELETE", None, true),
            ("CONNECT", None, true),
            ("get", None, true),
            ("GET", Some("websocket"), true),
            ("GET", Some("h2c, WebSocket"), true),
            ("GET", Some("websocket/13"), true),
            ("GET", Some("h2c"), false),
            ("GET", Some("xwebsocket"), false),
        ] {
            let mut head = RequestHead::new(method, "/");
            if let Some(upgrade) = upgrade {
                head = head.header("Upgrade", upgrade.as_bytes());
            }
            assert_eq!(acts(&head), expected, "{method} {upgrade:?}");
        }
    }

    #[test]
    fn what_is_no_origin_cannot_be_set() {
        for text in [
            "example.com",
            "*",
            "",
            "null",
            "https://example.com/app",
            "https://user@example.com",
            "https://*.example.com",
            "https://example.com?a",
            "mailto:ada@example.com",
            "file:///",
        ] {
            let refused = AllowedOrigins::new(vec![text.to_owned()]).unwrap_err();
            let expected = InvalidSettings::AllowedOrigin(text.to_owned());
            assert_eq!(refused, expected, "{text}");
        }
    }
}
