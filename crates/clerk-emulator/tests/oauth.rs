//! OAuth applications, and the instance as their authorization server.

mod support;

use std::time::Duration;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use http::{Request, Response, header};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use support::{
    ADA, NOW, column, decode, delete, emulator, fine, get, patch, post, refusal, refused, send,
    text,
};

const APPLICATIONS: &str = "/v1/oauth_applications";
const CALLBACK: &str = "https://reader.example/callback";

fn reader(emulator: &Emulator, public: bool) -> Value {
    let body = json!({
        "name": "Reader", "redirect_uris": [CALLBACK], "scopes": "openid profile email",
        "public": public,
    });
    fine(post(emulator, APPLICATIONS, body))
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn form(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&")
}

/// Where an answer leads, and what it says there.
fn location(response: &Response<Bytes>) -> url::Url {
    let location = response.headers().get(header::LOCATION);
    let location = location.unwrap_or_else(|| panic!("{response:?}"));
    url::Url::parse(location.to_str().unwrap()).unwrap()
}

fn said(url: &url::Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// The cookie of a browser in which Ada is signed in.
fn signed_in(emulator: &Emulator) -> String {
    let body = form(&[("user", ADA), ("redirect_url", "http://localhost:3000/")]);
    let request = Request::post("/sign-in").body(body.into()).unwrap();
    let response = send(emulator, request);
    let mut cookies = response.headers().get_all(header::SET_COOKIE).iter();
    let cookie = cookies.find_map(|cookie| {
        let (pair, _) = cookie.to_str().unwrap().split_once(';')?;
        pair.starts_with("__client=").then(|| pair.to_owned())
    });
    cookie.unwrap_or_else(|| panic!("{response:?}"))
}

fn authorize(emulator: &Emulator, cookie: Option<&str>, pairs: &[(&str, &str)]) -> Response<Bytes> {
    let uri = format!("/oauth/authorize?{}", form(pairs));
    let request = Request::get(uri);
    let request = match cookie {
        Some(cookie) => request.header(header::COOKIE, cookie),
        None => request,
    };
    send(emulator, request.body(Bytes::new()).unwrap())
}

fn code(emulator: &Emulator, cookie: &str, pairs: &[(&str, &str)]) -> String {
    let mut all = vec![("response_type", "code"), ("redirect_uri", CALLBACK)];
    all.extend(pairs);
    let url = location(&authorize(emulator, Some(cookie), &all));
    said(&url, "code").unwrap_or_else(|| panic!("{url}"))
}

fn exchange(emulator: &Emulator, path: &str, pairs: &[(&str, &str)], at: UnixTime) -> (u16, Value) {
    let request = Request::post(path).body(form(pairs).into()).unwrap();
    let response = emulator.handle(request, at).into_response().unwrap();
    let body = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body)
}

fn user_info(emulator: &Emulator, token: &str) -> (u16, Value) {
    let request =
        Request::get("/oauth/userinfo").header("authorization", format!("Bearer {token}"));
    let response = send(emulator, request.body(Bytes::new()).unwrap());
    let body = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body)
}

#[test]
fn an_application_is_made_changed_and_deleted() {
    let emulator = emulator();
    let created = reader(&emulator, false);
    let origin = emulator.url();
    let id = text(&created, "id");
    let mut expected = json!({
        "object": "oauth_application", "id": id, "instance_id": emulator.key_id(), "name": "Reader",
        "client_id": created["client_id"], "client_uri": null, "client_image_url": null,
        "dynamically_registered": false, "consent_screen_enabled": true, "pkce_required": false,
        "public": false, "scopes": "openid profile email", "redirect_uris": [CALLBACK],
        "callback_url": CALLBACK, "authorize_url": format!("{origin}/oauth/authorize"),
        "token_fetch_url": format!("{origin}/oauth/token"),
        "user_info_url": format!("{origin}/oauth/userinfo"),
        "discovery_url": format!("{origin}/.well-known/openid-configuration"),
        "token_introspection_url": format!("{origin}/oauth/token_info"),
        "created_at": NOW.as_millis(), "updated_at": NOW.as_millis(),
    });
    let one = format!("{APPLICATIONS}/{id}");
    assert_eq!(fine(get(&emulator, &one)), expected);
    expected["client_secret"] = created["client_secret"].clone();
    assert_eq!(created, expected);
    let rotated = fine(post(&emulator, &format!("{one}/rotate_secret"), json!({})));
    assert_ne!(
        text(&rotated, "client_secret"),
        text(&created, "client_secret")
    );
    let changed = json!({ "name": "Writer", "callback_url": "my-app://callback" });
    let changed = fine(patch(&emulator, &one, changed));
    assert_eq!(changed["redirect_uris"], json!(["my-app://callback"]));
    let public = reader(&emulator, true);
    assert_eq!(public["pkce_required"], true);
    assert!(public.get("client_secret").is_none());
    let list = fine(get(&emulator, &format!("{APPLICATIONS}?name_query=writ")));
    assert_eq!(column(&list, "name"), ["Writer"]);
    assert_eq!(
        fine(delete(&emulator, &one)),
        json!({ "object": "oauth_application", "id": id, "deleted": true })
    );
    assert_eq!(
        refusal(get(&emulator, &one)),
        refused(404, "resource_not_found", "")
    );
    for (body, expected) in [
        (json!({}), refused(422, "form_param_missing", "name")),
        (
            json!({ "name": "" }),
            refused(422, "form_param_value_invalid", "name"),
        ),
        (
            json!({ "name": "A", "redirect_uris": ["callback"] }),
            refused(422, "form_param_format_invalid", "redirect_uris"),
        ),
        (
            json!({ "name": "A", "callback_url": "https://a.example/#x" }),
            refused(422, "form_param_format_invalid", "callback_url"),
        ),
        (
            json!({ "name": "A", "scopes": "everything" }),
            refused(422, "form_param_value_invalid", "scopes"),
        ),
    ] {
        assert_eq!(refusal(post(&emulator, APPLICATIONS, body)), expected);
    }
}

