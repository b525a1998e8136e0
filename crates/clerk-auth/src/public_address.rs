use std::borrow::Cow;

use url::{Origin, Url};

use crate::{InvalidSettings, RequestHead, request_url::RequestUrl};

/// How it is found out under which address browsers know the application.
///
/// A service behind a proxy is reached at another address than browsers ask for. Redirects and the
/// way back from Clerk have to lead to the browser's. Where nothing else is said, the address is
/// what the request tells, part by part:
///
/// | part | the first of these that can be used |
/// |---|---|
/// | scheme | `X-Forwarded-Proto`, the request's own |
/// | host and port | `X-Forwarded-Host`, `Host`, the target's (`:authority` in HTTP/2) |
///
/// Of a list, the first item counts. These headers are believed: a proxy has to set them, and not
/// to pass on what a client sent. One that cannot do so calls for [`at`](Self::at), and where
/// there is no proxy, [`without_forwarded_headers`](Self::without_forwarded_headers) is right.
///
/// ```
/// use clerk_auth::{PublicAddress, RequestHead};
///
/// let head = RequestHead::new("GET", "/invoices")
///     .header("host", b"10.0.0.7:8080")
///     .header("x-forwarded-proto", b"https")
///     .header("x-forwarded-host", b"example.com");
/// let as_forwarded = PublicAddress::default();
/// assert_eq!(as_forwarded.base_url(&head).as_deref(), Some("https://example.com"));
///
/// let fixed = PublicAddress::at("https://example.com/shop")?;
/// assert_eq!(fixed.base_url(&head).as_deref(), Some("https://example.com/shop"));
/// # Ok::<(), clerk_auth::InvalidSettings>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicAddress {
    /// The path has no slash at its end.
    fixed: Option<Url>,
    believes_forwarded: bool,
}

impl Default for PublicAddress {
    fn default() -> Self {
        Self {
            fixed: None,
            believes_forwarded: true,
        }
    }
}

impl PublicAddress {
    /// Always this one, whatever a request says: `https://example.com`.
    ///
    /// A path is what the proxy takes off before the application sees the request. With
    /// `https://example.com/shop`, a request for `/cart` is one for `https://example.com/shop/cart`.
    ///
    /// # Errors
    ///
    /// [`InvalidSettings::PublicUrl`]: it is no `http` or `https` URL, or has user info, a query or a
    /// fragment.
    pub fn at(url: &str) -> Result<Self, InvalidSettings> {
        let mut url = web_url(url).ok_or(InvalidSettings::PublicUrl)?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self {
            fixed: Some(url),
            ..Self::default()
        })
    }

    /// The address that the request was sent to, whatever `X-Forwarded-…` headers say: for a service
    /// that clients reach without a proxy.
    pub const fn without_forwarded_headers() -> Self {
        Self {
            fixed: None,
            believes_forwarded: false,
        }
    }

    /// Whether what proxies add to a request is believed: where the application is, unless that is
    /// set, and where the client is.
    pub const fn believes_forwarded_headers(&self) -> bool {
        self.believes_forwarded
    }

    pub(crate) const fn believing(mut self, forwarded_headers: bool) -> Self {
        self.believes_forwarded = forwarded_headers;
        self
    }

    /// The URL of the application's root as the browser knows it, without a slash at its end; `None`
    /// if the request does not tell.
    pub fn base_url(&self, head: &RequestHead<'_>) -> Option<String> {
        let base = match &self.fixed {
            Some(base) => base.clone(),
            None => RequestUrl::of(self.told(head, "/")).into_url()?,
        };
        let base = String::from(base);
        Some(base.trim_end_matches('/').to_owned())
    }

    /// The path of the application's root as the browser knows it.
    pub(crate) fn root_path(&self) -> String {
        let path = self.fixed.as_ref().map_or("", Url::path);
        format!("{}/", path.trim_end_matches('/'))
    }

    /// The URL under which the browser knows the request.
    ///
    /// The path stays what it is: resolving it against the origin would make a host of the first
    /// part of `//host/`.
    pub(crate) fn url(&self, head: &RequestHead<'_>) -> Option<Url> {
        self.unread_url(head).into_url()
    }

    /// The same, to be read later.
    pub(crate) fn unread_url(&self, head: &RequestHead<'_>) -> RequestUrl {
        let path_and_query = head.path_and_query();
        RequestUrl::of(match &self.fixed {
            Some(base) => {
                let base = base.as_str().trim_end_matches('/');
                let url = [base, slash_before(path_and_query), path_and_query].concat();
                [Some(url), None, None]
            }
            None => self.told(head, path_and_query),
        })
    }

    /// The origin, where it is known without a request.
    pub(crate) fn fixed_origin(&self) -> Option<Origin> {
        self.fixed.as_ref().and_then(origin)
    }

    /// Each part on its own, so that one that cannot be used takes no good one with it.
    fn told(&self, head: &RequestHead<'_>, path_and_query: &str) -> [Option<String>; 3] {
        let forwarded = |name| {
            self.believes_forwarded
                .then(|| head.first_listed(name))
                .flatten()
        };
        let (own_scheme, target_authority) = head.origin();
        let scheme = forwarded("x-forwarded-proto")
            .and_then(|scheme| web_scheme(&scheme))
            .or_else(|| web_scheme(own_scheme));
        let authorities = [
            forwarded("x-forwarded-host"),
            head.text("host"),
            target_authority.map(Cow::Borrowed),
        ];
        authorities.map(|authority| build(scheme?, &authority?, path_and_query))
    }
}

