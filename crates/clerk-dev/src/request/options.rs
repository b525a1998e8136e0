use clerk::{
    AuthorizedParties, Builder, ManualClock, SystemClock,
    auth::{AcceptedTokens, MachineTokenType, OrganizationSync, TokenType},
    blocking::Clerk,
    http::Retry,
};
use serde::Deserialize;

use crate::{
    members::{ClockSkew, Now, OneOrMany},
    outcome::causes,
};

/// How the request is to be authenticated. `null` is as good as absent, and so are an empty text
/// and a list without entries.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Options {
    publishable_key: Option<String>,
    secret_key: Option<String>,
    machine_secret_key: Option<String>,
    machine_id: Option<String>,
    jwt_key: Option<String>,
    api_url: Option<String>,
    domain: Option<String>,
    is_satellite: Option<bool>,
    satellite_auto_sync: Option<bool>,
    proxy_url: Option<String>,
    public_url: Option<String>,
    forwarded_headers: Option<bool>,
    sign_in_url: Option<String>,
    sign_up_url: Option<String>,
    accepts_token: Option<OneOrMany>,
    authorized_parties: Option<Vec<String>>,
    allowed_origins: Option<Vec<String>>,
    audience: Option<OneOrMany>,
    issuer: Option<OneOrMany>,
    clock_skew_ms: Option<ClockSkew>,
    organization_sync_options: Option<Patterns>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patterns {
    #[serde(default)]
    organization_patterns: Vec<String>,
    #[serde(default)]
    personal_account_patterns: Vec<String>,
}

impl Options {
    /// A client with these settings alone, for a request that came in at `now`.
    pub(super) fn into_clerk(self, now: Option<Now>) -> Result<Clerk, String> {
        // No deadline can be measured on a clock that stands, so Clerk is asked once.
        let builder = self.into_builder()?.retry(Retry::none());
        let builder = match now {
            Some(Now(now)) => builder.clock(ManualClock::at(now)),
            None => builder.clock(SystemClock::new()),
        };
        builder.build().map_err(|error| causes(&error))
    }

    pub(super) fn into_builder(self) -> Result<Builder<Clerk>, String> {
        let mut builder = Clerk::builder();
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let accepts = accepted(self.accepts_token)?;
        let has_key = |key: &Option<String>| key.as_deref().is_some_and(|key| !key.is_empty());
        // The facade would fetch public keys from the Frontend API. Node does not, and a batch
        // should say no more of a question than what is in it.
        let of_machines_alone = AcceptedTokens::Machine(MachineTokenType::M2m);
        if accepts != of_machines_alone && !has_key(&self.secret_key) && !has_key(&self.jwt_key) {
            return Err("options: a secret_key or a jwt_key is missing".to_owned());
        }
        // In a batch, what is not asked for is not checked.
        builder = match self.issuer.map(OneOrMany::into_named) {
            Some(issuers) if !issuers.is_empty() => builder.issuers(issuers),
            _ => builder.ignore_issuer(),
        };
        builder = match given(self.machine_id) {
            Some(id) => builder.machine_id(id),
            None => builder.ignore_machine_scopes(),
        };
        if let Some(key) = given(self.publishable_key) {
            builder = builder.publishable_key(key);
        }
        if let Some(key) = given(self.secret_key) {
            builder = builder.secret_key(key);
        }
        if let Some(key) = given(self.machine_secret_key) {
            builder = builder.machine_secret_key(key.as_str());
        }
        if let Some(pem) = given(self.jwt_key) {
            builder = builder.jwt_key(pem);
        }
        if let Some(url) = given(self.api_url) {
            builder = builder.api_url(url);
        }
        if let Some(domain) = given(self.domain) {
            builder = builder.domain(domain);
        }
        if let Some(url) = given(self.proxy_url) {
            builder = builder.proxy_url(url);
        }
        if let Some(url) = given(self.public_url) {
            builder = builder.public_url(url);
        }
        if let Some(are_believed) = self.forwarded_headers {
            builder = builder.forwarded_headers(are_believed);
        }
        if let Some(url) = given(self.sign_in_url) {
            builder = builder.sign_in_url(url);
        }
        if let Some(url) = given(self.sign_up_url) {
            builder = builder.sign_up_url(url);
        }
        let parties = self.authorized_parties.unwrap_or_default();
        if !parties.is_empty() {
            builder = builder.authorized_parties(AuthorizedParties::require(parties));
        }
        if let Some(origins) = self.allowed_origins {
            builder = builder.allowed_origins(origins);
        }
        if let Some(ClockSkew(skew)) = self.clock_skew_ms {
            builder = builder.clock_skew(skew);
        }
        if let Some(patterns) = self.organization_sync_options {
            builder = builder.organization_sync(patterns.read()?);
        }
        if let Some(audiences) = self.audience.map(OneOrMany::into_named) {
            if !audiences.is_empty() {
                builder = builder.audiences(audiences);
            }
        }
        Ok(builder
            .satellite(self.is_satellite.unwrap_or_default())
            .satellite_auto_sync(self.satellite_auto_sync.unwrap_or_default())
            .accepts(accepts))
    }
}

impl Patterns {
    fn read(&self) -> Result<OrganizationSync, String> {
        OrganizationSync::new(&self.organization_patterns, &self.personal_account_patterns)
            .map_err(|error| causes(&error))
    }
}

fn accepted(tokens: Option<OneOrMany>) -> Result<AcceptedTokens, String> {
    let named = |name: &str| {
        TokenType::from_name(name).ok_or_else(|| {
            let known = TokenType::ALL.map(TokenType::as_str).join(", ");
            format!("options.accepts_token: expected one of {known}, or any")
        })
    };
    match tokens {
        None => Ok(AcceptedTokens::Session),
        Some(OneOrMany::One(name)) if name == "any" => Ok(AcceptedTokens::Any),
        Some(OneOrMany::One(name)) => Ok(named(&name)?.into()),
        Some(OneOrMany::Many(names)) => names.iter().map(|name| named(name)).collect(),
    }
}
