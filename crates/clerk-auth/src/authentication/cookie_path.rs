use clerk_jwt::SessionStatus;
use http::HeaderMap;
use url::{Host, Url};

use super::{
    browser::Browser,
    decision::{Decision, Refusal, session_signed_out, signed_in},
    flow::Flow,
    handshake::Outcome,
    incoming::{Place, parameter},
    referrer,
    session::Carrier,
    token::Token,
};
use crate::{
    AuthReason, Error, PendingSessions, RequestState, SessionAuth, public_address::origin,
    settings::Instance, state::Identity,
};

impl Flow<'_> {
    /// The rules for requests that browsers send with cookies, first match first.
    pub(super) async fn cookie_path(&self, instance: &Instance) -> Decision {
        let mut state = self.by_handshake_or_cookies(instance).await?;
        self.find_session_left(instance, &mut state).await;
        Ok(state)
    }

    async fn by_handshake_or_cookies(&self, instance: &Instance) -> Decision {
        match self.returned_handshake(instance).await? {
            Outcome::Decided(state) => Ok(state),
            Outcome::Nothing => self.by_cookies(instance).await,
            // Anybody can bring a browser something that has to be asked about. Whoever is signed
            // in without it stays so, and only about others nothing can be said.
            Outcome::Unknown(error) => match self.by_cookies(instance).await {
                Ok(state @ RequestState::SignedIn(_)) => Ok(state),
                _ => Err(error),
            },
            Outcome::Useless(place) => {
                let mut state = self.by_cookies(instance).await?;
                if place == Place::Cookie {
                    self.forget_handshake(state.headers_mut());
                }
                Ok(state)
            }
        }
    }

    async fn by_cookies(&self, instance: &Instance) -> Decision {
        let browser = Browser::read(&self.incoming, instance, self.effects.now());
        if let Some(state) = self.domain_sync(instance, &browser) {
            return Ok(state);
        }
        if instance.is_development() {
            let reason = if self.incoming.has_parameter(parameter::DEV_BROWSER) {
                Some(AuthReason::DevBrowserSync)
            } else if browser.dev_browser.is_none() {
                Some(AuthReason::DevBrowserMissing)
            } else {
                None
            };
            if let Some(reason) = reason {
                return Ok(self.handshake(instance, &browser, reason.into()));
            }
        }
        match &browser.session {
            None if !browser.says_signed_in() => Ok(session_signed_out(
                AuthReason::SessionTokenAndUatMissing.into(),
            )),
            None => {
                let reason = AuthReason::ClientUatButNoSessionToken;
                Ok(self.handshake(instance, &browser, reason.into()))
            }
            Some(_) if !browser.says_signed_in() => {
                let reason = AuthReason::SessionTokenButNoClientUat;
                Ok(self.handshake(instance, &browser, reason.into()))
            }
            Some(token) => self.session_in_cookie(instance, &browser, token).await,
        }
    }

    async fn session_in_cookie(
        &self,
        instance: &Instance,
        browser: &Browser<'_>,
        token: &Token<'_>,
    ) -> Decision {
        match token.is_marked_as_other() {
            Ok(false) => {}
            Ok(true) => return Ok(session_signed_out(AuthReason::TokenTypeMismatch.into())),
            Err(error) => return self.refused(token, error.into(), Carrier::Cookie).await,
        }
        if token.issued_at().is_some_and(|at| at < browser.client_uat) {
            let reason = AuthReason::SessionTokenIatBeforeClientUat;
            return Ok(self.handshake(instance, browser, reason.into()));
        }
        let session = match self.verify_session(token).await {
            Ok(verified) => SessionAuth::new(verified, &*token.text),
            Err(error) => return self.refused(token, error, Carrier::Cookie).await,
        };
        if let Some(state) = self.cross_origin_sync(instance, browser) {
            return Ok(state);
        }
        if let Some(state) = self.organization_handshake(instance, browser, &session) {
            return Ok(state);
        }
        Ok(signed_in(Identity::Session(session), HeaderMap::new()))
    }

    /// A session that was verified, but that a sign-in elsewhere may have replaced: the browser
    /// comes from another origin, which may be a satellite or an account page of one's own.
    fn cross_origin_sync(
        &self,
        instance: &Instance,
        browser: &Browser<'_>,
    ) -> Option<RequestState> {
        let asks = !self.settings.is_satellite
            && self.incoming.head.is_get()
            && self.incoming.loads_document()
            && self.incoming.redirects_so_far() == 0;
        if !asks || !referrer::is_foreign(&self.incoming, instance) {
            return None;
        }
        let refusal = Refusal {
            reason: AuthReason::PrimaryDomainCrossOriginSync,
            message: "the browser comes from another origin, where it may have signed in or out"
                .to_owned(),
        };
        Some(self.handshake(instance, browser, refusal))
    }

    /// The URL asks for another organization than the session's. Where no redirect can happen,
    /// the session stands.
    fn organization_handshake(
        &self,
        instance: &Instance,
        browser: &Browser<'_>,
        session: &SessionAuth,
    ) -> Option<RequestState> {
        // Who still has to choose an organization cannot have chosen the wrong one.
        if session.status() == SessionStatus::Pending
            && self.settings.pending_sessions == PendingSessions::SignedOut
        {
            return None;
        }
        if !self.organization_target()?.mismatch(session) {
            return None;
        }
        let reason = AuthReason::ActiveOrganizationMismatch;
        match self.handshake(instance, browser, reason.into()) {
            state @ RequestState::Handshake(_) => Some(state),
            _ => None,
        }
    }

    /// Satellites ask the primary domain who is signed in, and the primary one answers.
    fn domain_sync(&self, instance: &Instance, browser: &Browser<'_>) -> Option<RequestState> {
        if self.settings.is_satellite {
            return self.satellite_sync(instance, browser);
        }
        if !instance.is_development() {
            return None;
        }
        let target = self.incoming.parameter(parameter::REDIRECT_URL)?;
        let mut url = Url::parse(&target)
            .ok()
            .filter(|url| self.may_return_to(url))?;
        let dev_browser = self.dev_browser(browser);
        let answer = || {
            if let Some(token) = dev_browser {
                url.query_pairs_mut()
                    .append_pair(parameter::DEV_BROWSER, &token);
            }
            set_parameter(&mut url, parameter::SYNCED, "true");
            Some(url.into())
        };
        let reason = AuthReason::PrimaryRespondsToSyncing;
        Some(self.handshake_or_signed_out(reason.into(), answer))
    }

    fn satellite_sync(&self, instance: &Instance, browser: &Browser<'_>) -> Option<RequestState> {
        let synced = self.incoming.parameter(parameter::SYNCED);
        let asks = self.incoming.head.is_get()
            && self.incoming.loads_document()
            && synced.as_deref() != Some("true");
        if !asks {
            return None;
        }
        let is_told_to = synced.as_deref() == Some("false");
        if !is_told_to && !browser.shows_no_session() {
            return None;
        }
        if !is_told_to && !self.settings.satellite_auto_sync {
            let reason = AuthReason::SessionTokenAndUatMissing;
            return Some(session_signed_out(reason.into()));
        }
        let reason = AuthReason::SatelliteNeedsSyncing;
        if !instance.is_development() {
            return Some(self.handshake(instance, browser, reason.into()));
        }
        let sign_in_page = || {
            let mut url = Url::parse(self.settings.sign_in_url.as_deref()?).ok()?;
            let here = self.incoming.public_url()?;
            url.query_pairs_mut()
                .append_pair(parameter::REDIRECT_URL, here.as_str());
            Some(url.into())
        };
        Some(self.handshake_or_signed_out(reason.into(), sign_in_page))
    }

    /// Whether the dev browser's token may be handed to `url`: to the application itself, to this
    /// machine, and to whom the settings name.
    fn may_return_to(&self, url: &Url) -> bool {
        let Some(target) = origin(url).filter(|_| matches!(url.scheme(), "http" | "https")) else {
            return false;
        };
        if url.password().is_some() || !url.username().is_empty() {
            return false;
        }
        let is_here = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        };
        let own = self.incoming.public_url().and_then(origin);
        is_here || own.as_ref() == Some(&target) || self.settings.redirect_origins.contains(&target)
    }

    /// A satellite that sent browsers to itself to ask would never get an answer. Only requests
    /// that name their origin can tell.
    pub(super) fn check_sign_in_url(&self) -> Result<(), Error> {
        if !self.settings.is_satellite {
            return Ok(());
        }
        let (Some(sign_in_url), Some(own)) = (
            &self.settings.sign_in_url,
            self.incoming.head.text("origin"),
        ) else {
            return Ok(());
        };
        let there = Url::parse(sign_in_url).map_err(|_| Error::SignInUrl)?;
        if there.origin().ascii_serialization() == *own {
            return Err(Error::SignInUrl);
        }
        Ok(())
    }
}

/// Replaces every pair of that name by one.
fn set_parameter(url: &mut Url, name: &str, value: &str) {
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(found, _)| found != name)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut pairs = url.query_pairs_mut();
    pairs.clear().extend_pairs(others).append_pair(name, value);
}
