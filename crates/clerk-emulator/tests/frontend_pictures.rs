//! Pictures that pages send: of users and of organizations.

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use clerk_emulator::Emulator;
use http::{Request, header};
use serde_json::Value;
use support::{
    NOW,
    page::{ORIGIN, ScriptedPage, text},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

/// What a page sends as clerk-js does.
fn send(page: &ScriptedPage<'_>, path: &str, media_type: &str, body: Vec<u8>) -> (u16, Value) {
    let mark = if path.contains('?') { '&' } else { '?' };
    let uri = format!(
        "{path}{mark}_clerk_js_version=6.40.0&__clerk_db_jwt={}",
        page.browser
    );
    let request = Request::post(uri)
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, media_type)
        .body(Bytes::from(body))
        .unwrap();
    let response = page.emulator.handle(request, NOW).into_response().unwrap();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), body)
}

fn form(content: &[u8]) -> Vec<u8> {
    let head = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    [head.as_bytes(), content, b"\r\n--b--\r\n"].concat()
}

const FORM: &str = "multipart/form-data; boundary=b";

fn shown(emulator: &Emulator, url: &Value) -> Bytes {
    let request = Request::get(text(url)).body(Bytes::new()).unwrap();
    emulator
        .handle(request, NOW)
        .into_response()
        .unwrap()
        .into_body()
}

#[test]
fn users_set_their_picture_and_take_it_away() {
    let emulator = Emulator::builder().build().unwrap();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let path = "/v1/me/profile_image";
    let (status, body) = send(&page, path, FORM, form(PNG));
    assert_eq!(status, 200, "{body}");
    assert_eq!(shown(&emulator, &body["response"]["public_url"]), PNG);
    let user = page.ok("GET", "/v1/me", &[]);
    assert_eq!(user["has_image"], true);
    assert_eq!(user["image_url"], body["response"]["public_url"]);

    let text = format!("data:image/png;base64,{}", STANDARD.encode(PNG));
    let (status, body) = send(&page, path, "application/octet-stream", text.into_bytes());
    assert_eq!(status, 200, "{body}");
    assert_eq!(shown(&emulator, &body["response"]["public_url"]), PNG);

    page.ok("DELETE", path, &[]);
    assert_eq!(page.ok("GET", "/v1/me", &[])["has_image"], false);
    assert_eq!(page.refused("DELETE", path, &[]), "404 image_not_found");
    let (status, body) = send(&page, path, FORM, form(b"<script>"));
    assert_eq!(
        (status, &body["errors"][0]["code"]),
        (400, &"request_body_invalid".into())
    );
}

#[test]
fn organizations_get_a_logo_from_those_who_manage_them() {
    let emulator = Emulator::builder().build().unwrap();
    let acme = emulator.organization_id("acme").unwrap();
    let path = format!("/v1/organizations/{acme}/logo?_method=PUT");
    let page = ScriptedPage::open(&emulator);
    page.sign_in("bob@example.com");
    assert_eq!(send(&page, &path, FORM, form(PNG)).0, 403);
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let (status, body) = send(&page, &path, FORM, form(PNG));
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["response"]["has_image"], true);
    assert_eq!(shown(&emulator, &body["response"]["image_url"]), PNG);
    let path = format!("/v1/organizations/{acme}/logo");
    assert_eq!(page.ok("DELETE", &path, &[])["has_image"], false);
}

#[test]
fn pictures_may_be_larger_than_all_else_but_not_without_end() {
    let emulator = Emulator::builder().build().unwrap();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let large = |megabytes: usize| [PNG, &vec![0; megabytes * 1024 * 1024]].concat();
    let path = "/v1/me/profile_image";
    assert_eq!(send(&page, path, FORM, form(&large(9))).0, 200);
    let (status, body) = send(&page, path, FORM, form(&large(11)));
    assert_eq!(status, 413);
    assert_eq!(body["errors"][0]["code"], "request_body_too_large");
    let (status, _) = send(
        &page,
        "/v1/me?_method=PATCH",
        "application/x-www-form-urlencoded",
        large(2),
    );
    assert_eq!(status, 413);
}
