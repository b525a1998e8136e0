use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_core::{MonotonicTime, PublishableKey};
use serde_json::json;

use super::*;
use crate::{Moment, OrganizationSync, Step};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
/// Of the host `clerk.clerk.dev`.
const KEY: &str = "pk_test_Y2xlcmsuY2xlcmsuZGV2JA";
/// Also a signature, by its form.
const PLANTED: &str = "planted0";

fn settings() -> Settings {
    let patterns = OrganizationSync::new(["/orgs/:slug"], ["/me"]).unwrap();
    Settings::builder()
        .publishable_key(KEY.parse().unwrap())
        .organization_sync(patterns)
        .build()
        .unwrap()
}

fn token(subject: &str) -> String {
    let segment = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let claims = json!({
        "azp": "https://example.com", "exp": 1_800_000_060, "iat": 1_800_000_000,
        "iss": "https://clerk.clerk.dev", "sid": "sess_1", "sub": subject,
    });
    format!("{}.{}.{PLANTED}", segment(header), segment(claims))
}

fn evidence(method: &str, target: &str, headers: &[(&str, &str)]) -> Evidence {
    let mut head = RequestHead::new(method, target).header("host", b"example.com");
    for (name, value) in headers {
        head = head.header(name, value.as_bytes());
    }
    Evidence::of(&head, &settings(), NOW)
}

/// What comes of a request in a browser that the development instance does not know yet.
fn decided(method: &str, headers: &[(&str, &str)]) -> &'static str {
    let api = clerk_http::Settings::builder().build().unwrap();
    let mut head = RequestHead::new(method, "/").header("host", b"example.com");
    for (name, value) in headers {
        head = head.header(name, value.as_bytes());
    }
    let now = Moment::new(NOW, MonotonicTime::default());
    match Step::start(&head, &settings(), &api, now) {
        Step::Done(Ok(state)) => state.status(),
        step => panic!("{step:?}"),
    }
}

fn of_cookies(cookie: &str) -> BrowserEvidence {
    evidence("GET", "/", &[("cookie", cookie)]).browser.unwrap()
}

#[test]
fn a_token_tells_what_it_says_of_itself() {
    let session = evidence(
        "GET",
        "/",
        &[("authorization", &format!("bearer {}", token("user_1")))],
    );
    assert_eq!(
        session.header,
        Some(TokenEvidence {
            machine_type: None,
            kind: Ok(TokenKind::Session),
            issuer: Some("https://clerk.clerk.dev".to_owned()),
            authorized_party: Some("https://example.com".to_owned()),
            issued_at: Some(NOW),
            expires_at: Some(UnixTime::from_secs(1_800_000_060)),
        })
    );
    let machine = token("mch_1");
    for (authorization, machine_type, kind) in [
        (
            "ak_planted",
            Some(MachineTokenType::ApiKey),
            Err(Malformed::Parts),
        ),
        (
            "Bearer oat_planted",
            Some(MachineTokenType::OAuth),
            Err(Malformed::Parts),
        ),
        (&machine, Some(MachineTokenType::M2m), Ok(TokenKind::M2m)),
        ("planted", None, Err(Malformed::Parts)),
    ] {
        let found = evidence("GET", "/", &[("authorization", authorization)]);
        let token = found.header.unwrap();
        assert_eq!((token.machine_type, token.kind), (machine_type, kind));
        assert!(!found.has_other_authorization);
    }
    let basic = evidence("GET", "/", &[("authorization", "Basic planted")]);
    assert!(basic.header.is_none() && basic.has_other_authorization);
    assert!(!evidence("GET", "/", &[]).has_other_authorization);
}

#[test]
fn cookies_tell_what_the_chosen_ones_say() {
    let key: PublishableKey = KEY.parse().unwrap();
    let suffix = key.cookie_suffix();
    let session = token("user_1");
    let nothing = of_cookies("theme=dark");
    assert_eq!(
        nothing,
        BrowserEvidence {
            uses_suffixed: false,
            session: None,
            client_uat: 0,
            has_dev_browser: false,
            has_refresh: false,
        }
    );
    let plain = of_cookies(&format!(
        "__session={session}; __client_uat=5; __clerk_db_jwt=x"
    ));
    assert!(!plain.uses_suffixed && plain.has_dev_browser && !plain.has_refresh);
    assert_eq!(plain.client_uat, 5);
    assert_eq!(plain.session.unwrap().kind, Ok(TokenKind::Session));

    let suffixed = of_cookies(&format!(
        "__session_{suffix}={session}; __client_uat_{suffix}=7; __client_uat=5; \
         __clerk_db_jwt=x; __refresh_{suffix}=x"
    ));
    assert!(suffixed.uses_suffixed && suffixed.session.is_some() && suffixed.has_refresh);
    assert_eq!(suffixed.client_uat, 7);
    assert!(!suffixed.has_dev_browser, "the plain one does not count");
}

