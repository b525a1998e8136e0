//! What operations make of their inputs, without a client.
#![cfg(all(feature = "users", feature = "organizations"))]

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use clerk_api::{
    OrganizationId, Timestamp, UserId,
    models::{BulkOrganizationInvitation, InvitationStatus},
    organization_invitations, organizations, sessions, users,
};
use clerk_http::{Error, FilePart, Operation, Paginate as _};
use http::Method;
use serde_json::{Value, json};

fn uri<O: Operation>(operation: &O) -> String {
    operation.request().unwrap().uri().to_string()
}

fn body<O: Operation>(operation: &O) -> Value {
    serde_json::from_slice(operation.request().unwrap().body()).unwrap()
}

#[test]
fn parameters_are_sent_as_they_are_set_and_falsy_ones_too() {
    let list = users::list()
        .email_address(["a@example.com", "b+c@example.com"])
        .banned(false)
        .offset(0)
        .query("")
        .order_by("+created_at")
        .created_at_after(Timestamp::from_millis(5));
    assert_eq!(
        uri(&list),
        "/users?email_address=a%40example.com&email_address=b%2Bc%40example.com&banned=false\
         &offset=0&query=&order_by=%2Bcreated_at&created_at_after=5"
    );
    assert_eq!(uri(&users::list()), "/users");
}

