//! Domains of organizations.

mod support;

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use support::{ACME, column, delete, emulator, fine, get, patch, post, refusal, refused, text};

fn domains() -> String {
    format!("/v1/organizations/{ACME}/domains")
}

fn another_organization(emulator: &Emulator) -> String {
    let navy = fine(post(
        emulator,
        "/v1/organizations",
        json!({ "name": "Navy" }),
    ));
    text(&navy, "id").to_owned()
}

#[test]
fn a_domain_is_verified_unless_it_is_said_not_to_be() {
    let emulator = emulator();
    let body = json!({ "name": "Acme.Example.com", "enrollment_mode": "automatic_invitation" });
    let domain = fine(post(&emulator, &domains(), body));
    let verification = json!({
        "status": "verified", "strategy": "manual_override", "attempts": null, "expire_at": null,
        "verified_at": 1_800_000_000_000_i64,
    });
    assert!(text(&domain, "id").starts_with("orgdmn_"));
    assert_eq!(
        domain,
        json!({
            "object": "organization_domain", "id": domain["id"], "organization_id": ACME,
            "name": "acme.example.com", "enrollment_mode": "automatic_invitation",
            "affiliation_email_address": null, "affiliation_verification": verification,
            "verification": verification, "ownership_verification": null,
            "total_pending_invitations": 0, "total_pending_suggestions": 0,
            "public_organization_data": {
                "id": ACME, "name": "Acme", "slug": "acme", "has_image": false,
                "image_url": format!("{}/images/{ACME}", emulator.url()),
            },
            "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
        })
    );
    let path = format!("{}/{}", domains(), text(&domain, "id"));
    let changed = fine(patch(
        &emulator,
        &path,
        json!({ "verified": false, "enrollment_mode": "manual_invitation" }),
    ));
    assert_eq!(changed["verification"]["status"], "unverified");
    assert_eq!(changed["enrollment_mode"], "manual_invitation");
    let owned = fine(post(
        &emulator,
        &format!("{path}/verify_ownership"),
        json!({}),
    ));
    assert_eq!(owned["ownership_verification"], verification);
    let again = fine(post(
        &emulator,
        &format!("{path}/verify_ownership"),
        json!({}),
    ));
    assert_eq!(again, owned);
    assert_eq!(
        fine(delete(&emulator, &path)),
        json!({ "object": "organization_domain", "id": domain["id"], "deleted": true })
    );
    assert_eq!(fine(get(&emulator, &domains()))["total_count"], 0);
}

#[test]
fn domains_that_cannot_be_are_refused() {
    let emulator = emulator();
    let navy = another_organization(&emulator);
    let domain = fine(post(&emulator, &domains(), json!({ "name": "a.example" })));
    let elsewhere = format!("/v1/organizations/{navy}/domains");
    for (path, body, expected) in [
        (
            domains(),
            json!({}),
            refused(422, "form_param_missing", "name"),
        ),
        (
            domains(),
            json!({ "name": "example" }),
            refused(422, "form_param_format_invalid", "name"),
        ),
        (
            domains(),
            json!({ "name": "a b.example" }),
            refused(422, "form_param_format_invalid", "name"),
        ),
        (
            domains(),
            json!({ "name": "b.example", "enrollment_mode": "odd" }),
            refused(422, "form_param_value_invalid", "enrollment_mode"),
        ),
        (
            domains(),
            json!({ "name": "A.example", "verified": false }),
            refused(422, "form_identifier_exists", "name"),
        ),
        (
            elsewhere.clone(),
            json!({ "name": "a.example" }),
            refused(422, "form_identifier_exists", "name"),
        ),
    ] {
        let found = refusal(post(&emulator, &path, body.clone()));
        assert_eq!(found, expected, "{body}");
    }
    // Two may claim a domain, one has it.
    let claimed = fine(post(
        &emulator,
        &elsewhere,
        json!({ "name": "a.example", "verified": false }),
    ));
    let claimed_path = format!("{elsewhere}/{}", text(&claimed, "id"));
    let verified = json!({ "verified": true });
    assert_eq!(
        refusal(patch(&emulator, &claimed_path, verified.clone())),
        refused(422, "form_identifier_exists", "name")
    );
    fine(delete(
        &emulator,
        &format!("{}/{}", domains(), text(&domain, "id")),
    ));
    fine(patch(&emulator, &claimed_path, verified));
    // A domain is found in its organization alone.
    let path = format!("{}/{}", domains(), text(&claimed, "id"));
    let found = refusal(delete(&emulator, &path));
    assert_eq!(found, refused(404, "resource_not_found", ""));
}

#[test]
fn lists_of_domains_are_filtered_and_sorted() {
    let emulator = emulator();
    let navy = another_organization(&emulator);
    for (organization, name, mode, verified) in [
        (ACME, "a.example", "manual_invitation", true),
        (ACME, "b.example", "automatic_invitation", true),
        (&navy, "c.example", "automatic_suggestion", false),
        (&navy, "d.test", "enterprise_sso", true),
    ] {
        let path = format!("/v1/organizations/{organization}/domains");
        let body = json!({ "name": name, "enrollment_mode": mode, "verified": verified });
        fine(post(&emulator, &path, body));
    }
    let all = "/v1/organization_domains";
    for (path, expected) in [
        (domains(), "b.example a.example"),
        (
            format!("{}?enrollment_mode=manual_invitation", domains()),
            "a.example",
        ),
        (
            format!("{}?enrollment_mode=-manual_invitation", domains()),
            "b.example",
        ),
        (format!("{}?verified=false", domains()), ""),
        (
            format!("{all}?order_by=name"),
            "a.example b.example c.example d.test",
        ),
        (
            format!("{all}?order_by=-name&limit=1&offset=1"),
            "c.example",
        ),
        (format!("{all}?verified=false"), "c.example"),
        (format!("{all}?organization_id={navy}"), "d.test c.example"),
        (format!("{all}?query={navy}"), "d.test c.example"),
        (
            format!("{all}?query=EXAMPLE&order_by=name"),
            "a.example b.example c.example",
        ),
        (
            format!("{all}?domains=d.test&domains=a.example"),
            "d.test a.example",
        ),
        (
            format!("{all}?enrollment_mode=automatic_suggestion,enterprise_sso"),
            "d.test c.example",
        ),
        (
            format!("{all}?enrollment_mode=-automatic_suggestion,-enterprise_sso"),
            "b.example a.example",
        ),
    ] {
        let page = fine(get(&emulator, &path));
        assert_eq!(column(&page, "name").join(" "), expected, "{path}");
    }
    assert_eq!(
        refusal(get(&emulator, &format!("{all}?query=%20"))),
        refused(422, "form_param_value_invalid", "query")
    );
    // They go with their organization.
    fine(delete(&emulator, &format!("/v1/organizations/{navy}")));
    let left = fine(get(&emulator, all));
    assert_eq!(left["total_count"], Value::from(2));
}
