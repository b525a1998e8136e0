use std::fmt;

use bytes::Bytes;
use clerk_auth::{PublicAddress, RequestHead};
use clerk_core::{PublishableKey, SecretKey};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response,
    header::{ACCEPT_ENCODING, CONTENT_LENGTH, HOST, LOCATION},
    request::Parts,
};
use url::{Host, Position, Url};

use super::{
    InvalidProxy, ProxyError,
    headers::{FORWARDED_HOST, FORWARDED_PROTO, passed_on, strip_hop_by_hop},
    methods::METHODS,
};

const PROXY_URL: HeaderName = HeaderName::from_static("clerk-proxy-url");
const SECRET_KEY: HeaderName = HeaderName::from_static("clerk-secret-key");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
const CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");
/// What goes out for a request to the proxy, and what comes back.
///
/// ```
/// use clerk_tower::frontend_api::Proxy;
///
/// let proxy = Proxy::new(
///     &"pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?,
///     "sk_live_abc".parse()?,
/// )?;
/// let request = http::Request::get("/__clerk/v1/client?a=b")
///     .header("host", "example.com")
///     .header("x-forwarded-host", "example.com")
///     .header("x-forwarded-proto", "https")
///     .body(())?;
/// let (parts, ()) = request.into_parts();
///
/// let exchange = proxy.forward(&parts)?;
/// let outgoing = exchange.request(bytes::Bytes::new());
/// assert_eq!(*outgoing.uri(), "https://frontend-api.clerk.dev/v1/client?a=b");
/// assert_eq!(outgoing.headers()["clerk-proxy-url"], "https://example.com/__clerk");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Proxy {
    path: String,
    target: Url,
    secret_key: SecretKey,
    address: PublicAddress,
    also_forwarded: Vec<HeaderName>,
}

impl Proxy {
    /// The path if none is set.
    pub const DEFAULT_PATH: &'static str = "/__clerk";

    /// The methods that go on to the Frontend API. `TRACE` is none of them, because it is answered
    /// with the request's headers (RFC 9110 §9.3.8), the secret key among them; nor is `CONNECT`.
    pub const METHODS: [Method; 7] = METHODS;

    /// A proxy under [`DEFAULT_PATH`](Self::DEFAULT_PATH), for the instance with these keys.
    ///
    /// # Errors
    ///
    /// The publishable key is a test server's, which the secret key may not be sent to.
    pub fn new(
        publishable_key: &PublishableKey,
        secret_key: SecretKey,
    ) -> Result<Self, InvalidProxy> {
        Ok(Self {
            path: Self::DEFAULT_PATH.to_owned(),
            target: target(frontend_api_of(publishable_key))?,
            secret_key,
            address: PublicAddress::default(),
            also_forwarded: Vec::new(),
        })
    }

    /// How it is found out under which address browsers know the application, which Clerk is told:
    /// that of the [`Settings`](clerk_auth::Settings) by which requests are authenticated.
    #[must_use]
    pub fn public_address(mut self, address: PublicAddress) -> Self {
        self.address = address;
        self
    }

    /// Another path of the application: `/auth/clerk`. Slashes at its end do not count.
    ///
    /// # Errors
    ///
    /// It is no absolute path, or is the root.
    pub fn path(mut self, path: &str) -> Result<Self, InvalidProxy> {
        let path = path.trim_end_matches('/');
        if normalized(path).as_deref() != Some(path) {
            return Err(InvalidProxy::Path);
        }
        path.clone_into(&mut self.path);
        Ok(self)
    }

    /// Another Frontend API than the publishable key's; what the Node SDK calls `fapiUrl`.
    ///
    /// # Errors
    ///
    /// It is no URL, or not one that the secret key may be sent to.
    pub fn frontend_api_url(mut self, url: &str) -> Result<Self, InvalidProxy> {
        self.target = target(url)?;
        Ok(self)
    }

    /// Passes on one more of the browser's headers.
    ///
    /// The proxy shares its origin with the application, so browsers send it the application's
    /// cookies and credentials, too. Passed on is what Clerk is known to read: Clerk's own cookies,
    /// what tells about the message and the browser (`Content-Type`, `Origin`, `User-Agent`,
    /// `Sec-…` and so on), `X-Clerk-…` and what Clerk's libraries for native applications send;
    /// and `Authorization` where it is a native application's or an OAuth client's. Naming
    /// `Cookie` or `Authorization` here passes on all of it.
    pub fn also_forward(mut self, name: HeaderName) -> Self {
        self.also_forwarded.push(name);
        self
    }

    /// Makes of a request to the proxy the one to the Frontend API.
    ///
    /// # Errors
    ///
    /// The method is none of [`METHODS`](Self::METHODS), the request is not for the proxy, or it
    /// does not say where the application is.
    pub fn forward(&self, head: &Parts) -> Result<Exchange, ProxyError> {
        if !Self::METHODS.contains(&head.method) {
            return Err(ProxyError::Method);
        }
        let mismatch = || ProxyError::Path(self.path.clone());
        // Dots in the path are resolved before it is matched, and not once more by whoever is sent
        // the rest.
        let path = normalized(head.uri.path()).ok_or_else(mismatch)?;
        let rest = path.strip_prefix(&self.path).ok_or_else(mismatch)?;
        if !rest.is_empty() && !rest.starts_with('/') {
            return Err(mismatch());
        }
        let application = self.address.base_url(&RequestHead::from(head));
        let application = application.ok_or(ProxyError::Origin)?;
        let public = format!("{application}{}", self.path);

        let query = head.uri.query().map(|query| format!("?{query}"));
        let base = self.target.as_str().trim_end_matches('/');
        let target = format!("{base}{rest}{}", query.unwrap_or_default());
        let target = Url::parse(&target)
            .ok()
            .filter(|target| target.origin() == self.target.origin())
            .ok_or(ProxyError::Target)?;

        let mut request = Request::builder()
            .method(head.method.clone())
            .uri(target.as_str())
            .body(())
            .map_err(|_| ProxyError::Target)?;
        let headers = passed_on(head, rest, &self.also_forwarded);
        *request.headers_mut() = self.complete(headers, &head.headers, &public)?;
        Ok(Exchange {
            request,
            target,
            base: self.target.clone(),
            public,
        })
    }

