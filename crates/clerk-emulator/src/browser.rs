use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use clerk_core::UnixTime;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use url::Url;

use crate::hosts::{is_this_machine, is_within};

/// Browsers give up after about as many.
const MOST_HOPS: usize = 20;

/// A browser without a window, which moves no bytes: it remembers cookies and goes where it is
/// sent.
///
/// It is for tests of handshakes and sign-ins. Hosts keep their cookies apart, ports do not, as in
/// any browser; so the application under test is at `localhost`, and the emulator at `127.0.0.1`.
/// Of a cookie's attributes, `Domain`, `Secure`, `Max-Age` and `Expires` count.
///
/// ```
/// use clerk_core::UnixTime;
/// use clerk_emulator::{Browser, Emulator};
///
/// let emulator = Emulator::builder().build()?;
/// let now = UnixTime::from_secs(1_800_000_000);
/// let mut browser = Browser::new();
///
/// // Whatever answers for the application stands where this closure asks the emulator.
/// let page = browser.open(&emulator.sign_in_url(), now, |request| {
///     emulator.handle(request, now).into_response().expect("no fault was asked for")
/// });
/// assert_eq!(page.statuses(), [200]);
/// assert!(page.text().contains("Clerk emulator, not Clerk"));
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
#[derive(Clone, Default)]
pub struct Browser {
    cookies: Vec<Cookie>,
}

#[derive(Clone)]
struct Cookie {
    host: String,
    /// For those under the host, too.
    for_domain: bool,
    /// Over https alone, and to this machine.
    secure: bool,
    name: String,
    value: String,
    /// `None` is when the browser is closed.
    expires_at: Option<UnixTime>,
}

/// Where a [`Browser`] has come, and by which way.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page {
    /// Status and URL of each answer on the way, the page's last.
    pub hops: Vec<(StatusCode, String)>,
    /// The page.
    pub response: Response<Bytes>,
}

impl Page {
    /// The statuses on the way.
    pub fn statuses(&self) -> Vec<u16> {
        let hops = self.hops.iter();
        hops.map(|(status, _)| status.as_u16()).collect()
    }

    /// What stands in the address bar.
    pub fn url(&self) -> &str {
        self.hops.last().map_or("", |(_, url)| url)
    }

    /// The page's body.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.response.body()).into_owned()
    }
}

impl Browser {
    /// A browser that has been nowhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes to `url`, and on to wherever it is redirected; `send` is the network.
    ///
    /// # Panics
    ///
    /// `url`, or one that a redirect leads to, is no absolute URL; or there are more than 20
    /// redirects.
    #[track_caller]
    pub fn open(
        &mut self,
        url: &str,
        now: UnixTime,
        send: impl FnMut(Request<Bytes>) -> Response<Bytes>,
    ) -> Page {
        self.follow(&parsed(url), None, now, send)
    }

    /// Sends a form to `url`, as the button of that name would; otherwise as [`open`](Self::open).
    ///
    /// # Panics
    ///
    /// As [`open`](Self::open).
    #[track_caller]
    pub fn submit(
        &mut self,
        url: &str,
        form: &[(&str, &str)],
        now: UnixTime,
        send: impl FnMut(Request<Bytes>) -> Response<Bytes>,
    ) -> Page {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        self.follow(&parsed(url), Some(body.finish().into()), now, send)
    }

    /// The value of a cookie that pages of `host` can have.
    pub fn cookie(&self, host: &str, name: &str) -> Option<&str> {
        let mut cookies = self.cookies.iter();
        let cookie = cookies.find(|cookie| cookie.is_for(host) && cookie.name == name)?;
        Some(&cookie.value)
    }

    /// Remembers the cookies of a `Cookie` header for `host`, such as
    /// [`TokenBuilder::cookies`](crate::TokenBuilder::cookies) has made.
    pub fn set_cookies(&mut self, host: &str, header: &str) {
        for pair in header.split(';') {
            if let Some((name, value)) = pair.trim().split_once('=') {
                self.set_cookie(host, name, value);
            }
        }
    }

    /// Remembers a cookie for `host`, until the browser is closed.
    pub fn set_cookie(&mut self, host: &str, name: &str, value: &str) {
        self.put(Cookie {
            host: host.to_owned(),
            for_domain: false,
            secure: false,
            name: name.to_owned(),
            value: value.to_owned(),
            expires_at: None,
        });
    }

    /// In the place of one of the same name that is set for the same.
    fn put(&mut self, cookie: Cookie) {
        let is_other = |known: &Cookie| {
            known.host != cookie.host
                || known.for_domain != cookie.for_domain
                || known.name != cookie.name
        };
        self.cookies.retain(is_other);
        self.cookies.push(cookie);
    }

    /// Forgets a cookie that pages of `host` can have.
    pub fn forget(&mut self, host: &str, name: &str) {
        self.cookies
            .retain(|cookie| !cookie.is_for(host) || cookie.name != name);
    }

