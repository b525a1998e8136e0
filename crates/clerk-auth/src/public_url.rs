use url::{Origin, Url};

use crate::RequestHead;

/// The URL under which the browser knows the request, as far as its headers tell it.
///
/// Behind a proxy, that is what `X-Forwarded-Host` and `X-Forwarded-Proto` name. They are believed,
/// so a service that can be reached without its proxy must not act on a redirect to this URL.
///
/// Only the authority is taken from a header. The path stays what it is: resolving it against the
/// origin would make a host of the first part of `//host/`.
pub(crate) fn public_url(head: &RequestHead<'_>) -> Option<Url> {
    let (scheme_inside, authority) = head.origin();
    let forwarded = head.first_listed("x-forwarded-host");
    let host = forwarded.or_else(|| head.text("host"));
    let outside = || {
        let scheme_outside = head.first_listed("x-forwarded-proto");
        let scheme = scheme_outside.as_deref().filter(|it| !it.is_empty());
        build(
            scheme.unwrap_or(scheme_inside),
            host.as_deref()?,
            head.path_and_query(),
        )
    };
    outside().or_else(|| build(scheme_inside, authority.as_deref()?, head.path_and_query()))
}

fn build(scheme: &str, authority: &str, path_and_query: &str) -> Option<Url> {
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    // A comma tells that there were several `Host` headers.
    let is_part_of_one = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'@' | b',')
    };
    if authority.is_empty() || !authority.bytes().all(is_part_of_one) {
        return None;
    }
    let slash = if path_and_query.starts_with('/') {
        ""
    } else {
        "/"
    };
    Url::parse(&format!("{scheme}://{authority}{slash}{path_and_query}")).ok()
}

/// The origin of `url`, if it is one that can be compared (RFC 6454 §4).
pub(crate) fn origin(url: &Url) -> Option<Origin> {
    Some(url.origin()).filter(Origin::is_tuple)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(target: &str, headers: &[(&str, &str)]) -> Option<String> {
        let mut head = RequestHead::new("GET", target);
        for (name, value) in headers {
            head = head.header(name, value.as_bytes());
        }
        public_url(&head).map(String::from)
    }

    #[test]
    fn headers_of_proxies_name_the_origin() {
        let host = ("host", "inside:8080");
        for (target, headers, expected) in [
            ("/a?b=c", vec![host], "http://inside:8080/a?b=c"),
            (
                "/",
                vec![
                    host,
                    ("x-forwarded-host", "example.com, inside"),
                    ("x-forwarded-proto", "https,http"),
                ],
                "https://example.com/",
            ),
            (
                "/",
                vec![host, ("x-forwarded-proto", "https")],
                "https://inside:8080/",
            ),
            (
                "/",
                vec![host, ("x-forwarded-host", "")],
                "http://inside:8080/",
            ),
            ("https://example.com/a", vec![], "https://example.com/a"),
            ("/a b?c=é", vec![host], "http://inside:8080/a%20b?c=%C3%A9"),
        ] {
            assert_eq!(
                url(target, &headers).as_deref(),
                Some(expected),
                "{target} {headers:?}"
            );
        }
        assert_eq!(url("/", &[]), None);
    }

    #[test]
    fn a_path_of_two_slashes_names_no_host() {
        let seen = url(
            "//evil.example/a",
            &[("host", "example.com"), ("x-forwarded-proto", "https")],
        );
        assert_eq!(seen.as_deref(), Some("https://example.com//evil.example/a"));
    }

    #[test]
    fn what_is_no_host_is_passed_over() {
        for forwarded in [
            "evil.example/path",
            "a@evil.example",
            "evil.example?x",
            "a b",
            "[",
            "evil.example\\x",
        ] {
            let seen = url(
                "/a",
                &[("host", "example.com"), ("x-forwarded-host", forwarded)],
            );
            assert_eq!(seen.as_deref(), Some("http://example.com/a"), "{forwarded}");
        }
        let seen = url(
            "/a",
            &[("host", "example.com"), ("x-forwarded-proto", "javascript")],
        );
        assert_eq!(seen.as_deref(), Some("http://example.com/a"));
        for second in ["other.example", ""] {
            let seen = url("/a", &[("host", ""), ("host", second)]);
            assert_eq!(seen, None, "{second}");
        }
    }
}
