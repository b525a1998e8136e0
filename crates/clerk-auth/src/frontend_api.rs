use url::Url;

use clerk_core::PublishableKey;

use crate::{
    InvalidSettings, PublicAddress,
    public_address::{origin, web_url},
};

/// Where the Frontend API of an instance is, and so whom its session tokens name as their issuer.
#[derive(Clone, Debug)]
pub(crate) struct FrontendApi {
    /// Its host: the satellite's own on a production instance's satellite, and else the publishable
    /// key's. A proxy changes nothing about it.
    pub(crate) host: String,
    proxy: Option<ProxyUrl>,
}

/// Where the application has the Frontend API proxied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxyUrl {
    Absolute(String),
    /// Below whatever origin the browser knows the application under.
    Path(String),
}

impl FrontendApi {
    pub(crate) const fn new(host: String, proxy: Option<ProxyUrl>) -> Self {
        Self { host, proxy }
    }

    /// The setting in the one form that it is used in.
    pub(crate) fn proxy_url(&self) -> Option<&str> {
        self.proxy.as_ref().map(|proxy| match proxy {
            ProxyUrl::Absolute(url) | ProxyUrl::Path(url) => url.as_str(),
        })
    }

    /// Its URL for a browser that is at `here`, without a slash at its end.
    pub(crate) fn url(&self, here: &Url) -> Option<String> {
        match &self.proxy {
            Some(ProxyUrl::Absolute(url)) => Some(url.clone()),
            Some(ProxyUrl::Path(path)) => {
                Some(format!("{}{path}", origin(here)?.ascii_serialization()))
            }
            None => Some(with_scheme(self.host.trim_end_matches('/'))),
        }
    }

    /// Whom session tokens of the instance may name as their issuer, as far as that is known
    /// without a request.
    pub(crate) fn issuers(&self, key: &PublishableKey, address: &PublicAddress) -> Vec<Box<str>> {
        let satellite = (self.host != key.frontend_api()).then(|| with_scheme(&self.host));
        let proxy = match &self.proxy {
            Some(ProxyUrl::Absolute(url)) => Some(url.clone()),
            Some(ProxyUrl::Path(path)) => {
                let origin = address.fixed_origin();
                origin.map(|origin| format!("{}{path}", origin.ascii_serialization()))
            }
            None => None,
        };
        let all = [Some(key.frontend_api_url()), satellite, proxy];
        all.into_iter().flatten().map(Into::into).collect()
    }

    /// Whether only a request tells where the proxy is, and so whom tokens name.
    pub(crate) fn depends_on_request(&self, address: &PublicAddress) -> bool {
        matches!(self.proxy, Some(ProxyUrl::Path(_))) && address.fixed_origin().is_none()
    }
}

impl ProxyUrl {
    /// A path, a URL, or one without its scheme. No slash is left at the end: Clerk's own have none.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidSettings> {
        Self::read(text).ok_or(InvalidSettings::ProxyUrl)
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let trimmed = |url: Url| String::from(url).trim_end_matches('/').to_owned();
        if text.starts_with('/') {
            // Whatever browsers would take for a host, or cut off, is no path.
            let url = web_url(&format!("http://localhost{text}"))?;
            let path = url.path().trim_end_matches('/');
            let is_path = !path.is_empty() && !path.starts_with("//");
            return is_path.then(|| Self::Path(path.to_owned()));
        }
        web_url(&with_scheme(text)).map(|url| Self::Absolute(trimmed(url)))
    }
}

/// `https` unless it says otherwise; a test server's publishable key names a whole origin.
fn with_scheme(address: &str) -> String {
    if address.contains("://") {
        address.to_owned()
    } else {
        format!("https://{address}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";

    fn issuers(proxy_url: &str, address: &PublicAddress) -> Vec<Box<str>> {
        let key: PublishableKey = KEY.parse().unwrap();
        let host = key.frontend_api().to_owned();
        let proxy = ProxyUrl::parse(proxy_url).unwrap();
        let frontend_api = FrontendApi::new(host, Some(proxy));
        frontend_api.issuers(&key, address)
    }

    #[test]
    fn tokens_name_the_url_that_handshakes_lead_to() {
        let here = Url::parse("https://app.example.com/page").unwrap();
        let fixed = PublicAddress::at("https://app.example.com/shop").unwrap();
        for (proxy_url, expected) in [
            ("/__clerk", "https://app.example.com/__clerk"),
            ("/auth/clerk/", "https://app.example.com/auth/clerk"),
            ("example.com/__clerk", "https://example.com/__clerk"),
            (
                "HTTPS://Example.com/__clerk//",
                "https://example.com/__clerk",
            ),
            (" https://example.com:443/c ", "https://example.com/c"),
            ("clerk.example.org", "https://clerk.example.org"),
            (
                "http://localhost:3000/__clerk",
                "http://localhost:3000/__clerk",
            ),
        ] {
            let proxy = ProxyUrl::parse(proxy_url).unwrap();
            let url = FrontendApi::new("clerk.example.com".into(), Some(proxy)).url(&here);
            assert_eq!(url.as_deref(), Some(expected), "{proxy_url}");
            let issuers = issuers(proxy_url, &fixed);
            assert_eq!(
                *issuers,
                ["https://clerk.example.com".into(), expected.into()]
            );
        }
    }

    #[test]
    fn without_a_request_nobody_knows_where_a_path_is() {
        let from_requests = PublicAddress::default();
        assert_eq!(
            *issuers("/__clerk", &from_requests),
            ["https://clerk.example.com".into()]
        );
    }

    #[test]
    fn what_cannot_be_a_proxy_url_is_refused() {
        for text in [
            "/",
            "//evil.example/__clerk",
            "/\\evil.example",
            "/__clerk?x=1",
            "/__clerk#x",
            "javascript://x/%0aalert(1)",
            "ftp://example.com/__clerk",
            "https://user@example.com/__clerk",
            "https://example.com/__clerk?x=1",
            "https://",
            "a b",
        ] {
            assert_eq!(
                ProxyUrl::parse(text),
                Err(InvalidSettings::ProxyUrl),
                "{text}"
            );
        }
    }
}
