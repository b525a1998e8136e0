use clerk_core::UnixTime;
use clerk_jwt::{Malformed, TokenKind};

use super::{
    browser::Browser,
    incoming::{Brought, Incoming, NoRedirect, Place, parameter},
    referrer,
    token::Token,
};
use crate::{MachineTokenType, OrganizationTarget, RequestHead, Settings, settings::Instance};

/// What a request shows of who it comes from, before anything of it is verified: for explaining a
/// decision, not for making one.
///
/// It is read by the code that decides, so it is what the decision was made from. It holds no
/// secret: of a token there is what it says of itself, and of every other one that it is there.
///
/// ```
/// use clerk_auth::{Evidence, NoRedirect, RequestHead, Settings};
/// use clerk_core::UnixTime;
///
/// let settings = Settings::builder()
///     .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?)
///     .build()?;
/// let head = RequestHead::new("GET", "https://example.com/data?secret=x")
///     .header("cookie", b"__client_uat=1700000000")
///     .header("sec-fetch-dest", b"empty");
///
/// let evidence = Evidence::of(&head, &settings, UnixTime::from_secs(1_800_000_000));
/// assert_eq!(evidence.public_url.as_deref(), Some("https://example.com/data"));
/// assert_eq!(evidence.no_redirect, Some(NoRedirect::NoPage));
/// let browser = evidence.browser.unwrap();
/// assert_eq!(browser.client_uat, 1_700_000_000);
/// assert!(browser.session.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The URL under which the browser knows the request, without its query; `None` if the
    /// request does not tell. Nobody can be sent back to what is not known.
    pub public_url: Option<String>,
    /// The token in the `Authorization` header. Where there is one, cookies do not count.
    pub header: Option<TokenEvidence>,
    /// Whether there is an `Authorization` header that holds no token, such as one of `Basic`.
    pub has_other_authorization: bool,
    /// What the cookies say; `None` if there is no publishable key to read them by.
    pub browser: Option<BrowserEvidence>,
    /// What the browser brings from a handshake.
    pub handshake: Option<HandshakeEvidence>,
    /// Whether the query hands over a dev browser token, as the sign-in page does.
    pub has_dev_browser_parameter: bool,
    /// Whether the browser comes from another origin that is not one of Clerk's.
    pub has_foreign_referrer: bool,
    /// What the settings say the path belongs to.
    pub organization_target: Option<OrganizationTarget>,
    /// How often the browser has been redirected in the last seconds.
    pub redirects: i64,
    /// Why the answer could not be a redirect; `None` if it could.
    pub no_redirect: Option<NoRedirect>,
}

/// What a token says of itself. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenEvidence {
    /// The type of machine token it looks like; `None` if it looks like none.
    pub machine_type: Option<MachineTokenType>,
    /// The kind of JWT it says it is, or why it is no JWT. Opaque tokens are none.
    pub kind: Result<TokenKind, Malformed>,
    /// `iss`.
    pub issuer: Option<String>,
    /// `azp`.
    pub authorized_party: Option<String>,
    /// `iat`.
    pub issued_at: Option<UnixTime>,
    /// `exp`.
    pub expires_at: Option<UnixTime>,
}

/// What a browser's cookies say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrowserEvidence {
    /// Whether the cookies with the instance's suffix count, or those with plain names, which
    /// another instance on the domain may have set.
    pub uses_suffixed: bool,
    /// The session token among those that count.
    pub session: Option<TokenEvidence>,
    /// When the browser says it last signed in, in Unix seconds; 0 if it says it is signed out.
    pub client_uat: i64,
    /// Whether it is known to a development instance.
    pub has_dev_browser: bool,
    /// Whether an expired token can be exchanged for a new one.
    pub has_refresh: bool,
}

/// What a browser brings from a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeEvidence {
    /// A nonce, for which Clerk tells what the handshake came to.
    Nonce(Place),
    /// A token that says what the handshake came to.
    Token(Place),
}

impl Evidence {
    /// What `head` shows, to an application with these `settings`, at `now`.
    pub fn of(head: &RequestHead<'_>, settings: &Settings, now: UnixTime) -> Self {
        let incoming = Incoming::new(head, settings);
        let instance = settings.instance.as_ref();
        let header = incoming.header_token();
        let browser = |instance: &Instance| Browser::read(&incoming, instance, now);
        let target = |path| settings.organization_sync.as_ref()?.target(path);
        Self {
            public_url: incoming.public_url().cloned().map(|mut url| {
                // It may hold tokens, Clerk's or the application's.
                url.set_query(None);
                url.into()
            }),
            has_other_authorization: header.is_none() && head.text("authorization").is_some(),
            header: header.as_ref().map(TokenEvidence::of),
            browser: instance.map(browser).map(|it| BrowserEvidence::of(&it)),
            handshake: incoming.brought().map(|brought| match brought {
                Brought::Nonce(place, _) => HandshakeEvidence::Nonce(place),
                Brought::Token(place, _) => HandshakeEvidence::Token(place),
            }),
            has_dev_browser_parameter: incoming.has_parameter(parameter::DEV_BROWSER),
            has_foreign_referrer: instance.is_some_and(|it| referrer::is_foreign(&incoming, it)),
            organization_target: target(head.path()),
            redirects: incoming.redirects_so_far(),
            no_redirect: incoming.no_redirect(),
        }
    }
}

impl TokenEvidence {
    fn of(token: &Token<'_>) -> Self {
        let claims = token.claims();
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self {
            machine_type: token.machine_type(),
            kind: token.kind(),
            issuer: text(claims.and_then(|it| it.issuer())),
            authorized_party: text(claims.and_then(|it| it.authorized_party())),
            issued_at: claims
                .and_then(|it| it.issued_at())
                .map(|at| at.to_unix_time()),
            expires_at: claims
                .and_then(|it| it.expires_at())
                .map(|at| at.to_unix_time()),
        }
    }
}

impl BrowserEvidence {
    fn of(browser: &Browser<'_>) -> Self {
        Self {
            uses_suffixed: browser.uses_suffixed,
            session: browser.session.as_ref().map(TokenEvidence::of),
            client_uat: browser.client_uat,
            has_dev_browser: browser.dev_browser.is_some(),
            has_refresh: browser.refresh.is_some(),
        }
    }
}

#[cfg(test)]
mod tests;