/// The scheme of the page (RFC 3986 §3.1: it has no case). Some proxies name that of a WebSocket.
fn web_scheme(scheme: &str) -> Option<&'static str> {
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    if is("https") || is("wss") {
        Some("https")
    } else if is("http") || is("ws") {
        Some("http")
    } else {
        None
    }
}

fn build(scheme: &'static str, authority: &str, path_and_query: &str) -> Option<String> {
    // A comma tells that there were several `Host` headers.
    let is_part_of_one = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'@' | b',')
    };
    if authority.is_empty() || !authority.bytes().all(is_part_of_one) {
        return None;
    }
    let slash = slash_before(path_and_query);
    Some([scheme, "://", authority, slash, path_and_query].concat())
}

fn slash_before(path_and_query: &str) -> &'static str {
    if path_and_query.starts_with('/') {
        ""
    } else {
        "/"
    }
}

/// An absolute address that tokens can name and browsers be sent to.
pub(crate) fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    Some(url).filter(|url| matches!(url.scheme(), "http" | "https") && is_plain)
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
        PublicAddress::default().url(&head).map(String::from)
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
            // Traefik and others name the scheme of the WebSocket.
            (
                "/",
                vec![host, ("x-forwarded-proto", "wss")],
                "https://inside:8080/",
            ),
            (
                "/",
                vec![host, ("x-forwarded-proto", "HTTPS")],
                "https://inside:8080/",
            ),
            ("HTTPS://example.com/", vec![], "https://example.com/"),
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
    fn over_http_2_the_target_names_the_host() {
        for (headers, expected) in [
            (vec![], "http://inside:8080/a"),
            (
                vec![("x-forwarded-proto", "https")],
                "https://inside:8080/a",
            ),
            (
                vec![("x-forwarded-host", "example.com")],
                "http://example.com/a",
            ),
            (
                vec![("x-forwarded-proto", "https"), ("x-forwarded-host", "a b")],
                "https://inside:8080/a",
            ),
        ] {
            let seen = url("http://inside:8080/a", &headers);
            assert_eq!(seen.as_deref(), Some(expected), "{headers:?}");
        }
    }

    #[test]
    fn a_part_that_cannot_be_used_takes_no_good_one_with_it() {
        let host = ("host", "inside");
        for (headers, expected) in [
            (
                vec![
                    host,
                    ("x-forwarded-host", "a b"),
                    ("x-forwarded-proto", "https"),
                ],
                "https://inside/",
            ),
            (
                vec![
                    host,
                    ("x-forwarded-host", ""),
                    ("x-forwarded-proto", "https"),
                ],
                "https://inside/",
            ),
            (
                vec![
                    host,
                    ("x-forwarded-host", "example.com"),
                    ("x-forwarded-proto", "ftp"),
                ],
                "http://example.com/",
            ),
            (
                vec![
                    host,
                    ("x-forwarded-host", "example.com"),
                    ("x-forwarded-proto", ""),
                ],
                "http://example.com/",
            ),
        ] {
            assert_eq!(url("/", &headers).as_deref(), Some(expected), "{headers:?}");
        }
    }

    #[test]
    fn an_address_that_is_set_wins_over_every_header() {
        let head = RequestHead::new("GET", "http://inside/cart?a=b")
            .header("host", b"evil.example")
            .header("x-forwarded-host", b"evil.example")
            .header("x-forwarded-proto", b"http");
        for (address, base, expected) in [
            (
                "https://example.com",
                "https://example.com",
                "https://example.com/cart?a=b",
            ),
            (
                "HTTPS://Example.com:443/",
                "https://example.com",
                "https://example.com/cart?a=b",
            ),
            (
                "https://example.com:8443/shop/",
                "https://example.com:8443/shop",
                "https://example.com:8443/shop/cart?a=b",
            ),
        ] {
            let address = PublicAddress::at(address).unwrap();
            assert_eq!(address.base_url(&head).as_deref(), Some(base));
            assert_eq!(
                address.url(&head).map(String::from).as_deref(),
                Some(expected)
            );
        }
        let root = RequestHead::new("GET", "//evil.example/");
        let url = PublicAddress::at("https://example.com").unwrap().url(&root);
        assert_eq!(
            url.map(String::from).as_deref(),
            Some("https://example.com//evil.example/")
        );
    }

    #[test]
    fn forwarded_headers_of_a_client_choose_nothing_where_they_are_not_believed() {
        let head = RequestHead::new("GET", "https://example.com/a")
            .header("host", b"example.com")
            .header("x-forwarded-host", b"evil.example")
            .header("x-forwarded-proto", b"http");
        let direct = PublicAddress::without_forwarded_headers();
        let url = direct.url(&head).map(String::from);
        assert_eq!(url.as_deref(), Some("https://example.com/a"));
    }

    #[test]
    fn what_cannot_be_a_public_url_is_refused() {
        for text in [
            "",
            "example.com",
            "/app",
            "ftp://example.com",
            "https://a@example.com",
            "https://example.com/?x=1",
            "https://example.com/#x",
            "javascript:alert(1)",
        ] {
            let refused = PublicAddress::at(text);
            assert_eq!(refused, Err(InvalidSettings::PublicUrl), "{text}");
        }
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
