//! What webhooks tell, operation by operation.

mod support;

use bytes::Bytes;
use clerk_emulator::Emulator;
use clerk_webhooks::{SigningSecrets, Verifier, events::EventData};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use support::{ACME, ADA, BOB, NOW, call, emulator, get, patch, post, session_of};

const URL: &str = "http://localhost:3000/webhooks";

fn listened_to() -> Emulator {
    let emulator = emulator();
    emulator.add_webhook(URL).unwrap();
    emulator
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

/// Takes all that is due, answers 200, and returns the events, each verified and read as typed.
fn told(emulator: &Emulator) -> Vec<Value> {
    let verifier = Verifier::new(SigningSecrets::new(emulator.webhook_secret()).unwrap());
    let mut told = Vec::new();
    while let Some(delivery) = emulator.next_webhook(NOW) {
        let request = delivery.request();
        let verified = verifier.verify(request.headers(), request.body(), NOW);
        let event = verified.unwrap().event().unwrap();
        let data = event.data();
        assert!(
            !matches!(data, EventData::Unknown | EventData::Unreadable(_)),
            "{event:?} {data:?}"
        );
        assert_eq!(event.event_type(), delivery.event_type());
        told.push(json_of(request.body()));
        delivery.answered(StatusCode::OK, NOW);
    }
    told
}

fn types(events: &[Value]) -> Vec<&str> {
    let types = events.iter().map(|event| event["type"].as_str().unwrap());
    types.collect()
}

fn delete(emulator: &Emulator, path: &str) -> (u16, Value) {
    call(emulator, "DELETE", path, None)
}

#[test]
fn users_are_told_of() {
    let emulator = listened_to();
    let grace = json!({
        "email_address": ["grace@example.com"], "first_name": "Grace", "external_id": "navy-1",
        "private_metadata": { "rank": "commodore" },
    });
    let (_, created) = post(&emulator, "/v1/users", grace);
    let id = created["id"].as_str().unwrap();
    let path = format!("/v1/users/{id}");
    let (_, renamed) = patch(&emulator, &path, json!({ "last_name": "Hopper" }));
    let metadata = json!({ "public_metadata": { "plan": "pro" } });
    let (_, paying) = patch(&emulator, &format!("{path}/metadata"), metadata);
    let (_, locked) = post(&emulator, &format!("{path}/lock"), json!({}));
    let (_, deleted) = delete(&emulator, &path);

    let events = told(&emulator);
    assert_eq!(
        types(&events),
        [
            "user.created",
            "user.updated",
            "user.updated",
            "user.updated",
            "user.deleted"
        ]
    );
    for (event, answered) in events
        .iter()
        .zip([&created, &renamed, &paying, &locked, &deleted])
    {
        assert_eq!(&event["data"], answered);
    }
    assert_eq!(
        events[4]["data"],
        json!({ "object": "user", "id": id, "external_id": "navy-1", "deleted": true })
    );
}

#[test]
fn an_envelope_says_where_when_and_for_whom() {
    let emulator = listened_to();
    let instance_id = emulator.key_id();
    emulator.rotate_keys(false);
    let mut request = support::request("DELETE", &format!("/v1/users/{BOB}"), None);
    let agent = "a test".parse().unwrap();
    request.headers_mut().insert("user-agent", agent);
    support::send(&emulator, request);

    let delivery = emulator.next_webhook(NOW).unwrap();
    let request = delivery.request();
    assert_eq!(
        (request.method().as_str(), request.uri().to_string()),
        ("POST", URL.to_owned())
    );
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["svix-id"], delivery.id());
    assert!(delivery.id().starts_with("msg_"));
    let mut envelope = json_of(request.body());
    envelope.as_object_mut().unwrap().remove("data");
    assert_eq!(
        envelope,
        json!({
            "object": "event",
            "type": "user.deleted",
            "timestamp": NOW.as_millis(),
            "instance_id": instance_id,
            "event_attributes": {
                "http_request": { "client_ip": "127.0.0.1", "user_agent": "a test" },
            },
        })
    );
    delivery.answered(StatusCode::OK, NOW);
}

