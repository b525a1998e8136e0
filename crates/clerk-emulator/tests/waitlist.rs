//! The waitlist, and what becomes of those on it.

mod support;

use clerk_emulator::Emulator;
use http::StatusCode;
use serde_json::{Value, json};
use support::{NOW, call, emulator, get, post, refusal, refused};

const PATH: &str = "/v1/waitlist_entries";

fn entry(emulator: &Emulator, address: &str) -> Value {
    let (status, entry) = post(emulator, PATH, json!({ "email_address": address }));
    assert_eq!(status, 200, "{entry}");
    entry
}

fn its(entry: &Value, rest: &str) -> String {
    format!("{PATH}/{}{rest}", entry["id"].as_str().unwrap())
}

/// The types of the webhooks that were sent since the last time.
fn told(emulator: &Emulator) -> Vec<String> {
    let mut types = Vec::new();
    while let Some(delivery) = emulator.next_webhook(NOW) {
        types.push(delivery.event_type().to_owned());
        delivery.answered(StatusCode::OK, NOW);
    }
    types
}

#[test]
fn whoever_waits_is_invited_and_becomes_a_user() {
    let emulator = emulator();
    emulator
        .add_webhook("http://localhost:3000/webhooks")
        .unwrap();
    let first = entry(&emulator, "patient@example.com");
    assert_eq!(
        first,
        json!({
            "object": "waitlist_entry", "id": first["id"], "email_address": "patient@example.com",
            "status": "pending", "is_locked": false, "invitation": null,
            "created_at": 1_800_000_000_000_i64, "updated_at": 1_800_000_000_000_i64,
        })
    );
    assert_eq!(entry(&emulator, "Patient@example.com"), first);
    assert_eq!(told(&emulator), ["waitlistEntry.created"]);
    let (status, invited) = post(&emulator, &its(&first, "/invite"), json!({}));
    assert_eq!(
        (status, &invited["status"]),
        (200, &json!("invited")),
        "{invited}"
    );
    assert_eq!(told(&emulator), ["waitlistEntry.updated"]);
    let (_, invitations) = get(&emulator, "/v1/invitations");
    assert_eq!(invitations, json!([invited["invitation"]]));
    assert_eq!(invitations[0]["email_address"], "patient@example.com");
    post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["patient@example.com"] }),
    );
    let (_, list) = get(&emulator, PATH);
    assert_eq!(list["data"][0]["status"], "completed");
    for (method, rest) in [("POST", "/invite"), ("POST", "/reject"), ("DELETE", "")] {
        let found = refusal(call(&emulator, method, &its(&first, rest), None));
        assert_eq!(
            found,
            refused(409, "waitlist_entry_already_completed", ""),
            "{rest}"
        );
    }
}

#[test]
fn who_was_rejected_stays_and_may_be_invited() {
    let emulator = emulator();
    let first = entry(&emulator, "a@example.com");
    let (status, rejected) = call(&emulator, "POST", &its(&first, "/reject"), None);
    assert_eq!(
        (status, &rejected["status"]),
        (200, &json!("rejected")),
        "{rejected}"
    );
    let again = refused(409, "waitlist_entry_already_rejected", "");
    assert_eq!(
        refusal(call(&emulator, "POST", &its(&first, "/reject"), None)),
        again
    );
    assert_eq!(
        refusal(call(&emulator, "DELETE", &its(&first, ""), None)),
        again
    );
    post(
        &emulator,
        "/v1/invitations",
        json!({ "email_address": "a@example.com" }),
    );
    let found = refusal(call(&emulator, "POST", &its(&first, "/invite"), None));
    assert_eq!(found, refused(400, "duplicate_record", ""));
    let body = json!({ "ignore_existing": true });
    let (_, invited) = post(&emulator, &its(&first, "/invite"), body);
    assert_eq!(invited["status"], "invited");
}

#[test]
fn entries_are_listed_filtered_and_deleted() {
    let emulator = emulator();
    let bulk = json!([{ "email_address": "b@example.com" }, { "email_address": "a@example.com", "notify": false }]);
    let (status, made) = post(&emulator, &format!("{PATH}/bulk"), bulk);
    assert_eq!(status, 200, "{made}");
    call(&emulator, "POST", &its(&made[0], "/reject"), None);
    for (query, expected) in [
        ("", &["a@example.com", "b@example.com"][..]),
        ("?order_by=created_at", &["b@example.com", "a@example.com"]),
        (
            "?order_by=-email_address",
            &["b@example.com", "a@example.com"],
        ),
        ("?status=pending", &["a@example.com"]),
        ("?query=B%40", &["b@example.com"]),
        ("?limit=1&offset=1", &["b@example.com"]),
    ] {
        let (_, list) = get(&emulator, &format!("{PATH}{query}"));
        let data = list["data"].as_array().unwrap().iter();
        let found: Vec<&str> = data
            .map(|entry| entry["email_address"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected, "{query}");
    }
    let deleted = json!({ "object": "waitlist_entry", "id": made[1]["id"], "deleted": true });
    let path = its(&made[1], "");
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    assert_eq!(
        refusal(call(&emulator, "DELETE", &path, None)),
        refused(404, "resource_not_found", "")
    );
    for (body, expected) in [
        (
            json!({}),
            refused(422, "form_param_missing", "email_address"),
        ),
        (
            json!({ "email_address": "x" }),
            refused(422, "form_param_format_invalid", "email_address"),
        ),
        (
            json!({ "email_address": "c@example.com", "x": 1 }),
            refused(422, "form_param_unknown", "x"),
        ),
    ] {
        assert_eq!(
            refusal(post(&emulator, PATH, body.clone())),
            expected,
            "{body}"
        );
        let with_another = json!([{ "email_address": "d@example.com" }, body]);
        let found = refusal(post(&emulator, &format!("{PATH}/bulk"), with_another));
        assert_eq!(found, expected);
    }
    let (_, list) = get(&emulator, PATH);
    assert_eq!(list["total_count"], 1);
    for (query, code, param) in [
        ("status=perhaps", "form_param_value_invalid", "status"),
        ("order_by=colour", "form_param_value_invalid", "order_by"),
        ("paginated=true", "form_param_unknown", "paginated"),
    ] {
        let found = refusal(get(&emulator, &format!("{PATH}?{query}")));
        assert_eq!(found, refused(422, code, param), "{query}");
    }
}

#[test]
fn an_invitation_is_deleted() {
    let emulator = emulator();
    let (_, invitation) = post(
        &emulator,
        "/v1/invitations",
        json!({ "email_address": "g@example.com" }),
    );
    let id = invitation["id"].as_str().unwrap();
    let path = format!("/v1/invitations/{id}");
    let deleted = json!({ "object": "invitation", "id": id, "deleted": true });
    assert_eq!(call(&emulator, "DELETE", &path, None), (200, deleted));
    assert_eq!(refusal(call(&emulator, "DELETE", &path, None)).0, 404);
    assert_eq!(get(&emulator, "/v1/invitations").1, json!([]));
}
