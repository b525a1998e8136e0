//! What the instance and the application of a script are.
//!
//! | `with …` | |
//! |---|---|
//! | `production`, `development` | one of two instances, with its keys |
//! | `accepts api_key, session_token` | types of token; one alone, several, or `any` |
//! | `satellite`, `auto_sync`, `domain D`, `proxy_url U`, `sign_in_url U` | as the setting is called |
//! | `public_url U`, `forwarded_headers false` | likewise |
//! | `audiences A B`, `authorized_parties A B`, `issuers A B`, `clock_skew_ms N` | |
//! | `organizations P Q`, `personal_accounts P` | patterns of paths |
//! | `redirect_origins A B`, `allowed_origins A B` | |
//! | `machine_secret_key K` | beside the secret key |
//! | `machine_id M` | in place of ignoring whose tokens of machines are |
//! | `ignore_issuer` | |
//! | `no secret_key`, `no publishable_key`, `no machine` | takes away what the instance brought |

use std::{sync::Arc, time::Duration};

use clerk_auth::{AcceptedTokens, OrganizationSync, Settings, TokenType};
use clerk_core::PublishableKey;
use clerk_http::MachineSecretKey;
use clerk_jwt::AuthorizedParties;

use crate::recipes::{Keys, Names};

const PRODUCTION: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
const DEVELOPMENT: &str = "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk";

pub(crate) struct Setup {
    pub(crate) settings: Result<Settings, String>,
    pub(crate) builder: clerk_auth::Builder,
    pub(crate) secret_key: Option<&'static str>,
    pub(crate) machine_secret_key: Option<MachineSecretKey>,
    pub(crate) names: Names,
}

/// Carries out the `with` lines, and says what their instance's texts are called.
pub(crate) fn set_up(lines: &[String], keys: &Arc<Keys>) -> Setup {
    let mut publishable_key = Some(PRODUCTION);
    let mut secret_key = Some("sk_live_instance");
    let mut machine_secret_key = None;
    let mut builder = Settings::builder();
    let mut any_machine = true;
    let mut organizations = Vec::new();
    let mut personal_accounts = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let values = || value.split_whitespace().map(str::to_owned);
        builder = match name {
            "production" => {
                publishable_key = Some(PRODUCTION);
                secret_key = Some("sk_live_instance");
                builder
            }
            "development" => {
                publishable_key = Some(DEVELOPMENT);
                secret_key = Some("sk_test_instance");
                builder
            }
            "no" => {
                match value {
                    "secret_key" => secret_key = None,
                    "publishable_key" => publishable_key = None,
                    "machine" => any_machine = false,
                    other => panic!("there is no {other} to take away"),
                }
                builder
            }
            "accepts" => builder.accepts(accepted(value)),
            "satellite" => builder.satellite(true),
            "auto_sync" => builder.satellite_auto_sync(true),
            "domain" => builder.domain(value),
            "proxy_url" => builder.proxy_url(value),
            "public_url" => builder.public_url(value),
            "forwarded_headers" => builder.forwarded_headers(value == "true"),
            "sign_in_url" => builder.sign_in_url(value),
            "audiences" => builder.audiences(values()),
            "issuers" => builder.issuers(values()),
            "ignore_issuer" => builder.ignore_issuer(),
            "machine_id" => {
                any_machine = false;
                builder.machine_id(value)
            }
            "authorized_parties" => {
                builder.authorized_parties(AuthorizedParties::require(values()))
            }
            "clock_skew_ms" => {
                builder.clock_skew(Duration::from_millis(value.parse().expect("a number")))
            }
            "organizations" => {
                organizations.extend(values());
                builder
            }
            "personal_accounts" => {
                personal_accounts.extend(values());
                builder
            }
            "allowed_origins" => builder.allowed_origins(values()),
            "redirect_origins" => builder.allowed_redirect_origins(values()),
            "machine_secret_key" => {
                machine_secret_key = Some(MachineSecretKey::new(value).expect("a key"));
                builder
            }
            other => panic!("there is no setting {other}"),
        };
    }
    if any_machine {
        builder = builder.ignore_machine_scopes();
    }
    let mut names = Names::new(keys);
    names.define("secret_key", secret_key.unwrap_or("none"));
    if let Some(text) = publishable_key {
        let key: PublishableKey = text.parse().expect("a key");
        names.define("frontend_api", key.frontend_api());
        names.define("suffix", key.cookie_suffix());
        builder = builder.publishable_key(key);
    } else {
        names.define("frontend_api", "clerk.example.com");
    }
    if !(organizations.is_empty() && personal_accounts.is_empty()) {
        let patterns = OrganizationSync::new(organizations, personal_accounts);
        builder = builder.organization_sync(patterns.expect("patterns"));
    }
    Setup {
        settings: builder.clone().build().map_err(|error| error.to_string()),
        builder,
        secret_key,
        machine_secret_key,
        names,
    }
}

fn accepted(value: &str) -> AcceptedTokens {
    if value == "any" {
        return AcceptedTokens::Any;
    }
    let types: Vec<TokenType> = value
        .split(", ")
        .map(|name| TokenType::from_name(name).expect("a type of token"))
        .collect();
    match types.as_slice() {
        [one] => (*one).into(),
        many => AcceptedTokens::OneOf(many.to_vec()),
    }
}
