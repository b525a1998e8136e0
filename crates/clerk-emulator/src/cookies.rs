use std::time::{Duration, SystemTime};

use clerk_core::UnixTime;

use crate::{
    claims::Issuer,
    directory::{Client, Session},
    hosts::is_within,
    mint::{Form, MintError, TokenSpec, session_token},
    state::{Settings, State},
};

/// When a session ends is in its token, not in its cookie.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// In seconds.
const TEN_YEARS: u32 = 315_360_000;
const LONG_AGO: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

/// What a handshake comes back with, in the query or, in production, as a cookie of this name.
pub(crate) const HANDSHAKE_NONCE: &str = "__clerk_handshake_nonce";

/// Whose cookies directives are, and by which names.
pub(crate) struct CookieScope {
    /// What a cookie is set for that the whole domain is to see.
    domain: Option<String>,
    is_production: bool,
    suffixed: bool,
    /// The last attributes of every directive.
    tail: &'static str,
}

impl CookieScope {
    /// An application on this host. A development instance has no domain but the host's.
    pub(crate) fn new(settings: &Settings, host: Option<&str>, suffixed: bool) -> Self {
        let is_production = settings.domain.is_some();
        let domain = match &settings.domain {
            Some(domain) => host
                .filter(|host| is_within(host, domain))
                .and(Some(domain.as_str())),
            // No cookie is for an IPv6 address.
            None => host.filter(|host| !host.starts_with('[')),
        };
        Self {
            domain: domain.map(str::to_owned),
            is_production,
            suffixed,
            tail: match is_production {
                true => "; Secure; SameSite=Lax",
                false => "; SameSite=Lax",
            },
        }
    }

    /// The plain name, and the one with the instance's suffix where that was asked for.
    fn names(&self, name: &str, suffix: &str) -> impl Iterator<Item = String> + use<> {
        let suffixed = self.suffixed.then(|| format!("{name}_{suffix}"));
        std::iter::once(name.to_owned()).chain(suffixed)
    }

    fn domain_attribute(&self) -> String {
        let domain = self.domain.as_ref();
        domain.map_or_else(String::new, |domain| format!("; Domain={domain}"))
    }

    fn client_uat(&self, name: &str, since: i64) -> String {
        let (domain, tail) = (self.domain_attribute(), self.tail);
        format!("{name}={since}; Path=/{domain}; Max-Age={TEN_YEARS}{tail}")
    }

    /// What the sign-in page of a production instance sets itself, as it is in the application's domain:
    /// since when somebody is signed in. No other instance's page could.
    pub(crate) fn client_uat_of_production(&self, settings: &Settings, since: i64) -> Vec<String> {
        if self.domain_of_production().is_none() {
            return Vec::new();
        }
        let names = self.names("__client_uat", &settings.publishable_key.cookie_suffix());
        names.map(|name| self.client_uat(&name, since)).collect()
    }

    /// The domain of a production instance, where the application is within it.
    pub(crate) fn domain_of_production(&self) -> Option<&str> {
        self.domain.as_deref().filter(|_| self.is_production)
    }
}

/// What a browser is to remember for an application.
pub(crate) struct Cookies {
    client_token: String,
    session: Option<SignedIn>,
    /// Whether somebody was ever signed in: the browser may still have what goes with it.
    had_session: bool,
    suffix: String,
}

struct SignedIn {
    /// Unix seconds. No token is older.
    since: i64,
    token: String,
    refresh_token: Option<String>,
}

impl Cookies {
    /// Those of a browser on pages of `origin`, with a new token if somebody is signed in.
    pub(crate) fn issue(
        settings: &Settings,
        state: &mut State,
        (client, origin): (&Client, &str),
        now: UnixTime,
    ) -> Self {
        let session = state.directory.active_session(client, now).cloned();
        let mut cookies = Self::signed_out(settings, client);
        if let Some(session) = session {
            if let Some(token) = new_token(settings, state, (&session, origin), now) {
                let renewed_at = state.clock.now_in_tokens();
                state.directory.note_renewal(&client.id, renewed_at);
                let since = state.clock.past_in_tokens(session.created_at);
                cookies = cookies.signed_in(settings, (client, since), token);
            }
        }
        cookies
    }

    /// Those of a browser, known to the instance, that holds a token which was made to order.
    pub(crate) fn mint(
        spec: &TokenSpec,
        settings: &Settings,
        state: &mut State,
        now: UnixTime,
    ) -> Result<Self, MintError> {
        let (token, session, client) = spec.mint_on_client(settings, state, now)?;
        let cookies = Self::signed_out(settings, &client);
        let since = state.clock.past_in_tokens(session.created_at);
        Ok(cookies.signed_in(settings, (&client, since), token))
    }

    pub(crate) fn signed_out(settings: &Settings, client: &Client) -> Self {
        Self {
            client_token: client.token.clone(),
            session: None,
            had_session: client.session_id.is_some(),
            suffix: settings.publishable_key.cookie_suffix(),
        }
    }

