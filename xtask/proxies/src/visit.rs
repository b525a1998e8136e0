//! What a browser, or somebody who is none, finds behind a proxy.

use std::path::Path;

use bytes::Bytes;
use clerk_emulator::{Browser, Page};
use http::{HeaderMap, Request, StatusCode, header};
use url::Url;

use crate::{
    application::{Application, HOST, email, now},
    guide::Lines,
    network::{Network, Protocol},
};

/// How a check ends: with what it saw instead.
pub(crate) type Outcome = Result<(), String>;

/// The page that people visit. The query is to survive the detours.
const PAGE: &str = "/me?from=mail";

/// A cookie of the application's own, for its preferences: browsers send more than Clerk's.
const PREFERENCES: usize = 600;

/// The way to the application through one proxy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'v> {
    pub(crate) application: &'v Application,
    pub(crate) network: &'v Network<'v>,
    /// `http` for a proxy behind one that has ended TLS.
    pub(crate) scheme: &'static str,
    /// Where the proxy listens.
    pub(crate) port: u16,
    /// The guide's, to check it with.
    pub(crate) commands: &'v Lines,
    /// The run's own.
    pub(crate) directory: &'v Path,
}

impl Visit<'_> {
    pub(crate) fn origin(&self) -> String {
        format!("{}://{HOST}:{}", self.scheme, self.port)
    }

    /// Visits a page that is for users, signs in, and comes back to it, then visits it again.
    pub(crate) fn sign_in(&self, protocol: Protocol, size: usize) -> Outcome {
        let url = self.origin() + PAGE;
        let clerk = self.application.clerk();
        let user = clerk.user_id(&email(size)).ok_or("there is no such user")?;
        let greeting = format!("Hello {user}");
        let mut browser = Browser::new();
        browser.set_cookie(HOST, "preferences", &"p".repeat(PREFERENCES));

        let page = self.open(&mut browser, protocol, &url);
        expect("the first visit", &page, &[307, 307, 307, 401], None)?;
        let target = page.hops.get(1).and_then(|(_, url)| redirect_url(url));
        same("the handshake leads back to", target.as_deref(), Some(&url))?;

        let form = [("user", user.as_str()), ("redirect_url", &url)];
        let page = browser.submit(&clerk.sign_in_url(), &form, now(), |request| {
            self.network.send(protocol, request)
        });
        expect(
            "after signing in",
            &page,
            &[303, 307, 307, 307, 200],
            Some(&greeting),
        )?;
        same("the address", Some(page.url()), Some(&url))?;
        let token = browser.cookie(HOST, "__session").unwrap_or_default();
        if token.len().abs_diff(size) > 50 {
            return Err(format!("the session token has {} bytes", token.len()));
        }

        let page = self.open(&mut browser, protocol, &url);
        expect("the next visit", &page, &[200], Some(&greeting))
    }

    /// Where a visitor without a session, with these headers, is told that the page is.
    pub(crate) fn leads_back(
        &self,
        protocol: Protocol,
        path: &str,
        headers: &[(&str, &str)],
        expected: &str,
    ) -> Outcome {
        let answer = self.ask(protocol, path, headers)?;
        let location = answer.headers.get(header::LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        let target = location.and_then(redirect_url);
        let what = format!("answered {}, which leads back to", answer.status);
        same(&what, target.as_deref(), Some(expected))
    }

    /// A visit with the cookies of somebody who has signed in.
    pub(crate) fn open_signed_in(&self, protocol: Protocol, size: usize) -> Page {
        let clerk = self.application.clerk();
        let token = clerk.token().user(email(size)).claim("azp", self.origin());
        let mut browser = Browser::new();
        browser.set_cookies(HOST, &token.cookies(now()));
        browser.set_cookie(HOST, "preferences", &"p".repeat(PREFERENCES));
        self.open(&mut browser, protocol, &(self.origin() + PAGE))
    }

    /// The headers that the application gets, a line each.
    pub(crate) fn seen(
        &self,
        protocol: Protocol,
        headers: &[(&str, &str)],
    ) -> Result<String, String> {
        let answer = self.ask(protocol, "/seen", headers)?;
        if answer.status == StatusCode::OK {
            return Ok(answer.text);
        }
        Err(format!("answered {}: {}", answer.status, answer.text))
    }

    /// What a request with a cookie of this size is answered. HTTP/2 cannot make it any smaller.
    pub(crate) fn status_with_cookie(
        &self,
        protocol: Protocol,
        size: usize,
    ) -> Result<u16, String> {
        let cookie = format!("large={}", "Z".repeat(size));
        let answer = self.ask(protocol, "/seen", &[("cookie", &cookie)])?;
        Ok(answer.status.as_u16())
    }

    /// Requests that follow each other share a connection to the application.
    pub(crate) fn keeps_connections(&self, protocol: Protocol) -> Outcome {
        const REQUESTS: usize = 10;
        let before = self.application.connections();
        for _ in 0..REQUESTS {
            self.seen(protocol, &[])?;
        }
        let opened = self.application.connections() - before;
        if opened < REQUESTS {
            return Ok(());
        }
        Err(format!("{REQUESTS} requests took {opened} connections"))
    }

    fn open(&self, browser: &mut Browser, protocol: Protocol, url: &str) -> Page {
        browser.open(url, now(), |request| self.network.send(protocol, request))
    }

    fn ask(
        &self,
        protocol: Protocol,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let mut request = Request::get(self.origin() + path)
            .header("sec-fetch-dest", "document")
            .header("cookie", "__client_uat=1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::new()).map_err(|it| it.to_string())?;
        let (parts, body) = self.network.send(protocol, request).into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

/// Where a handshake leads back to.
fn redirect_url(handshake: &str) -> Option<String> {
    let url = Url::parse(handshake).ok()?;
    let mut pairs = url.query_pairs();
    let (_, target) = pairs.find(|(name, _)| name == "redirect_url")?;
    Some(target.into_owned())
}

pub(crate) fn expect(what: &str, page: &Page, statuses: &[u16], text: Option<&str>) -> Outcome {
    let seen = page.text();
    if page.statuses() == statuses && text.is_none_or(|text| text == seen) {
        return Ok(());
    }
    let hops = page.hops.iter();
    let hops: String = hops
        .map(|(status, url)| format!("\n  {status} {}", url.split('?').next().unwrap_or(url)))
        .collect();
    Err(format!(
        "{what}: {statuses:?} was expected, and came:{hops}\n  {seen}"
    ))
}

fn same(what: &str, seen: Option<&str>, expected: Option<&str>) -> Outcome {
    if seen == expected {
        return Ok(());
    }
    let shown = |text: Option<&str>| text.unwrap_or("nothing").to_owned();
    Err(format!("{what} {}, not {}", shown(seen), shown(expected)))
}
