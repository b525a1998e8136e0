//! Settings of the instance, its lists of identifiers, redirect URLs and domains.

mod support;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{call, column, delete, emulator, fine, get, patch, post, refusal, refused, text};

fn production() -> Emulator {
    let builder = Emulator::builder().deterministic(1);
    builder.production("example.com").build().unwrap()
}

#[test]
fn an_instance_says_what_it_is() {
    let emulator = emulator();
    let origins = json!({
        "allowed_origins": ["chrome-extension://abc"], "test_mode": true,
        "support_email": "help@example.com", "hibp": null,
    });
    let changed = patch(&emulator, "/v1/instance", origins);
    assert_eq!(changed, (204, Value::Null));
    let instance = fine(get(&emulator, "/v1/instance"));
    assert_eq!(
        instance,
        json!({
            "object": "instance", "id": emulator.key_id(), "environment_type": "development",
            "allowed_origins": ["chrome-extension://abc"], "workspace_id": null,
        })
    );
    let live = fine(get(&production(), "/v1/instance"));
    assert_eq!(live["environment_type"], "production");
}

#[test]
fn settings_are_kept_one_by_one() {
    let emulator = emulator();
    for (path, first, second, expected) in [
        (
            "/v1/instance/restrictions",
            json!({ "blocklist": true, "block_email_subaddresses": true }),
            json!({ "block_email_subaddresses": false }),
            json!({
                "object": "instance_restrictions", "allowlist": false, "blocklist": true,
                "allowlist_blocklist_disabled_on_sign_in": false, "block_email_subaddresses": false,
                "block_disposable_email_domains": false, "ignore_dots_for_gmail_addresses": false,
            }),
        ),
        (
            "/v1/instance/protect",
            json!({ "rules_enabled": true }),
            json!({ "specter_enabled": true }),
            json!({
                "object": "instance_protect", "rules_enabled": true, "specter_enabled": true,
                "checks_bypassed": false,
            }),
        ),
        (
            "/v1/instance/communication",
            json!({ "blocked_country_codes": ["AQ", "BV"] }),
            json!({}),
            json!({
                "object": "instance_communication", "blocked_country_codes": ["AQ", "BV"],
            }),
        ),
        (
            "/v1/instance/oauth_application_settings",
            json!({ "oauth_jwt_access_tokens": true, "default_scopes": ["email"] }),
            json!({ "default_scopes": null, "dynamic_oauth_client_registration": true }),
            json!({
                "object": "oauth_application_settings", "dynamic_oauth_client_registration": true,
                "default_scopes": null, "oauth_jwt_access_tokens": true,
                "client_id_metadata_documents_advertised": false,
                "client_id_metadata_documents_only_allow_pre_registered_clients": false,
                "client_id_metadata_documents_block_implicitly_allowed_clients": false,
            }),
        ),
        (
            "/v1/beta_features/instance_settings",
            json!({ "restricted_to_allowlist": true, "from_email_address": "noreply" }),
            json!({ "progressive_sign_up": true }),
            json!({
                "object": "instance_settings", "id": emulator.key_id(),
                "restricted_to_allowlist": true, "from_email_address": "noreply",
                "progressive_sign_up": true, "enhanced_email_deliverability": false,
            }),
        ),
    ] {
        fine(patch(&emulator, path, first));
        assert_eq!(fine(patch(&emulator, path, second)), expected, "{path}");
        let (status, found) = get(&emulator, path);
        assert!(status != 200 || found == expected, "{path} {found}");
    }
    // A scope stands there once, however often it was said.
    let scopes = json!({ "default_scopes": ["email", "profile", "email"] });
    let path = "/v1/instance/oauth_application_settings";
    let settings = fine(patch(&emulator, path, scopes));
    assert_eq!(settings["default_scopes"], json!(["email", "profile"]));
    // The allowlist is the same, whichever way it was switched on.
    let restrictions = fine(patch(&emulator, "/v1/instance/restrictions", json!({})));
    assert_eq!(restrictions["allowlist"], true);
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let emulator = emulator();
    let invalid = |name| refused(422, "form_param_value_invalid", name);
    for (path, body, expected) in [
        (
            "/v1/instance",
            json!({ "test_mode": 1 }),
            invalid("test_mode"),
        ),
        (
            "/v1/instance",
            json!({ "allowed_origins": "x" }),
            invalid("allowed_origins"),
        ),
        (
            "/v1/instance/restrictions",
            json!({ "allowlist": "yes" }),
            invalid("allowlist"),
        ),
        (
            "/v1/instance/communication",
            json!({ "blocked_country_codes": ["aq"] }),
            invalid("blocked_country_codes"),
        ),
        (
            "/v1/instance/communication",
            json!({ "blocked_country_codes": ["AQ", "AQ"] }),
            invalid("blocked_country_codes"),
        ),
        (
            "/v1/beta_features/instance_settings",
            json!({ "from_email_address": "no-reply@example.com" }),
            refused(422, "form_param_format_invalid", "from_email_address"),
        ),
        (
            "/v1/instance/protect",
            json!({ "checks_bypassed": true }),
            refused(422, "form_param_unknown", "checks_bypassed"),
        ),
    ] {
        let found = refusal(patch(&emulator, path, body.clone()));
        assert_eq!(found, expected, "{path} {body}");
    }
}

