use std::{sync::Arc, time::Duration};

use clerk_core::{InstanceType, PublishableKey};
use clerk_jwks::VerifiedTokenCache;
use clerk_jwt::{AuthorizedParties, InvalidMachineId, MachineScopes, Policy};
use url::Url;

use super::{Instance, InvalidSettings, List, Policies, Settings, authorized_party};
use crate::{
    AcceptedTokens, MachineTokenType, OrganizationSync, PendingSessions, PublicAddress, TokenType,
    frontend_api::{FrontendApi, ProxyUrl},
    metrics::Requests,
    origin_check::AllowedOrigins,
    public_address,
    resource_metadata::ResourceMetadata,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Gathers [`Settings`].
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
    pub(crate) allowed_origins: Option<Vec<String>>,
    pending_sessions: PendingSessions,
    pub(crate) resource_metadata: Option<String>,
    token_cache: Option<Arc<VerifiedTokenCache>>,
}

impl Builder {
    /// The instance's publishable key, `pk_…`. Without it, only API keys and M2M tokens can be
    /// accepted.
    pub fn publishable_key(mut self, key: PublishableKey) -> Self {
        self.publishable_key = Some(key);
        self
    }

    /// Which types of token are accepted; session tokens if not said.
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

    /// What is asked of `azp` in session tokens; nothing if not said. A list stands for
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

    /// Accepts only session tokens that one of `issuers` issued. If not said: the Frontend API
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

    /// The leeway for clocks that disagree; 5 seconds if not said. Zero is zero.
    pub const fn clock_skew(mut self, leeway: Duration) -> Self {
        self.clock_skew = Some(leeway);
        self
    }

    /// Keeps tokens that were verified, so that a token's signature is checked once, and not with every
    /// request; not kept if not said. All else is judged anew each time.
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
    /// sign-in; not, if not said.
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
    /// counts then; see [`PublicAddress::at`].
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed; they are, if not said. Say
    /// `false` where clients reach the service without a proxy: whoever sends these headers chooses
    /// where redirects lead.
    pub const fn forwarded_headers(mut self, are_believed: bool) -> Self {
        self.ignores_forwarded_headers = !are_believed;
        self
    }

    /// The page to sign in on: a URL, or a path of the application. Clerk's own, if not said.
    pub fn sign_in_url(mut self, url: impl Into<String>) -> Self {
        self.sign_in_url = Some(url.into());
        self
    }

    /// The page to sign up on: a URL, or a path of the application. Clerk's own, if not said.
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

