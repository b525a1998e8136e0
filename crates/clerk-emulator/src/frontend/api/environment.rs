use http::Method;
use serde_json::{Map, Value, json};

use super::referrals::provider_name;
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{InstanceSettings, OrganizationSettings, Presence},
    refusal::Refusal,
    route::Route,
    state::Settings,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.environment.get",
        method: Method::GET,
        path: "/v1/environment",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.environment.update",
        method: Method::PATCH,
        path: "/v1/environment",
        access: Access::Browser,
        handler: get,
    },
];

/// clerk-js tells an instance in development where it is, with the same answer.
fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let settings = &call.state.directory.settings;
    Ok(Reply::ok(json!({
        "object": "environment",
        "id": "environment",
        "auth_config": {
            "object": "auth_config",
            "id": "aconf_emulator",
            "single_session_mode": settings.single_session_mode,
            "claimed_at": null,
            "reverification": true,
        },
        "display_config": display(call.settings),
        "user_settings": user_settings(settings),
        "organization_settings": organization_settings(&settings.organizations),
        "commerce_settings": { "billing": {
            "stripe_publishable_key": null,
            "organization": { "enabled": false, "has_paid_plans": false },
            "user": { "enabled": false, "has_paid_plans": false },
        }},
        "api_keys_settings": { "user_api_keys_enabled": false, "orgs_api_keys_enabled": false },
        "protect_config": { "object": "protect_config", "id": "protect_emulator", "loaders": [] },
        "maintenance_mode": false,
        "client_debug_mode": false,
        "partitioned_cookies": false,
    })))
}

fn display(settings: &Settings) -> Value {
    let home = settings
        .authorized_party
        .as_deref()
        .unwrap_or(&settings.origin);
    let (sign_in, environment) = (
        format!("{}/sign-in", settings.frontend),
        match settings.domain {
            None => "development",
            Some(_) => "production",
        },
    );
    let mut display = json!({
        "object": "display_config",
        "id": "display_config_emulator",
        "application_name": "Clerk emulator",
        "branded": false,
        "captcha_public_key": null,
        "captcha_public_key_invisible": null,
        "captcha_widget_type": null,
        "captcha_provider": "turnstile",
        "captcha_oauth_bypass": [],
        "instance_environment_type": environment,
        "logo_image_url": "",
        "favicon_image_url": "",
        "preferred_sign_in_strategy": "password",
        "support_email": "",
        "show_devmode_warning": false,
        "terms_url": "",
        "privacy_policy_url": "",
        "theme": theme(),
        "sign_in_url": sign_in,
        "sign_up_url": sign_in,
    });
    for name in [
        "home_url",
        "after_sign_in_url",
        "after_sign_up_url",
        "after_sign_out_all_url",
        "after_sign_out_one_url",
        "after_switch_session_url",
        "after_leave_organization_url",
        "after_create_organization_url",
        "after_join_waitlist_url",
        "user_profile_url",
        "organization_profile_url",
        "create_organization_url",
        "waitlist_url",
    ] {
        display[name] = json!(home);
    }
    display
}

fn theme() -> Value {
    let font = "system-ui, sans-serif";
    json!({
        "general": {
            "color": "#5b34d6",
            "background_color": "#ffffff",
            "font_family": font,
            "font_color": "#000000",
            "label_font_weight": "600",
            "padding": "1em",
            "border_radius": "0.5em",
            "box_shadow": "0 2px 8px rgba(0, 0, 0, 0.2)",
        },
        "buttons": { "font_color": "#ffffff", "font_family": font, "font_weight": "600" },
        "accounts": { "background_color": "#ffffff" },
    })
}

fn user_settings(settings: &InstanceSettings) -> Value {
    let mode = settings.sign_up_mode.as_str();
    json!({
        "attributes": attributes(settings),
        "actions": { "delete_self": true, "create_organization": true },
        "social": social(&settings.social),
        "enterprise_sso": { "enabled": false, "self_serve_sso": false, "self_serve_directory_sync": false },
        "sign_in": { "second_factor": { "required": false, "enabled": true } },
        "sign_up": {
            "allowlist_only": false,
            "progressive": true,
            "captcha_enabled": false,
            "mode": mode,
            "legal_consent_enabled": false,
            "mfa": { "required": false },
        },
        "password_settings": {
            "allowed_special_characters": "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~",
            "disable_hibp": true,
            "min_length": super::passwords::SHORTEST,
            "max_length": super::passwords::LONGEST,
            "require_special_char": false,
            "require_numbers": false,
            "require_uppercase": false,
            "require_lowercase": false,
            "show_zxcvbn": false,
            "min_zxcvbn_strength": 0,
        },
        "passkey_settings": { "allow_autofill": false, "show_sign_in_button": false },
        "username_settings": { "min_length": 4, "max_length": 64 },
        "attack_protection": { "enumeration_protection": { "enabled": false } },
    })
}

fn social(providers: &[String]) -> Map<String, Value> {
    let all = providers.iter().map(|provider| {
        let strategy = format!("oauth_{provider}");
        let settings = json!({
            "enabled": true,
            "required": false,
            "authenticatable": true,
            "block_email_subaddresses": false,
            "strategy": strategy,
            "not_selectable": false,
            "deactivated": false,
            "name": provider_name(provider),
            "logo_url": "",
        });
        (strategy, settings)
    });
    all.collect()
}

fn attributes(settings: &InstanceSettings) -> Value {
    let off = Presence::Off;
    let mut all = Map::new();
    for (name, presence) in [
        ("email_address", Presence::Required),
        ("phone_number", off),
        ("username", settings.username),
        ("first_name", settings.first_name),
        ("last_name", settings.last_name),
        ("password", settings.password),
        ("web3_wallet", off),
        ("authenticator_app", Presence::Optional),
        ("backup_code", Presence::Optional),
        ("passkey", off),
    ] {
        let first: &[&str] = match name {
            "email_address" if settings.email_links => &["email_link", "email_code"],
            "email_address" => &["email_code"],
            _ => &[],
        };
        let second: &[&str] = match name {
            "authenticator_app" => &["totp"],
            "backup_code" => &["backup_code"],
            _ => &[],
        };
        let identifies = matches!(name, "email_address" | "username") && presence.is_on();
        all.insert(
            name.into(),
            json!({
                "enabled": presence.is_on(),
                "required": presence.is_required(),
                "immutable": false,
                "used_for_first_factor": identifies,
                "first_factors": first,
                "used_for_second_factor": !second.is_empty(),
                "second_factors": second,
                "verifications": first,
                "verify_at_sign_up": name == "email_address",
            }),
        );
    }
    all.into()
}

fn organization_settings(settings: &OrganizationSettings) -> Value {
    json!({
        "enabled": settings.enabled,
        "max_allowed_memberships": settings.max_allowed_memberships,
        "force_organization_selection": settings.force_organization_selection,
        "actions": { "admin_delete": settings.admin_delete_enabled },
        // Nobody joins by a domain on the page.
        "domains": { "enabled": false, "enrollment_modes": [], "default_role": settings.domains_default_role },
        "slug": { "disabled": settings.slug_disabled },
        "organization_creation_defaults": { "enabled": false },
    })
}
