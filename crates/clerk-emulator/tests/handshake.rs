//! Browsers between an application and the emulator: the handshake, and what it leads to.

mod support;

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_emulator::{Browser, Emulator, Page};
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};
use std::time::Duration;
use support::{ADA, BOB, NOW, call, decode, emulator, get, refusal, refused, request};

const APP: &str = "http://localhost:3000/dash?tab=1";

/// An application that knows just enough: without a cookie for browsers, or with a browser's token
/// in the query, it asks for a handshake; what a handshake brings, it stores.
struct Application<'e> {
    emulator: &'e Emulator,
    format: &'static str,
    suffixed: bool,
    now: UnixTime,
}

impl Application<'_> {
    fn open(&self, browser: &mut Browser, url: &str) -> Page {
        browser.open(url, self.now, |request| self.network(request))
    }

    fn sign_in(&self, browser: &mut Browser, user: &str) -> Page {
        let url = self.emulator.sign_in_url();
        let form = [("redirect_url", APP), ("user", user)];
        browser.submit(&url, &form, self.now, |request| self.network(request))
    }

    fn network(&self, request: Request<Bytes>) -> Response<Bytes> {
        match request.uri().host() {
            Some("localhost") => self.answer(&request),
            _ => self.clerk(request),
        }
    }

    fn clerk(&self, request: Request<Bytes>) -> Response<Bytes> {
        let answer = self.emulator.handle(request, self.now);
        answer.into_response().expect("a response")
    }

    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let url = request.uri().to_string();
        let parameter = |name: &str| {
            let found = url
                .split(['?', '&'])
                .find_map(|pair| pair.strip_prefix(name));
            found.and_then(|rest| rest.strip_prefix('='))
        };
        let directives = match (
            parameter("__clerk_handshake_nonce"),
            parameter("__clerk_handshake"),
        ) {
            (Some(nonce), _) => {
                let path = format!("/v1/clients/handshake_payload?nonce={nonce}");
                Some(get(self.emulator, &path).1["directives"].clone())
            }
            (None, Some(token)) => {
                let token = decode(token);
                assert!(token.verifies(&self.emulator.jwks_json()));
                assert_eq!(token.header["cat"], "cl_B7d4PD111AAA");
                Some(token.claims["handshake"].clone())
            }
            (None, None) => None,
        };
        if let Some(directives) = directives {
            let mut response = redirect(APP);
            for directive in directives.as_array().expect("directives") {
                let directive = directive.as_str().unwrap().parse().unwrap();
                response.headers_mut().append("set-cookie", directive);
            }
            return response;
        }
        let knows_browser = cookies(request.headers()).contains("__clerk_db_jwt=");
        let token = parameter("__clerk_db_jwt");
        if knows_browser && token.is_none() {
            return Response::new(Bytes::from_static(b"the page"));
        }
        let token = token
            .map(|token| format!("&__clerk_db_jwt={token}"))
            .unwrap_or_default();
        redirect(&format!(
            "{}/v1/client/handshake?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdash%3Ftab%3D1\
             &format={}&suffixed_cookies={}{token}",
            self.emulator.url(),
            self.format,
            self.suffixed
        ))
    }
}

fn redirect(to: &str) -> Response<Bytes> {
    let response = Response::builder().status(307).header("location", to);
    response.body(Bytes::new()).unwrap()
}

fn cookies(headers: &HeaderMap) -> String {
    let values = headers.get_all("cookie").iter();
    let values: Vec<&str> = values.map(|value| value.to_str().unwrap()).collect();
    values.join("; ")
}

fn session(browser: &Browser) -> Option<support::Jwt> {
    browser.cookie("localhost", "__session").map(decode)
}

