//! To read the host of a URL is most of the work of reading it, and it is the same host for nearly all requests.

use bytes::Bytes;
use http::{
    Uri,
    uri::{Authority, Scheme},
};
use reqwest::Url;

/// A scheme and an authority, and what reqwest's URLs make of them.
pub(crate) struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// With no path but `/`.
    url: Url,
}

impl Origin {
    /// That of `uri`, which was read as `url`.
    pub(crate) fn of(uri: &Uri, url: &Url) -> Option<Self> {
        let (scheme, authority) = (uri.scheme()?.clone(), uri.authority()?.clone());
        let mut url = url.clone();
        url.set_path("/");
        url.set_query(None);
        Some(Self {
            scheme,
            authority,
            url,
        })
    }

    /// What [`read`] makes of `uri`, where it leads here.
    pub(crate) fn url(&self, uri: &Uri) -> Option<Url> {
        // Letter by letter: two authorities are equal to the `http` crate if they differ in case alone, even in that
        // of a password.
        let is_here = uri.scheme() == Some(&self.scheme)
            && uri.authority().map(Authority::as_str) == Some(self.authority.as_str());
        is_here.then(|| {
            let mut url = self.url.clone();
            url.set_path(uri.path());
            url.set_query(uri.query());
            url
        })
    }
}

/// `uri` as reqwest reads it.
pub(crate) fn read(uri: &Uri) -> reqwest::Result<Url> {
    let mut request = http::Request::new(Bytes::new());
    *request.uri_mut() = uri.clone();
    reqwest::Request::try_from(request).map(|request| request.url().clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    fn origin(text: &str) -> Origin {
        let uri = uri(text);
        Origin::of(&uri, &read(&uri).unwrap()).unwrap()
    }

    #[test]
    fn a_url_is_the_same_whether_its_host_is_known_or_not() {
        for base in [
            "https://api.clerk.com",
            "http://127.0.0.1:4010",
            "http://[::1]:4010",
            "https://API.Clerk.com:443",
            "https://ada:a%2Fb@example.com",
        ] {
            let origin = origin(&format!("{base}/first?a=b"));
            for rest in [
                "",
                "/",
                "?a",
                "/v1/users/user_1?limit=2&query=a%20b",
                "/v1//users/../x/./y/%2e%2E/z",
                "//elsewhere.example/a",
                "///a",
                "/a|b/{c}?q='|{}?",
            ] {
                let uri = uri(&format!("{base}{rest}"));
                assert_eq!(origin.url(&uri), Some(read(&uri).unwrap()), "{uri}");
            }
        }
    }

    #[test]
    fn a_url_that_leads_elsewhere_is_read_by_itself() {
        let origin = origin("https://ada:secret@api.clerk.com/a");
        for other in [
            "http://ada:secret@api.clerk.com/a",
            "https://ada:Secret@api.clerk.com/a",
            "https://api.clerk.com/a",
            "https://ada:secret@api.clerk.com:444/a",
            "https://ada:secret@api.clerk.com.example/a",
            "/a",
        ] {
            assert_eq!(origin.url(&uri(other)), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leads_away_from_the_host(rest in "(/|[!-~&&[^#]]){0,24}") {
            if let Ok(uri) = format!("https://api.clerk.com/{rest}").parse::<Uri>() {
                let url = origin("https://api.clerk.com").url(&uri).unwrap();
                prop_assert_eq!(url.host_str(), Some("api.clerk.com"));
                prop_assert_eq!(url, read(&uri).unwrap());
            }
        }
    }
}
