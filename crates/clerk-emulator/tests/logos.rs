//! Pictures of organizations and of OAuth applications.

mod support;

use bytes::Bytes;
use clerk_emulator::Emulator;
use http::{Request, header};
use serde_json::{Value, json};
use support::{ACME, delete, emulator, fine, get, post, refusal, refused, send, text};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and then what a decoder would read";

/// An upload of this file.
fn put(emulator: &Emulator, path: &str, content: &[u8]) -> (u16, Value) {
    let head = "--x\r\ncontent-disposition: form-data; name=\"uploader_user_id\"\r\n\r\nuser_x\r\n\
                --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                content-type: image/png\r\n\r\n";
    let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
    let request = Request::put(path)
        .header("authorization", "Bearer sk_test_emulator")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Bytes::from(body))
        .unwrap();
    let response = send(emulator, request);
    let body = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body)
}

/// What is where a picture is said to be, with its media type.
fn picture(emulator: &Emulator, url: &str) -> (String, Bytes) {
    let path = url.strip_prefix(emulator.url()).unwrap();
    let response = send(emulator, Request::get(path).body(Bytes::new()).unwrap());
    let media_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
    (media_type.to_owned(), response.body().clone())
}

#[test]
fn an_organization_has_the_logo_that_was_uploaded_last() {
    let emulator = emulator();
    let path = format!("/v1/organizations/{ACME}");
    let logo = format!("{path}/logo");
    let uploaded = fine(put(&emulator, &logo, PNG));
    assert_eq!(uploaded["has_image"], true);
    assert_eq!(uploaded["logo_url"], uploaded["image_url"]);
    let first = text(&uploaded, "image_url").to_owned();
    assert_eq!(
        picture(&emulator, &first),
        ("image/png".to_owned(), Bytes::from(PNG))
    );
    let found = fine(get(&emulator, &path));
    assert_eq!(found["image_url"], first);
    let members = fine(get(&emulator, &format!("{path}/memberships")));
    assert_eq!(members["data"][0]["organization"]["has_image"], true);

    let gif = b"GIF89a and so on";
    let second = fine(put(&emulator, &logo, gif));
    let second = text(&second, "image_url").to_owned();
    assert_ne!(first, second);
    assert_eq!(picture(&emulator, &second).0, "image/gif");
    // The one before is gone, which leaves the picture of those who have none.
    assert_eq!(picture(&emulator, &first).0, "image/svg+xml");

    let gone = fine(delete(&emulator, &logo));
    assert_eq!(gone["has_image"], false);
    assert_eq!(
        gone["image_url"],
        format!("{}/images/{ACME}", emulator.url())
    );
    assert_eq!(picture(&emulator, &second).0, "image/svg+xml");
    assert_eq!(refusal(delete(&emulator, &logo)).0, 404);
}

#[test]
fn an_oauth_application_has_a_logo() {
    let emulator = emulator();
    let path = "/v1/oauth_applications";
    let application = fine(post(&emulator, path, json!({ "name": "Reader" })));
    let logo = format!("{path}/{}/logo", text(&application, "id"));
    let uploaded = fine(put(&emulator, &logo, PNG));
    let url = text(&uploaded, "client_image_url");
    assert_eq!(picture(&emulator, url).0, "image/png");
    assert!(uploaded.get("client_secret").is_none());
}

/// A picture that holds a script would run it where the emulator's cookies are.
#[test]
fn what_is_no_picture_is_not_kept() {
    let emulator = emulator();
    let script = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
    for path in [
        format!("/v1/organizations/{ACME}/logo"),
        "/v1/organizations/nobody/logo".to_owned(),
    ] {
        let (status, _, _) = refusal(put(&emulator, &path, script));
        assert!(matches!(status, 400 | 404), "{status} {path}");
    }
    let organization = fine(get(&emulator, &format!("/v1/organizations/{ACME}")));
    assert_eq!(organization["has_image"], false);
    let nobody = put(&emulator, "/v1/organizations/nobody/logo", PNG);
    assert_eq!(refusal(nobody), refused(404, "resource_not_found", ""));
}