#[test]
fn sessions_are_told_of_without_their_users() {
    let emulator = listened_to();
    let session = session_of(&emulator, BOB);
    post(
        &emulator,
        &format!("/v1/sessions/{session}/revoke"),
        json!({}),
    );
    // It is over already.
    post(
        &emulator,
        &format!("/v1/sessions/{session}/revoke"),
        json!({}),
    );
    let events = told(&emulator);
    assert_eq!(types(&events), ["session.created", "session.revoked"]);
    for (event, status) in events.iter().zip(["active", "revoked"]) {
        assert_eq!(event["data"]["id"], session);
        assert_eq!(event["data"]["status"], status);
        assert_eq!(event["data"]["user_id"], BOB);
        assert_eq!(event["data"].get("user"), None);
    }

    session_of(&emulator, BOB);
    session_of(&emulator, ADA);
    session_of(&emulator, BOB);
    told(&emulator);
    post(
        &emulator,
        "/v1/users/ban",
        json!({ "user_ids": [BOB, ADA] }),
    );
    let events = told(&emulator);
    assert_eq!(
        types(&events),
        [
            "user.updated",
            "session.revoked",
            "session.revoked",
            "user.updated",
            "session.revoked"
        ]
    );
    let users: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "session.revoked")
        .map(|event| &event["data"]["user_id"])
        .collect();
    assert_eq!(users, [BOB, BOB, ADA]);
}

#[test]
fn signing_out_of_other_sessions_is_told_of() {
    let emulator = listened_to();
    session_of(&emulator, ADA);
    told(&emulator);
    let change = json!({ "password": "correct horse", "sign_out_of_other_sessions": true });
    patch(&emulator, &format!("/v1/users/{ADA}"), change);
    assert_eq!(types(&told(&emulator)), ["user.updated", "session.revoked"]);
}

#[test]
fn signing_in_and_out_on_the_pages_is_told_of() {
    let emulator = listened_to();
    let mut cookie = String::new();
    let mut submit = |page: &str, form: &'static str| {
        let request = Request::post(page)
            .header("cookie", &cookie)
            .body(Bytes::from_static(form.as_bytes()));
        let response = support::send(&emulator, request.unwrap());
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let set = response.headers()["set-cookie"].to_str().unwrap();
        cookie = set.split(';').next().unwrap().to_owned();
    };
    submit("/sign-in", "user=ada%40example.com");
    submit("/sign-in", "user=bob%40example.com");
    submit("/sign-out", "");
    submit("/sign-out", "");
    let events = told(&emulator);
    let told: Vec<(&str, &str)> = events
        .iter()
        .map(|event| event["data"]["user_id"].as_str().unwrap())
        .zip(types(&events))
        .collect();
    assert_eq!(
        told,
        [
            (ADA, "session.created"),
            (ADA, "session.ended"),
            (BOB, "session.created"),
            (BOB, "session.ended"),
        ]
    );
}

#[test]
fn organizations_and_their_members_are_told_of() {
    let emulator = listened_to();
    let (_, mut created) = post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "Navy", "created_by": ADA }),
    );
    let counted = created.as_object_mut().unwrap().remove("members_count");
    assert_eq!(counted, Some(json!(1)), "in the answer alone");
    let path = format!("/v1/organizations/{}", created["id"].as_str().unwrap());
    let (_, renamed) = patch(&emulator, &path, json!({ "name": "The Navy" }));
    let member = json!({ "user_id": BOB, "role": "org:member" });
    let (_, joined) = post(&emulator, &format!("{path}/memberships"), member);
    let bob = format!("{path}/memberships/{BOB}");
    let (_, promoted) = patch(&emulator, &bob, json!({ "role": "org:admin" }));
    let (_, left) = delete(&emulator, &bob);
    let (_, deleted) = delete(&emulator, &path);

    let events = told(&emulator);
    assert_eq!(
        types(&events),
        [
            "organization.created",
            "organizationMembership.created",
            "organization.updated",
            "organizationMembership.created",
            "organizationMembership.updated",
            "organizationMembership.deleted",
            "organization.deleted",
            "organizationMembership.deleted",
        ]
    );
    for (index, answered) in [
        (0, &created),
        (2, &renamed),
        (3, &joined),
        (4, &promoted),
        (5, &left),
        (6, &deleted),
    ] {
        assert_eq!(&events[index]["data"], answered, "{index}");
    }
    for (index, organization) in [(1, &created), (7, &renamed)] {
        let data = &events[index]["data"];
        assert_eq!(&data["organization"], organization);
        assert_eq!(data["public_user_data"]["user_id"], ADA);
        assert_eq!(data["role"], "org:admin");
    }
}

