//! How a server that gets the request is set up.

use std::{fs, path::PathBuf, time::Duration};

use clap::Args;
use clerk::{
    AuthorizedParties, Builder, JwkSet,
    auth::{AcceptedTokens, OrganizationSync, TokenType},
    blocking::Clerk,
    jwt::Ring,
};

use super::options::Options;
use crate::{decimal, outcome::Failure};

/// The settings that are no secrets, under the names of the builder.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings of the server")]
pub(super) struct Flags {
    /// The instance's publishable key
    #[arg(long, value_name = "KEY")]
    publishable_key: Option<String>,
    /// The instance's public key, a file in PEM
    #[arg(long, value_name = "FILE", conflicts_with = "jwks")]
    pem: Option<PathBuf>,
    /// The instance's key set, a file in JSON
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Where the Backend API is
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    /// Accept tokens of this type; may be repeated [default: session tokens]
    #[arg(
        long,
        value_name = "TYPE",
        value_parser = ["session_token", "api_key", "m2m_token", "oauth_token", "any"]
    )]
    accept: Vec<String>,
    /// Accept only session tokens that this origin asked for; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    authorized_party: Vec<String>,
    /// Accept only tokens for this audience; may be repeated
    #[arg(long, value_name = "NAME")]
    audience: Vec<String>,
    /// Accept only session tokens of this issuer; may be repeated
    #[arg(long, value_name = "URL")]
    issuer: Vec<String>,
    /// The machine that the server is, mch_…: accept only M2M tokens for it
    #[arg(long, value_name = "ID")]
    machine_id: Option<String>,
    /// Accept machines' tokens whatever machines they are for
    #[arg(long, conflicts_with = "machine_id")]
    ignore_machine_scopes: bool,
    /// The leeway for clocks that disagree [default: 5000]
    #[arg(long, value_name = "MILLISECONDS", value_parser = milliseconds)]
    clock_skew_ms: Option<Duration>,
    /// The application runs on a satellite domain
    #[arg(long)]
    satellite: bool,
    /// The satellite asks the primary domain on a browser's first visit
    #[arg(long)]
    satellite_auto_sync: bool,
    /// The satellite's domain
    #[arg(long, value_name = "HOST")]
    domain: Option<String>,
    /// Where the Frontend API is proxied: a URL or a path
    #[arg(long, value_name = "URL")]
    proxy_url: Option<String>,
    /// The URL under which browsers know the application; no header counts then
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Believe neither X-Forwarded-Proto nor X-Forwarded-Host
    #[arg(long)]
    ignore_forwarded_headers: bool,
    /// The page to sign in on
    #[arg(long, value_name = "URL")]
    sign_in_url: Option<String>,
    /// The page to sign up on
    #[arg(long, value_name = "URL")]
    sign_up_url: Option<String>,
    /// Paths of organizations, such as /orgs/:slug; may be repeated
    #[arg(long, value_name = "PATTERN")]
    organization_pattern: Vec<String>,
    /// Paths of personal accounts, such as /me; may be repeated
    #[arg(long, value_name = "PATTERN")]
    personal_account_pattern: Vec<String>,
    /// Another origin that satellites may be sent back to; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    allowed_redirect_origin: Vec<String>,
    /// An origin whose pages may open WebSockets and send forms with the session; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    allowed_origin: Vec<String>,
}

fn milliseconds(text: &str) -> Result<Duration, &'static str> {
    decimal::milliseconds(text).ok_or("expected milliseconds, such as 5000")
}

impl Flags {
    /// These, over those that came with the request or else over the environment.
    pub(super) fn over(&self, options: Option<Options>) -> Result<Builder<Clerk>, Failure> {
        let builder = match options {
            Some(options) => options.into_builder().map_err(Failure::Setup)?,
            None => Clerk::builder().env(),
        };
        self.of_browsers(self.of_tokens(self.of_keys(builder)?))
    }

    fn of_keys(&self, mut builder: Builder<Clerk>) -> Result<Builder<Clerk>, Failure> {
        if let Some(key) = &self.publishable_key {
            builder = builder.publishable_key(key);
        }
        if let Some(path) = &self.pem {
            builder = builder.jwt_key(read(path)?);
        }
        if let Some(path) = &self.jwks {
            let set = JwkSet::from_json(&read(path)?, &Ring)
                .map_err(|error| Failure::setup(&path.display().to_string(), &error))?;
            builder = builder.jwks(set);
        }
        if let Some(url) = &self.api_url {
            builder = builder.api_url(url);
        }
        Ok(builder)
    }

    fn of_tokens(&self, mut builder: Builder<Clerk>) -> Builder<Clerk> {
        let texts = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect();
        if !self.accept.is_empty() {
            builder = builder.accepts(accepted(&self.accept));
        }
        if !self.authorized_party.is_empty() {
            let origins: Vec<Box<str>> = texts(&self.authorized_party);
            builder = builder.authorized_parties(AuthorizedParties::require(origins));
        }
        if !self.audience.is_empty() {
            let audiences: Vec<Box<str>> = texts(&self.audience);
            builder = builder.audiences(audiences);
        }
        if !self.issuer.is_empty() {
            let issuers: Vec<Box<str>> = texts(&self.issuer);
            builder = builder.issuers(issuers);
        }
        if self.ignore_machine_scopes {
            builder = builder.ignore_machine_scopes();
        }
        if let Some(id) = &self.machine_id {
            builder = builder.machine_id(id.as_str());
        }
        if let Some(leeway) = self.clock_skew_ms {
            builder = builder.clock_skew(leeway);
        }
        builder
    }

    fn of_browsers(&self, mut builder: Builder<Clerk>) -> Result<Builder<Clerk>, Failure> {
        if self.satellite {
            builder = builder.satellite(true);
        }
        if self.satellite_auto_sync {
            builder = builder.satellite_auto_sync(true);
        }
        if let Some(domain) = &self.domain {
            builder = builder.domain(domain);
        }
        if let Some(url) = &self.proxy_url {
            builder = builder.proxy_url(url);
        }
        if let Some(url) = &self.public_url {
            builder = builder.public_url(url);
        }
        if self.ignore_forwarded_headers {
            builder = builder.forwarded_headers(false);
        }
        if let Some(url) = &self.sign_in_url {
            builder = builder.sign_in_url(url);
        }
        if let Some(url) = &self.sign_up_url {
            builder = builder.sign_up_url(url);
        }
        if !self.allowed_redirect_origin.is_empty() {
            builder = builder.allowed_redirect_origins(&self.allowed_redirect_origin);
        }
        if !self.allowed_origin.is_empty() {
            builder = builder.allowed_origins(&self.allowed_origin);
        }
        let (organizations, accounts) =
            (&self.organization_pattern, &self.personal_account_pattern);
        if !organizations.is_empty() || !accounts.is_empty() {
            let patterns = OrganizationSync::new(organizations, accounts)
                .map_err(|error| Failure::setup("the patterns cannot be used", &error))?;
            builder = builder.organization_sync(patterns);
        }
        Ok(builder)
    }
}

fn accepted(names: &[String]) -> AcceptedTokens {
    let types: Option<Vec<TokenType>> = names.iter().map(|it| TokenType::from_name(it)).collect();
    match types.as_deref() {
        Some([one]) => (*one).into(),
        Some(types) => types.iter().copied().collect(),
        // The one name that is no type's.
        None => AcceptedTokens::Any,
    }
}

fn read(path: &PathBuf) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::setup(&format!("cannot read {}", path.display()), &error))
}