/// As people have them: written out, of their own database, of a session's claims, of another answer.
#[test]
fn ids_are_taken_in_every_form() {
    let (text, cow) = ("org_1".to_owned(), Cow::Borrowed("org_1"));
    let id = OrganizationId::from("org_1");
    for get in [
        organizations::get("org_1"),
        organizations::get(text.clone()),
        organizations::get(&text),
        organizations::get(cow.clone()),
        organizations::get(&cow),
        organizations::get(id.clone()),
        organizations::get(&id),
    ] {
        assert_eq!(uri(&get), "/organizations/org_1");
    }
    // Of ids without a type of their own as well.
    let of = |get: Result<_, Error>| get.map(|request: http::Request<_>| request.uri().to_string());
    for request in [
        users::delete_passkey("org_1", "org_1").request(),
        users::delete_passkey("org_1", text.clone()).request(),
        users::delete_passkey("org_1", &text).request(),
        users::delete_passkey("org_1", cow.clone()).request(),
        users::delete_passkey("org_1", &cow).request(),
        users::delete_passkey("org_1", &id).request(),
    ] {
        assert_eq!(of(request).unwrap(), "/users/org_1/passkeys/org_1");
    }
    let banned = users::bulk_ban(["user_1"].iter()).request().unwrap();
    assert_eq!(banned.body(), r#"{"user_ids":["user_1"]}"#);
    let of_texts = users::list().organization_id(["org_1"].iter());
    assert_eq!(uri(&of_texts), "/users?organization_id=org_1");
    let list = users::list().organization_id([&cow]).user_id(&[text]);
    assert_eq!(uri(&list), "/users?organization_id=org_1&user_id=org_1");
}

#[test]
fn counts_are_of_one_type() {
    use clerk_api::models::TotalCount;

    let count: TotalCount = serde_json::from_str(r#"{"total_count":3}"#).unwrap();
    let page: clerk_http::Page<Value> =
        serde_json::from_str(r#"{"data":[],"total_count":3}"#).unwrap();
    assert_eq!(page.total_count, Some(count.total_count));
    assert!(serde_json::from_str::<TotalCount>(r#"{"total_count":-1}"#).is_err());
}

#[test]
fn setting_again_replaces() {
    let list = users::list().limit(5).user_id(["user_1", "user_2"]);
    let list = list.limit(7).user_id(["user_3"]);
    assert_eq!(uri(&list), "/users?limit=7&user_id=user_3");
    let none = users::list().user_id([""; 0]);
    assert_eq!(uri(&none), "/users");

    let update = users::update("user_1").first_name("Ada").clear_first_name();
    assert_eq!(body(&update), json!({"first_name": null}));
    let update = update.first_name("Ada");
    assert_eq!(body(&update), json!({"first_name": "Ada"}));
}

#[test]
fn a_page_is_never_larger_than_clerk_gives() {
    assert_eq!(uri(&users::list().limit(501)), "/users?limit=500");
    assert_eq!(users::List::<()>::LARGEST_PAGE, 500);
}

#[test]
fn lists_that_clerk_answers_in_two_forms_are_asked_for_the_one_with_a_count() {
    let sent = uri(&sessions::list().user_id("user_1"));
    assert_eq!(sent, "/sessions?paginated=true&user_id=user_1");
}

#[test]
fn ids_cannot_lead_elsewhere() {
    assert_eq!(uri(&users::get("a/b?c=d")), "/users/a%2Fb%3Fc%3Dd");
    let typed = users::ban(UserId::from("user_1"));
    assert_eq!(uri(&typed), "/users/user_1/ban");
    for id in ["", ".", ".."] {
        let error = users::get(id).request().unwrap_err();
        assert!(matches!(error, Error::Build { .. }), "{id:?}");
    }
}

#[test]
fn nothing_is_sent_but_what_was_set_and_what_has_to_be() {
    let create = organizations::create("Acme").max_allowed_memberships(0);
    assert_eq!(create.request().unwrap().method(), Method::POST);
    let sent = json!({"name": "Acme", "max_allowed_memberships": 0});
    assert_eq!(body(&create), sent);
    assert_eq!(body(&users::create()), json!({}));

    let get = users::get("user_1").request().unwrap();
    assert!(get.headers().is_empty() && get.body().is_empty());
}

#[test]
fn instants_are_numbers_in_queries_and_texts_in_bodies() {
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let create = users::create().created_at(then);
    assert_eq!(body(&create), json!({"created_at": "2027-01-15T08:00:00Z"}));
    let list = users::list().created_at_before(then);
    assert_eq!(uri(&list), "/users?created_at_before=1800000000000");
}

#[test]
fn bodies_can_be_lists_of_objects() {
    let one = BulkOrganizationInvitation::new("ada@example.com", "org:admin")
        .public_metadata(json!({"via": "cli"}))
        .expires_in_days(7);
    let two = BulkOrganizationInvitation::new("bob@example.com", "org:member");
    let create = organization_invitations::bulk_create("org_1", [one, two]);
    assert_eq!(
        body(&create),
        json!([
            {
                "email_address": "ada@example.com",
                "role": "org:admin",
                "public_metadata": {"via": "cli"},
                "expires_in_days": 7,
            },
            {"email_address": "bob@example.com", "role": "org:member"},
        ])
    );
}

#[test]
fn enums_take_their_variants_and_any_other_value() {
    let list = || users::list_organization_invitations("user_1");
    let typed = uri(&list().status(InvitationStatus::Pending));
    assert_eq!(typed, uri(&list().status("pending")));
    let unheard_of = uri(&list().status("brand new"));
    assert!(unheard_of.ends_with("?status=brand%20new"), "{unheard_of}");
}

#[test]
fn metadata_is_an_object_or_the_call_says_so() {
    let merge = |value: Value| users::merge_metadata("user_1").public_metadata(value);
    let sent = body(&merge(json!({"a": null})));
    assert_eq!(sent, json!({"public_metadata": {"a": null}}));
    for value in [json!([1]), json!("a"), json!(null)] {
        let error = merge(value).request().unwrap_err();
        assert_eq!(
            error.to_string(),
            "UpdateUserMetadata was not sent: its body cannot be written as JSON: \
             public_metadata: it is not an object"
        );
    }
}

#[test]
fn files_are_forms() {
    let logo = FilePart::new("l.png", "image/png", "x");
    let upload = organizations::upload_logo("org_1", logo).uploader_user_id("user_1");
    let request = upload.request().unwrap();
    let content_type = &request.headers()["content-type"];
    assert_eq!(content_type, "multipart/form-data; boundary=clerk-rust-0");
    let text = String::from_utf8(request.body().to_vec()).unwrap();
    let file = "name=\"file\"; filename=\"l.png\"\r\n";
    assert!(text.contains(file), "{text}");
    let user = "name=\"uploader_user_id\"\r\n\r\nuser_1\r\n";
    assert!(text.contains(user), "{text}");
}

#[test]
fn debug_shows_what_is_sent_but_for_secrets() {
    let create = users::create()
        .first_name("Ada")
        .password("planted")
        .backup_codes(["planted"])
        .private_metadata(json!({"key": "planted"}));
    let shown = format!("{create:?}");
    assert!(shown.contains("\"first_name\": \"Ada\""), "{shown}");
    assert!(shown.contains("\"password\": [redacted]"), "{shown}");
    assert!(!shown.contains("planted"), "{shown}");
}