    /// Adds to what was passed on of the headers what the proxy says itself.
    fn complete(
        &self,
        mut headers: HeaderMap,
        received: &HeaderMap,
        public: &str,
    ) -> Result<HeaderMap, ProxyError> {
        // Whoever sends the body counts it.
        headers.remove(CONTENT_LENGTH);
        let value = |text: &str| HeaderValue::from_str(text).map_err(|_| ProxyError::Origin);
        let (scheme, rest) = public.split_once("://").ok_or(ProxyError::Origin)?;
        let host = rest.split('/').next().unwrap_or(rest);
        headers.insert(PROXY_URL, value(public)?);
        let mut secret = value(self.secret_key.expose())?;
        secret.set_sensitive(true);
        headers.insert(SECRET_KEY, secret);
        headers.insert(HOST, value(&authority(&self.target))?);
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        for (name, text) in [(FORWARDED_HOST, host), (FORWARDED_PROTO, scheme)] {
            headers.insert(name, value(text)?);
        }
        // Clerk believes it of whoever has the secret key, and limits attempts by it.
        headers.remove(FORWARDED_FOR);
        let believed = self.address.believes_forwarded_headers();
        if let Some(client) = believed.then(|| client_address(received)).flatten() {
            headers.insert(FORWARDED_FOR, client);
        }
        Ok(headers)
    }
}

/// A request on its way to the Frontend API.
pub struct Exchange {
    request: Request<()>,
    target: Url,
    base: Url,
    public: String,
}

impl Exchange {
    /// What to send.
    pub fn request(&self, body: Bytes) -> Request<Bytes> {
        self.request.clone().map(|()| body)
    }

    /// Makes of the Frontend API's response the one to the browser.
    pub fn answer(&self, mut response: Response<Bytes>) -> Response<Bytes> {
        let headers = response.headers_mut();
        strip_hop_by_hop(headers);
        headers.remove(CONTENT_LENGTH);
        if let Some(location) = headers.get(LOCATION).and_then(|it| self.location(it)) {
            headers.insert(LOCATION, location);
        }
        response
    }

    /// A place in the Frontend API as the browser gets there.
    fn location(&self, location: &HeaderValue) -> Option<HeaderValue> {
        let location = self.target.join(location.to_str().ok()?).ok()?;
        if location.origin() != self.base.origin() {
            return None;
        }
        let base = self.base.path().trim_end_matches('/');
        let rest = &location[Position::BeforePath..];
        let rest = rest.strip_prefix(base).unwrap_or(rest);
        HeaderValue::from_str(&format!("{}{rest}", self.public)).ok()
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("method", self.request.method())
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

/// A URL that the secret key may be sent to.
fn target(url: &str) -> Result<Url, InvalidProxy> {
    let url = Url::parse(url).map_err(|_| InvalidProxy::Url)?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let is_private = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    if !is_plain || !is_private || url.host().is_none() {
        return Err(InvalidProxy::Url);
    }
    Ok(url)
}

/// Where Clerk's Frontend API is for instances whose own domain does not lead there.
fn frontend_api_of(publishable_key: &PublishableKey) -> &str {
    const LOCAL: [&str; 3] = [".lcl.dev", ".lclstage.dev", ".lclclerk.com"];
    let host = publishable_key.frontend_api();
    if host.contains("://") {
        // A test server's key names the whole origin.
        host
    } else if host.ends_with(".accountsstage.dev") {
        "https://frontend-api.clerkstage.dev"
    } else if !host.starts_with("clerk.") && LOCAL.iter().any(|suffix| host.ends_with(suffix)) {
        "https://frontend-api.lclclerk.com"
    } else {
        "https://frontend-api.clerk.dev"
    }
}

/// The path as browsers and servers understand it (WHATWG URL), if it is an absolute one.
fn normalized(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return None;
    }
    let url = Url::parse(&format!("http://localhost{path}")).ok()?;
    Some(url.path().to_owned()).filter(|_| url.host_str() == Some("localhost"))
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Where the browser is, as those in front of the application say.
fn client_address(headers: &HeaderMap) -> Option<HeaderValue> {
    let whole = |name: HeaderName| headers.get(name).filter(|value| !value.is_empty()).cloned();
    whole(CONNECTING_IP).or_else(|| whole(REAL_IP)).or_else(|| {
        let list = headers.get(FORWARDED_FOR)?.to_str().ok()?;
        let first = list.split(',').next().unwrap_or_default().trim();
        HeaderValue::from_str(first)
            .ok()
            .filter(|first| !first.is_empty())
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
