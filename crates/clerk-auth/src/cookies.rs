use std::{borrow::Cow, iter};

use memchr::memchr;
use percent_encoding::percent_decode;
use url::Url;

use crate::{RequestHead, text::lossy};

/// The cookies of a request that Clerk may have set (RFC 6265 §4.2).
///
/// The header is taken apart first and percent-decoded after, so an encoded `;` or `=` makes no
/// cookie. Of two cookies of one name, the first counts.
pub(crate) struct Cookies<'r>(Vec<(&'r [u8], &'r [u8])>);

/// Clerk sets three or four, each under two names.
const USUAL: usize = 8;

impl<'r> Cookies<'r> {
    pub(crate) fn of(head: &RequestHead<'r>) -> Self {
        let pairs = head
            .values("cookie")
            .flat_map(pairs)
            .filter_map(|pair| split_at_first(pair, b'='));
        let trimmed = pairs.map(|(name, value)| (name.trim_ascii(), value.trim_ascii()));
        let mut cookies = Vec::with_capacity(USUAL);
        cookies.extend(trimmed.filter(|(name, _)| is_clerks(name)));
        Self(cookies)
    }

    /// The value of the cookie `name`; `None` if it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'r, str>> {
        let of_that_name = |(found, _): &&(&[u8], &[u8])| *found == name.as_bytes();
        let (_, value) = self.0.iter().find(of_that_name)?;
        Some(decode(value)).filter(|value| !value.is_empty())
    }

    /// The values of all cookies `name`, in the order in which they came.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = Cow<'r, str>> {
        let of_that_name = move |(found, _): &&(&[u8], &[u8])| *found == name.as_bytes();
        self.0
            .iter()
            .filter(of_that_name)
            .map(|(_, value)| decode(value))
    }

    /// The value of `name` with the instance's suffix.
    pub(crate) fn suffixed(&self, name: &str, suffix: &str) -> Option<Cow<'r, str>> {
        let is_it = |found: &[u8]| {
            found
                .strip_prefix(name.as_bytes())
                .and_then(|rest| rest.strip_prefix(b"_"))
                .is_some_and(|rest| rest == suffix.as_bytes())
        };
        let (_, value) = self.0.iter().find(|(found, _)| is_it(found))?;
        Some(decode(value)).filter(|value| !value.is_empty())
    }
}

/// The domains that a page of `host` can set cookies for: its own and those that it is in, down to
/// two labels. Of a longer list, the ones at its end, where Clerk sets cookies for a whole site.
pub(crate) fn domains(host: &str) -> impl Iterator<Item = &str> {
    const MOST: usize = 5;
    let dots = host.match_indices('.').map(|(at, _)| at.saturating_add(1));
    let starts = iter::once(0).chain(dots);
    let all = starts.filter_map(|start| host.get(start..));
    let all: Vec<&str> = all.filter(|domain| domain.contains('.')).collect();
    let too_many = all.len().saturating_sub(MOST);
    all.into_iter().skip(too_many)
}

/// Values of `Set-Cookie` that have a browser on a page of `here` drop the cookie `name`, however
/// it was set.
///
/// A browser drops the cookie of the same name, domain and path (RFC 6265 §5.3), and of the same
/// partition. Clerk's frontend sets some for the host and others for the site, and what a frame on
/// another site's page may set needs `SameSite=None`, which needs `Secure`. A line for a domain that
/// nobody may set cookies for is passed over.
pub(crate) fn removals(name: &str, here: Option<&Url>) -> Vec<String> {
    let is_secure = here.is_some_and(|here| here.scheme() == "https");
    let attributes = if is_secure {
        "; Secure; SameSite=None"
    } else {
        ""
    };
    let line = |domain: &str| format!("{name}=; Path=/{domain}; Max-Age=0{attributes}");
    let mut lines = vec![line("")];
    if is_secure {
        lines.push(line("") + "; Partitioned");
    }
    let host = here.and_then(Url::domain).unwrap_or_default();
    lines.extend(domains(host).map(|domain| line(&format!("; Domain={domain}"))));
    lines
}

fn pairs(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(header);
    iter::from_fn(move || {
        let header = rest?;
        let (pair, after) = match split_at_first(header, b';') {
            Some((pair, after)) => (pair, Some(after)),
            None => (header, None),
        };
        rest = after;
        Some(pair)
    })
}

fn split_at_first(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let (before, from_separator) = text.split_at_checked(memchr(separator, text)?)?;
    Some((before, from_separator.split_first()?.1))
}