#[test]
fn a_code_is_exchanged_for_tokens_that_say_who_signed_in() {
    let emulator = emulator();
    let application = reader(&emulator, false);
    let (client_id, secret) = (
        text(&application, "client_id"),
        text(&application, "client_secret"),
    );
    // By the sign-in page, and back with everything that was asked.
    let asked = [
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "s&t"),
        ("nonce", "n1"),
    ];
    let page = location(&authorize(&emulator, None, &asked));
    assert_eq!(page.path(), "/sign-in");
    let here = url::Url::parse(&said(&page, "redirect_url").unwrap()).unwrap();
    assert_eq!(here.path(), "/oauth/authorize");
    let again: Vec<_> = here.query_pairs().collect();
    assert_eq!(
        again,
        asked.map(|(name, value)| (name.into(), value.into()))
    );
    let cookie = signed_in(&emulator);
    let url = location(&authorize(&emulator, Some(&cookie), &asked));
    assert!(url.as_str().starts_with(CALLBACK), "{url}");
    assert_eq!(said(&url, "state").as_deref(), Some("s&t"));
    assert_eq!(said(&url, "iss").as_deref(), Some(emulator.issuer()));
    let code = said(&url, "code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("client_id", client_id),
        ("client_secret", secret),
    ];
    let (status, tokens) = exchange(&emulator, "/oauth/token", &pairs, NOW);
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(
        (
            &tokens["token_type"],
            &tokens["scope"],
            &tokens["expires_in"]
        ),
        (&json!("Bearer"), &json!("openid email"), &json!(86_400))
    );
    let id_token = decode(text(&tokens, "id_token"));
    assert!(id_token.verifies(&emulator.jwks_json()));
    for (claim, expected) in [
        ("sub", json!(ADA)),
        ("aud", json!(client_id)),
        ("nonce", json!("n1")),
        ("email", json!("ada@example.com")),
        ("iss", json!(emulator.issuer())),
    ] {
        assert_eq!(id_token.claims[claim], expected, "{claim}");
    }
    let access = text(&tokens, "access_token");
    let (status, info) = user_info(&emulator, access);
    assert_eq!(status, 200);
    assert_eq!(
        (&info["sub"], &info["email"]),
        (&json!(ADA), &json!("ada@example.com"))
    );
    assert!(info.get("given_name").is_none(), "not asked for: {info}");
    let verified = fine(post(
        &emulator,
        &format!("{APPLICATIONS}/access_tokens/verify"),
        json!({ "access_token": access }),
    ));
    assert_eq!(verified["client_id"], client_id);
    assert_eq!(verified["scopes"], json!(["openid", "email"]));

    // The same with Basic, for another access token.
    let refresh = text(&tokens, "refresh_token");
    let basic = STANDARD.encode(format!("{client_id}:{secret}"));
    let refreshed = |token: &str| {
        let body = form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        let request = Request::post("/oauth/token")
            .header("authorization", format!("Basic {basic}"))
            .body(body.into())
            .unwrap();
        let response = send(&emulator, request);
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        (response.status().as_u16(), body)
    };
    let (status, second) = refreshed(refresh);
    assert_eq!(status, 200, "{second}");
    assert_eq!(user_info(&emulator, access).0, 401);
    assert_eq!(user_info(&emulator, text(&second, "access_token")).0, 200);
    assert_eq!(
        refreshed(refresh),
        (
            400,
            json!({
                "error": "invalid_grant",
                "error_description":
                    "This was not given to the application, was used before, or has expired.",
            })
        )
    );

    // Revoked, neither of the two is good.
    let revoke = format!("{APPLICATIONS}/{}/revoke_token", text(&application, "id"));
    let body = json!({ "token": second["refresh_token"] });
    assert_eq!(post(&emulator, &revoke, body), (204, Value::Null));
    assert_eq!(user_info(&emulator, text(&second, "access_token")).0, 401);
    assert_eq!(refreshed(text(&second, "refresh_token")).0, 400);
    let unknown = json!({ "token": "oat_0123456789ABCDEF0123456789ABCDEF" });
    assert_eq!(post(&emulator, &revoke, unknown).0, 204);
}

