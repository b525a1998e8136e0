//! Organizations on the page: the active one, members, invitations, and who may do what.

mod support;

use serde_json::json;
use support::{
    ACME, ADA, BOB, decode, emulator, get,
    page::{ScriptedPage, mailbox, text},
    post,
};

#[test]
fn the_active_organization_is_the_sessions_and_in_its_tokens() {
    let emulator = emulator();
    post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "Navy", "slug": "navy", "created_by": BOB }),
    );
    let page = ScriptedPage::open(&emulator);
    let session = page.sign_in("ada@example.com");
    let touch = format!("/v1/client/sessions/{session}/touch");
    let tokens = format!("/v1/client/sessions/{session}/tokens");
    let organization = |path: &str, form: &[(&str, &str)]| {
        let (status, body) = page.post(path, form);
        assert_eq!(status, 200, "{body}");
        let token = body["jwt"].as_str();
        let token = token.or(body["response"]["last_active_token"]["jwt"].as_str());
        decode(token.unwrap()).claims["o"]["slg"].clone()
    };
    let nothing = json!(null);
    assert_eq!(organization(&tokens, &[]), "acme");
    assert_eq!(
        organization(&touch, &[("active_organization_id", "")]),
        nothing
    );
    assert_eq!(organization(&tokens, &[]), nothing);
    // For once, without changing the session.
    assert_eq!(organization(&tokens, &[("organization_id", ACME)]), "acme");
    assert_eq!(organization(&tokens, &[]), nothing);
    assert_eq!(
        organization(&touch, &[("active_organization_id", ACME)]),
        "acme"
    );
    assert_eq!(organization(&touch, &[("intent", "focus")]), "acme");
    // Nobody is active where they are no member.
    for (path, name) in [
        (&touch, "active_organization_id"),
        (&tokens, "organization_id"),
    ] {
        for named in ["navy", "org_none"] {
            let code = page.refused("POST", path, &[(name, named)]);
            assert_eq!(code, "404 resource_not_found", "{path} {named}");
        }
    }
    assert_eq!(organization(&tokens, &[]), "acme");
    let template = format!("{tokens}/hasura");
    let claims = decode(&text(&page.post(&template, &[]).1["jwt"])).claims;
    assert_eq!(
        claims["https://hasura.io/jwt/claims"]["x-hasura-user-id"],
        ADA
    );
    let missing = page.refused("POST", &format!("{tokens}/none"), &[]);
    assert_eq!(missing, "404 resource_not_found");
}

#[test]
fn roles_say_what_members_may() {
    let emulator = emulator();
    let (admin, member) = (ScriptedPage::open(&emulator), ScriptedPage::open(&emulator));
    admin.sign_in("ada@example.com");
    member.sign_in("bob@example.com");
    post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["eve@example.com"] }),
    );
    let stranger = ScriptedPage::open(&emulator);
    stranger.sign_in("eve@example.com");
    let acme = format!("/v1/organizations/{ACME}");
    for (method, rest, form, by_member) in [
        ("GET", "", &[][..], true),
        ("GET", "/roles", &[], true),
        ("GET", "/domains", &[], true),
        ("GET", "/membership_requests", &[], true),
        ("GET", "/memberships", &[], true),
        ("GET", "/invitations", &[], false),
        ("PATCH", "", &[("name", "Acme & Co")], false),
        (
            "POST",
            "/invitations",
            &[("email_address", "mel@example.com"), ("role", "org:member")],
            false,
        ),
        (
            "POST",
            "/invitations/bulk",
            &[("email_address", "max@example.com"), ("role", "org:member")],
            false,
        ),
        (
            "PATCH",
            &*format!("/memberships/{BOB}"),
            &[("role", "org:member")],
            false,
        ),
        ("DELETE", "", &[], false),
    ] {
        let path = format!("{acme}{rest}");
        let stranger = stranger.refused(method, &path, form);
        assert_eq!(stranger, "404 resource_not_found", "{method} {path}");
        let (status, body) = member.call(method, &path, form);
        let expected = if by_member { 200 } else { 403 };
        assert_eq!(status, expected, "{method} {path}: {body}");
        let (status, body) = admin.call(method, &path, form);
        assert_eq!(status, 200, "{method} {path}: {body}");
    }
    assert_eq!(get(&emulator, &acme).0, 404);
    let client = member.client();
    assert_eq!(
        client["sessions"][0]["last_active_organization_id"],
        json!(null)
    );
}

