use clerk_core::UnixTime;

use crate::{
    claims::Issuer,
    directory::{Client, Session},
    mint::{Form, session_token},
    state::{Settings, State},
};

/// In seconds. When a session ends is in its token, not in its cookie.
const YEAR: u32 = 365 * 24 * 60 * 60;

/// What a browser is to remember for an application.
pub(crate) struct Cookies {
    client_token: String,
    session: Option<SignedIn>,
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
                cookies = cookies.signed_in(settings, (client, &session), token);
            }
        }
        cookies
    }

    pub(crate) fn signed_out(settings: &Settings, client: &Client) -> Self {
        Self {
            client_token: client.token.clone(),
            session: None,
            suffix: settings.publishable_key.cookie_suffix(),
        }
    }

    /// The same with `token`, which is one of the session's.
    pub(crate) fn signed_in(
        mut self,
        settings: &Settings,
        (client, session): (&Client, &Session),
        token: String,
    ) -> Self {
        self.session = Some(SignedIn {
            since: session.created_at.as_secs(),
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
        let pairs = cookies.filter(|(_, value, _)| !value.is_empty());
        let pairs: Vec<String> = pairs.map(|(name, value, _)| name + "=" + &value).collect();
        pairs.join("; ")
    }

    /// As `Set-Cookie` has them, those that go included.
    pub(crate) fn directives(&self) -> Vec<String> {
        let cookies = self.all().into_iter();
        let directive = |(name, value, attributes): (String, String, &str)| {
            let age = if value.is_empty() { 0 } else { YEAR };
            format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax{attributes}")
        };
        cookies.map(directive).collect()
    }

    /// Those of a new session token alone.
    pub(crate) fn session_directives(&self) -> Vec<String> {
        let mut directives = self.directives();
        directives.retain(|directive| directive.starts_with("__session"));
        directives
    }

    /// The new token, where somebody is signed in.
    pub(crate) fn session_token(&self) -> Option<&str> {
        self.session.as_ref().map(|session| session.token.as_str())
    }

    /// Names, values and attributes. Each is there with and without the suffix, because Clerk's
    /// SDKs read the one or the other; but the refresh token, which they read with it alone.
    fn all(&self) -> Vec<(String, String, &'static str)> {
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
            cookies.push((name.to_owned(), value.clone(), ""));
            cookies.push((format!("{name}_{}", self.suffix), value, ""));
        }
        let name = format!("__refresh_{}", self.suffix);
        cookies.push((name, refresh_token.unwrap_or_default(), "; HttpOnly"));
        cookies
    }
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