#[test]
fn a_browser_signs_in_and_out_in_both_formats() {
    for (format, suffixed) in [("nonce", true), ("token", true), ("nonce", false)] {
        // The application's own word for where it is, and not the builder's.
        let emulator = Emulator::builder().authorized_party(None).build().unwrap();
        let suffix = emulator.publishable_key().cookie_suffix();
        let app = Application {
            emulator: &emulator,
            format,
            suffixed,
            now: NOW,
        };
        let mut browser = Browser::new();
        let cookie =
            |browser: &Browser, name: &str| browser.cookie("localhost", name).map(str::to_owned);

        let page = app.open(&mut browser, APP);
        assert_eq!(page.statuses(), [307, 307, 307, 200], "{format}");
        assert_eq!((page.url(), page.text().as_str()), (APP, "the page"));
        assert_eq!(cookie(&browser, "__client_uat").as_deref(), Some("0"));
        assert_eq!(cookie(&browser, "__session"), None);
        let first = cookie(&browser, "__clerk_db_jwt").unwrap();

        let page = app.sign_in(&mut browser, ADA);
        assert_eq!(page.statuses(), [303, 307, 307, 307, 200], "{format}");
        assert_eq!(page.url(), APP);
        let token = session(&browser).expect("a session");
        assert!(token.verifies(&emulator.jwks_json()));
        assert_eq!(token.claims["sub"], ADA);
        assert_eq!(token.claims["azp"], "http://localhost:3000");
        assert_eq!(token.claims["exp"], 1_800_000_060);
        assert_eq!(
            cookie(&browser, "__client_uat").as_deref(),
            Some("1800000000")
        );
        let second = cookie(&browser, "__clerk_db_jwt").unwrap();
        assert_ne!(first, second, "the sign-in page knew nothing of the first");
        for name in ["__session", "__client_uat", "__clerk_db_jwt"] {
            let found = cookie(&browser, &format!("{name}_{suffix}"));
            let expected = cookie(&browser, name).filter(|_| suffixed);
            assert_eq!(found, expected, "{name}");
        }
        assert!(cookie(&browser, &format!("__refresh_{suffix}")).is_some());

        // The page knows the browser by now.
        let url = format!("{}/sign-out", emulator.url());
        let form = [("redirect_url", APP)];
        browser.submit(&url, &form, NOW, |request| app.network(request));
        assert_eq!(cookie(&browser, "__clerk_db_jwt"), Some(second));
        assert_eq!(cookie(&browser, "__client_uat").as_deref(), Some("0"));
        assert_eq!(session(&browser).map(|token| token.claims), None);
        assert_eq!(cookie(&browser, &format!("__refresh_{suffix}")), None);
        let sid = token.claims["sid"].as_str().unwrap();
        let (_, ended) = get(&emulator, &format!("/v1/sessions/{sid}"));
        assert_eq!(ended["status"], "ended");
    }
}

#[test]
fn an_expired_token_is_renewed_by_a_handshake_in_the_same_session() {
    let emulator = emulator();
    let mut app = Application {
        emulator: &emulator,
        format: "nonce",
        suffixed: true,
        now: NOW,
    };
    let mut browser = Browser::new();
    app.sign_in(&mut browser, BOB);
    let before = session(&browser).unwrap();
    app.now = NOW.saturating_add(Duration::from_secs(120));
    let token = browser
        .cookie("localhost", "__clerk_db_jwt")
        .unwrap()
        .to_owned();
    app.open(&mut browser, &format!("{APP}&__clerk_db_jwt={token}"));
    let after = session(&browser).unwrap();
    assert_eq!(after.claims["sid"], before.claims["sid"]);
    assert_eq!(after.claims["iat"], 1_800_000_120);
    assert_eq!(
        browser.cookie("localhost", "__client_uat"),
        Some("1800000000")
    );
}

#[test]
fn who_signs_in_takes_the_browser_over() {
    let emulator = emulator();
    let app = Application {
        emulator: &emulator,
        format: "nonce",
        suffixed: true,
        now: NOW,
    };
    let name = format!("__refresh_{}", emulator.publishable_key().cookie_suffix());
    let mut browser = Browser::new();
    app.sign_in(&mut browser, ADA);
    let of_ada = session(&browser).unwrap();
    let refresh_token = browser.cookie("localhost", &name).unwrap().to_owned();
    app.sign_in(&mut browser, BOB);
    assert_eq!(session(&browser).unwrap().claims["sub"], BOB);
    let sid = of_ada.claims["sid"].as_str().unwrap();
    let (_, ended) = get(&emulator, &format!("/v1/sessions/{sid}"));
    assert_eq!(ended["status"], "ended");
    assert_ne!(
        browser.cookie("localhost", &name),
        Some(refresh_token.as_str())
    );
}

fn handshake(emulator: &Emulator, query: &str) -> Response<Bytes> {
    let uri = format!("/v1/client/handshake?{query}");
    support::send(emulator, Request::get(uri).body(Bytes::new()).unwrap())
}

