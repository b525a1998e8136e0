//! What there is one of in an instance: settings and the domain.

use serde_json::{Value, json};
use url::Url;

use super::listing::page_with_total;
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, Role},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListDomains", domains),
    ("GetInstanceOrganizationSettings", organization_settings),
    (
        "UpdateInstanceOrganizationSettings",
        update_organization_settings,
    ),
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
    let settings = &call.state.directory.settings.organizations;
    Ok(Reply::ok(settings.to_json()))
}

fn update_organization_settings(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let directory = &mut call.state.directory;
    let mut settings = directory.settings.organizations.clone();
    for (name, flag) in [
        ("enabled", &mut settings.enabled),
        ("admin_delete_enabled", &mut settings.admin_delete_enabled),
        ("domains_enabled", &mut settings.domains_enabled),
        ("slug_disabled", &mut settings.slug_disabled),
    ] {
        if let Some(given) = input.flag(name)? {
            *flag = given;
        }
    }
    if let Some(limit) = input.number("max_allowed_memberships", 0..=u64::MAX)? {
        settings.max_allowed_memberships = limit;
    }
    if let Some(modes) = input.given_texts("domains_enrollment_modes")? {
        let known = ["automatic_invitation", "automatic_suggestion"];
        if !modes.iter().all(|mode| known.contains(&mode.as_str())) {
            let expected = "a list of automatic_invitation and automatic_suggestion";
            let name = "domains_enrollment_modes";
            return Err(Refusal::form_param_value_invalid(name, expected));
        }
        settings.domains_enrollment_modes = modes;
    }
    if let Some(role) = role(&mut input, directory, "creator_role_id")? {
        if !role.is_creator_eligible() {
            return Err(Refusal::forbidden(
                "organization_missing_creator_role_permissions",
                "The role of those who create organizations has to permit reading and managing \
                 members, and deleting the organization.",
            ));
        }
        settings.creator_role.clone_from(&role.key);
    }
    if let Some(role) = role(&mut input, directory, "domains_default_role_id")? {
        settings.domains_default_role.clone_from(&role.key);
    }
    input.finish()?;
    let body = settings.to_json();
    directory.settings.organizations = settings;
    Ok(Reply::ok(body))
}

/// The role whose id an input has.
fn role<'d>(
    input: &mut Input,
    directory: &'d Directory,
    name: &str,
) -> Result<Option<&'d Role>, Refusal> {
    let Some(id) = input.text(name)? else {
        return Ok(None);
    };
    let role = directory.roles.get(&id);
    role.map(Some)
        .ok_or_else(|| Refusal::resource_not_found("role", &id))
}
