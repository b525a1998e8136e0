//! What enterprises sign in by, their directories, and the portal where they set them up.

mod support;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{
    ACME, call, column, delete, emulator, fine, get, patch, post, refusal, refused, text,
};

const CONNECTIONS: &str = "/v1/enterprise_connections";
const SAML: &str = "/v1/saml_connections";

fn okta(domain: &str) -> Value {
    json!({
        "name": "Example", "provider": "saml_okta", "domains": [domain], "organization_id": ACME,
        "saml": { "idp_entity_id": "https://idp.example/entity", "idp_certificate": "MIIC", "name": "Okta" },
    })
}

fn create(emulator: &Emulator, domain: &str) -> Value {
    fine(post(emulator, CONNECTIONS, okta(domain)))
}

#[test]
fn a_connection_is_one_thing_under_both_names() {
    let emulator = emulator();
    let made = create(&emulator, "Corp.example.com");
    assert_eq!(made["domains"], json!(["corp.example.com"]));
    let saml = &made["saml_connection"];
    assert_eq!(
        (
            text(saml, "idp_entity_id"),
            text(saml, "name"),
            &saml["idp_certificates"][0]["certificate"]
        ),
        ("https://idp.example/entity", "Okta", &json!("MIIC"))
    );
    assert!(text(saml, "acs_url").starts_with("http://"), "{saml}");
    let path = format!("{SAML}/{}", text(saml, "id"));
    let alone = fine(get(&emulator, &path));
    assert_eq!(
        (
            text(&alone, "name"),
            text(&alone, "domain"),
            &alone["enterprise_connection_id"]
        ),
        ("Example", "corp.example.com", &made["id"])
    );
    assert_eq!(text(&alone["attribute_mapping"], "email_address"), "mail");

    let change = json!({
        "name": "Corp", "domain": "corp.example", "active": true, "idp_entity_id": null,
        "attribute_mapping": { "user_id": "uid" }, "force_authn": true,
    });
    let changed = fine(patch(&emulator, &path, change));
    assert_eq!(
        (
            &changed["idp_entity_id"],
            &changed["force_authn"],
            &changed["domains"]
        ),
        (&Value::Null, &json!(true), &json!(["corp.example"]))
    );
    assert_eq!(
        changed["attribute_mapping"],
        json!({ "user_id": "uid", "email_address": "mail", "first_name": "firstName", "last_name": "lastName" })
    );
    let connection = format!("{CONNECTIONS}/{}", text(&made, "id"));
    let seen = fine(get(&emulator, &connection));
    assert_eq!(
        (text(&seen, "name"), &seen["active"]),
        ("Corp", &json!(true))
    );
    let change = json!({ "organization_id": null, "saml": { "force_authn": false }, "sync_user_attributes": false });
    let seen = fine(patch(&emulator, &connection, change));
    assert_eq!(
        (
            &seen["organization_id"],
            &seen["saml_connection"]["force_authn"],
            &seen["sync_user_attributes"]
        ),
        (&Value::Null, &json!(false), &json!(false))
    );
    assert_eq!(fine(delete(&emulator, &path))["deleted"], true);
    for gone in [&path, &connection] {
        assert_eq!(
            refusal(get(&emulator, gone)),
            refused(404, "resource_not_found", "")
        );
    }
}

#[test]
fn connections_by_openid_connect_have_no_saml_and_tell_no_secret() {
    let emulator = emulator();
    let made = fine(post(
        &emulator,
        CONNECTIONS,
        json!({
            "name": "Lab", "provider": "oidc_gitlab", "domains": ["lab.example"],
            "oidc": { "client_id": "lab", "client_secret": "hush", "requires_pkce": true },
            "custom_attributes": [{ "name": "Team", "key": "team" }],
        }),
    ));
    let config = &made["oauth_config"];
    assert_eq!(
        (
            text(config, "client_id"),
            &config["requires_pkce"],
            text(config, "provider_key")
        ),
        ("lab", &json!(true), "oidc_gitlab")
    );
    assert_eq!(
        (
            &made["saml_connection"],
            &made["custom_attributes"][0]["multi_valued"]
        ),
        (&Value::Null, &json!(false))
    );
    assert!(!made.to_string().contains("hush"));
    create(&emulator, "corp.example");
    assert_eq!(
        column(&fine(get(&emulator, SAML)), "domain"),
        ["corp.example"]
    );
    let of_acme = fine(get(
        &emulator,
        &format!("{CONNECTIONS}?organization_id={ACME}&active=false"),
    ));
    assert_eq!(column(&of_acme, "provider"), ["saml_okta"]);
    let named = fine(get(&emulator, &format!("{SAML}?query=nothing")));
    assert_eq!(named["total_count"], 0);
}

