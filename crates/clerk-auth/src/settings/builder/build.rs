//! What settings have to be, one beside the other.

use std::{sync::Arc, time::Duration};

use clerk_core::{InstanceType, PublishableKey};
use clerk_jwt::{MachineScopes, Policy};
use url::Url;

use super::{Builder, Issuers};
use crate::{
    AcceptedTokens, InvalidSettings, MachineTokenType, PublicAddress, Settings, TokenType,
    frontend_api::{FrontendApi, ProxyUrl},
    metrics::Requests,
    origin_check::AllowedOrigins,
    public_address,
    resource_metadata::ResourceMetadata,
    settings::{Instance, Policies, authorized_party},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Builder {
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
}

/// A satellite of a production instance has the Frontend API under its own domain.
fn frontend_api_host(key: &PublishableKey, is_satellite: bool, domain: Option<&str>) -> String {
    let is_production = key.instance_type() == InstanceType::Production;
    match domain {
        Some(domain) if is_production && is_satellite => format!("clerk.{domain}"),
        _ => key.frontend_api().to_owned(),
    }
}

pub(in crate::settings) fn check_accepted(
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

pub(in crate::settings) fn check_machines(
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