#[test]
fn handshakes_are_found_where_they_count() {
    use HandshakeEvidence::{Nonce, Token};
    for (target, cookie, expected) in [
        ("/", "a=b", None),
        (
            "/?__clerk_handshake_nonce=x",
            "__clerk_handshake=x",
            Some(Nonce(Place::Query)),
        ),
        (
            "/?__clerk_handshake=x",
            "__clerk_handshake_nonce=x",
            Some(Nonce(Place::Cookie)),
        ),
        ("/?__clerk_handshake=x", "a=b", Some(Token(Place::Query))),
        ("/", "__clerk_handshake=x", Some(Token(Place::Cookie))),
        ("/?__clerk_handshake=", "a=b", None),
    ] {
        let found = evidence("GET", target, &[("cookie", cookie)]).handshake;
        assert_eq!(found, expected, "{target} {cookie}");
    }
}

#[test]
fn a_redirect_needs_a_page_that_asks_for_the_first_few_times() {
    let page = ("sec-fetch-dest", "document");
    for (method, headers, redirects, expected) in [
        ("GET", vec![page], 0, None),
        ("GET", vec![("accept", "text/html,*/*")], 0, None),
        (
            "GET",
            vec![page, ("cookie", "__clerk_redirect_count=2")],
            2,
            None,
        ),
        (
            "GET",
            vec![page, ("cookie", "__clerk_redirect_count=3")],
            3,
            Some(NoRedirect::TooMany),
        ),
        ("POST", vec![page], 0, Some(NoRedirect::NotGet)),
        ("GET", vec![], 0, Some(NoRedirect::NoPage)),
        (
            "GET",
            vec![("sec-fetch-dest", "empty"), ("accept", "text/html")],
            0,
            Some(NoRedirect::NoPage),
        ),
    ] {
        let found = evidence(method, "/", &headers);
        assert_eq!(found.no_redirect, expected, "{method} {headers:?}");
        let status = if expected.is_none() {
            "handshake"
        } else {
            "signed-out"
        };
        assert_eq!(decided(method, &headers), status, "{method} {headers:?}");
        assert_eq!(found.redirects, redirects, "{method} {headers:?}");
    }
}

#[test]
fn the_url_and_what_it_belongs_to() {
    let found = evidence(
        "GET",
        "/orgs/acme?__clerk_db_jwt=planted",
        &[
            ("x-forwarded-proto", "https"),
            ("referer", "https://elsewhere.example/"),
        ],
    );
    assert_eq!(
        found.public_url.as_deref(),
        Some("https://example.com/orgs/acme")
    );
    assert!(found.has_dev_browser_parameter && found.has_foreign_referrer);
    let acme = OrganizationTarget::Slug("acme".to_owned());
    assert_eq!(found.organization_target, Some(acme));

    let own = [("referer", "http://example.com/a")];
    let found = evidence("GET", "/other", &own);
    assert!(!found.has_dev_browser_parameter && !found.has_foreign_referrer);
    assert_eq!(found.organization_target, None);
    let nowhere = Evidence::of(&RequestHead::new("GET", "/"), &settings(), NOW);
    assert_eq!(nowhere.public_url, None);
}

#[test]
fn no_secret_is_in_it() {
    let session = token("user_1");
    let cookie = format!(
        "__session={session}; __clerk_db_jwt=planted; __refresh=planted; __client_uat=5; \
         __clerk_handshake_nonce=planted"
    );
    let found = evidence(
        "GET",
        "/?__clerk_handshake=planted&__clerk_db_jwt=planted",
        &[("cookie", &cookie), ("authorization", &session)],
    );
    assert!(!format!("{found:?}").contains("planted"), "{found:?}");
}
