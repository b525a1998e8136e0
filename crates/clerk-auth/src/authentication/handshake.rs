use std::time::Duration;

use clerk_core::UnixTime;
use clerk_jwks::{Error as VerificationError, ResolveError};
use clerk_jwt::{
    Fault, Malformed, NumericDate, Policy, Reason, SessionClaims, TokenKind, UnverifiedToken,
    VerifyError,
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, SET_COOKIE},
};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    browser::Browser,
    decision::{Refusal, signed_in, signed_out_with},
    directives::{self, Session},
    flow::Flow,
    incoming::{Brought, Place, parameter},
    operations::HandshakePayload,
    session::undecided,
};
use crate::{
    AuthReason, Error, OrganizationTarget, RequestState, SessionAuth, TokenType, cookies,
    settings::Instance, state::Identity,
};

/// What became of the handshake a request comes back from.
pub(super) enum Outcome {
    Decided(RequestState),
    /// There was none: the request is judged by its cookies.
    Nothing,
    /// It cannot be told what it came to.
    Unknown(Error),
    /// It is of no use, wherever it came from. Anybody can make one up, so it counts as little as
    /// none; but as long as it is there, it costs.
    Useless(Place),
}

/// Why what a handshake brought is of no use.
enum Unusable {
    HandshakeToken(VerifyError),
    /// What it brought is no longer good, or never was.
    Stale,
    CannotTell(Error),
}

/// The claims of a handshake token. What is of another type reads as missing.
#[derive(Deserialize)]
struct HandshakeClaims {
    #[serde(default)]
    handshake: Value,
    #[serde(default)]
    exp: Value,
    #[serde(default)]
    sub: Value,
}

impl HandshakeClaims {
    /// Not every machine's token has a category, and whoever has one made chooses its claims:
    /// with `handshake` among them, its cookies too.
    fn is_a_machines(&self) -> bool {
        let subject = self.sub.as_str();
        subject.is_some_and(|subject| subject.starts_with("mch_"))
    }

    fn directives(&self) -> Vec<String> {
        let texts = self.handshake.as_array().into_iter().flatten();
        texts
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect()
    }

    /// Clerk's handshake tokens need not expire; one that does is not taken a second time later.
    fn has_expired(&self, now: UnixTime, leeway: Duration) -> bool {
        let exp = NumericDate::from_json(&self.exp.to_string());
        exp.is_some_and(|exp| exp.to_unix_time() <= now.saturating_sub(leeway))
    }
}