#[test]
fn whoever_creates_an_organization_is_its_admin() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("bob@example.com");
    let create = "/v1/organizations";
    assert_eq!(
        page.refused("POST", create, &[]),
        "422 form_param_missing name"
    );
    let taken = [("name", "Acme"), ("slug", "acme")];
    assert_eq!(
        page.refused("POST", create, &taken),
        "422 form_identifier_exists slug"
    );
    let navy = page.ok("POST", create, &[("name", "Navy"), ("slug", "navy")]);
    assert_eq!(
        (&navy["members_count"], &navy["slug"]),
        (&json!(1), &json!("navy"))
    );
    let memberships = page.ok("GET", "/v1/me/organization_memberships?paginated=true", &[]);
    assert_eq!(memberships["total_count"], 2);
    let newest = &memberships["data"][1];
    assert_eq!(
        (&newest["role"], &newest["role_name"]),
        (&json!("org:admin"), &json!("Admin"))
    );
    let path = format!("/v1/users/{BOB}");
    for (body, allowed) in [
        (json!({ "create_organizations_limit": 1 }), false),
        (json!({ "create_organizations_limit": 2 }), true),
        (json!({ "create_organization_enabled": false }), false),
    ] {
        support::patch(&emulator, &path, body.clone());
        let (status, _) = page.post(create, &[("name", "Another")]);
        assert_eq!(status, if allowed { 200 } else { 403 }, "{body}");
    }
}

#[test]
fn members_come_change_and_go() {
    let emulator = emulator();
    let admin = ScriptedPage::open(&emulator);
    admin.sign_in("ada@example.com");
    post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["eve@example.com"], "first_name": "Eve" }),
    );
    let eve = emulator.user_id("eve@example.com").unwrap();
    let members = format!("/v1/organizations/{ACME}/memberships");
    let form = [("user_id", eve.as_str()), ("role", "org:member")];
    let membership = admin.ok("POST", &members, &form);
    assert_eq!(
        membership["public_user_data"]["identifier"],
        "eve@example.com"
    );
    let again = admin.refused("POST", &members, &form);
    assert_eq!(again, "400 already_a_member_in_organization");
    for (query, expected) in [
        ("?paginated=true", 3),
        ("?query=EVE", 1),
        ("?role=org:admin", 1),
        ("?role=org:admin&role=org:member&limit=2", 3),
        ("?query=nobody", 0),
    ] {
        let list = admin.ok("GET", &format!("{members}{query}"), &[]);
        assert_eq!(list["total_count"], expected, "{query}");
    }
    let (path, role) = (format!("{members}/{eve}"), ("role", "org:admin"));
    let unknown = admin.refused("PATCH", &path, &[("role", "admin")]);
    assert_eq!(unknown, "404 resource_not_found");
    assert_eq!(admin.ok("PATCH", &path, &[role])["role"], "org:admin");
    assert_eq!(
        admin.ok("DELETE", &path, &[])["public_user_data"]["user_id"],
        json!(eve)
    );
    // Somebody has to be left who manages the rest.
    let code = "400 organization_minimum_permissions_needed";
    let own = format!("{members}/{ADA}");
    assert_eq!(
        admin.refused("PATCH", &own, &[("role", "org:member")]),
        code
    );
    assert_eq!(admin.refused("DELETE", &own, &[]), code);
    let leave = format!("/v1/me/organization_memberships/{ACME}");
    assert_eq!(admin.refused("DELETE", &leave, &[]), code);
    let member = ScriptedPage::open(&emulator);
    member.sign_in("bob@example.com");
    assert_eq!(member.ok("DELETE", &leave, &[])["deleted"], true);
    assert_eq!(
        member.refused("DELETE", &leave, &[]),
        "404 resource_not_found"
    );
}

