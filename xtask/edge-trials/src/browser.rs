//! A browser that signs in.

use bytes::Bytes;
use clerk_emulator::{Browser, Page};
use http::{HeaderValue, Request, Response, header};

use crate::{
    Outcome, Trial,
    edge::{Edge, Place, Worker, now},
};

pub(crate) const TRIALS: &[Trial] =
    &[Trial::everywhere("a browser goes through handshakes and signs in", sign_in).of_both()];

/// What the browser goes through that signs in.
struct Journey {
    /// From the form to the page that was asked for.
    statuses: &'static [u16],
    /// In the answer that sets most of them.
    cookies: usize,
}

/// One answer sets the session, when it began (and takes that away where it is set otherwise), the development
/// browser, what refreshes the session, and the count of redirects.
const OURS: Journey = Journey {
    statuses: &[303, 307, 307, 307, 200],
    cookies: 6,
};

/// `KEY_WITH_SCHEME`: there is a second handshake, which sets cookies under both of their names. It does not count
/// what it redirects: `CLEAN_UP`.
const REFERENCES: Journey = Journey {
    statuses: &[303, 307, 307, 307, 307, 307, 307, 200],
    cookies: 9,
};

/// The entries of `docs/divergences.md` by which the journeys differ.
#[cfg(test)]
pub(crate) const KEY_WITH_SCHEME: &str = "key-with-scheme";
#[cfg(test)]
pub(crate) const CLEAN_UP: &str = "handshake-clean-up";

fn sign_in(place: &Place<'_>) -> Outcome {
    let edge = place.edge()?;
    match place.worker {
        Worker::Ours => signs_in(&edge),
        Worker::Reference(_) => travels(&edge, &REFERENCES),
    }
}

pub(crate) fn signs_in(edge: &Edge) -> Outcome {
    travels(edge, &OURS)
}

fn travels(edge: &Edge, journey: &Journey) -> Outcome {
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
    expect("after signing in", &page, journey.statuses)?;
    if page.url() != url || page.text() != user {
        return Err(format!("{} says {}", page.url(), page.text()));
    }
    let page = browser.open(&url, now(), &mut send);
    expect("the next visit", &page, &[200])?;
    if most_cookies == journey.cookies {
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
