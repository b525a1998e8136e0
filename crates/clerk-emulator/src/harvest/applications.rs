use clerk_core::UnixTime;

use super::name_of_id;
use crate::{
    directory::{ApiKey, Directory, Machine, OAuthApplication, PayerType, Plan, Template},
    seed::{
        ApiKeySeed, MachineSeed, Moment, OAuthApplicationSeed, Payer, PlanSeed, Secret,
        TemplateSeed,
    },
};

pub(super) fn machines(directory: &Directory) -> Vec<MachineSeed> {
    let seed = |machine: &Machine| MachineSeed {
        name: machine.name.clone(),
        id: Some(machine.id.clone()),
        secret_key: Some(Secret::new(&machine.secret_key)),
        scopes: machine.scopes.clone(),
        default_token_ttl: Some(machine.token_lifetime),
        created_at: Some(Moment(machine.created_at)),
    };
    directory.machines.iter().map(seed).collect()
}

/// Those that are good for something.
pub(super) fn api_keys(directory: &Directory, now: UnixTime) -> Vec<ApiKeySeed> {
    let seed = |key: &ApiKey| {
        let organization = directory.organizations.get(&key.subject);
        ApiKeySeed {
            name: key.name.clone(),
            subject: match organization {
                Some(organization) => organization.slug.clone(),
                None => name_of_id(directory, &key.subject),
            },
            id: Some(key.id.clone()),
            secret: Some(Secret::new(&key.secret)),
            description: key.description.clone(),
            scopes: key.scopes.clone(),
            claims: Some(key.claims.clone()).filter(|claims| !claims.is_null()),
            created_by: key.created_by.clone(),
            expires_at: key.expires_at.map(Moment),
            created_at: Some(Moment(key.created_at)),
        }
    };
    let valid = directory.api_keys.iter().filter(|key| key.is_valid(now));
    valid.map(seed).collect()
}

pub(super) fn oauth(directory: &Directory) -> Vec<OAuthApplicationSeed> {
    let seed = |application: &OAuthApplication| OAuthApplicationSeed {
        name: application.name.clone(),
        id: Some(application.id.clone()),
        client_id: Some(application.client_id.clone()),
        client_secret: application.client_secret.as_ref().map(Secret::new),
        redirect_uris: application.redirect_uris.clone(),
        scopes: Some(application.scopes.clone()),
        consent_screen_enabled: (!application.consent_screen_enabled).then_some(false),
        pkce_required: application.pkce_required,
        public: application.public,
        created_at: Some(Moment(application.created_at)),
    };
    directory.oauth_applications.iter().map(seed).collect()
}

pub(super) fn plans(directory: &Directory) -> Vec<PlanSeed> {
    let seed = |plan: &Plan| {
        let price = directory.prices.get(&plan.price_id);
        PlanSeed {
            slug: plan.slug.clone(),
            payer: match plan.payer_type {
                PayerType::User => Payer::User,
                PayerType::Organization => Payer::Organization,
            },
            id: Some(plan.id.clone()),
            amount: price.map_or(0, |price| price.amount),
            annual_monthly_amount: price.and_then(|price| price.annual_monthly_amount),
        }
    };
    directory.plans.iter().map(seed).collect()
}

pub(super) fn redirect_urls(directory: &Directory) -> Vec<String> {
    let urls = directory.redirect_urls.iter();
    urls.map(|url| url.url.clone()).collect()
}

/// A key of the template's own cannot be said: it would be a private one.
pub(super) fn templates(directory: &Directory) -> Vec<TemplateSeed> {
    let seed = |template: &Template| TemplateSeed {
        name: template.name.clone(),
        id: Some(template.id.clone()),
        claims: template.claims.clone(),
        lifetime: template.lifetime,
        allowed_clock_skew: template.allowed_clock_skew,
    };
    directory.templates.iter().map(seed).collect()
}