#[test]
fn a_nonce_is_worth_something_once_and_for_a_minute() {
    let emulator = emulator();
    let nonce = || {
        let response = handshake(
            &emulator,
            "redirect_url=http://localhost:3000/&format=nonce",
        );
        assert_eq!(response.headers()["cache-control"], "no-store");
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        location
            .split_once("__clerk_handshake_nonce=")
            .unwrap()
            .1
            .to_owned()
    };
    let payload = |nonce: &str, now: UnixTime| {
        let request = request(
            "GET",
            &format!("/v1/clients/handshake_payload?nonce={nonce}"),
            None,
        );
        emulator
            .handle(request, now)
            .into_response()
            .unwrap()
            .status()
            .as_u16()
    };
    let (first, second) = (nonce(), nonce());
    assert_ne!(first, second);
    assert_eq!([payload(&first, NOW), payload(&first, NOW)], [200, 404]);
    let late = NOW.saturating_add(Duration::from_secs(60));
    assert_eq!(payload(&second, late), 404);
    assert_eq!(
        refusal(get(&emulator, "/v1/clients/handshake_payload")),
        refused(422, "form_param_missing", "nonce")
    );
}

#[test]
fn a_handshake_changes_the_organization_to_one_of_the_users() {
    let emulator = emulator();
    support::post(
        &emulator,
        "/v1/organizations",
        json!({ "name": "Other", "slug": "other" }),
    );
    let app = Application {
        emulator: &emulator,
        format: "nonce",
        suffixed: true,
        now: NOW,
    };
    let mut browser = Browser::new();
    app.sign_in(&mut browser, BOB);
    assert_eq!(session(&browser).unwrap().claims["o"]["slg"], "acme");
    let mut active = |organization: &str| {
        let token = browser
            .cookie("localhost", "__clerk_db_jwt")
            .unwrap()
            .to_owned();
        let url = format!(
            "{}/v1/client/handshake?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdash&format=nonce\
             &__clerk_db_jwt={token}&organization_id={organization}",
            emulator.url()
        );
        app.open(&mut browser, &url);
        session(&browser).unwrap().claims["o"]["slg"].clone()
    };
    assert_eq!(active(""), Value::Null);
    assert_eq!(active("other"), Value::Null);
    assert_eq!(active("nowhere"), Value::Null);
    assert_eq!(active("acme"), "acme");
    assert_eq!(active("other"), "acme");
}

#[test]
fn a_satellite_learns_which_browser_it_has_from_the_sign_in_page() {
    let emulator = emulator();
    let app = Application {
        emulator: &emulator,
        format: "nonce",
        suffixed: true,
        now: NOW,
    };
    let mut browser = Browser::new();
    app.sign_in(&mut browser, ADA);
    let token = browser
        .cookie("localhost", "__clerk_db_jwt")
        .unwrap()
        .to_owned();
    let url = format!(
        "{}?__clerk_redirect_url=http%3A%2F%2Fsatellite.localhost%3A3001%2F",
        emulator.sign_in_url()
    );
    let page = browser.open(&url, NOW, |request| match request.uri().host() {
        Some("satellite.localhost") => Response::new(Bytes::new()),
        _ => app.clerk(request),
    });
    assert_eq!(page.statuses(), [303, 200]);
    let expected =
        format!("http://satellite.localhost:3001/?__clerk_synced=true&__clerk_db_jwt={token}");
    assert_eq!(page.url(), expected);
}

#[test]
fn cookies_made_for_tests_are_those_of_a_handshake() {
    let emulator = emulator();
    let header = emulator.token().user(ADA).cookies(NOW);
    let suffix = emulator.publishable_key().cookie_suffix();
    let mut browser = Browser::new();
    browser.set_cookies("localhost", &header);
    let before = session(&browser).unwrap();
    assert!(before.verifies(&emulator.jwks_json()));
    let mut names: Vec<&str> = header
        .split("; ")
        .map(|pair| pair.split_once('=').unwrap().0)
        .collect();
    names.sort_unstable();
    let mut expected = vec![format!("__refresh_{suffix}")];
    for name in ["__clerk_db_jwt", "__client_uat", "__session"] {
        expected.extend([name.to_owned(), format!("{name}_{suffix}")]);
    }
    expected.sort_unstable();
    assert_eq!(names, expected);

    let app = Application {
        emulator: &emulator,
        format: "nonce",
        suffixed: true,
        now: NOW,
    };
    let token = browser
        .cookie("localhost", "__clerk_db_jwt")
        .unwrap()
        .to_owned();
    app.open(&mut browser, &format!("{APP}&__clerk_db_jwt={token}"));
    assert_eq!(
        session(&browser).unwrap().claims["sid"],
        before.claims["sid"]
    );

    let signed_out = emulator.signed_out_cookies();
    assert!(signed_out.contains("__client_uat=0") && !signed_out.contains("__session"));
    let body = json!({ "user": BOB, "cookies": true });
    let (status, minted) = call(&emulator, "POST", "/_emulator/mint", Some(&body));
    let cookie = minted["cookie"].as_str().unwrap_or_default();
    assert_eq!(
        (status, cookie.contains("__session=")),
        (200, true),
        "{minted}"
    );
}