    #[track_caller]
    fn follow(
        &mut self,
        url: &Url,
        mut form: Option<Bytes>,
        now: UnixTime,
        mut send: impl FnMut(Request<Bytes>) -> Response<Bytes>,
    ) -> Page {
        let mut url = url.clone();
        let mut hops = Vec::new();
        loop {
            let response = send(self.request(&url, form.as_ref(), now));
            self.keep(&url, &response, now);
            hops.push((response.status(), url.to_string()));
            let location = response.headers().get(header::LOCATION);
            let location = location.filter(|_| response.status().is_redirection());
            let Some(location) = location.and_then(|location| location.to_str().ok()) else {
                return Page { hops, response };
            };
            assert!(hops.len() <= MOST_HOPS, "redirected in circles: {hops:?}");
            url = match url.join(location) {
                Ok(url) => url,
                Err(error) => panic!("redirected to {location}: {error}"),
            };
            let again = matches!(response.status().as_u16(), 307 | 308);
            form = form.filter(|_| again);
        }
    }

    /// What a browser sends for the address bar, or for a form.
    fn request(&self, url: &Url, form: Option<&Bytes>, now: UnixTime) -> Request<Bytes> {
        let mut request = Request::new(form.cloned().unwrap_or_default());
        if let Ok(uri) = url.as_str().parse() {
            *request.uri_mut() = uri;
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|cookie| url.host_str().is_some_and(|host| cookie.is_for(host)))
            .filter(|cookie| !cookie.secure || is_trustworthy(url))
            .filter(|cookie| cookie.expires_at.is_none_or(|expiry| now < expiry))
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        let headers = request.headers_mut();
        for (name, value) in [
            (
                header::HOST,
                &url[url::Position::BeforeHost..url::Position::AfterPort],
            ),
            (header::ACCEPT, "text/html"),
            (header::COOKIE, cookies.join("; ").as_str()),
        ] {
            match HeaderValue::from_str(value) {
                Ok(value) if !value.is_empty() => drop(headers.insert(name, value)),
                _ => {}
            }
        }
        headers.insert("sec-fetch-dest", HeaderValue::from_static("document"));
        if form.is_some() {
            let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(header::CONTENT_TYPE, media_type);
            *request.method_mut() = Method::POST;
        }
        request
    }

    fn keep(&mut self, url: &Url, response: &Response<Bytes>, now: UnixTime) {
        let Some(host) = url.host_str() else { return };
        for line in response.headers().get_all(header::SET_COOKIE) {
            let cookie = Cookie::read(line.to_str().unwrap_or_default(), host, now);
            let Some(cookie) = cookie.filter(|cookie| !cookie.secure || is_trustworthy(url)) else {
                continue;
            };
            let is_over = cookie.expires_at.is_some_and(|expiry| expiry <= now);
            self.put(cookie);
            if is_over {
                self.cookies.pop();
            }
        }
    }
}

impl Cookie {
    /// What a `Set-Cookie` of `host` says (RFC 6265 §5.2, §5.3); nothing where a browser keeps nothing.
    fn read(line: &str, host: &str, now: UnixTime) -> Option<Self> {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = Self {
            host: host.to_owned(),
            for_domain: false,
            secure: false,
            name: name.to_owned(),
            value: value.to_owned(),
            expires_at: None,
        };
        let mut age = None;
        for attribute in parts {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match name.to_ascii_lowercase().as_str() {
                "secure" => cookie.secure = true,
                "max-age" => age = value.parse::<i64>().ok(),
                "expires" => cookie.expires_at = date(value),
                "domain" => cookie.set_domain(value.trim_start_matches('.'))?,
                _ => {}
            }
        }
        if let Some(seconds) = age {
            let age = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
            cookie.expires_at = Some(now.saturating_add(age));
        }
        Some(cookie)
    }

    /// Nobody sets cookies for others. A name without a dot and an address are domains of their own.
    fn set_domain(&mut self, domain: &str) -> Option<()> {
        let is_name = domain.contains('.') && domain.parse::<std::net::IpAddr>().is_err();
        if is_name && is_within(&self.host, domain) {
            domain.clone_into(&mut self.host);
            self.for_domain = true;
        } else if self.host != domain {
            return None;
        }
        Some(())
    }

    fn is_for(&self, host: &str) -> bool {
        self.host == host || self.for_domain && is_within(host, &self.host)
    }
}

fn date(text: &str) -> Option<UnixTime> {
    let since_epoch = httpdate::parse_http_date(text).ok()?;
    let since_epoch = since_epoch.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(UnixTime::from_secs(since_epoch.as_secs().try_into().ok()?))
}

/// Whether a browser takes it that nobody listens.
fn is_trustworthy(url: &Url) -> bool {
    url.scheme() == "https" || url.host().is_some_and(|host| is_this_machine(&host))
}

#[track_caller]
fn parsed(url: &str) -> Url {
    match Url::parse(url) {
        Ok(url) => url,
        Err(error) => panic!("{url} is no URL: {error}"),
    }
}

/// The names of the cookies, without what they say.
impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cookies = self.cookies.iter();
        let names = cookies.map(|cookie| format!("{}: {}", cookie.host, cookie.name));
        f.debug_list().entries(names).finish()
    }
}
