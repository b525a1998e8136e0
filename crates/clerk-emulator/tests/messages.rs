//! What e-mails and text messages say, those that the application sends itself, and the page of webhooks.

mod support;

use http::Request;
use serde_json::{Value, json};
use support::{
    ADA, call, delete, emulator, fine, get, post, refusal, refused, request, send, text,
};

const CODE: &str = "/v1/templates/email/verification_code";

#[test]
fn a_template_is_there_from_the_start_and_is_worded_otherwise_and_back() {
    let emulator = emulator();
    let put = |path: &str, body: Value| call(&emulator, "PUT", path, Some(&body));
    let first = fine(get(&emulator, CODE));
    assert_eq!(text(&first, "template_type"), "email");
    assert_eq!(
        (&first["can_revert"], &first["required_variables"]),
        (&json!(false), &json!(["otp_code"]))
    );
    for kind in ["email", "sms"] {
        let list = fine(get(&emulator, &format!("/v1/templates/{kind}?limit=100")));
        let list = list.as_array().unwrap();
        let codes = list.iter().filter(|one| one["slug"] == "verification_code");
        assert_eq!(codes.count(), 1);
        assert!(list.iter().all(|one| one["template_type"] == kind));
    }
    let page = fine(get(&emulator, "/v1/templates/sms?paginated=true&limit=1"));
    assert_eq!(
        (&page["data"][1], page["total_count"].as_u64() > Some(1)),
        (&Value::Null, true)
    );

    let words = json!({ "name": "Code", "subject": "Yours", "body": "<b>{{otp_code}}</b>", "from_email_name": "codes" });
    let changed = fine(put(CODE, words));
    assert_eq!(
        (
            text(&changed, "name"),
            text(&changed, "subject"),
            &changed["can_revert"]
        ),
        ("Code", "Yours", &json!(true))
    );
    assert_eq!(fine(get(&emulator, CODE)), changed);
    let toggled = fine(post(
        &emulator,
        &format!("{CODE}/toggle_delivery"),
        json!({}),
    ));
    assert_eq!(toggled["delivered_by_clerk"], false);
    let said = json!({ "delivered_by_clerk": false });
    let toggled = fine(post(&emulator, &format!("{CODE}/toggle_delivery"), said));
    assert_eq!(toggled["delivered_by_clerk"], false);

    let preview = format!("{CODE}/preview");
    let shown = fine(post(
        &emulator,
        &preview,
        json!({ "subject": "{{app.name}}: {{otp_code}}" }),
    ));
    assert_eq!(
        (text(&shown, "subject"), text(&shown, "body")),
        ("Example: 424242", "<b>424242</b>")
    );
    assert_eq!(text(&fine(get(&emulator, CODE)), "subject"), "Yours");

    let reverted = fine(post(&emulator, &format!("{CODE}/revert"), json!({})));
    assert_eq!(
        (&reverted["body"], &reverted["name"]),
        (&first["body"], &first["name"])
    );
    assert_eq!(reverted["delivered_by_clerk"], false);
}

#[test]
fn templates_that_cannot_be_are_refused() {
    let emulator = emulator();
    let put = |path: &str, body: Value| refusal(call(&emulator, "PUT", path, Some(&body)));
    let missing = || refused(404, "resource_not_found", "");
    assert_eq!(put("/v1/templates/email/nothing", json!({})), missing());
    assert_eq!(
        refusal(get(&emulator, "/v1/templates/fax/verification_code")),
        missing()
    );
    assert_eq!(
        refusal(get(&emulator, "/v1/templates/fax")),
        refused(422, "form_param_value_invalid", "template_type")
    );
    for (body, expected) in [
        (
            json!({ "body": "no code" }),
            refused(422, "form_param_value_invalid", "body"),
        ),
        (
            json!({ "from_email_name": "a@b" }),
            refused(422, "form_param_format_invalid", "from_email_name"),
        ),
        (
            json!({ "colour": "red" }),
            refused(422, "form_param_unknown", "colour"),
        ),
    ] {
        let before = fine(get(&emulator, CODE));
        assert_eq!(put(CODE, body.clone()), expected, "{body}");
        assert_eq!(fine(get(&emulator, CODE)), before);
    }
}

fn hello(to: &Value) -> Value {
    json!({ "to": to, "from": { "address": "shop@example.com" }, "subject": "Hello", "text": "Hello" })
}