    /// Whom handlers deal with while a session has tasks left to do; nobody, if not said.
    pub const fn pending_sessions(mut self, pending: PendingSessions) -> Self {
        self.pending_sessions = pending;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// Says which setting is missing or cannot be used.
    pub fn build(self) -> Result<Settings, InvalidSettings> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let domain = non_empty(self.domain);
        let proxy_url = non_empty(self.proxy_url);
        let sign_in_url = non_empty(self.sign_in_url);
        let public_address = match non_empty(self.public_url) {
            Some(url) => PublicAddress::at(&url)?,
            None => PublicAddress::default(),
        };
        let public_address = public_address.believing(!self.ignores_forwarded_headers);
        let proxy = proxy_url.as_deref().map(ProxyUrl::parse).transpose()?;
        let is_proxied = proxy.is_some();
        let instance = self.publishable_key.map(|key| {
            let host = frontend_api_host(&key, self.is_satellite, domain.as_deref());
            Instance {
                cookie_suffix: key.cookie_suffix(),
                publishable_key: key,
                frontend_api: FrontendApi::new(host, proxy),
            }
        });
        check_accepted(&self.accepts, instance.as_ref())?;
        check_machines(&self.accepts, &self.machine_scopes)?;
        let of_machines_alone = AcceptedTokens::Machine(MachineTokenType::M2m);
        if self.is_satellite && self.accepts != of_machines_alone {
            if domain.is_none() && !is_proxied {
                return Err(InvalidSettings::NoDomain);
            }
            let is_development = instance.as_ref().is_some_and(Instance::is_development);
            if is_development && sign_in_url.is_none() {
                return Err(InvalidSettings::NoSignInUrl);
            }
        }
        let follows_instance = instance
            .as_ref()
            .filter(|_| matches!(self.issuers, Issuers::TheInstances));
        let issuer_depends_on_request =
            follows_instance.is_some_and(|it| it.frontend_api.depends_on_request(&public_address));
        let issuers = match (follows_instance, self.issuers) {
            (Some(it), _) => it
                .frontend_api
                .issuers(&it.publishable_key, &public_address),
            (None, Issuers::These(issuers)) => issuers,
            (None, Issuers::Any | Issuers::TheInstances) => Vec::new(),
        };
        let clock_skew = self.clock_skew.unwrap_or(Policy::DEFAULT_CLOCK_SKEW);
        let mut machine = Policy::default()
            .clock_skew(clock_skew)
            .machine_scopes(self.machine_scopes.clone());
        if let Some(audiences) = &self.audiences {
            machine = machine.audiences(audiences.iter().cloned());
        }
        if let Some(text) = self.authorized_parties.first_without_origin() {
            return Err(authorized_party::refused(text));
        }
        let mut session = machine.clone().authorized_parties(self.authorized_parties);
        if !issuers.is_empty() {
            session = session.issuers(issuers.iter().cloned());
        }
        let redirect_origins = self.redirect_origins.iter().map(|origin| {
            Url::parse(origin)
                .ok()
                .as_ref()
                .and_then(public_address::origin)
                .ok_or_else(|| InvalidSettings::RedirectOrigin(origin.clone()))
        });
        Ok(Settings {
            policies: Policies {
                lenient: session.clone().clock_skew(DAY),
                session,
                machine,
                audiences: self.audiences,
                machine_scopes: self.machine_scopes,
                issuers,
                issuer_depends_on_request,
                clock_skew,
            },
            instance,
            public_address,
            accepts: self.accepts,
            is_satellite: self.is_satellite,
            satellite_auto_sync: self.satellite_auto_sync,
            sign_in_url,
            sign_up_url: non_empty(self.sign_up_url),
            organization_sync: self.organization_sync,
            pending_sessions: self.pending_sessions,
            redirect_origins: redirect_origins.collect::<Result<_, _>>()?,
            allowed_origins: self.allowed_origins.map(AllowedOrigins::new).transpose()?,
            token_cache: self.token_cache,
            headers: Arc::default(),
            metrics: Requests::default(),
            resource_metadata: self
                .resource_metadata
                .map(|url| ResourceMetadata::parse(&url))
                .transpose()?,
        })
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

/// A satellite of a production instance has the Frontend API under its own domain.
fn frontend_api_host(key: &PublishableKey, is_satellite: bool, domain: Option<&str>) -> String {
    let is_production = key.instance_type() == InstanceType::Production;
    match domain {
        Some(domain) if is_production && is_satellite => format!("clerk.{domain}"),
        _ => key.frontend_api().to_owned(),
    }
}

pub(super) fn check_accepted(
    accepts: &AcceptedTokens,
    instance: Option<&Instance>,
) -> Result<(), InvalidSettings> {
    let names_an_instance = !matches!(
        accepts,
        AcceptedTokens::Machine(MachineTokenType::ApiKey | MachineTokenType::M2m)
    );
    if names_an_instance && instance.is_none() {
        return Err(InvalidSettings::NoPublishableKey);
    }
    Ok(())
}

pub(super) fn check_machines(
    accepts: &AcceptedTokens,
    scopes: &MachineScopes,
) -> Result<(), InvalidSettings> {
    if accepts.contains(TokenType::M2m) && *scopes == MachineScopes::Undecided {
        return Err(InvalidSettings::NoMachine);
    }
    Ok(())
}

fn non_empty(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