#[test]
fn a_domain_is_changed_in_production_alone() {
    let expected = refused(400, "request_invalid_for_environment", "");
    let body = json!({ "home_url": "https://www.example.com" });
    for (method, path) in [
        ("POST", "/v1/instance/change_domain"),
        ("PUT", "/v1/beta_features/domain"),
    ] {
        let in_development = call(&emulator(), method, path, Some(&body));
        assert_eq!(refusal(in_development), expected);
        let live = call(&production(), method, path, Some(&body));
        assert_eq!(live, (202, Value::Null));
        let empty = call(&production(), method, path, Some(&json!({})));
        assert_eq!(
            refusal(empty),
            refused(422, "form_param_missing", "home_url")
        );
    }
}

#[test]
fn identifiers_stand_on_their_lists() {
    let emulator = emulator();
    for list in ["allowlist", "blocklist"] {
        let path = format!("/v1/{list}_identifiers");
        let mut ids = Vec::new();
        for (identifier, kind) in [
            ("Eve@Example.com", "email_address"),
            ("*@spam.example", "email_address"),
            ("+15555550100", "phone_number"),
            ("0x000000000000000000000000000000000000dEaD", "web3_wallet"),
        ] {
            let listed = fine(post(&emulator, &path, json!({ "identifier": identifier })));
            assert_eq!(listed["object"], format!("{list}_identifier"));
            assert_eq!(listed["identifier"], identifier.to_lowercase());
            assert_eq!(listed["identifier_type"], kind);
            assert_eq!(listed["instance_id"], emulator.key_id());
            ids.push(text(&listed, "id").to_owned());
        }
        for (body, expected) in [
            (json!({}), refused(422, "form_param_missing", "identifier")),
            (
                json!({ "identifier": "eve" }),
                refused(422, "form_param_format_invalid", "identifier"),
            ),
            (
                json!({ "identifier": "eve@example.com" }),
                refused(422, "form_identifier_exists", "identifier"),
            ),
        ] {
            assert_eq!(refusal(post(&emulator, &path, body)), expected);
        }
        let all = match list {
            "allowlist" => fine(get(&emulator, &format!("{path}?paginated=true"))),
            _ => fine(get(&emulator, &path)),
        };
        ids.reverse();
        assert_eq!(column(&all, "id"), ids);
        assert_eq!(all["total_count"], 4);
        let gone = format!("{path}/{}", ids[0]);
        assert_eq!(
            fine(delete(&emulator, &gone)),
            json!({ "object": format!("{list}_identifier"), "id": ids[0], "deleted": true })
        );
        assert_eq!(
            refusal(delete(&emulator, &gone)),
            refused(404, "resource_not_found", "")
        );
    }
    let page = fine(get(&emulator, "/v1/allowlist_identifiers?limit=1"));
    assert_eq!(page.as_array().unwrap().len(), 1);
}

#[test]
fn whoever_is_allowed_may_be_told() {
    let emulator = emulator();
    let path = "/v1/allowlist_identifiers";
    let body = json!({ "identifier": "eve@example.com", "notify": true });
    let listed = fine(post(&emulator, path, body));
    let invitations = fine(get(&emulator, "/v1/invitations"));
    assert_eq!(invitations[0]["id"], listed["invitation_id"]);
    assert_eq!(invitations[0]["email_address"], "eve@example.com");
    for body in [
        json!({ "identifier": "*@example.org", "notify": true }),
        json!({ "identifier": "bob@example.org" }),
    ] {
        let listed = fine(post(&emulator, path, body));
        assert_eq!(listed.get("invitation_id"), None);
    }
    let blocked = json!({ "identifier": "eve@example.com", "notify": true });
    assert_eq!(
        refusal(post(&emulator, "/v1/blocklist_identifiers", blocked)),
        refused(422, "form_param_unknown", "notify")
    );
}