    /// The same with `token`, which is one of the session that has been there `since`.
    pub(crate) fn signed_in(
        mut self,
        settings: &Settings,
        (client, since): (&Client, UnixTime),
        token: String,
    ) -> Self {
        self.session = Some(SignedIn {
            since: since.as_secs(),
            token,
            refresh_token: settings
                .refresh_tokens
                .then(|| client.refresh_token.clone()),
        });
        self
    }

    /// As a browser sends them.
    pub(crate) fn header(&self) -> String {
        let cookies = self.all().into_iter();
        let pairs = cookies.filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = pairs.map(|(name, value)| name + "=" + &value).collect();
        pairs.join("; ")
    }

    /// As `Set-Cookie` has them, those that go included: in the order and with the attributes of
    /// Clerk's own. What has a `Domain` is taken away without one first, since a browser keeps both and
    /// an application would read the older.
    pub(crate) fn directives(&self, scope: &CookieScope, now: UnixTime) -> Vec<String> {
        let tail = scope.tail;
        let since = self.session.as_ref().map_or(0, |session| session.since);
        let mut all = Vec::with_capacity(9);
        for name in scope.names("__client_uat", &self.suffix) {
            all.push(format!("{name}=; Path=/; Expires={LONG_AGO}{tail}"));
            all.push(scope.client_uat(&name, since));
        }
        all.extend(self.session_directives(scope, now));
        if scope.is_production {
            let (name, domain) = (HANDSHAKE_NONCE, scope.domain_attribute());
            all.push(format!("{name}=; Path=/{domain}; Expires={LONG_AGO}{tail}"));
        } else {
            let token = Some(self.client_token.as_str());
            let names = scope.names("__clerk_db_jwt", &self.suffix);
            all.extend(names.map(|name| host_only(&name, token, scope, now)));
        }
        if self.had_session {
            let session = self.session.as_ref();
            let refresh_token = session.and_then(|session| session.refresh_token.as_deref());
            let refresh = host_only(&self.suffixed("__refresh"), refresh_token, scope, now);
            all.push(refresh + "; HttpOnly");
        }
        all
    }

    /// Those of the session token alone.
    pub(crate) fn session_directives(&self, scope: &CookieScope, now: UnixTime) -> Vec<String> {
        let names = scope.names("__session", &self.suffix);
        names
            .map(|name| host_only(&name, self.session_token(), scope, now))
            .collect()
    }

    fn suffixed(&self, name: &str) -> String {
        format!("{name}_{}", self.suffix)
    }

    /// The new token, where somebody is signed in.
    pub(crate) fn session_token(&self) -> Option<&str> {
        self.session.as_ref().map(|session| session.token.as_str())
    }

    /// Names and values, each with and without the suffix, because Clerk's SDKs read the one or the
    /// other; but the refresh token, which they read with it alone.
    fn all(&self) -> Vec<(String, String)> {
        let session = self.session.as_ref();
        let since = session.map_or(0, |session| session.since).to_string();
        let token = session.map(|session| session.token.clone());
        let refresh_token = session.and_then(|session| session.refresh_token.clone());
        let mut cookies = Vec::with_capacity(7);
        for (name, value) in [
            ("__clerk_db_jwt", self.client_token.clone()),
            ("__client_uat", since),
            ("__session", token.unwrap_or_default()),
        ] {
            cookies.push((name.to_owned(), value.clone()));
            cookies.push((self.suffixed(name), value));
        }
        cookies.push((
            self.suffixed("__refresh"),
            refresh_token.unwrap_or_default(),
        ));
        cookies
    }
}

/// A directive for the application's own host; without a value, it takes the cookie away.
fn host_only(name: &str, value: Option<&str>, scope: &CookieScope, now: UnixTime) -> String {
    let tail = scope.tail;
    match value {
        None => format!("{name}=; Path=/; Expires={LONG_AGO}{tail}"),
        Some(value) => {
            let expiry = http_date(now.saturating_add(YEAR));
            format!("{name}={value}; Path=/; Expires={expiry}{tail}")
        }
    }
}

/// As cookies write a time (RFC 9110 §5.6.7): no earlier than 1970, no later than the year 9999.
fn http_date(time: UnixTime) -> String {
    let seconds = u64::try_from(time.as_secs()).unwrap_or(0);
    let since_epoch = Duration::from_secs(seconds.min(253_402_300_799));
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since_epoch)
}

/// A token of a session for pages of `origin`, if there still is whom it speaks of.
fn new_token(
    settings: &Settings,
    state: &mut State,
    (session, origin): (&Session, &str),
    now: UnixTime,
) -> Option<String> {
    let user = state.directory.user(&session.user_id)?.clone();
    let issuer = Issuer {
        url: &settings.issuer,
        authorized_party: Some(origin),
    };
    let form = Form::Session(settings.token_version);
    let draft = session_token(&form, issuer, state, (&user, session), (now, None));
    Some(draft.sign(state.keys.current()))
}
