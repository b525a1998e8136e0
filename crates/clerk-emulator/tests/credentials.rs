//! Passwords, second factors and pictures of users.

mod support;

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use http::{Request, header};
use serde_json::{Value, json};
use support::{
    ADA, BOB, call, emulator, get, patch, post, refusal, refused, request, send, session_of,
};

/// `12345678901234567890`, as in RFC 6238.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn ada(rest: &str) -> String {
    format!("/v1/users/{ADA}{rest}")
}

fn user(emulator: &Emulator) -> Value {
    get(emulator, &ada("")).1
}

fn verify(emulator: &Emulator, password: &str) -> (u16, Value) {
    post(
        emulator,
        &ada("/verify_password"),
        json!({ "password": password }),
    )
}

#[test]
fn a_password_is_verified_and_shown_to_nobody() {
    let emulator = emulator();
    let none = refused(400, "no_password_set", "");
    assert_eq!(refusal(verify(&emulator, "correct horse")), none);
    let (_, changed) = patch(&emulator, &ada(""), json!({ "password": "correct horse" }));
    assert_eq!(changed["password_enabled"], json!(true));
    assert_eq!(
        verify(&emulator, "correct horse"),
        (200, json!({ "verified": true }))
    );
    let wrong = refused(422, "incorrect_password", "");
    assert_eq!(refusal(verify(&emulator, "correct hors")), wrong);
    assert!(!changed.to_string().contains("correct horse"));
    patch(&emulator, &ada(""), json!({ "password": "another one" }));
    assert_eq!(refusal(verify(&emulator, "correct horse")), wrong);
    assert_eq!(verify(&emulator, "another one").0, 200);
    let (_, removed) = post(&emulator, &ada("/remove_password"), json!({}));
    assert_eq!(
        (
            &removed["password_enabled"],
            &removed["password_last_updated_at"]
        ),
        (&json!(false), &json!(null))
    );
    assert_eq!(refusal(verify(&emulator, "another one")), none);
    let found = refusal(post(
        &emulator,
        "/v1/users/user_x/verify_password",
        json!({}),
    ));
    assert_eq!(found, refused(404, "resource_not_found", ""));
    let found = refusal(post(&emulator, &ada("/verify_password"), json!({})));
    assert_eq!(found, refused(422, "form_param_missing", "password"));
}

#[test]
fn digests_of_other_systems_are_passwords() {
    let emulator = emulator();
    // SHA-256 of `abc`, of FIPS 180-2.
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let (status, changed) = patch(
        &emulator,
        &ada(""),
        json!({ "password_digest": digest, "password_hasher": "sha256" }),
    );
    assert_eq!(
        (status, &changed["password_enabled"]),
        (200, &json!(true)),
        "{changed}"
    );
    assert_eq!(verify(&emulator, "abc").0, 200);
    assert_eq!(refusal(verify(&emulator, "abd")).1, "incorrect_password");
    let foreign =
        json!({ "password_digest": "$2a$10$N9qo8uLOickgx2ZMRZoMye", "password_hasher": "bcrypt" });
    assert_eq!(patch(&emulator, &ada(""), foreign).0, 200);
    let found = refusal(verify(&emulator, "abc"));
    assert_eq!(found, refused(400, "password_hasher_not_emulated", ""));
    let both = json!({ "password": "correct horse", "password_digest": digest, "password_hasher": "sha256" });
    let found = refusal(patch(&emulator, &ada(""), both));
    assert_eq!(
        found,
        refused(422, "form_param_value_invalid", "password_digest")
    );
}