#[test]
fn whoever_is_invited_accepts_on_the_page_or_is_revoked() {
    let emulator = emulator();
    let admin = ScriptedPage::open(&emulator);
    admin.sign_in("ada@example.com");
    post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["eve@example.com"] }),
    );
    let invitations = format!("/v1/organizations/{ACME}/invitations");
    let form = [("email_address", "eve@example.com"), ("role", "org:admin")];
    let invitation = admin.ok("POST", &invitations, &form);
    assert_eq!(invitation["status"], "pending");
    let message = &mailbox(&emulator, "eve@example.com")[0];
    assert!(
        text(&message["url"]).contains("/v1/tickets/accept?ticket="),
        "{message}"
    );
    for (form, expected) in [
        (("email_address", "eve@example.com"), "400 duplicate_record"),
        (
            ("email_address", "bob@example.com"),
            "400 already_a_member_in_organization",
        ),
        (
            ("email_address", "none"),
            "422 form_param_format_invalid email_address",
        ),
    ] {
        let form = [form, ("role", "org:member")];
        assert_eq!(
            admin.refused("POST", &invitations, &form),
            expected,
            "{form:?}"
        );
    }
    let eve = ScriptedPage::open(&emulator);
    eve.sign_in("eve@example.com");
    let mine = "/v1/me/organization_invitations";
    let list = eve.ok("GET", &format!("{mine}?status=pending"), &[]);
    assert_eq!(list["total_count"], 1);
    assert_eq!(list["data"][0]["public_organization_data"]["slug"], "acme");
    let accept = format!("{mine}/{}/accept", text(&list["data"][0]["id"]));
    // Nobody accepts what is for another.
    let bob = ScriptedPage::open(&emulator);
    bob.sign_in("bob@example.com");
    assert_eq!(bob.refused("POST", &accept, &[]), "404 resource_not_found");
    assert_eq!(eve.ok("POST", &accept, &[])["status"], "accepted");
    assert_eq!(eve.refused("POST", &accept, &[]), "400 ticket_invalid_code");
    let memberships = eve.ok("GET", "/v1/me/organization_memberships", &[]);
    assert_eq!(memberships["data"][0]["role"], "org:admin");

    let form = [("email_address", "mel@example.com"), ("role", "org:member")];
    let invitation = admin.ok("POST", &invitations, &form);
    let revoke = format!("{invitations}/{}/revoke", text(&invitation["id"]));
    assert_eq!(admin.ok("POST", &revoke, &[])["status"], "revoked");
    let again = admin.refused("POST", &revoke, &[]);
    assert_eq!(again, "400 organization_invitation_not_pending");
    let bulk: Vec<(&str, &str)> = [("role", "org:member")]
        .into_iter()
        .chain(["a@b.example", "c@d.example"].map(|address| ("email_address", address)))
        .collect();
    let both = admin.ok("POST", &format!("{invitations}/bulk"), &bulk);
    assert_eq!(both.as_array().unwrap().len(), 2);
    for (query, expected) in [
        ("", 4),
        ("?status=pending", 2),
        ("?status=revoked&status=accepted", 2),
    ] {
        let list = admin.ok("GET", &format!("{invitations}{query}"), &[]);
        assert_eq!(list["total_count"], expected, "{query}");
    }
}

/// Else whoever says that an address is theirs would be in the place of whose it is.
#[test]
fn an_address_that_nobody_has_shown_brings_no_invitation() {
    let emulator = emulator();
    let admin = ScriptedPage::open(&emulator);
    admin.sign_in("ada@example.com");
    post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "Navy", "slug": "navy", "created_by": ADA }),
    );
    let form = [
        ("email_address", "grace@navy.example"),
        ("role", "org:admin"),
    ];
    let navy = get(&emulator, "/v1/organizations/navy").1;
    let invitations = format!("/v1/organizations/{}/invitations", text(&navy["id"]));
    let invitation = admin.ok("POST", &invitations, &form);
    let bob = ScriptedPage::open(&emulator);
    bob.sign_in("bob@example.com");
    let claimed = [("email_address", "grace@navy.example")];
    bob.ok("POST", "/v1/me/email_addresses", &claimed);
    let mine = "/v1/me/organization_invitations";
    assert_eq!(bob.ok("GET", mine, &[])["total_count"], 0);
    let accept = format!("{mine}/{}/accept", text(&invitation["id"]));
    assert_eq!(bob.refused("POST", &accept, &[]), "404 resource_not_found");
    // Nor does it let anybody sign in.
    let other = ScriptedPage::open(&emulator);
    let form = [("identifier", "grace@navy.example")];
    let code = other.refused("POST", "/v1/client/sign_ins", &form);
    assert_eq!(code, "422 form_identifier_not_found identifier");
}