#[test]
fn connections_that_cannot_be_are_refused() {
    let emulator = emulator();
    create(&emulator, "corp.example");
    let with = |name: &str, value: Value| {
        let mut body = okta("other.example");
        body[name] = value;
        body
    };
    for (body, expected) in [
        (
            okta("CORP.example"),
            refused(409, "enterprise_connection_domain_exists", ""),
        ),
        (
            okta("corp"),
            refused(422, "form_param_format_invalid", "domains"),
        ),
        (
            with("domains", json!([])),
            refused(422, "form_param_value_invalid", "domains"),
        ),
        (
            with("name", json!(" ")),
            refused(422, "form_param_value_invalid", "name"),
        ),
        (
            with("organization_id", json!("org_no")),
            refused(404, "resource_not_found", ""),
        ),
        (
            with("provider", json!("carrier_pigeon")),
            refused(422, "form_param_value_invalid", "provider"),
        ),
    ] {
        assert_eq!(
            refusal(post(&emulator, CONNECTIONS, body.clone())),
            expected,
            "{body}"
        );
    }
    let none = json!({ "name": "Saml", "provider": "saml_custom" });
    assert_eq!(
        refusal(post(&emulator, SAML, none)),
        refused(422, "form_param_missing", "domains")
    );
    assert_eq!(fine(get(&emulator, CONNECTIONS))["total_count"], 1);
}

#[test]
fn a_trial_of_a_connection_stays_undone() {
    let emulator = emulator();
    let made = create(&emulator, "corp.example");
    let runs = format!("{CONNECTIONS}/{}/test_runs", text(&made, "id"));
    assert!(text(&fine(post(&emulator, &runs, json!({}))), "url").starts_with("http://"));
    let list = fine(get(&emulator, &runs));
    assert_eq!(column(&list, "status"), ["pending"]);
    let list = fine(get(&emulator, &format!("{runs}?status=failed")));
    assert_eq!(list["total_count"], 0);
    assert_eq!(
        refusal(get(&emulator, &format!("{runs}?status=odd"))),
        refused(422, "form_param_value_invalid", "status")
    );
}

#[test]
fn a_directory_gives_groups_roles() {
    let emulator = emulator();
    let roles = fine(get(&emulator, "/v1/organization_roles"));
    let role = text(&roles["data"][0], "id").to_owned();
    let made = create(&emulator, "corp.example");
    for (base, mapping_object) in [
        ("/v1/scim_directories", "scim_group_role_mapping"),
        ("/v1/directories", "directory_group_role_mapping"),
    ] {
        let input =
            json!({ "enterprise_connection_id": made["id"], "provider": "okta", "name": "Staff" });
        let directory = fine(post(&emulator, base, input));
        let key = text(&directory, "api_key").to_owned();
        let path = format!("{base}/{}", text(&directory, "id"));
        assert_eq!(fine(get(&emulator, &path))["api_key"], Value::Null);
        let rotated = fine(post(
            &emulator,
            &format!("{path}/rotate_api_key"),
            json!({}),
        ));
        assert_ne!(text(&rotated, "api_key"), key);
        let change = json!({ "name": "All", "attribute_mapping": { "team": "dept" } });
        let changed = fine(patch(&emulator, &path, change));
        assert_eq!(changed["attribute_mapping"], json!({ "team": "dept" }));
        let change = json!({ "attribute_mapping": { "team": null } });
        let changed = fine(patch(&emulator, &path, change));
        assert_eq!(
            (text(&changed, "name"), &changed["attribute_mapping"]),
            ("All", &json!({}))
        );

        let mappings = format!("{path}/group_role_mappings");
        let input = json!({ "scim_group_id": "one", "role_id": role });
        let mapping = fine(post(&emulator, &mappings, input.clone()));
        assert_eq!(
            (
                text(&mapping, "object"),
                text(&mapping["role"], "id"),
                &mapping["precedence"]
            ),
            (mapping_object, &*role, &json!(1))
        );
        assert_eq!(
            refusal(post(&emulator, &mappings, input)),
            refused(422, "form_already_exists", "scim_group_id")
        );
        let unknown = json!({ "scim_group_id": "two", "role_id": "role_no" });
        assert_eq!(
            refusal(post(&emulator, &mappings, unknown)),
            refused(422, "form_resource_not_found", "role_id")
        );
        let all = json!({ "mappings": [
            { "scim_group_id": "two", "role_id": role, "precedence": 2 },
            { "scim_group_id": "three", "role_id": role, "precedence": 1 },
        ] });
        let replaced = fine(call(&emulator, "PUT", &mappings, Some(&all)));
        assert_eq!(column(&replaced, "directory_group_id"), ["three", "two"]);
        let one = format!("{mappings}/{}", text(&replaced["data"][0], "id"));
        assert_eq!(fine(delete(&emulator, &one))["deleted"], true);
        assert_eq!(
            refusal(delete(&emulator, &one)),
            refused(404, "resource_not_found", "")
        );
        assert_eq!(
            column(&fine(get(&emulator, &mappings)), "scim_group_id"),
            ["two"]
        );
    }
    fine(delete(
        &emulator,
        &format!("{CONNECTIONS}/{}", text(&made, "id")),
    ));
    assert_eq!(fine(get(&emulator, "/v1/directories"))["total_count"], 0);
}