impl Flow<'_> {
    /// Takes in what a handshake brought: cookies to be set, among them the session token.
    pub(super) async fn returned_handshake(&self, instance: &Instance) -> Result<Outcome, Error> {
        let (place, directives) = match self.incoming.brought() {
            None => return Ok(Outcome::Nothing),
            // Clerk sends browsers back to pages. Whatever an image or a form of somebody else's
            // brings must neither sign anybody in or out, nor have the secret key used.
            Some(_) if self.incoming.no_navigation().is_some() => return Ok(Outcome::Nothing),
            Some(Brought::Nonce(place, nonce)) => {
                (place, self.directives_of_nonces(place, &nonce).await)
            }
            Some(Brought::Token(place, token)) => (place, self.directives_of_token(&token).await),
        };
        let taken = match directives {
            Ok(directives) => self.take_in(instance, &directives).await,
            Err(unusable) => Err(unusable),
        };
        match taken {
            Ok(state) => Ok(Outcome::Decided(state)),
            Err(Unusable::CannotTell(error)) => Ok(Outcome::Unknown(error)),
            // On a developer's machine it means that the keys were changed; saying so ends a
            // search that would otherwise begin with a loop of redirects.
            Err(Unusable::HandshakeToken(error)) if instance.is_development() => {
                Err(Error::Handshake(error))
            }
            Err(Unusable::HandshakeToken(_) | Unusable::Stale) => Ok(Outcome::Useless(place)),
        }
    }

    /// Another application on the domain may have left a nonce of its own, which browsers send along
    /// with ours, and first if it is older. Two are looked at: each costs a call.
    async fn directives_of_nonces(
        &self,
        place: Place,
        first: &str,
    ) -> Result<Vec<String>, Unusable> {
        let told = self.directives_of_nonce(first).await;
        let mut all = self.incoming.cookies().all(parameter::HANDSHAKE_NONCE);
        let other = all.find(|nonce| nonce != first);
        match (told, place, other) {
            (Err(Unusable::Stale), Place::Cookie, Some(other)) => {
                self.directives_of_nonce(&other).await
            }
            (told, ..) => told,
        }
    }

    async fn directives_of_nonce(&self, nonce: &str) -> Result<Vec<String>, Unusable> {
        let operation = HandshakePayload { nonce };
        match self.effects.send(&operation, self.api).await {
            Ok(answer) if answer.directives.is_empty() => Err(Unusable::Stale),
            Ok(answer) => Ok(answer.directives),
            Err(error) if is_about_the_nonce(&error) => Err(Unusable::Stale),
            Err(cause) => Err(Unusable::CannotTell(Error::Clerk {
                token_type: TokenType::Session,
                cause,
            })),
        }
    }

    async fn directives_of_token(&self, token: &str) -> Result<Vec<String>, Unusable> {
        let payload = self.verify_handshake(token).await?;
        let claims: HandshakeClaims = serde_json::from_slice(&payload)
            .map_err(|_| Unusable::HandshakeToken(Malformed::Json("payload").into()))?;
        if claims.is_a_machines() {
            return Err(Unusable::HandshakeToken(VerifyError::Kind {
                expected: TokenKind::Session,
                found: TokenKind::M2m,
            }));
        }
        if claims.has_expired(self.effects.now(), self.settings.policies.clock_skew) {
            return Err(Unusable::Stale);
        }
        let directives = claims.directives();
        // Every session token of the instance would do otherwise, and sign out whoever is sent here
        // with it.
        if directives.is_empty() {
            return Err(Unusable::Stale);
        }
        Ok(directives)
    }

    /// A handshake token is signed like a session token and has its category, but none of its
    /// claims.
    async fn verify_handshake(&self, token: &str) -> Result<Vec<u8>, Unusable> {
        let parsed = UnverifiedToken::parse(token)
            .map_err(|error| Unusable::HandshakeToken(error.into()))?;
        parsed
            .check_header::<SessionClaims>(&Policy::default())
            .map_err(Unusable::HandshakeToken)?;
        let key = self.effects.key(parsed.key_id().cloned()).await;
        let key = key.map_err(|error| match error {
            cause if cause.reason().fault() != Fault::Caller => {
                Unusable::CannotTell(no_keys(cause))
            }
            ResolveError::Unusable(why) => Unusable::HandshakeToken(why.into()),
            _ => Unusable::HandshakeToken(VerifyError::Signature),
        })?;
        let verifying = parsed.verify_signature_async(&key);
        let verified = self.effects.signature(verifying).await;
        verified.map_err(
            |error| match undecided(error.clone().into(), TokenType::Session) {
                Ok(undecided) => Unusable::CannotTell(undecided),
                Err(_) => Unusable::HandshakeToken(error),
            },
        )
    }

    async fn take_in(
        &self,
        instance: &Instance,
        directives: &[String],
    ) -> Result<RequestState, Unusable> {
        let mut headers = self.cross_origin_headers();
        let session = directives::apply(directives, &mut headers);
        // However many there were: the address has something to lose, so this one is of use.
        if instance.is_development() {
            if let Some(clean) = self.url_without_handshake() {
                self.redirect(&clean, &mut headers);
            }
        }
        let session = match session {
            Session::Token(token) => token,
            Session::Damaged => return Err(Unusable::Stale),
            Session::None => {
                let refusal = AuthReason::SessionTokenMissing.into();
                return Ok(signed_out_with(Some(TokenType::Session), refusal, headers));
            }
        };
        let token = self.incoming.token((&*session).into());
        let mut verified = self.verify_session(&token).await;
        if instance.is_development() && verified.as_ref().is_err_and(is_about_time) {
            let lenient = &self.settings.policies.lenient;
            verified = self.verify_session_with(&token, lenient).await;
        }
        match verified {
            Ok(verified) => {
                let identity = Identity::Session(SessionAuth::new(verified, session));
                Ok(signed_in(identity, headers))
            }
            Err(error) => Err(match undecided(error, TokenType::Session) {
                Ok(undecided) => Unusable::CannotTell(undecided),
                Err(_) => Unusable::Stale,
            }),
        }
    }

    /// A browser that was led here by way of another origin calls its own `null` (RFC 6454 §4), and
    /// asks whether it may have the answer. Only one that goes to a page is told so: a script must
    /// not read here what belongs to whoever is signed in.
    fn cross_origin_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let is_asked = self.incoming.head.text("origin").as_deref() == Some("null");
        if is_asked && self.incoming.no_navigation().is_none() {
            for (name, value) in [
                (ACCESS_CONTROL_ALLOW_ORIGIN, "null"),
                (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        headers
    }

    /// Has the browser drop what it brought in cookies, whichever of the domains it is in they were
    /// set for. A browser passes over a line for a domain that nobody may set cookies for.
    pub(super) fn forget_handshake(&self, headers: &mut HeaderMap) {
        let host = self.incoming.public_url().and_then(Url::domain);
        let domains: Vec<String> = host
            .map(|host| cookies::domains(host).map(|domain| format!("; Domain={domain}")))
            .into_iter()
            .flatten()
            .collect();
        let names = [parameter::HANDSHAKE_NONCE, parameter::HANDSHAKE].into_iter();
        for name in names.filter(|name| self.incoming.cookies().get(name).is_some()) {
            for domain in [""].into_iter().chain(domains.iter().map(String::as_str)) {
                let cookie = format!("{name}=; Path=/{domain}; Max-Age=0");
                if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                    headers.append(SET_COOKIE, cookie);
                }
            }
        }
    }

    /// `None` if there is nothing to take out of it.
    fn url_without_handshake(&self) -> Option<String> {
        const ALL: [&str; 4] = [
            parameter::HANDSHAKE,
            parameter::HELP,
            parameter::DEV_BROWSER,
            parameter::HANDSHAKE_NONCE,
        ];
        if !ALL.iter().any(|name| self.incoming.has_parameter(name)) {
            return None;
        }
        let mut url = self.incoming.public_url()?.clone();
        parameter::remove(&mut url, &ALL);
        Some(url.into())
    }

    /// Sends the browser to Clerk, if it would follow.
    pub(super) fn handshake(
        &self,
        instance: &Instance,
        browser: &Browser<'_>,
        refusal: Refusal,
    ) -> RequestState {
        let reason = refusal.reason.clone();
        self.handshake_or_signed_out(refusal, || self.handshake_url(instance, browser, &reason))
    }

    /// Where Clerk takes a handshake. It is asked to activate the organization that the path
    /// belongs to, if it belongs to one.
    pub(super) fn handshake_url(
        &self,
        instance: &Instance,
        browser: &Browser<'_>,
        reason: &AuthReason,
    ) -> Option<String> {
        let here = self.incoming.public_url()?;
        let base = instance.frontend_api.url(here)?;
        let mut back = here.clone();
        parameter::remove(
            &mut back,
            &[
                parameter::DEV_BROWSER,
                parameter::LEGACY_DEV_SESSION,
                parameter::HANDSHAKE,
                parameter::HANDSHAKE_NONCE,
            ],
        );
        let mut url = Url::parse(&format!("{base}/v1/client/handshake")).ok()?;
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("redirect_url", back.as_str())
                .append_pair("__clerk_api_version", clerk_http::API_VERSION)
                .append_pair(
                    "suffixed_cookies",
                    if browser.uses_suffixed {
                        "true"
                    } else {
                        "false"
                    },
                )
                .append_pair("__clerk_hs_reason", &reason.as_str())
                .append_pair("format", "nonce");
            if let Some(session) = &browser.session {
                query.append_pair("__session", &session.text);
            }
            if let Some(token) = self
                .dev_browser(browser)
                .filter(|_| instance.is_development())
            {
                query.append_pair(parameter::DEV_BROWSER, &token);
            }
            if let Some(target) = self.organization_target() {
                query.append_pair("organization_id", target.as_parameter());
            }
        }
        Some(url.into())
    }

    /// The organization, or the personal account, that the path belongs to.
    pub(super) fn organization_target(&self) -> Option<OrganizationTarget> {
        let patterns = self.settings.organization_sync.as_ref()?;
        patterns.target(self.incoming.head.path())
    }

    /// The dev browser's token: the one the sign-in page has just handed over, or the cookie's.
    pub(super) fn dev_browser(&self, browser: &Browser<'_>) -> Option<String> {
        let in_query = self.incoming.parameter(parameter::DEV_BROWSER);
        let token = in_query.as_deref().or(browser.dev_browser.as_deref())?;
        Some(token.to_owned())
    }
}

/// Whether Clerk does not know the nonce: it was used before, or is made up. Other refusals, such
/// as of the secret key, say nothing about it.
fn is_about_the_nonce(error: &clerk_http::Error) -> bool {
    matches!(
        error.status(),
        Some(
            StatusCode::BAD_REQUEST
                | StatusCode::NOT_FOUND
                | StatusCode::GONE
                | StatusCode::UNPROCESSABLE_ENTITY
        )
    )
}

const fn no_keys(cause: ResolveError) -> Error {
    let token_type = TokenType::Session;
    Error::Keys { token_type, cause }
}

fn is_about_time(error: &VerificationError) -> bool {
    matches!(
        error.reason(),
        Reason::TokenExpired | Reason::TokenNotActiveYet | Reason::TokenIatInTheFuture
    )
}
