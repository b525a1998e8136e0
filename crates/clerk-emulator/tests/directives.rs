//! What a handshake has an application tell a browser, in development and in production.

mod support;

use bytes::Bytes;
use clerk_emulator::Emulator;
use http::{Request, Response};
use support::{ADA, NOW, decode, emulator, send};

/// The answer to a handshake of the browser that has this token, or of a new one.
fn handshake(emulator: &Emulator, query: &str, client: &str) -> Response<Bytes> {
    let request = Request::get(format!("/v1/client/handshake?{query}"))
        .header("cookie", format!("__client={client}"));
    send(emulator, request.body(Bytes::new()).unwrap())
}

/// The directives of a handshake for `redirect_url`, of a browser with this token, if it has one. What is
/// different each time stands in braces.
fn directives(
    emulator: &Emulator,
    (redirect_url, suffixed): (&str, bool),
    client: Option<&str>,
) -> Vec<String> {
    let query = format!("redirect_url={redirect_url}&suffixed_cookies={suffixed}");
    let response = handshake(emulator, &query, client.unwrap_or_default());
    let location = response.headers()["location"].to_str().unwrap();
    let (_, token) = location.split_once("__clerk_handshake=").unwrap();
    let directives = decode(token).claims["handshake"].clone();
    let suffix = emulator.publishable_key().cookie_suffix();
    let directives = directives.as_array().unwrap().iter();
    let directives = directives.map(|directive| directive.as_str().unwrap());
    let told = directives.map(|directive| {
        let (pair, attributes) = directive.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let value = if value.len() > 20 { "{token}" } else { value };
        format!("{}={value};{attributes}", name.replace(&suffix, "{suffix}"))
    });
    told.collect()
}

#[test]
fn directives_are_written_as_live_instances_write_them() {
    let development = emulator();
    let cookies = development.token().user(ADA).cookies(NOW);
    let (_, ada) = cookies.split_once("__clerk_db_jwt=").unwrap();
    let ada = ada.split(';').next();
    let local = "http://localhost:3000/";
    assert_eq!(
        directives(&development, (local, false), None),
        [
            "__client_uat=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax",
            "__client_uat=0; Path=/; Domain=localhost; Max-Age=315360000; SameSite=Lax",
            "__session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax",
            "__clerk_db_jwt={token}; Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; SameSite=Lax",
        ]
    );
    assert_eq!(
        directives(&development, ("http://127.0.0.1:3000/", true), ada),
        [
            "__client_uat=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax",
            "__client_uat=1800000000; Path=/; Domain=127.0.0.1; Max-Age=315360000; SameSite=Lax",
            "__client_uat_{suffix}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax",
            "__client_uat_{suffix}=1800000000; Path=/; Domain=127.0.0.1; Max-Age=315360000; \
             SameSite=Lax",
            "__session={token}; Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; SameSite=Lax",
            "__session_{suffix}={token}; Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; \
             SameSite=Lax",
            "__clerk_db_jwt={token}; Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; SameSite=Lax",
            "__clerk_db_jwt_{suffix}={token}; Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; \
             SameSite=Lax",
            "__refresh_{suffix}={token}; Path=/; Expires=Sat, 15 Jan 2028 08:00:00 GMT; \
             SameSite=Lax; HttpOnly",
        ]
    );

    let production = Emulator::builder().production("example.com");
    let production = production.build().unwrap();
    assert_eq!(
        directives(&production, ("https://app.example.com/", false), None),
        [
            "__client_uat=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax",
            "__client_uat=0; Path=/; Domain=example.com; Max-Age=315360000; Secure; SameSite=Lax",
            "__session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax",
            "__clerk_handshake_nonce=; Path=/; Domain=example.com; \
             Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax",
        ]
    );
}

/// Its own domain, and no other's.
#[test]
fn a_production_instance_sends_browsers_to_its_domain_alone() {
    let emulator = Emulator::builder().production("example.com");
    let emulator = emulator.build().unwrap();
    assert_eq!(emulator.url(), "https://clerk.example.com");
    let key = emulator.publishable_key();
    assert!(key.as_str().starts_with("pk_live_"));
    assert_eq!(key.frontend_api(), "clerk.example.com");
    for (url, status) in [
        ("https://example.com/", 307),
        ("https://app.example.com/", 307),
        ("http://app.example.com/", 400),
        ("https://notexample.com/", 400),
        ("https://example.com.evil.example/", 400),
    ] {
        let found = handshake(&emulator, &format!("redirect_url={url}"), "");
        assert_eq!(found.status(), status, "{url}");
    }
    let found = handshake(
        &emulator,
        "redirect_url=https://example.com/&format=nonce",
        "",
    );
    assert_eq!(found.headers()["location"], "https://example.com/");
    let cookies: Vec<&str> = found
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap())
        .collect();
    let is_nonce = |cookie: &&str| {
        cookie.starts_with("__clerk_handshake_nonce=")
            && cookie.ends_with("; Domain=example.com; Max-Age=60; HttpOnly; Secure; SameSite=Lax")
    };
    assert!(cookies.iter().any(is_nonce), "{cookies:?}");
}
