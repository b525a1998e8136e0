//! The instance that the methods are called on.

use std::time::Duration;

use bytes::Bytes;
use clerk::{Clock as _, SystemClock, UnixTime};
use clerk_emulator::{
    Browser, Emulator, ExternalAccountSeed, LoggedRequest, Seed, Server, UserSeed,
};
use http::{Request, Response};
use serde_json::{Value, json};

use super::values::Kept;
use crate::outcome::Stopped;

const ORIGIN: &str = "http://localhost:3000";

/// Longer than a session token lasts.
const STALE: Duration = Duration::from_secs(90);

/// An emulator, and what a caller of the Backend API cannot make itself.
pub(crate) struct Scene {
    server: Server,
    pub(super) kept: Kept,
}

impl Scene {
    pub(crate) fn set() -> Result<Self, Stopped> {
        let google = ExternalAccountSeed::new("google", "108000000000000000001");
        let mary = UserSeed::new("mary@example.com").name("Mary", "Jackson");
        let seed = Seed::example().user(mary.external_account(google));
        let server = Server::start(Emulator::builder().seed(seed))?;
        let mut kept = Kept::default();
        kept.keep("given", given(server.emulator(), SystemClock::new().now()));
        Ok(Self { server, kept })
    }

    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    pub(crate) fn secret_key(&self) -> &str {
        self.server.emulator().secret_key().expose()
    }

    /// What a caller of the Backend API cannot make itself.
    pub(crate) fn given(&self) -> Value {
        self.kept.resolve(&json!("$given")).value
    }

    /// All requests until now.
    pub(super) fn requests(&self) -> Vec<LoggedRequest> {
        self.server.emulator().requests()
    }
}

fn given(emulator: &Emulator, now: UnixTime) -> Value {
    let token = || emulator.token().user("ada@example.com");
    json!({
        "ada": emulator.user_id("ada@example.com"),
        "bob": emulator.user_id("bob@example.com"),
        "mary": emulator.user_id("mary@example.com"),
        "acme": emulator.organization_id("acme"),
        "publishable_key": emulator.publishable_key().as_str(),
        "oauth_token": token().scope("read").opaque_oauth().sign(now),
        "sign_up": sign_up(emulator, now),
        "nonce": nonce(emulator, now),
        "browser": browser(emulator, now),
    })
}

/// What somebody has begun who becomes a user.
fn sign_up(emulator: &Emulator, now: UnixTime) -> Option<String> {
    let post = |path: &str, form: &'static str| {
        let url = format!("{}{path}", emulator.url());
        let request = Request::post(url).header("origin", ORIGIN);
        let request = request.body(Bytes::from_static(form.as_bytes())).ok()?;
        let answer = emulator.handle(request, now).into_response()?;
        serde_json::from_slice::<Value>(answer.body()).ok()
    };
    let browser = post("/v1/dev_browser", "")?;
    let path = format!(
        "/v1/client/sign_ups?__clerk_db_jwt={}",
        browser["id"].as_str()?
    );
    let sign_up = post(&path, "email_address=eve@example.com")?;
    Some(sign_up["response"]["id"].as_str()?.to_owned())
}

/// What a browser of Ada's brings back from a handshake.
fn nonce(emulator: &Emulator, now: UnixTime) -> Option<String> {
    let mut browser = Browser::new();
    sign_in(&mut browser, emulator, now);
    let url = format!(
        "{}/v1/client/handshake?redirect_url={ORIGIN}/&format=nonce",
        emulator.url()
    );
    let page = visit(&mut browser, &url, None, emulator, now);
    let (_, nonce) = page.split_once("__clerk_handshake_nonce=")?;
    Some(nonce.split('&').next()?.to_owned())
}

/// A browser whose session token has expired.
fn browser(emulator: &Emulator, now: UnixTime) -> Value {
    let mut stale = Browser::new();
    let token = emulator.token().user("ada@example.com").issued_ago(STALE);
    stale.set_cookies("localhost", &token.cookies(now));
    let suffix = emulator.publishable_key().cookie_suffix().to_owned();
    let expired = stale.cookie("localhost", "__session");
    let mut signed_in = Browser::new();
    sign_in(&mut signed_in, emulator, now);
    let url: http::Uri = emulator.url().parse().unwrap_or_default();
    json!({
        "origin": ORIGIN,
        "expired_token": expired,
        "session": expired.and_then(|token| claim(token, "sid")),
        "refresh_token": stale.cookie("localhost", &format!("__refresh_{suffix}")),
        "client_token": signed_in.cookie(url.host().unwrap_or_default(), "__client"),
    })
}

fn sign_in(browser: &mut Browser, emulator: &Emulator, now: UnixTime) {
    let form = [("redirect_url", ORIGIN), ("user", "ada@example.com")];
    visit(browser, &emulator.sign_in_url(), Some(&form), emulator, now);
}

/// Goes to `url`, and says where that leads.
fn visit(
    browser: &mut Browser,
    url: &str,
    form: Option<&[(&str, &str)]>,
    emulator: &Emulator,
    now: UnixTime,
) -> String {
    let network = |request: http::Request<_>| match request.uri().host() {
        Some("localhost") => Response::default(),
        _ => emulator
            .handle(request, now)
            .into_response()
            .unwrap_or_default(),
    };
    let page = match form {
        Some(form) => browser.submit(url, form, now, network),
        None => browser.open(url, now, network),
    };
    page.url().to_owned()
}

fn claim(token: &str, name: &str) -> Option<Value> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get(name).cloned()
}