fn is_clerks(name: &[u8]) -> bool {
    [&b"__session"[..], b"__client", b"__clerk", b"__refresh"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// A value that is no percent-encoded text stands for itself.
fn decode(value: &[u8]) -> Cow<'_, str> {
    if memchr(b'%', value).is_none() {
        return lossy(value);
    }
    let is_sound = value.iter().enumerate().all(|(at, byte)| {
        let digit = |offset: usize| value.get(at.saturating_add(offset));
        let is_digit = |offset| digit(offset).is_some_and(u8::is_ascii_hexdigit);
        *byte != b'%' || (is_digit(1) && is_digit(2))
    });
    match percent_decode(value).decode_utf8() {
        Ok(text) if is_sound => text,
        _ => lossy(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cookie(header: &[u8], name: &str) -> Option<String> {
        let head = RequestHead::new("GET", "/").header("cookie", header);
        Cookies::of(&head).get(name).map(Cow::into_owned)
    }

    #[test]
    fn values_as_browsers_and_proxies_write_them() {
        for (header, expected) in [
            ("__session=a", Some("a")),
            ("a=b; __session=c; d", Some("c")),
            (" __session = a ;", Some("a")),
            ("__session=a; __session=b", Some("a")),
            ("__session=a=b=c", Some("a=b=c")),
            ("__session=\"a\"", Some("\"a\"")),
            ("__session=a%3Bb", Some("a;b")),
            ("__session=100%", Some("100%")),
            ("__session=%zz", Some("%zz")),
            ("__session=%ff", Some("%ff")),
            ("__session=", None),
            ("__session", None),
            ("x__session=a", None),
            ("__SESSION=a", None),
            ("a=%3B%20__session%3Db", None),
            ("", None),
        ] {
            assert_eq!(
                cookie(header.as_bytes(), "__session").as_deref(),
                expected,
                "{header}"
            );
        }
    }

    #[test]
    fn an_encoded_separator_smuggles_no_cookie() {
        assert_eq!(cookie(b"a=x%3B__session=evil", "__session"), None);
        assert_eq!(
            cookie(b"__session=good%3B __session=evil", "__session").as_deref(),
            Some("good; __session=evil")
        );
    }

    #[test]
    fn several_headers_are_one_as_in_http_2() {
        let head = RequestHead::new("GET", "/")
            .header("cookie", b"__session=a")
            .header("cookie", b"__session=b; __client_uat=1");
        let cookies = Cookies::of(&head);
        assert_eq!(cookies.get("__session").as_deref(), Some("a"));
        assert_eq!(cookies.get("__client_uat").as_deref(), Some("1"));
    }

    #[test]
    fn a_suffixed_name_is_matched_whole() {
        let head = RequestHead::new("GET", "/").header(
            "cookie",
            b"__session_abcdefghi=a; __session_abcdefgh=b; __session=c",
        );
        let cookies = Cookies::of(&head);
        assert_eq!(
            cookies.suffixed("__session", "abcdefgh").as_deref(),
            Some("b")
        );
        assert_eq!(cookies.suffixed("__session", "other").as_deref(), None);
    }

    #[test]
    fn a_cookie_is_removed_however_it_was_set() {
        let removed = |here: &str| removals("__session", Url::parse(here).ok().as_ref());
        assert_eq!(
            removed("https://app.example.com/a"),
            [
                "__session=; Path=/; Max-Age=0; Secure; SameSite=None",
                "__session=; Path=/; Max-Age=0; Secure; SameSite=None; Partitioned",
                "__session=; Path=/; Domain=app.example.com; Max-Age=0; Secure; SameSite=None",
                "__session=; Path=/; Domain=example.com; Max-Age=0; Secure; SameSite=None",
            ]
        );
        // Over http, browsers pass over what is `Secure`.
        for here in [
            "http://localhost:3000/",
            "http://127.0.0.1:3000",
            "http://[::1]/",
            "",
        ] {
            assert_eq!(removed(here), ["__session=; Path=/; Max-Age=0"], "{here}");
        }
    }

    #[test]
    fn the_site_is_among_the_domains_however_deep_the_host() {
        for (host, expected) in [
            ("localhost", &[][..]),
            ("example.com", &["example.com"]),
            ("app.example.com", &["app.example.com", "example.com"]),
            (
                "a.b.c.d.e.example.com",
                &[
                    "b.c.d.e.example.com",
                    "c.d.e.example.com",
                    "d.e.example.com",
                    "e.example.com",
                    "example.com",
                ],
            ),
        ] {
            assert_eq!(domains(host).collect::<Vec<_>>(), expected, "{host}");
        }
    }

    proptest! {
        #[test]
        fn no_header_panics(header in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = cookie(&header, "__session");
        }
    }
}
