//! What there is one of in an instance: its settings.

use http::StatusCode;
use serde_json::json;

use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, InstanceSettings, Role},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("GetInstance", get),
    ("UpdateInstance", update),
    ("UpdateInstanceRestrictions", update_restrictions),
    ("UpdateInstanceAuthConfig", update_auth_config),
    ("GetInstanceProtect", protect),
    ("UpdateInstanceProtect", update_protect),
    ("GetInstanceCommunication", communication),
    ("UpdateInstanceCommunication", update_communication),
    ("GetInstanceOAuthApplicationSettings", oauth_settings),
    (
        "UpdateInstanceOAuthApplicationSettings",
        update_oauth_settings,
    ),
    ("ChangeProductionInstanceDomain", change_domain),
    ("UpdateProductionInstanceDomain", change_domain),
    ("GetInstanceOrganizationSettings", organization_settings),
    (
        "UpdateInstanceOrganizationSettings",
        update_organization_settings,
    ),
];

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let environment = match call.settings.domain {
        Some(_) => "production",
        None => "development",
    };
    Ok(Reply::ok(json!({
        "object": "instance",
        "id": call.settings.first_keys.current().id,
        "environment_type": environment,
        "allowed_origins": call.state.directory.settings.allowed_origins,
        "workspace_id": null,
    })))
}

/// Of most of it nothing is ever seen: it is about what browsers load from Clerk.
fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    for flag in [
        "test_mode",
        "hibp",
        "cookieless_dev",
        "url_based_session_syncing",
    ] {
        input.flag(flag)?;
    }
    for text in [
        "support_email",
        "clerk_js_version",
        "development_origin",
        "preferred_sign_in_strategy_when_password_required",
    ] {
        input.text(text)?;
    }
    let origins = input.given_texts("allowed_origins")?;
    input.finish()?;
    if let Some(origins) = origins {
        call.state.directory.settings.allowed_origins = origins;
    }
    Ok(Reply::no_content())
}

/// Sets those flags that the input has.
fn set(input: &mut Input, flags: &mut [(&str, &mut bool)]) -> Result<(), Refusal> {
    for (name, flag) in flags {
        if let Some(given) = input.flag(name)? {
            **flag = given;
        }
    }
    Ok(())
}

fn update_restrictions(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut restrictions = call.state.directory.settings.restrictions.clone();
    let disabled_on_sign_in = &mut restrictions.allowlist_blocklist_disabled_on_sign_in;
    let disposable = &mut restrictions.block_disposable_email_domains;
    let mut flags = [
        ("allowlist", &mut restrictions.allowlist),
        ("blocklist", &mut restrictions.blocklist),
        (
            "allowlist_blocklist_disabled_on_sign_in",
            disabled_on_sign_in,
        ),
        (
            "block_email_subaddresses",
            &mut restrictions.block_email_subaddresses,
        ),
        ("block_disposable_email_domains", disposable),
    ];
    set(&mut input, &mut flags)?;
    input.finish()?;
    let body = restrictions.to_json();
    call.state.directory.settings.restrictions = restrictions;
    Ok(Reply::ok(body))
}

/// Older than the restrictions, and partly the same.
fn update_auth_config(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut settings = InstanceSettings::clone(&call.state.directory.settings);
    let mut flags = [
        (
            "restricted_to_allowlist",
            &mut settings.restrictions.allowlist,
        ),
        ("progressive_sign_up", &mut settings.progressive_sign_up),
    ];
    set(&mut input, &mut flags)?;
    input.flag("test_mode")?;
    if let Some(local_part) = input.text("from_email_address")? {
        if !local_part.chars().all(char::is_alphanumeric) {
            let expected = "of letters and digits alone: what stands before the @";
            return Err(Refusal::form_param_format_invalid(
                "from_email_address",
                expected,
            ));
        }
        settings.from_email_address = local_part;
    }
    input.finish()?;
    let body = json!({
        "object": "instance_settings",
        "id": call.settings.first_keys.current().id,
        "restricted_to_allowlist": settings.restrictions.allowlist,
        "from_email_address": settings.from_email_address,
        "progressive_sign_up": settings.progressive_sign_up,
        "enhanced_email_deliverability": false,
    });
    *call.state.directory.settings = settings;
    Ok(Reply::ok(body))
}