#[test]
fn redirect_urls_are_made_found_and_deleted() {
    let emulator = emulator();
    let path = "/v1/redirect_urls";
    let web = fine(post(
        &emulator,
        path,
        json!({ "url": "https://app.example/callback" }),
    ));
    let app = fine(post(&emulator, path, json!({ "url": "my-app://callback" })));
    let one = format!("{path}/{}", text(&web, "id"));
    assert_eq!(fine(get(&emulator, &one)), web);
    assert_eq!(fine(get(&emulator, path)), json!([app, web]));
    for (body, expected) in [
        (json!({}), refused(422, "form_param_missing", "url")),
        (
            json!({ "url": "callback" }),
            refused(422, "form_param_format_invalid", "url"),
        ),
        (
            json!({ "url": "javascript:alert(1)" }),
            refused(422, "form_param_format_invalid", "url"),
        ),
        (
            json!({ "url": "my-app://callback" }),
            refused(422, "form_already_exists", "url"),
        ),
    ] {
        assert_eq!(refusal(post(&emulator, path, body)), expected);
    }
    assert_eq!(fine(delete(&emulator, &one))["object"], "redirect_url");
    let expected = refused(404, "resource_not_found", "");
    assert_eq!(refusal(get(&emulator, &one)), expected);
    assert_eq!(refusal(delete(&emulator, &one)), expected);
}

#[test]
fn satellites_are_added_beside_the_primary_domain() {
    let emulator = emulator();
    let path = "/v1/domains";
    let primary = fine(get(&emulator, path))["data"][0].clone();
    assert_eq!(primary["proxy_url"], Value::Null);
    assert_eq!(primary["cname_targets"], json!([]));
    let body = json!({ "name": "localhost:3001", "is_satellite": true });
    let satellite = fine(post(&emulator, path, body));
    assert_eq!(satellite["is_satellite"], true);
    assert_eq!(satellite["accounts_portal_url"], Value::Null);
    let one = format!("{path}/{}", text(&satellite, "id"));
    let moved = fine(patch(&emulator, &one, json!({ "name": "moved.example" })));
    let all = fine(get(&emulator, path));
    assert_eq!(all["data"], json!([primary, moved]));
    let primary_path = format!("{path}/{}", text(&primary, "id"));
    for (answer, expected) in [
        (
            post(&emulator, path, json!({ "name": "a.example" })),
            refused(422, "form_param_missing", "is_satellite"),
        ),
        (
            post(
                &emulator,
                path,
                json!({ "name": "a.example", "is_satellite": false }),
            ),
            refused(422, "form_param_value_invalid", "is_satellite"),
        ),
        (
            post(
                &emulator,
                path,
                json!({ "name": "moved.example", "is_satellite": true }),
            ),
            refused(422, "form_identifier_exists", "name"),
        ),
        (
            post(
                &emulator,
                path,
                json!({ "name": "https://a.example", "is_satellite": true }),
            ),
            refused(422, "form_param_format_invalid", "name"),
        ),
        (
            patch(
                &emulator,
                &one,
                json!({ "proxy_url": "https://moved.example/__clerk" }),
            ),
            refused(400, "request_invalid_for_environment", ""),
        ),
        (
            delete(&emulator, &primary_path),
            refused(403, "operation_not_allowed_on_primary_domain", ""),
        ),
    ] {
        assert_eq!(refusal(answer), expected);
    }
    fine(patch(
        &emulator,
        &primary_path,
        json!({ "name": "home.example" }),
    ));
    fine(delete(&emulator, &one));
    let left = fine(get(&emulator, path));
    assert_eq!(column(&left, "name"), ["home.example"]);
    assert_eq!(left["data"][0]["id"], primary["id"]);
}

#[test]
fn a_domain_in_production_says_what_its_dns_needs() {
    let emulator = production();
    let primary = fine(get(&emulator, "/v1/domains"))["data"][0].clone();
    let targets = primary["cname_targets"].as_array().unwrap();
    assert_eq!(targets.len(), 5);
    assert_eq!(targets[0]["required"], true);
    let satellite = fine(post(
        &emulator,
        "/v1/domains",
        json!({
            "name": "satellite.example", "is_satellite": true,
            "proxy_url": "https://satellite.example/__clerk",
        }),
    ));
    assert_eq!(
        satellite["frontend_api_url"],
        "https://satellite.example/__clerk"
    );
    assert_eq!(
        satellite["cname_targets"],
        json!([{
            "host": "clerk.satellite.example", "value": "frontend-api.clerk.services",
            "required": false,
        }])
    );
}

#[test]
fn a_proxy_is_checked_for_a_domain_that_there_is() {
    let emulator = emulator();
    let domains = fine(get(&emulator, "/v1/domains"));
    let check = |domain: &str, url: &str| {
        let body = json!({ "domain_id": domain, "proxy_url": url });
        post(&emulator, "/v1/proxy_checks", body)
    };
    let id = text(&domains["data"][0], "id");
    let checked = fine(check(id, "https://app.example/__clerk"));
    assert_eq!(checked["successful"], true);
    assert_eq!(checked["domain_id"], id);
    assert_eq!(
        refusal(check("dmn_x", "https://app.example/__clerk")),
        refused(404, "resource_not_found", "")
    );
    assert_eq!(
        refusal(check(id, "app.example")),
        refused(422, "form_param_format_invalid", "proxy_url")
    );
}