#[test]
fn an_email_is_kept_and_sent_once_for_each_key() {
    let emulator = emulator();
    let with_key = |body: &Value, key: &str| {
        let mut request: Request<_> = request("POST", "/v1/email", Some(body));
        request
            .headers_mut()
            .insert("idempotency-key", key.parse().unwrap());
        let response = send(&emulator, request);
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), body)
    };
    let body = hello(&json!({ "user_id": ADA }));
    let email = fine(with_key(&body, "hello-1"));
    assert_eq!(
        (text(&email, "to_email_address"), text(&email, "user_id")),
        ("ada@example.com", ADA)
    );
    let path = format!("/v1/email/{}", text(&email, "id"));
    assert_eq!(fine(get(&emulator, &path)), email);
    assert_eq!(fine(with_key(&body, "hello-1")), email);
    let other = hello(&json!({ "address": "bob@example.com" }));
    assert_eq!(
        refusal(with_key(&other, "hello-1")),
        refused(409, "idempotency_key_reused", "")
    );
    assert_ne!(fine(with_key(&other, "hello-2"))["id"], email["id"]);
    assert_eq!(
        refusal(with_key(&other, "hello 3")),
        refused(422, "form_param_format_invalid", "idempotency_key")
    );
    assert_eq!(
        refusal(get(&emulator, "/v1/email/ema_none")),
        refused(404, "resource_not_found", "")
    );
}

#[test]
fn emails_that_cannot_be_sent_are_refused_each_for_itself() {
    let emulator = emulator();
    let bob = json!({ "address": "bob@example.com" });
    let with = |name: &str, value: Value| {
        let mut body = hello(&bob);
        body[name] = value;
        body
    };
    for (body, expected) in [
        (
            hello(&json!({})),
            refused(422, "form_param_value_invalid", "to"),
        ),
        (
            hello(&json!({ "address": "bob" })),
            refused(422, "form_param_format_invalid", "to"),
        ),
        (
            hello(&json!({ "user_id": "user_no" })),
            refused(422, "form_resource_not_found", "to"),
        ),
        (
            hello(&json!({ "user_id": ADA, "address": "bob@example.com" })),
            refused(422, "form_param_value_invalid", "to"),
        ),
        (
            with("text", Value::Null),
            refused(422, "form_param_missing", "text"),
        ),
        (
            with("html", json!("x".repeat(50_000))),
            refused(422, "form_param_exceeds_allowed_size", "html"),
        ),
        (
            with("cc", json!(["BOB@example.com"])),
            refused(422, "form_param_value_invalid", "cc"),
        ),
        (
            with("from", json!({})),
            refused(422, "form_param_value_invalid", "from"),
        ),
        (
            with("reply_to", json!({ "address": "x" })),
            refused(422, "form_param_format_invalid", "reply_to"),
        ),
        (
            with("colour", json!("red")),
            refused(422, "form_param_unknown", "colour"),
        ),
    ] {
        assert_eq!(
            refusal(post(&emulator, "/v1/email", body.clone())),
            expected,
            "{body}"
        );
    }
    let messages = json!({ "messages": [with("text", Value::Null), hello(&bob)] });
    let results = fine(post(&emulator, "/v1/email/batch", messages));
    assert_eq!(
        (
            &results[0]["status_code"],
            &results[0]["errors"][0]["code"],
            &results[0]["index"]
        ),
        (&json!(422), &json!("form_param_missing"), &json!(0))
    );
    assert_eq!(
        (&results[1]["status_code"], &results[1]["index"]),
        (&json!(200), &json!(1))
    );
    let path = format!("/v1/email/{}", text(&results[1]["email"], "id"));
    assert_eq!(fine(get(&emulator, &path)), results[1]["email"]);
}

#[test]
fn the_application_at_svix_is_one_at_most_and_its_page_is_on_this_machine() {
    let emulator = emulator();
    let (app, url) = ("/v1/webhooks/svix", "/v1/webhooks/svix_url");
    let missing = || refused(400, "svix_app_missing", "");
    assert_eq!(refusal(post(&emulator, url, json!({}))), missing());
    assert_eq!(refusal(delete(&emulator, app)), missing());
    let made = fine(post(&emulator, app, json!({})));
    assert!(
        text(&made, "svix_url").ends_with("/_emulator/webhooks"),
        "{made}"
    );
    assert_eq!(
        refusal(post(&emulator, app, json!({}))),
        refused(400, "svix_app_exists", "")
    );
    assert_eq!(fine(post(&emulator, url, json!({}))), made);
    assert_eq!(delete(&emulator, app), (204, Value::Null));
    assert_eq!(refusal(delete(&emulator, app)), missing());
}

#[test]
fn an_identifier_that_nobody_was_told_of_has_no_invitation() {
    let emulator = emulator();
    for list in ["allowlist", "blocklist"] {
        let path = format!("/v1/{list}_identifiers");
        let identifier = json!({ "identifier": "eve@example.com" });
        let listed = fine(post(&emulator, &path, identifier));
        assert_eq!(listed.get("invitation_id"), None, "{list}");
    }
}