fn protect(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(call.state.directory.settings.protect.to_json()))
}

fn update_protect(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut protect = call.state.directory.settings.protect.clone();
    let mut flags = [
        ("rules_enabled", &mut protect.rules_enabled),
        ("specter_enabled", &mut protect.specter_enabled),
    ];
    set(&mut input, &mut flags)?;
    input.finish()?;
    let body = protect.to_json();
    call.state.directory.settings.protect = protect;
    Ok(Reply::ok(body))
}

fn communication(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let codes = &call.state.directory.settings.blocked_country_codes;
    Ok(Reply::ok(json!({
        "object": "instance_communication",
        "blocked_country_codes": codes,
    })))
}

fn update_communication(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let codes = input.given_texts("blocked_country_codes")?;
    input.finish()?;
    if let Some(codes) = codes {
        let is_code =
            |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        let mut once: Vec<&String> = codes.iter().collect();
        once.sort_unstable();
        once.dedup();
        if once.len() != codes.len() || codes.len() > 250 || !codes.iter().all(is_code) {
            let expected = "a list of at most 250 codes such as AQ, each of them once";
            let name = "blocked_country_codes";
            return Err(Refusal::form_param_value_invalid(name, expected));
        }
        call.state.directory.settings.blocked_country_codes = codes;
    }
    communication(call)
}

fn oauth_settings(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let settings = &call.state.directory.settings.oauth_applications;
    Ok(Reply::ok(settings.to_json()))
}

fn update_oauth_settings(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut settings = call.state.directory.settings.oauth_applications.clone();
    let mut flags = [
        (
            "dynamic_oauth_client_registration",
            &mut settings.dynamic_client_registration,
        ),
        ("oauth_jwt_access_tokens", &mut settings.jwt_access_tokens),
        (
            "client_id_metadata_documents_advertised",
            &mut settings.metadata_documents_advertised,
        ),
        (
            "client_id_metadata_documents_only_allow_pre_registered_clients",
            &mut settings.metadata_documents_of_known_clients_alone,
        ),
        (
            "client_id_metadata_documents_block_implicitly_allowed_clients",
            &mut settings.metadata_documents_of_implicit_clients_blocked,
        ),
    ];
    set(&mut input, &mut flags)?;
    if let Some(scopes) = input.clearable_texts("default_scopes")? {
        settings.default_scopes = scopes.map(each_once);
    }
    input.finish()?;
    let body = settings.to_json();
    call.state.directory.settings.oauth_applications = settings;
    Ok(Reply::ok(body))
}

fn each_once(texts: Vec<String>) -> Vec<String> {
    let mut once = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

/// Only what is in production has a domain to change. What follows from another one, browsers would have to find
/// out: the emulator stays where it is.
fn change_domain(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    input.required_text("home_url")?;
    input.flag("is_secondary")?;
    input.finish()?;
    in_production(call)?;
    Ok(Reply::empty(StatusCode::ACCEPTED))
}

/// Refuses what Clerk does in production alone.
pub(super) fn in_production(call: &Call<'_>) -> Result<(), Refusal> {
    match call.settings.domain {
        Some(_) => Ok(()),
        None => Err(Refusal::bad_request(
            "request_invalid_for_environment",
            "Only an instance in production takes this: this is one of development.",
        )),
    }
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
    let mut flags = [
        ("enabled", &mut settings.enabled),
        ("admin_delete_enabled", &mut settings.admin_delete_enabled),
        ("domains_enabled", &mut settings.domains_enabled),
        ("slug_disabled", &mut settings.slug_disabled),
    ];
    set(&mut input, &mut flags)?;
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
