//! A browser that signs in.

use bytes::Bytes;
use clerk_emulator::{Browser, Page};
use http::{HeaderValue, Request, Response, header};

use crate::{
    Outcome, Trial,
    edge::{Edge, Place, now},
};

pub(crate) const TRIALS: &[Trial] = &[Trial::everywhere(
    "a browser goes through handshakes and signs in",
    sign_in,
)];

/// One answer sets the session, when it began (and takes that away where it is set otherwise), the development
/// browser, what refreshes the session, and the count of redirects.
const COOKIES_OF_A_HANDSHAKE: usize = 6;

fn sign_in(place: &Place<'_>) -> Outcome {
    signs_in(&place.edge()?)
}

pub(crate) fn signs_in(edge: &Edge) -> Outcome {
    let clerk = edge.clerk();
    let user = clerk
        .user_id("ada@example.com")
        .ok_or("nobody is called Ada")?;
    let url = edge.origin() + "/me?from=mail";
    let mut browser = Browser::new();
    let mut most_cookies = 0;
    let mut send = |request| {
        let response = send(edge, request);
        let cookies = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .count();
        most_cookies = most_cookies.max(cookies);
        response
    };

    let page = browser.open(&url, now(), &mut send);
    expect("the first visit", &page, &[307, 307, 307, 401])?;
    let form = [("user", user.as_str()), ("redirect_url", &url)];
    let page = browser.submit(&clerk.sign_in_url(), &form, now(), &mut send);
    expect("after signing in", &page, &[303, 307, 307, 307, 200])?;
    if page.url() != url || page.text() != user {
        return Err(format!("{} says {}", page.url(), page.text()));
    }
    let page = browser.open(&url, now(), &mut send);
    expect("the next visit", &page, &[200])?;
    if most_cookies == COOKIES_OF_A_HANDSHAKE {
        return Ok(());
    }
    Err(format!("{most_cookies} cookies came in one answer"))
}

fn expect(what: &str, page: &Page, statuses: &[u16]) -> Outcome {
    if page.statuses() == statuses {
        return Ok(());
    }
    Err(format!("{what}: {:?} {}", page.hops, page.text()))
}

/// To the Worker, or to Clerk. Where no answer comes, the answer says why, so that a browser stops there.
fn send(edge: &Edge, mut request: Request<Bytes>) -> Response<Bytes> {
    for (name, value) in [
        ("accept", "text/html"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
    ] {
        let headers = request.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    edge.send(request).unwrap_or_else(|error| {
        let mut response = Response::new(Bytes::from(error.to_string()));
        *response.status_mut() = http::StatusCode::GATEWAY_TIMEOUT;
        response
    })
}
