use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};

use crate::auth_headers::{AUTH_MESSAGE, AUTH_REASON, AUTH_STATUS};

/// What authentication changes about the headers of a response, for frameworks that keep headers
/// in types of their own.
///
/// Carry it out in this order: remove, replace, append.
///
/// - Cookies that keep the browser signed in are added, but for those that the handler has set or
///   cleared itself: who logs somebody out must not be overruled by a session that was refreshed
///   before.
/// - A response that carries such cookies belongs to one browser. No cache may store it, whatever
///   the handler says of the page (RFC 9111 §7.3).
///
/// ```
/// use clerk_auth::HeaderEdits;
///
/// /// For a framework whose headers are pairs of a name in lower case and bytes.
/// fn carry_out(edits: &HeaderEdits, headers: &mut Vec<(String, Vec<u8>)>) {
///     headers.retain(|(name, _)| {
///         !edits.remove.contains(&name.as_str()) && !edits.replace.contains_key(name)
///     });
///     for (name, value) in edits.replace.iter().chain(&edits.append) {
///         headers.push((name.to_string(), value.as_bytes().to_vec()));
///     }
/// }
///
/// let mut edits = HeaderEdits::default();
/// edits.replace.insert("cache-control", "private, no-store".parse()?);
/// let mut headers = vec![("cache-control".to_owned(), b"public".to_vec())];
/// carry_out(&edits, &mut headers);
/// assert_eq!(headers, [("cache-control".to_owned(), b"private, no-store".to_vec())]);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HeaderEdits {
    /// Names, in lower case, of what tells caches otherwise than `Cache-Control` does.
    pub remove: &'static [&'static str],
    /// One value in place of all.
    pub replace: HeaderMap,
    /// Values beside those that are there.
    pub append: HeaderMap,
}

/// What caches of one kind obey in place of `Cache-Control` (RFC 9213 and what was before it).
const TARGETED: &[&str] = &[
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "vercel-cdn-cache-control",
    "netlify-cdn-cache-control",
    "akamai-cache-control",
    "edge-control",
    "surrogate-control",
    "x-litespeed-cache-control",
    "x-accel-expires",
];

/// Names of Clerk's cookies; each may be followed by an underscore and an instance's suffix.
const FAMILIES: [&str; 8] = [
    "__session",
    "__client_uat",
    "__client",
    "__refresh",
    "__clerk_db_jwt",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_redirect_count",
];

/// Eight characters of base64url.
const SUFFIX: usize = 8;

impl HeaderEdits {
    /// What `wanted` comes to in a response that has the values that `existing` gives for a name.
    pub(crate) fn new<V: AsRef<[u8]>>(
        mut wanted: HeaderMap,
        existing: impl Fn(&HeaderName) -> Vec<V>,
    ) -> Self {
        if wanted.is_empty() {
            return Self::default();
        }
        for name in [AUTH_STATUS, AUTH_REASON, AUTH_MESSAGE] {
            if !existing(&name).is_empty() {
                wanted.remove(name);
            }
        }
        let mut edits = Self {
            append: wanted,
            ..Self::default()
        };
        if !edits.append.contains_key(SET_COOKIE) {
            return edits;
        }
        edits.leave_out_cookies(&existing(&SET_COOKIE));
        if edits.append.contains_key(SET_COOKIE) {
            edits.keep_from_caches(&existing(&CACHE_CONTROL), &existing(&VARY));
        }
        edits
    }

    /// Edits headers of the `http` crate.
    pub(crate) fn carry_out(&self, headers: &mut HeaderMap) {
        for name in self.remove {
            headers.remove(*name);
        }
        for (name, value) in &self.replace {
            headers.insert(name, value.clone());
        }
        for (name, value) in &self.append {
            headers.append(name, value.clone());
        }
    }

    fn leave_out_cookies<V: AsRef<[u8]>>(&mut self, of_handler: &[V]) {
        let of_handler: Vec<&[u8]> = of_handler.iter().map(|it| family(it.as_ref())).collect();
        let stays = |cookie: &HeaderValue| !of_handler.contains(&family(cookie.as_bytes()));
        let all = self.append.get_all(SET_COOKIE).iter();
        let kept: Vec<HeaderValue> = all.filter(|cookie| stays(cookie)).cloned().collect();
        self.append.remove(SET_COOKIE);
        for cookie in kept {
            self.append.append(SET_COOKIE, cookie);
        }
    }

    fn keep_from_caches<V: AsRef<[u8]>>(&mut self, cache_control: &[V], vary: &[V]) {
        self.remove = TARGETED;
        if !lists(cache_control, "no-store") {
            let private = HeaderValue::from_static("private, no-store");
            self.replace.insert(CACHE_CONTROL, private);
        }
        // A cache that stores it all the same should at least tell browsers apart.
        if !lists(vary, "cookie") && !lists(vary, "*") {
            self.append.append(VARY, HeaderValue::from_static("Cookie"));
        }
    }
}