#[test]
fn a_compromised_password_is_to_be_changed() {
    let emulator = emulator();
    let session = session_of(&emulator, ADA);
    let set = ada("/password/set_compromised");
    let found = refusal(post(&emulator, &set, json!({})));
    assert_eq!(found, refused(400, "no_password_set", ""));
    patch(&emulator, &ada(""), json!({ "password": "correct horse" }));
    let (_, changed) = post(&emulator, &set, json!({ "revoke_all_sessions": true }));
    assert_eq!(changed["requires_password_reset"], json!(true));
    let status = |id: &str| get(&emulator, &format!("/v1/sessions/{id}")).1["status"].clone();
    assert_eq!(status(&session), "revoked");
    let (_, changed) = call(&emulator, "POST", &ada("/password/unset_compromised"), None);
    assert_eq!(changed["requires_password_reset"], json!(false));
    call(&emulator, "POST", &set, None);
    patch(&emulator, &ada(""), json!({ "password": "another one" }));
    assert_eq!(user(&emulator)["requires_password_reset"], json!(false));
    let session = session_of(&emulator, ADA);
    post(
        &emulator,
        &ada("/remove_password"),
        json!({ "sign_out_of_other_sessions": true }),
    );
    assert_eq!(status(&session), "revoked");
}

#[test]
fn second_factors_are_imported_verified_and_taken_away() {
    let emulator = emulator();
    let at = |code: &str, seconds: i64| {
        let body = json!({ "code": code });
        let request = request("POST", &ada("/verify_totp"), Some(&body));
        let answer = emulator.handle(request, UnixTime::from_secs(seconds));
        let response = answer.into_response().unwrap();
        let body = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), body)
    };
    assert_eq!(refusal(at("287082", 59)), refused(400, "totp_disabled", ""));
    let body = json!({ "totp_secret": SECRET, "backup_codes": ["first", "second"] });
    let (_, changed) = patch(&emulator, &ada(""), body);
    for name in ["totp_enabled", "backup_code_enabled", "two_factor_enabled"] {
        assert_eq!(changed[name], json!(true), "{name}");
    }
    assert!(!changed.to_string().contains("first\""));
    let good = |code_type: &str| (200, json!({ "verified": true, "code_type": code_type }));
    assert_eq!(at("287082", 59), good("totp"));
    let wrong = refused(422, "totp_incorrect_code", "");
    assert_eq!(refusal(at("287082", 600)), wrong);
    assert_eq!(at("first", 59), good("backup_code"));
    assert_eq!(refusal(at("first", 59)), wrong);
    let delete = |rest: &str| call(&emulator, "DELETE", &ada(rest), None);
    let done = (200, json!({ "user_id": ADA }));
    assert_eq!(delete("/backup_code"), done);
    assert_eq!(refusal(delete("/backup_code")).0, 404);
    assert_eq!(user(&emulator)["backup_code_enabled"], json!(false));
    assert_eq!(delete("/totp"), done);
    assert_eq!(refusal(delete("/totp")).0, 404);
    assert_eq!(user(&emulator)["two_factor_enabled"], json!(false));
    assert_eq!(delete("/mfa"), done);
    assert_eq!(
        refusal(call(&emulator, "DELETE", "/v1/users/user_x/mfa", None)).0,
        404
    );
}

/// The form that a client sends with a file.
fn upload(content: &[u8], file: &str) -> Request<Bytes> {
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"{file}\r\nContent-Type: text/html\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
    Request::post(ada("/profile_image"))
        .header(header::AUTHORIZATION, "Bearer sk_test_emulator")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(body.into())
        .unwrap()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

fn json_of(emulator: &Emulator, request: Request<Bytes>) -> (u16, Value) {
    let response = send(emulator, request);
    let body = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body)
}

