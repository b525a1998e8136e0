//! What there is one of in an instance: settings and the domain.

use serde_json::{Value, json};
use url::Url;

use super::{listing::page_with_total, organizations::CREATOR_ROLE};
use crate::{answer::Reply, call::Call, directory::Organization, refusal::Refusal, route::Handled};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListDomains", domains),
    ("GetInstanceOrganizationSettings", organization_settings),
];

/// The one that the instance itself is at.
fn domains(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset"])?;
    let settings = call.settings;
    let host = Url::parse(&settings.origin).ok();
    let host = host.as_ref().and_then(Url::host_str);
    let domain = json!({
        "object": "domain",
        "id": settings.domain_id,
        "name": host.unwrap_or_default(),
        "is_satellite": false,
        "is_provider_domain": false,
        "frontend_api_url": settings.origin,
        "accounts_portal_url": settings.origin,
        "development_origin": settings.authorized_party.as_deref().unwrap_or_default(),
    });
    Ok(Reply::ok(page_with_total(
        &call.query,
        &[domain],
        Value::clone,
    )?))
}

fn organization_settings(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&[])?;
    let off = json!({ "enabled": false });
    Ok(Reply::ok(json!({
        "object": "organization_settings",
        "enabled": true,
        "max_allowed_memberships": Organization::MAX_MEMBERS,
        "max_allowed_roles": 10,
        "max_allowed_domains": 0,
        "max_allowed_permissions": 0,
        "creator_role": CREATOR_ROLE,
        "admin_delete_enabled": true,
        "domains_enabled": false,
        "domains_enrollment_modes": [],
        "domains_default_role": "org:member",
        "slug_disabled": false,
        "force_organization_selection": false,
        "organization_creation_defaults": {
            "enabled": false,
            "automatic_organization_creation": off,
            "detect_from_email_domain": off,
        },
    })))
}
