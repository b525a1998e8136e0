mod authorized_party;
mod builder;
mod invalid;
mod list;

use std::{sync::Arc, time::Duration};

use clerk_core::{InstanceType, PublishableKey};
use clerk_jwks::{HeaderMemory, VerifiedTokenCache};
use clerk_jwt::{MachineScopes, Policy};
use url::Url;

use self::builder::{check_accepted, check_machines};
pub use self::{builder::Builder, invalid::InvalidSettings, list::List};
use crate::{
    AcceptedTokens, InvalidRedirect, OrganizationSync, PendingSessions, PublicAddress, Redirects,
    RequestHead, frontend_api::FrontendApi, metrics::Requests, origin_check::AllowedOrigins,
    resource_metadata::ResourceMetadata,
};

/// How requests of one Clerk instance are authenticated.
///
/// ```
/// use clerk_auth::Settings;
///
/// let settings = Settings::builder()
///     .publishable_key("pk_test_Y2xlcmsuY2xlcmsuZGV2JA".parse()?)
///     .sign_in_url("/sign-in")
///     .build()?;
/// # let _ = settings;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) instance: Option<Instance>,
    pub(crate) public_address: PublicAddress,
    pub(crate) policies: Policies,
    pub(crate) accepts: AcceptedTokens,
    pub(crate) is_satellite: bool,
    pub(crate) satellite_auto_sync: bool,
    pub(crate) sign_in_url: Option<String>,
    pub(crate) sign_up_url: Option<String>,
    pub(crate) organization_sync: Option<OrganizationSync>,
    pub(crate) redirect_origins: Vec<url::Origin>,
    pub(crate) allowed_origins: Option<AllowedOrigins>,
    pub(crate) pending_sessions: PendingSessions,
    pub(crate) resource_metadata: Option<ResourceMetadata>,
    pub(crate) token_cache: Option<Arc<VerifiedTokenCache>>,
    /// It decides nothing, so that all that come of these settings share it.
    pub(crate) headers: Arc<HeaderMemory>,
    pub(crate) metrics: Requests,
}

/// What follows from the publishable key.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) publishable_key: PublishableKey,
    pub(crate) cookie_suffix: String,
    pub(crate) frontend_api: FrontendApi,
}

impl Instance {
    pub(crate) const fn is_development(&self) -> bool {
        matches!(
            self.publishable_key.instance_type(),
            InstanceType::Development
        )
    }
}

/// What is asked of tokens: the same for all of them, but for what the kind has no use for.
#[derive(Clone, Debug)]
pub(crate) struct Policies {
    pub(crate) session: Policy,
    /// For a session token that a handshake has just brought to a developer's machine, whose
    /// clock may be off by a day.
    pub(crate) lenient: Policy,
    /// Machine tokens have no `azp`.
    pub(crate) machine: Policy,
    /// Whom tokens have to be for that are not verified here, but by Clerk.
    pub(crate) audiences: Option<Vec<Box<str>>>,
    pub(crate) machine_scopes: MachineScopes,
    /// Whom session tokens may name; anybody, if there are none.
    pub(crate) issuers: Vec<Box<str>>,
    /// Whether a session token may name one more issuer, which depends on the request.
    pub(crate) issuer_depends_on_request: bool,
    pub(crate) clock_skew: Duration,
}

impl Settings {
    /// Starts with no settings at all.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The same settings, accepting other types of token.
    ///
    /// # Errors
    ///
    /// [`InvalidSettings::NoPublishableKey`]: session or OAuth tokens are to be accepted, and there
    /// is no publishable key. [`InvalidSettings::NoMachine`]: M2M tokens are to be accepted, and it
    /// has not been said for whom they have to be.
    pub fn accepting(&self, tokens: impl Into<AcceptedTokens>) -> Result<Self, InvalidSettings> {
        let accepts = tokens.into();
        check_accepted(&accepts, self.instance.as_ref())?;
        check_machines(&accepts, &self.policies.machine_scopes)?;
        Ok(Self {
            accepts,
            ..self.clone()
        })
    }

    /// Where to send whoever has to sign in, from the page that `head` asks for.
    ///
    /// They come back to that page, if it is one that a browser shows: a `GET` or `HEAD` that is
    /// not for a script, an image or the like. From all else they come back only to where
    /// [`Redirects::return_to`] says. Handlers have
    /// [`RequestAuth::redirects`](crate::RequestAuth::redirects).
    ///
    /// # Errors
    ///
    /// The request does not say under which URL the browser knows the page.
    pub fn redirects(&self, head: &RequestHead<'_>) -> Result<Redirects, InvalidRedirect> {
        let here = self.public_address.url(head);
        let here = here.ok_or(InvalidRedirect::RequestUrl)?;
        self.redirects_from(&here, head.shows_page())
    }

    pub(crate) fn redirects_from(
        &self,
        here: &Url,
        shows_page: bool,
    ) -> Result<Redirects, InvalidRedirect> {
        let mut redirects = Redirects::new(here.as_str())?.satellite(self.is_satellite);
        if !shows_page {
            redirects = redirects.without_return();
        }
        if let Some(key) = self.publishable_key() {
            redirects = redirects.publishable_key(key);
        }
        if let Some(url) = &self.sign_in_url {
            redirects = redirects.sign_in_url(url);
        }
        if let Some(url) = &self.sign_up_url {
            redirects = redirects.sign_up_url(url);
        }
        Ok(redirects)
    }

    /// Which types of token are accepted.
    pub const fn accepts(&self) -> &AcceptedTokens {
        &self.accepts
    }

    /// How it is found out under which address browsers know the application.
    pub const fn public_address(&self) -> &PublicAddress {
        &self.public_address
    }

    /// Whom session tokens may name as their issuer, whatever the request; anybody, if there are
    /// none.
    ///
    /// Where the Frontend API is proxied under a path, and no public URL is set, requests may bring
    /// tokens of one more: the path below the address that the browser knows.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.policies.issuers.iter().map(AsRef::as_ref)
    }

    /// The instance's publishable key.
    pub fn publishable_key(&self) -> Option<&PublishableKey> {
        self.instance
            .as_ref()
            .map(|instance| &instance.publishable_key)
    }
}