#[test]
fn a_stolen_code_is_worth_nothing() {
    let emulator = emulator();
    let (application, other) = (reader(&emulator, false), reader(&emulator, false));
    let public = reader(&emulator, true);
    let cookie = signed_in(&emulator);
    let verifier = "v".repeat(43);
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let with_challenge = [
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let attempt = |application: &Value, code: &str, more: &[(&str, &str)], at: UnixTime| {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", text(application, "client_id")),
        ];
        if let Some(secret) = application["client_secret"].as_str() {
            pairs.push(("client_secret", secret));
        }
        pairs.extend(more);
        let (status, body) = exchange(&emulator, "/oauth/token", &pairs, at);
        (
            status,
            body["error"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let ours = |application: &Value, more: &[(&str, &str)]| {
        let mut pairs = vec![("client_id", text(application, "client_id"))];
        pairs.extend(more);
        code(&emulator, &cookie, &pairs)
    };
    let (good, bad) = ((200, String::new()), (400, "invalid_grant".to_owned()));
    // Twice.
    let once = ours(&application, &[]);
    assert_eq!(attempt(&application, &once, &[], NOW), good);
    assert_eq!(attempt(&application, &once, &[], NOW), bad);
    // By another application, which spends it.
    let taken = ours(&application, &[]);
    assert_eq!(attempt(&other, &taken, &[], NOW), bad);
    assert_eq!(attempt(&application, &taken, &[], NOW), bad);
    // Too late, or from another place.
    let late = NOW.saturating_add(Duration::from_secs(60));
    assert_eq!(
        attempt(&application, &ours(&application, &[]), &[], late),
        bad
    );
    let elsewhere = [("redirect_uri", "https://attacker.example/")];
    assert_eq!(
        attempt(&application, &ours(&application, &[]), &elsewhere, NOW),
        bad
    );
    // Without what its challenge was made of, or with that where there was no challenge.
    let (right, wrong) = (
        [("code_verifier", verifier.as_str())],
        [("code_verifier", "w")],
    );
    let code = || ours(&public, &with_challenge);
    assert_eq!(attempt(&public, &code(), &right, NOW), good);
    assert_eq!(attempt(&public, &code(), &wrong, NOW), bad);
    assert_eq!(attempt(&public, &code(), &[], NOW), bad);
    assert_eq!(
        attempt(&application, &ours(&application, &[]), &right, NOW),
        bad
    );
    // Without the secret.
    let mut nobody = application.clone();
    for secret in [Value::Null, json!(""), json!("x")] {
        nobody["client_secret"] = secret;
        let found = attempt(&nobody, &ours(&application, &[]), &[], NOW);
        assert_eq!(found, (401, "invalid_client".to_owned()));
    }
}

#[test]
fn nobody_is_sent_where_the_application_is_not() {
    let emulator = emulator();
    let application = reader(&emulator, false);
    let client_id = text(&application, "client_id");
    let cookie = signed_in(&emulator);
    for (client_id, redirect_uri, error) in [
        (client_id, "https://attacker.example/", "invalid_request"),
        (
            client_id,
            "https://reader.example/callback/x",
            "invalid_request",
        ),
        (
            client_id,
            "https://reader.example/callback?x=1",
            "invalid_request",
        ),
        ("nobody", CALLBACK, "invalid_client"),
    ] {
        let pairs = [
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("response_type", "code"),
        ];
        let response = authorize(&emulator, Some(&cookie), &pairs);
        assert_eq!(response.status(), 400, "{redirect_uri}");
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["error"], error, "{redirect_uri}");
    }
    // What else is wrong, the application is told.
    for (more, error) in [
        (
            &[("response_type", "token")][..],
            "unsupported_response_type",
        ),
        (
            &[("response_type", "code"), ("scope", "private_metadata")],
            "invalid_scope",
        ),
        (
            &[("response_type", "code"), ("code_challenge", "x")],
            "invalid_request",
        ),
    ] {
        let mut pairs = vec![("client_id", client_id), ("state", "s")];
        pairs.extend(more);
        let url = location(&authorize(&emulator, Some(&cookie), &pairs));
        assert_eq!(said(&url, "error").as_deref(), Some(error));
        assert_eq!(said(&url, "state").as_deref(), Some("s"));
    }
    let silent = [
        ("client_id", client_id),
        ("response_type", "code"),
        ("prompt", "none"),
    ];
    let url = location(&authorize(&emulator, None, &silent));
    assert_eq!(said(&url, "error").as_deref(), Some("login_required"));
}

#[test]
fn an_application_asks_what_its_own_tokens_are_good_for() {
    let emulator = emulator();
    let (application, other) = (reader(&emulator, false), reader(&emulator, false));
    let settings = json!({ "oauth_jwt_access_tokens": true });
    fine(patch(
        &emulator,
        "/v1/instance/oauth_application_settings",
        settings,
    ));
    let cookie = signed_in(&emulator);
    let client_id = text(&application, "client_id");
    let code = code(&emulator, &cookie, &[("client_id", client_id)]);
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", client_id),
        ("client_secret", text(&application, "client_secret")),
    ];
    let (_, tokens) = exchange(&emulator, "/oauth/token", &pairs, NOW);
    let token = text(&tokens, "access_token");
    let jwt = decode(token);
    assert!(jwt.verifies(&emulator.jwks_json()));
    assert_eq!(jwt.header["typ"], "at+jwt");
    assert_eq!(jwt.claims["scope"], "openid profile email");
    let ask = |application: &Value, secret: &str, at: UnixTime| {
        let pairs = [
            ("token", token),
            ("client_id", text(application, "client_id")),
            ("client_secret", secret),
        ];
        exchange(&emulator, "/oauth/token_info", &pairs, at)
    };
    let secret = text(&application, "client_secret");
    let (status, info) = ask(&application, secret, NOW);
    assert_eq!(
        (status, &info["active"], &info["sub"]),
        (200, &json!(true), &json!(ADA))
    );
    assert_eq!(info["jti"], jwt.claims["jti"]);
    let inactive = (200, json!({ "active": false }));
    let tomorrow = NOW.saturating_add(Duration::from_secs(86_400));
    assert_eq!(ask(&application, secret, tomorrow), inactive);
    assert_eq!(ask(&other, text(&other, "client_secret"), NOW), inactive);
    assert_eq!(ask(&application, "x", NOW).0, 401);
    let grant = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", secret),
    ];
    let (status, body) = exchange(&emulator, "/oauth/token", &grant, NOW);
    assert_eq!(
        (status, &body["error"]),
        (400, &json!("unsupported_grant_type"))
    );
    fine(delete(&emulator, &format!("/v1/users/{ADA}")));
    assert_eq!(ask(&application, secret, NOW), inactive);
}

