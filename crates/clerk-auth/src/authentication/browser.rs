use std::{
    borrow::Cow,
    num::{IntErrorKind, ParseIntError},
};

use clerk_core::UnixTime;
use clerk_jwt::Claims;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{incoming::Incoming, token::Token};
use crate::settings::Instance;

/// What a browser's cookies say of the instance.
///
/// Clerk sets each cookie twice: under its plain name, which another instance on the same domain
/// may have set too, and under a name with the instance's suffix, which older frontends do not
/// set. Which of the two tells the truth is decided for all cookies at once.
pub(super) struct Browser<'r> {
    pub(super) uses_suffixed: bool,
    pub(super) session: Option<Token<'r>>,
    /// When the browser last signed in or out, in Unix seconds; 0 if it is signed out.
    pub(super) client_uat: i64,
    pub(super) dev_browser: Option<Cow<'r, str>>,
    pub(super) refresh: Option<Cow<'r, str>>,
}

const SESSION: &str = "__session";
const CLIENT_UAT: &str = "__client_uat";
const DEV_BROWSER: &str = "__clerk_db_jwt";
const REFRESH: &str = "__refresh";

impl<'r> Browser<'r> {
    pub(super) fn read(incoming: &Incoming<'r>, instance: &Instance, now: UnixTime) -> Self {
        let cookies = incoming.cookies();
        let suffix = &instance.cookie_suffix;
        let pair = |name| (cookies.get(name), cookies.suffixed(name, suffix));
        let client_uat = pair(CLIENT_UAT);
        let session = Sessions::new(pair(SESSION), |text| incoming.token(text));
        let uses_suffixed = uses_suffixed(&session, &client_uat, instance, now);
        let choose = |(plain, suffixed)| if uses_suffixed { suffixed } else { plain };
        let client_uat: Option<Cow<'_, str>> = choose(client_uat);
        Self {
            uses_suffixed,
            session: session.choose(uses_suffixed),
            client_uat: client_uat.as_deref().map_or(0, leading_integer),
            dev_browser: choose(pair(DEV_BROWSER)),
            refresh: cookies.suffixed(REFRESH, suffix),
        }
    }

    pub(super) const fn says_signed_in(&self) -> bool {
        self.client_uat != 0
    }

    pub(super) const fn shows_no_session(&self) -> bool {
        !self.says_signed_in() && self.session.is_none()
    }
}

type Pair<'r> = (Option<Cow<'r, str>>, Option<Cow<'r, str>>);

/// The session cookie under its two names. Mostly both have the same token.
enum Sessions<'r> {
    Same(Token<'r>),
    Apart(Option<Token<'r>>, Option<Token<'r>>),
}

impl<'r> Sessions<'r> {
    fn new((plain, suffixed): Pair<'r>, token: impl Fn(Cow<'r, str>) -> Token<'r>) -> Self {
        match (plain, suffixed) {
            (Some(plain), Some(suffixed)) if plain == suffixed => Self::Same(token(plain)),
            (plain, suffixed) => Self::Apart(plain.map(&token), suffixed.map(&token)),
        }
    }

    const fn both(&self) -> (Option<&Token<'r>>, Option<&Token<'r>>) {
        match self {
            Self::Same(token) => (Some(token), Some(token)),
            Self::Apart(plain, suffixed) => (plain.as_ref(), suffixed.as_ref()),
        }
    }

    fn choose(self, suffixed: bool) -> Option<Token<'r>> {
        match self {
            Self::Same(token) => Some(token),
            Self::Apart(_, token) if suffixed => token,
            Self::Apart(token, _) => token,
        }
    }
}

/// The rules of Clerk's own SDK, first match first. Nothing is verified yet: a wrong choice finds
/// another token of the same browser, which then has to prove itself.
fn uses_suffixed(
    sessions: &Sessions<'_>,
    (client_uat, suffixed_client_uat): &Pair<'_>,
    instance: &Instance,
    now: UnixTime,
) -> bool {
    let (session, suffixed_session) = sessions.both();
    // Clerk's keys name no scheme; those of instances on a developer's machine do.
    let own = without_scheme(&instance.frontend_api.host);
    if let Some(session) = session {
        let claims = session.claims();
        match claims.and_then(Claims::issuer) {
            Some("") => return false,
            None => return claims.is_some_and(has_issuer_of_another_type),
            Some(issuer) if without_scheme(issuer) != own => return true,
            Some(_) => {}
        }
    }
    if suffixed_session.is_none() && suffixed_client_uat.is_none() {
        return false;
    }
    let is_signed_out = |client_uat: &Option<Cow<'_, str>>| client_uat.as_deref() == Some("0");
    let (plain_out, suffixed_out) = (
        is_signed_out(client_uat),
        is_signed_out(suffixed_client_uat),
    );
    if suffixed_out {
        return plain_out;
    }
    let issued_at =
        |token: Option<&Token<'_>>| token.and_then(Token::issued_at).unwrap_or_default();
    if !plain_out && issued_at(session) > issued_at(suffixed_session) {
        return false;
    }
    let has_expired = || suffixed_session.is_some_and(|token| token.has_expired(now));
    if instance.is_development() && plain_out && has_expired() {
        return false;
    }
    suffixed_client_uat.is_some() || suffixed_session.is_none()
}

/// An issuer that is no text is nobody's Frontend API, and so another instance's; but what
/// JavaScript holds for false is no issuer at all.
fn has_issuer_of_another_type(claims: &Claims) -> bool {
    #[derive(Deserialize)]
    struct Issuer<'c> {
        #[serde(borrow)]
        iss: Option<&'c RawValue>,
    }

    let Ok(Issuer { iss: Some(iss) }) = claims.custom() else {
        return false;
    };
    let is_zero = || serde_json::from_str(iss.get()).is_ok_and(|number: f64| number == 0.0);
    iss.get() != "false" && !is_zero()
}

fn without_scheme(issuer: &str) -> &str {
    let scheme_less = issuer.strip_prefix("https://");
    scheme_less
        .or_else(|| issuer.strip_prefix("http://"))
        .unwrap_or(issuer)
}

/// The number a text begins with; 0 if with none.
fn leading_integer(text: &str) -> i64 {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.strip_suffix(rest).unwrap_or_default();
    number
        .parse()
        .unwrap_or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => i64::MAX,
            IntErrorKind::NegOverflow => i64::MIN,
            _ => 0,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_uat_is_read_as_far_as_it_is_a_number() {
        for (text, expected) in [
            ("1800000000", 1_800_000_000),
            ("0", 0),
            ("12abc", 12),
            ("-5", -5),
            ("+7", 7),
            (" 3 4", 3),
            ("-+5", 0),
            ("abc", 0),
            ("-", 0),
            ("", 0),
            ("-99999999999999999999;", i64::MIN),
            ("99999999999999999999", i64::MAX),
        ] {
            assert_eq!(leading_integer(text), expected, "{text}");
        }
    }
}