#[test]
fn invitations_to_organizations_are_told_of_if_they_were_made() {
    let emulator = listened_to();
    let path = format!("/v1/organizations/{ACME}/invitations");
    let grace = json!({ "email_address": "grace@example.com", "role": "org:member" });
    let (_, invited) = post(&emulator, &path, grace.clone());
    let id = invited["id"].as_str().unwrap();
    let (_, revoked) = post(&emulator, &format!("{path}/{id}/revoke"), json!({}));
    let events = told(&emulator);
    assert_eq!(
        types(&events),
        [
            "organizationInvitation.created",
            "organizationInvitation.revoked"
        ]
    );
    assert_eq!(
        (&events[0]["data"], &events[1]["data"]),
        (&invited, &revoked)
    );

    // The second one is refused, and then there was no first one either.
    let (status, _) = post(&emulator, &format!("{path}/bulk"), json!([grace, grace]));
    assert_eq!(status, 400);
    assert_eq!(told(&emulator), [Value::Null; 0]);
}

#[test]
fn what_changes_nothing_is_not_told_of() {
    let emulator = listened_to();
    get(&emulator, "/v1/users");
    post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["no address"] }),
    );
    post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "Navy", "created_by": "user_0" }),
    );
    let minted = emulator.token().user("ada@example.com").sign(NOW);
    assert_eq!(minted.split('.').count(), 3);
    assert_eq!(emulator.webhooks(), []);
    assert_eq!(emulator.next_webhook_at(), None);
}

#[test]
fn what_belongs_to_a_user_is_told_as_a_change_of_the_user() {
    let emulator = listened_to();
    let (_, user) = post(
        &emulator,
        "/v1/users",
        json!({
            "username": "kay", "email_address": ["kay@example.com"], "web3_wallet": ["0x52908400098527886E0F7030069857D2E4169EE7"],
            "password": "correct horse", "totp_secret": "MZXW6YTBOI", "backup_codes": ["one", "two"],
        }),
    );
    let id = user["id"].as_str().unwrap();
    session_of(&emulator, id);
    assert_eq!(types(&told(&emulator)), ["user.created", "session.created"]);
    let (of_user, wallet) = (
        format!("/v1/users/{id}"),
        user["web3_wallets"][0]["id"].as_str().unwrap(),
    );
    let email = json!({ "user_id": id, "email_address": "k@example.com", "verified": true });
    let updated = &["user.updated"][..];
    for (method, path, body, expected) in [
        ("POST", "/v1/email_addresses".to_owned(), email, updated),
        (
            "PUT",
            format!("{of_user}/phone_number"),
            json!({ "phone_number": "+15555550100" }),
            updated,
        ),
        (
            "DELETE",
            format!("{of_user}/web3_wallets/{wallet}"),
            json!({}),
            updated,
        ),
        (
            "POST",
            format!("{of_user}/verify_password"),
            json!({ "password": "correct horse" }),
            &[],
        ),
        (
            "POST",
            format!("{of_user}/verify_totp"),
            json!({ "code": "one" }),
            updated,
        ),
        (
            "DELETE",
            format!("{of_user}/backup_code"),
            json!({}),
            updated,
        ),
        ("DELETE", format!("{of_user}/mfa"), json!({}), updated),
        (
            "POST",
            format!("{of_user}/password/set_compromised"),
            json!({ "revoke_all_sessions": true }),
            &["user.updated", "session.revoked"],
        ),
        (
            "POST",
            format!("{of_user}/remove_password"),
            json!({}),
            updated,
        ),
        ("POST", format!("{of_user}/remove_password"), json!({}), &[]),
    ] {
        let (status, answer) = call(&emulator, method, &path, Some(&body));
        assert_eq!(status, 200, "{path} {answer}");
        assert_eq!(types(&told(&emulator)), expected, "{path}");
    }
    let refused = json!({ "user_id": id, "email_address": "kay@example.com" });
    assert_eq!(post(&emulator, "/v1/email_addresses", refused).0, 422);
    assert_eq!(types(&told(&emulator)), [""; 0]);
}