#[test]
fn everything_is_found_by_discovery() {
    let emulator = emulator();
    let request = |path: &str| {
        let response = send(&emulator, Request::get(path).body(Bytes::new()).unwrap());
        serde_json::from_slice::<Value>(response.body()).unwrap()
    };
    let found = request("/.well-known/openid-configuration");
    assert_eq!(request("/.well-known/oauth-authorization-server"), found);
    assert_eq!(found["issuer"], emulator.issuer());
    let keys = text(&found, "jwks_uri")
        .strip_prefix(emulator.url())
        .unwrap();
    assert_eq!(request(keys), emulator.jwks_json());
}

#[test]
fn a_program_on_this_machine_is_sent_back_to_whichever_port_it_has() {
    let emulator = emulator();
    let cookie = signed_in(&emulator);
    let known = ["http://127.0.0.1/callback", "http://localhost/callback"];
    let program = json!({ "name": "CLI", "redirect_uris": known, "public": true });
    let program = fine(post(&emulator, APPLICATIONS, program));
    for (redirect_uri, status) in [
        ("http://127.0.0.1:49152/callback", 302),
        ("http://127.0.0.1/callback", 302),
        ("http://127.0.0.1:49152/other", 400),
        ("http://127.0.0.2:49152/callback", 400),
        ("https://127.0.0.1:49152/callback", 400),
        // A name may lead elsewhere (RFC 8252 §8.3).
        ("http://localhost:49152/callback", 400),
        ("http://127.0.0.1:49152@attacker.example/callback", 400),
    ] {
        let asked = [
            ("client_id", text(&program, "client_id")),
            ("response_type", "code"),
            ("redirect_uri", redirect_uri),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
        ];
        let response = authorize(&emulator, Some(&cookie), &asked);
        assert_eq!(response.status(), status, "{redirect_uri}");
        if status == 302 {
            let back = location(&response);
            assert!(back.as_str().starts_with(redirect_uri), "{back}");
        }
    }
}
