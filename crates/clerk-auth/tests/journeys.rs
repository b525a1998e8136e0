//! Browsers between an application and Clerk, whose directives are written as live instances write them.

use std::sync::Arc;

use bytes::Bytes;
use clerk_auth::{Auth, RequestHead, RequestState, Settings, blocking::Authenticator};
use clerk_core::{Clock as _, ManualClock, UnixTime};
use clerk_emulator::{Browser, Emulator, InProcess, Page};
use clerk_http::{BlockingRuntime, blocking::Client};
use clerk_jwks::StaticKeys;
use http::{Request, Response, StatusCode, header};
use std::time::Duration;

const START: UnixTime = UnixTime::from_secs(1_800_000_000);

#[derive(Debug)]
struct NoThreads;

impl BlockingRuntime for NoThreads {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Box<dyn FnOnce() + Send>) {}
}

/// An application, its Clerk, and a browser that visits it.
struct Scene {
    clock: Arc<ManualClock>,
    emulator: Emulator,
    authenticator: Authenticator,
    browser: Browser,
    home: &'static str,
}

impl Scene {
    fn set(emulator: Emulator, home: &'static str) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let transport = InProcess::new(emulator.clone(), clock.clone());
        let client = Client::builder(transport, NoThreads)
            .clock(clock.clone())
            .secret_key(emulator.secret_key().clone())
            .base_url(emulator.url())
            .build()
            .unwrap();
        let settings = Settings::builder()
            .publishable_key(emulator.publishable_key().clone())
            .allowed_origins([""; 0])
            .build()
            .unwrap();
        let keys = StaticKeys::from_pem(&emulator.public_key_pem()).unwrap();
        Self {
            clock,
            authenticator: Authenticator::new(settings, keys, client),
            emulator,
            browser: Browser::new(),
            home,
        }
    }

    fn go(&mut self, url: &str, form: Option<&[(&str, &str)]>) -> Page {
        let now = self.clock.now();
        let mut browser = std::mem::take(&mut self.browser);
        let network = |request: Request<Bytes>| {
            if self.home.contains(request.uri().host().unwrap()) {
                return self.respond(&request);
            }
            let answer = self.emulator.handle(request, now);
            answer.into_response().unwrap()
        };
        let page = match form {
            None => browser.open(url, now, network),
            Some(form) => browser.submit(url, form, now, network),
        };
        self.browser = browser;
        page
    }

    fn visit(&mut self) -> Page {
        self.go(self.home, None)
    }

    fn submit(&mut self, page: &str) -> Page {
        let url = format!("{}{page}", self.emulator.url());
        let form = [("redirect_url", self.home), ("user", "ada@example.com")];
        self.go(&url, Some(&form))
    }

    /// The application says who is there, or why nobody is.
    fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let url = request.uri().to_string();
        let mut head = RequestHead::new(request.method().as_str(), &url);
        for (name, value) in request.headers() {
            head = head.header(name.as_str(), value.as_bytes());
        }
        let state = self.authenticator.authenticate(&head).unwrap();
        let mut response = Response::new(said(&state).into());
        *response.headers_mut() = state.headers().clone();
        if response.headers().contains_key(header::LOCATION) {
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        }
        response
    }
}

fn said(state: &RequestState) -> String {
    match state.to_auth(Default::default()) {
        Some(Auth::Session(session)) => session.user_id().to_owned(),
        _ => state.reason().map_or_else(String::new, ToString::to_string),
    }
}

#[test]
fn a_browser_ends_signed_in_whatever_the_instance_is_one_of() {
    let production = Emulator::builder().production("example.com");
    for (emulator, home) in [
        (Emulator::builder(), "http://localhost:3000/dash"),
        (Emulator::builder(), "http://app.localhost:3000/dash"),
        (production.clone(), "https://app.example.com/dash"),
        (production, "https://example.com/dash"),
    ] {
        let mut scene = Scene::set(emulator.build().unwrap(), home);
        let ada = scene.emulator.user_id("ada@example.com").unwrap();
        scene.visit();
        assert_eq!(scene.submit("/sign-in").text(), ada, "{home}");

        let page = scene.visit();
        assert_eq!(
            (page.text(), page.statuses()),
            (ada.clone(), vec![200]),
            "{home}"
        );

        // The refresh token gives the next one; the browser goes nowhere.
        scene.clock.advance(Duration::from_secs(90));
        let page = scene.visit();
        assert_eq!(
            (page.text(), page.statuses()),
            (ada.clone(), vec![200]),
            "{home}"
        );

        scene.submit("/sign-out");
        assert_eq!(
            scene.visit().text(),
            "session-token-and-uat-missing",
            "{home}"
        );
    }
}

/// What an application itself had set before it had a domain, or before Clerk wrote `Domain`.
#[test]
fn an_old_cookie_of_the_host_does_not_hide_that_of_the_domain() {
    let production = Emulator::builder().production("example.com");
    let mut scene = Scene::set(production.build().unwrap(), "https://app.example.com/dash");
    let ada = scene.emulator.user_id("ada@example.com").unwrap();
    scene
        .browser
        .set_cookie("app.example.com", "__client_uat", "0");
    scene.submit("/sign-in");
    scene
        .browser
        .set_cookie("app.example.com", "__client_uat", "1700000000");
    scene.browser.forget("app.example.com", "__session");
    assert_eq!(scene.visit().text(), ada);
    let uat = scene.browser.cookie("app.example.com", "__client_uat");
    assert_eq!(uat, Some("1800000000"));
}

/// Clerk answers so where two requests of one browser ask at once, and where its pages have got another
/// token meanwhile: a handshake sees to it.
#[test]
fn a_browser_whose_token_cannot_be_renewed_is_sent_for_another() {
    let emulator = Emulator::builder().build().unwrap();
    let mut scene = Scene::set(emulator, "http://localhost:3000/dash");
    let ada = scene.emulator.user_id("ada@example.com").unwrap();
    scene.submit("/sign-in");
    let before = scene.browser.clone();
    scene.clock.advance(Duration::from_secs(90));
    assert_eq!(scene.visit().statuses(), [200]);

    scene.browser = before;
    let page = scene.visit();
    assert_eq!(
        (page.text(), page.statuses()),
        (ada, vec![307, 307, 307, 200])
    );
    let (_, first) = &page.hops[1];
    let reason = "session-token-expired-refresh-session_refresh_expired_session_token_consumed";
    assert!(first.contains(reason), "{first}");
}