#[test]
fn codes_on_their_way_are_told_of() {
    let emulator = listened_to();
    let user = json!({ "email_address": ["kay@example.com"], "phone_number": ["+15555550100"] });
    let (_, user) = post(&emulator, "/v1/users", user);
    told(&emulator);
    for (path, own, event, to) in [
        (
            "email_addresses",
            &user["email_addresses"][0],
            "email.created",
            "to_email_address",
        ),
        (
            "phone_numbers",
            &user["phone_numbers"][0],
            "sms.created",
            "to_phone_number",
        ),
    ] {
        let id = own["id"].as_str().unwrap();
        let path = format!("/v1/{path}/{id}/prepare_verification");
        assert_eq!(post(&emulator, &path, json!({})).0, 200);
        let told = told(&emulator);
        assert_eq!(types(&told), [event]);
        let message = &told[0]["data"];
        assert_eq!(message["data"]["otp_code"], "424242");
        assert_eq!(message["user_id"], user["id"]);
        let address = own.get("email_address").or(own.get("phone_number"));
        assert_eq!(message.get(to), address);
    }
}

#[test]
fn roles_and_permissions_are_told_of() {
    let emulator = listened_to();
    let permission = json!({ "name": "Audit", "key": "org:teams:audit" });
    let (_, permission) = post(&emulator, "/v1/organization_permissions", permission);
    let role = json!({ "name": "Auditor", "key": "org:auditor" });
    let (_, role) = post(&emulator, "/v1/organization_roles", role);
    let [role_path, permission_path] =
        [("roles", &role), ("permissions", &permission)].map(|(list, record)| {
            format!("/v1/organization_{list}/{}", record["id"].as_str().unwrap())
        });
    let assigned = format!(
        "{role_path}/permissions/{}",
        permission["id"].as_str().unwrap()
    );
    let (_, assigned) = post(&emulator, &assigned, json!({}));
    let (_, renamed) = patch(&emulator, &permission_path, json!({ "name": "Inspect" }));
    let (_, gone) = delete(&emulator, &permission_path);
    let (_, role_gone) = delete(&emulator, &role_path);
    let events = told(&emulator);
    assert_eq!(
        types(&events),
        [
            "permission.created",
            "role.created",
            "role.updated",
            "permission.updated",
            "permission.deleted",
            "role.deleted"
        ]
    );
    let answered = [&permission, &role, &assigned, &renamed, &gone, &role_gone];
    for (event, answered) in events.iter().zip(answered) {
        assert_eq!(event["data"], *answered);
    }
}

#[test]
fn domains_of_organizations_are_told_of() {
    let emulator = listened_to();
    let path = format!("/v1/organizations/{ACME}/domains");
    let (_, created) = post(&emulator, &path, json!({ "name": "acme.example" }));
    let path = format!("{path}/{}", created["id"].as_str().unwrap());
    let (_, changed) = patch(&emulator, &path, json!({ "verified": false }));
    let (_, owned) = post(&emulator, &format!("{path}/verify_ownership"), json!({}));
    // Nothing changes the second time, so nothing is told.
    post(&emulator, &format!("{path}/verify_ownership"), json!({}));
    let (_, gone) = delete(&emulator, &path);
    let events = told(&emulator);
    assert_eq!(
        types(&events),
        [
            "organizationDomain.created",
            "organizationDomain.updated",
            "organizationDomain.updated",
            "organizationDomain.deleted"
        ]
    );
    for (event, answered) in events.iter().zip([created, changed, owned, gone]) {
        assert_eq!(event["data"], answered);
    }
}
