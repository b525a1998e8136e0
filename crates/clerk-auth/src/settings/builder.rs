mod build;

use std::{sync::Arc, time::Duration};

use clerk_core::PublishableKey;
use clerk_jwks::VerifiedTokenCache;
use clerk_jwt::{AuthorizedParties, InvalidMachineId, MachineScopes};

pub(super) use self::build::{check_accepted, check_machines};
use super::{InvalidSettings, List};
use crate::{AcceptedTokens, OrganizationSync, PendingSessions};

/// Gathers [`Settings`](crate::Settings).
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build()`"]
pub struct Builder {
    publishable_key: Option<PublishableKey>,
    accepts: AcceptedTokens,
    audiences: Option<Vec<Box<str>>>,
    authorized_parties: AuthorizedParties,
    issuers: Issuers,
    machine_scopes: MachineScopes,
    /// The first setter that could not use its value.
    problem: Option<InvalidSettings>,
    clock_skew: Option<Duration>,
    is_satellite: bool,
    satellite_auto_sync: bool,
    domain: Option<String>,
    proxy_url: Option<String>,
    public_url: Option<String>,
    ignores_forwarded_headers: bool,
    sign_in_url: Option<String>,
    sign_up_url: Option<String>,
    organization_sync: Option<OrganizationSync>,
    redirect_origins: Vec<String>,
    allowed_origins: Option<Vec<String>>,
    pending_sessions: PendingSessions,
    resource_metadata: Option<String>,
    token_cache: Option<Arc<VerifiedTokenCache>>,
}

impl Builder {
    /// The instance's publishable key, `pk_…`. Without it, only API keys and M2M tokens can be
    /// accepted.
    pub fn publishable_key(mut self, key: PublishableKey) -> Self {
        self.publishable_key = Some(key);
        self
    }

    /// Which types of token are accepted. Default: session tokens.
    pub fn accepts(mut self, tokens: impl Into<AcceptedTokens>) -> Self {
        self.accepts = tokens.into();
        self
    }

    /// Accepts only tokens that are for one of `audiences`, whatever their type: JWTs by `aud`, opaque
    /// OAuth access tokens by what Clerk says of them, and API keys and opaque M2M tokens by `aud`
    /// among the claims that were attached when they were made. A token that names none is refused.
    pub fn audiences<A: Into<Box<str>>>(mut self, audiences: impl IntoIterator<Item = A>) -> Self {
        self.audiences = Some(self.listed(List::Audiences, audiences));
        self
    }

    /// What is asked of `azp` in session tokens. Default: nothing. A list stands for
    /// [`AuthorizedParties::require`].
    ///
    /// Name the origins of your own frontends: otherwise a page on any subdomain that can read
    /// the cookie can use it here.
    pub fn authorized_parties(mut self, parties: impl Into<AuthorizedParties>) -> Self {
        let parties = parties.into();
        if let AuthorizedParties::MatchIfPresent(origins) | AuthorizedParties::Require(origins) =
            &parties
        {
            self.listed(List::AuthorizedParties, origins.iter().cloned());
        }
        self.authorized_parties = parties;
        self
    }

    /// Accepts only session tokens that one of `issuers` issued. Default: the Frontend API
    /// that the publishable key, the domain or the proxy URL names.
    pub fn issuers<I: Into<Box<str>>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.issuers = Issuers::These(self.listed(List::Issuers, issuers));
        self
    }

    /// Accepts session tokens of every issuer whose tokens the keys verify.
    pub fn ignore_issuer(mut self) -> Self {
        self.issuers = Issuers::Any;
        self
    }

    /// The machine that this service is, `mch_…`: accepts only M2M tokens that are for it.
    ///
    /// The scopes of a JWT, and what Clerk says of an opaque token, have to name it. Accepting M2M
    /// tokens takes this or [`ignore_machine_scopes`](Self::ignore_machine_scopes).
    pub fn machine_id(mut self, id: impl Into<Box<str>>) -> Self {
        match MachineScopes::require(id) {
            Ok(scopes) => self.machine_scopes = scopes,
            Err(InvalidMachineId) => {
                self.problem.get_or_insert(InvalidSettings::MachineId);
            }
        }
        self
    }

    /// Accepts M2M tokens of every machine of the instance, whichever machines they are for. Those
    /// that are opaque Clerk still judges, by the machine's secret key, if there is one.
    pub fn ignore_machine_scopes(mut self) -> Self {
        self.machine_scopes = MachineScopes::Ignore;
        self
    }

    /// The leeway for clocks that disagree. Default: 5 seconds. Zero is zero.
    pub const fn clock_skew(mut self, leeway: Duration) -> Self {
        self.clock_skew = Some(leeway);
        self
    }

    /// Keeps tokens that were verified, so that a token's signature is checked once, and not with every
    /// request. Default: none are kept. All else is judged anew each time.
    pub fn token_cache(mut self, cache: Arc<VerifiedTokenCache>) -> Self {
        self.token_cache = Some(cache);
        self
    }

    /// Whether the application runs on a satellite domain, which asks the primary one who is
    /// signed in. See <https://clerk.com/docs/dashboard/dns-domains/satellite-domains>.
    pub const fn satellite(mut self, is_satellite: bool) -> Self {
        self.is_satellite = is_satellite;
        self
    }

    /// Whether a satellite asks the primary domain on a browser's first visit, or only after a
    /// sign-in. Default: `false`.
    pub const fn satellite_auto_sync(mut self, on_first_visit: bool) -> Self {
        self.satellite_auto_sync = on_first_visit;
        self
    }

    /// The satellite's domain: `satellite.example`.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Where the Frontend API is proxied: a URL, or a path as browsers see it, with whatever a proxy
    /// takes off. It is the issuer of the instance's session tokens then. See
    /// <https://clerk.com/docs/advanced-usage/using-proxies>.
    pub fn proxy_url(mut self, url: impl Into<String>) -> Self {
        self.proxy_url = Some(url.into());
        self
    }

    /// The URL under which browsers know the application, where its proxy cannot say:
    /// `https://example.com`, with the path that the proxy takes off requests, if it does. No header
    /// counts then; see [`PublicAddress::at`](crate::PublicAddress::at).
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed. Default: they are. Say
    /// `false` where clients reach the service without a proxy: whoever sends these headers chooses
    /// where redirects lead.
    pub const fn forwarded_headers(mut self, are_believed: bool) -> Self {
        self.ignores_forwarded_headers = !are_believed;
        self
    }

    /// The page to sign in on: a URL, or a path of the application. Default: Clerk's own.
    pub fn sign_in_url(mut self, url: impl Into<String>) -> Self {
        self.sign_in_url = Some(url.into());
        self
    }

    /// The page to sign up on: a URL, or a path of the application. Default: Clerk's own.
    pub fn sign_up_url(mut self, url: impl Into<String>) -> Self {
        self.sign_up_url = Some(url.into());
        self
    }

    /// Which paths belong to which organization; a browser on one of them whose session has
    /// another organization active is sent to activate it.
    pub fn organization_sync(mut self, patterns: OrganizationSync) -> Self {
        self.organization_sync = Some(patterns);
        self
    }

    /// Origins, beside the application's own, that a browser may be sent to because a request says
    /// so: `https://satellite.example`.
    ///
    /// A development instance sends browsers back there after its satellite has asked who is signed
    /// in, as it does to the machine itself, and [`SignOut::to`](crate::SignOut::to) leads there.
    pub fn allowed_redirect_origins<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.redirect_origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Whom handlers deal with while a session has tasks left to do. Default: nobody.
    pub const fn pending_sessions(mut self, pending: PendingSessions) -> Self {
        self.pending_sessions = pending;
        self
    }

    /// Lets browsers' cookies count only for pages of the application's own origin and of these:
    /// `https://app.example.com`. Default: not checked. With an empty list, the application's own
    /// origin is all.
    ///
    /// It is about requests that act, and whose answer no CORS policy guards: WebSocket upgrades,
    /// over HTTP/2 as well, and methods that are not safe (RFC 9110 §9.2.1). One of these that
    /// comes with a session in its cookies and an `Origin` that is not allowed is signed out, as
    /// [`AuthReason::OriginNotAllowed`](crate::AuthReason::OriginNotAllowed), and handlers that ask
    /// for a session answer 403. One without an `Origin` is from no browser's page and goes on, and
    /// so does one with a token in its header, which no page can have a browser send by itself.
    ///
    /// The application's own origin is that of the URL under which browsers know it, which the
    /// headers of a proxy in front of it tell; where the browser itself says that the page is of
    /// the same origin (`Sec-Fetch-Site`), it is believed.
    pub fn allowed_origins<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.allowed_origins = Some(origins.into_iter().map(Into::into).collect());
        self
    }

    /// The URL of the service's OAuth 2.0 Protected Resource Metadata (RFC 9728):
    /// `https://api.example.com/.well-known/oauth-protected-resource`, with the resource's own path
    /// behind it if it has one. Default: not named.
    ///
    /// Every refusal by [`RequestAuth`](crate::RequestAuth), and so by the extractors, that challenges
    /// the caller names it (`WWW-Authenticate: Bearer resource_metadata="…"`), which is how clients of
    /// MCP servers find where to sign a user in. A [`Rejection`](crate::Rejection) made by hand, or of
    /// the [`Denied`](crate::Denied) of a requirement that was asked by hand, does not know the
    /// settings, and names none: ask by [`RequestAuth::require`](crate::RequestAuth::require) where
    /// that matters. Serving the document is the application's part.
    pub fn resource_metadata(mut self, url: impl Into<String>) -> Self {
        self.resource_metadata = Some(url.into());
        self
    }

    /// The entries of a list that names what is accepted. One that names nothing is a mistake: an
    /// empty variable, most likely.
    fn listed<T: Into<Box<str>>>(
        &mut self,
        list: List,
        entries: impl IntoIterator<Item = T>,
    ) -> Vec<Box<str>> {
        let entries: Vec<Box<str>> = entries.into_iter().map(Into::into).collect();
        if entries.iter().all(|entry| entry.trim().is_empty()) {
            self.problem.get_or_insert(InvalidSettings::EmptyList(list));
        }
        entries
    }
}

/// Whom session tokens have to come from.
#[derive(Clone, Debug, Default)]
enum Issuers {
    #[default]
    TheInstances,
    These(Vec<Box<str>>),
    Any,
}