/// Whether one of the values has `item` in its list (RFC 9110 §5.6.1).
fn lists<V: AsRef<[u8]>>(values: &[V], item: &str) -> bool {
    let items = values
        .iter()
        .flat_map(|value| value.as_ref().split(|byte| *byte == b','));
    items
        .map(<[u8]>::trim_ascii)
        .any(|found| found.eq_ignore_ascii_case(item.as_bytes()))
}

/// What cookies under a plain name and under one with a suffix have in common.
fn family(set_cookie: &[u8]) -> &[u8] {
    let name = set_cookie.split(|byte| *byte == b'=').next();
    let name = name.unwrap_or_default().trim_ascii();
    let mut families = FAMILIES.iter().map(|family| family.as_bytes());
    let family = families.find(|family| {
        let rest = name.strip_prefix(*family);
        rest.is_some_and(|rest| {
            let suffix = rest.strip_prefix(b"_");
            rest.is_empty() || suffix.is_some_and(|suffix| suffix.len() == SUFFIX)
        })
    });
    family.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(ours: &[(&str, &str)], handlers: &[(&str, &str)]) -> Vec<(String, String)> {
        let map = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, value.parse::<HeaderValue>().unwrap())
            });
            pairs.fold(HeaderMap::new(), |mut map, (name, value)| {
                map.append(name, value);
                map
            })
        };
        let mut response = map(handlers);
        let existing = |name: &HeaderName| -> Vec<HeaderValue> {
            response.get_all(name).iter().cloned().collect()
        };
        HeaderEdits::new(map(ours), existing).carry_out(&mut response);
        let mut all: Vec<_> = response
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        all.sort();
        all
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const FRESH: (&str, &str) = ("set-cookie", "__session_abcdefgh=new; Path=/");

    #[test]
    fn a_shared_cache_stores_nobodys_session() {
        for of_page in [
            vec![],
            vec![("cache-control", "public, max-age=31536000, immutable")],
            vec![("cache-control", "public"), ("cache-control", "max-age=9")],
            vec![
                ("cdn-cache-control", "max-age=600"),
                ("surrogate-control", "max-age=600"),
                ("x-accel-expires", "600"),
            ],
        ] {
            let expected = pairs(&[
                ("cache-control", "private, no-store"),
                FRESH,
                ("vary", "Cookie"),
            ]);
            assert_eq!(edited(&[FRESH], &of_page), expected, "{of_page:?}");
        }
    }

    #[test]
    fn what_keeps_caches_away_already_stays() {
        let of_page = [
            ("cache-control", "No-Store, must-revalidate"),
            ("vary", "accept, COOKIE"),
        ];
        let expected = pairs(&[of_page[0], FRESH, of_page[1]]);
        assert_eq!(edited(&[FRESH], &of_page), expected);
    }

    #[test]
    fn pages_without_cookies_of_ours_are_cached_as_they_say() {
        let of_page = [
            ("cache-control", "public, max-age=60"),
            ("cdn-cache-control", "max-age=600"),
        ];
        assert_eq!(edited(&[], &of_page), pairs(&of_page));
        let reason = ("x-clerk-auth-reason", "session-token-and-uat-missing");
        let all = [of_page[0], of_page[1], reason];
        assert_eq!(edited(&[reason], &of_page), pairs(&all));
    }

    #[test]
    fn a_log_out_is_not_overruled_by_a_refresh() {
        for of_handler in [
            "__session=; Path=/; Max-Age=0",
            "__session_abcdefgh=; Max-Age=0",
            " __session =x",
        ] {
            let of_handler = [("set-cookie", of_handler)];
            let ours = [("set-cookie", "__session=new; Path=/"), FRESH];
            let expected = of_handler;
            assert_eq!(
                edited(&ours, &of_handler),
                pairs(&expected),
                "{of_handler:?}"
            );
        }
    }

    #[test]
    fn the_applications_own_cookies_stand_beside_ours() {
        for own in [
            "theme=dark",
            "__session2=x",
            "__sessions=x",
            "SESSION=x",
            "__session_id=rolling",
            "__client_name=x",
        ] {
            let all = edited(&[FRESH], &[("set-cookie", own)]);
            let cookies = all.iter().filter(|(name, _)| name == "set-cookie");
            assert_eq!(cookies.count(), 2, "{own}");
        }
        let uat = ("set-cookie", "__client_uat=0");
        let all = edited(&[FRESH], &[uat]);
        assert_eq!(
            all.iter().filter(|(name, _)| name == "set-cookie").count(),
            2
        );
    }
}