#[test]
fn a_picture_is_shown_by_this_machine_as_what_it_is() {
    let emulator = emulator();
    let before = user(&emulator);
    let (status, changed) = json_of(&emulator, upload(PNG, "; filename=\"a.html\""));
    assert_eq!(
        (status, &changed["has_image"]),
        (200, &json!(true)),
        "{changed}"
    );
    let url = changed["image_url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with(&format!("{}/images/img_", emulator.url())),
        "{url}"
    );
    let shown = send(&emulator, Request::get(&url).body(Bytes::new()).unwrap());
    assert_eq!(shown.body().as_ref(), PNG);
    assert_eq!(shown.headers()[header::CONTENT_TYPE], "image/png");
    assert_eq!(shown.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let (_, again) = json_of(&emulator, upload(b"GIF89a", "; filename=b"));
    assert_ne!(again["image_url"], url.as_str());
    // The one before is gone: what is shown there is what everybody has.
    let shown = send(&emulator, Request::get(&url).body(Bytes::new()).unwrap());
    assert_eq!(shown.headers()[header::CONTENT_TYPE], "image/svg+xml");
    let path = ada("/profile_image");
    let (_, deleted) = call(&emulator, "DELETE", &path, None);
    assert_eq!(
        (&deleted["has_image"], &deleted["image_url"]),
        (&json!(false), &before["image_url"])
    );
    let found = refusal(call(&emulator, "DELETE", &path, None));
    assert_eq!(found, refused(404, "image_not_found", ""));
    let found = refusal(patch(
        &emulator,
        &ada(""),
        json!({ "profile_image_id": "img_x" }),
    ));
    assert_eq!(found, refused(404, "image_not_found", ""));
}

#[test]
fn a_page_that_is_sent_as_a_picture_is_not_shown() {
    let emulator = emulator();
    let before = user(&emulator);
    for (content, file, expected) in [
        (
            &b"<script>alert(1)</script>"[..],
            "; filename=a.png",
            refused(400, "request_body_invalid", ""),
        ),
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "; filename=a.svg",
            refused(400, "request_body_invalid", ""),
        ),
        (PNG, "", refused(400, "form_param_missing", "file")),
        (
            b"",
            "; filename=a.png",
            refused(400, "form_param_missing", "file"),
        ),
    ] {
        let found = refusal(json_of(&emulator, upload(content, file)));
        assert_eq!(found, expected, "{file}");
    }
    let plain = request("POST", &ada("/profile_image"), Some(&json!({})));
    let found = refusal(json_of(&emulator, plain));
    assert_eq!(found, refused(400, "request_body_invalid", ""));
    assert_eq!(user(&emulator), before);
}

#[test]
fn a_user_is_told_of_the_invitations_to_their_addresses() {
    let emulator = emulator();
    let (_, eve) = post(
        &emulator,
        "/v1/users",
        json!({ "email_address": ["Eve@example.com"] }),
    );
    let path = format!(
        "/v1/users/{}/organization_invitations",
        eve["id"].as_str().unwrap()
    );
    assert_eq!(
        get(&emulator, &path),
        (200, json!({ "data": [], "total_count": 0 }))
    );
    let invite = |address: &str| {
        let body =
            json!({ "email_address": address, "role": "org:member", "inviter_user_id": ADA });
        post(&emulator, "/v1/organizations/acme/invitations", body).1
    };
    let (hers, _) = (invite("eve@example.com"), invite("mallory@example.com"));
    let (_, list) = get(&emulator, &path);
    assert_eq!(
        (&list["total_count"], &list["data"][0]["id"]),
        (&json!(1), &hers["id"]),
        "{list}"
    );
    let organization = &list["data"][0]["public_organization_data"];
    assert_eq!(
        (&organization["slug"], &organization["has_image"]),
        (&json!("acme"), &json!(false))
    );
    let (_, none) = get(&emulator, &format!("{path}?status=revoked"));
    assert_eq!(none["total_count"], 0);
    let found = refusal(get(&emulator, &format!("{path}?status=perhaps")));
    assert_eq!(found, refused(422, "form_param_value_invalid", "status"));
    let found = refusal(get(&emulator, "/v1/users/user_x/organization_invitations"));
    assert_eq!(found, refused(404, "resource_not_found", ""));
    let (_, bobs) = get(
        &emulator,
        &format!("/v1/users/{BOB}/organization_invitations"),
    );
    assert_eq!(bobs["total_count"], 0);
}