#[test]
fn a_portal_link_token_is_shown_once_and_revoked() {
    let emulator = emulator();
    let tokens = "/v1/admin_portal_link_tokens";
    let input = json!({ "organization_id": ACME, "seconds_until_expiration": 600 });
    let (status, made) = post(&emulator, tokens, input);
    assert_eq!((status, text(&made, "token").len()), (201, 64), "{made}");
    assert_eq!(made["expiration"], 1_800_000_600_000_i64);
    let path = format!("{tokens}/{}/revoke", text(&made, "id"));
    let revoked = fine(post(
        &emulator,
        &path,
        json!({ "revocation_reason": "done" }),
    ));
    assert_eq!(
        (
            &revoked["revoked"],
            text(&revoked, "revocation_reason"),
            revoked.get("token")
        ),
        (&json!(true), "done", None)
    );
    let again = fine(post(
        &emulator,
        &path,
        json!({ "revocation_reason": "again" }),
    ));
    assert_eq!(again, revoked);
    for (body, expected) in [
        (
            json!({ "organization_id": "org_no" }),
            refused(422, "form_resource_not_found", "organization_id"),
        ),
        (
            json!({ "it_contact_id": "" }),
            refused(422, "form_param_value_invalid", "it_contact_id"),
        ),
        (
            json!({ "seconds_until_expiration": 86_401 }),
            refused(422, "form_param_value_invalid", "seconds_until_expiration"),
        ),
    ] {
        assert_eq!(
            refusal(post(&emulator, tokens, body.clone())),
            expected,
            "{body}"
        );
    }
    let id = text(&revoked, "id").strip_prefix("aplt_").unwrap();
    assert!(
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
    let unknown = format!("{tokens}/aplt_no/revoke");
    assert_eq!(
        refusal(post(&emulator, &unknown, json!({}))),
        refused(404, "resource_not_found", "")
    );
}

#[test]
fn a_connection_keeps_a_domain_and_says_nothing_that_is_not_described() {
    let emulator = emulator();
    let made = create(&emulator, "corp.example.com");
    let path = format!("{CONNECTIONS}/{}", text(&made, "id"));
    let saml = format!("{SAML}/{}", text(&made["saml_connection"], "id"));
    for path in [&path, &saml] {
        assert_eq!(
            refusal(patch(&emulator, path, json!({ "domains": [] }))),
            refused(422, "form_param_missing", "domains")
        );
    }
    let hint = json!({ "mode": "custom_attribute", "source": "badge", "nobody_has_this": 1 });
    let changed = fine(patch(&emulator, &saml, json!({ "login_hint": hint })));
    let expected = json!({ "mode": "custom_attribute", "source": "badge" });
    assert_eq!(changed["login_hint"], expected);
    // Without a name of its own, it has the connection's.
    let unnamed = fine(patch(&emulator, &path, json!({ "saml": { "name": null } })));
    assert_eq!(unnamed["saml_connection"]["name"], "Example");
}

#[test]
fn groups_lose_a_role_that_is_deleted() {
    let emulator = emulator();
    let connection = create(&emulator, "corp.example.com");
    let role = json!({ "name": "Editor", "key": "org:editor" });
    let role = fine(post(&emulator, "/v1/organization_roles", role));
    let directory = fine(post(
        &emulator,
        "/v1/directories",
        json!({
            "name": "People", "enterprise_connection_id": connection["id"], "provider": "generic",
            "group_role_mappings": [{ "directory_group_id": "g", "directory_group_display_name": "G", "role_id": role["id"], "precedence": 1 }],
        }),
    ));
    let mappings = format!(
        "/v1/directories/{}/group_role_mappings",
        text(&directory, "id")
    );
    let listed = fine(get(&emulator, &mappings));
    assert_eq!(listed["data"][0]["role"]["id"], role["id"], "{listed}");
    fine(delete(
        &emulator,
        &format!("/v1/organization_roles/{}", text(&role, "id")),
    ));
    assert_eq!(fine(get(&emulator, &mappings))["total_count"], 0);
}
