use std::{borrow::Cow, sync::OnceLock};

use memchr::memchr;
use url::{Url, form_urlencoded};

use super::token::{Memory, Token};
use crate::{PublicAddress, RequestHead, Settings, cookies::Cookies};

/// Names of query parameters that Clerk's frontends and handshakes use.
pub(super) use crate::query as parameter;

/// What a request says, read as far as it is asked for.
pub(super) struct Incoming<'r> {
    pub(super) head: &'r RequestHead<'r>,
    address: &'r PublicAddress,
    memory: Memory<'r>,
    public_url: OnceLock<Option<Url>>,
    cookies: OnceLock<Cookies<'r>>,
}

impl<'r> Incoming<'r> {
    pub(super) fn new(head: &'r RequestHead<'r>, settings: &'r Settings) -> Self {
        Self {
            head,
            address: &settings.public_address,
            memory: Memory {
                headers: &settings.headers,
                tokens: settings.token_cache.as_deref(),
            },
            public_url: OnceLock::new(),
            cookies: OnceLock::new(),
        }
    }

    /// The URL the browser knows; `None` if the request does not tell.
    pub(super) fn public_url(&self) -> Option<&Url> {
        self.public_url
            .get_or_init(|| self.address.url(self.head))
            .as_ref()
    }

    pub(super) fn cookies(&self) -> &Cookies<'r> {
        self.cookies.get_or_init(|| Cookies::of(self.head))
    }

    /// The first value of a query parameter; `None` if it is missing or empty.
    pub(super) fn parameter(&self, name: &str) -> Option<Cow<'r, str>> {
        debug_assert!(name.starts_with(parameter::PREFIX));
        self.parameters()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn has_parameter(&self, name: &str) -> bool {
        debug_assert!(name.starts_with(parameter::PREFIX));
        self.parameters().any(|(found, _)| found == name)
    }

    /// None where nothing of the query can be Clerk's, which nearly all requests are.
    fn parameters(&self) -> form_urlencoded::Parse<'r> {
        let query = self.head.query();
        let may_be_clerks = query.contains(parameter::PREFIX) || query.contains('%');
        form_urlencoded::parse(if may_be_clerks { query.as_bytes() } else { &[] })
    }

    /// The token of the `Authorization` header.
    pub(super) fn header_token(&self) -> Option<Token<'r>> {
        Some(self.token(header_token(self.head)?))
    }

    /// A token of the request, or of what Clerk answered to it.
    pub(super) const fn token<'t>(&self, text: Cow<'t, str>) -> Token<'t>
    where
        'r: 't,
    {
        Token::new(text, self.memory)
    }

    /// Whether the browser loads a page, and so follows redirects and shows where they lead.
    pub(super) fn loads_document(&self) -> bool {
        self.head.text("sec-fetch-dest").as_deref() == Some("document")
    }

    /// Why the response cannot be a redirect to a handshake, if it cannot: a page has to be
    /// loaded, not its data, and the ones before have to have been of use.
    pub(super) fn no_redirect(&self) -> Option<NoRedirect> {
        let is_circle =
            || (self.redirects_so_far() >= MOST_REDIRECTS).then_some(NoRedirect::TooMany);
        self.no_navigation().or_else(is_circle)
    }

    /// Why it is no browser that goes to a page, if it is none.
    pub(super) fn no_navigation(&self) -> Option<NoRedirect> {
        if !self.head.is_get() {
            return Some(NoRedirect::NotGet);
        }
        let loads_page = match self.head.text("sec-fetch-dest").as_deref() {
            Some(destination) => matches!(destination, "document" | "iframe"),
            None => {
                let accept = self.head.text("accept");
                accept.is_some_and(|accept| accept.starts_with("text/html"))
            }
        };
        (!loads_page).then_some(NoRedirect::NoPage)
    }

    /// How often the browser has been redirected in the last seconds.
    pub(super) fn redirects_so_far(&self) -> i64 {
        let counter = self.cookies().get("__clerk_redirect_count");
        let count = counter.and_then(|count| count.parse::<i64>().ok());
        // One below zero would let the circle go on for longer.
        count.unwrap_or_default().max(0)
    }

    /// What the browser brings from a handshake, if it comes from one.
    pub(super) fn brought(&self) -> Option<Brought<'r>> {
        let find = |name| {
            let in_query = self.parameter(name).map(|value| (Place::Query, value));
            in_query.or_else(|| Some((Place::Cookie, self.cookies().get(name)?)))
        };
        let nonce = find(parameter::HANDSHAKE_NONCE);
        let nonce = nonce.map(|(place, text)| Brought::Nonce(place, text));
        nonce.or_else(|| {
            let (place, text) = find(parameter::HANDSHAKE)?;
            Some(Brought::Token(place, text))
        })
    }
}

/// The token of the `Authorization` header (RFC 6750 §2.1), or the header's only word.
pub(crate) fn header_token<'r>(head: &RequestHead<'r>) -> Option<Cow<'r, str>> {
    match head.text("authorization")? {
        Cow::Borrowed(header) => token_of(header).map(Cow::Borrowed),
        Cow::Owned(header) => token_of(&header).map(|token| Cow::Owned(token.to_owned())),
    }
}

fn token_of(header: &str) -> Option<&str> {
    let (first, rest) = word(header);
    let (second, _) = word(rest);
    let token = if second.is_empty() {
        first
    } else if first.eq_ignore_ascii_case("bearer") {
        second
    } else {
        return None;
    };
    Some(token).filter(|token| !token.is_empty())
}

/// What is before the first space, and what is after it.
fn word(text: &str) -> (&str, &str) {
    let at = memchr(b' ', text.as_bytes());
    let split = at.and_then(|at| text.split_at_checked(at));
    split.map_or((text, ""), |(word, rest)| {
        (word, rest.strip_prefix(' ').unwrap_or_default())
    })
}

/// What a handshake gives a browser to bring back.
pub(super) enum Brought<'r> {
    /// Clerk tells for it what the handshake came to.
    Nonce(Place, Cow<'r, str>),
    /// It says itself what the handshake came to.
    Token(Place, Cow<'r, str>),
}

/// Where something stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the query of the URL.
    Query,
    /// In a cookie.
    Cookie,
}

/// Why a request cannot be answered with a redirect to a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRedirect {
    /// It is no `GET`, and its body would be lost.
    NotGet,
    /// No page is loaded, by `Sec-Fetch-Dest` or else by `Accept`: a script would be sent there.
    NoPage,
    /// The browser has just been redirected three times, to no avail.
    TooMany,
}

/// After this many redirects in a row, something is wrong that another one will not mend.
const MOST_REDIRECTS: i64 = 3;
