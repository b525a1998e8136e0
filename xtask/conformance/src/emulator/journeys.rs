//! Handshakes, sign-ins and renewals, with Clerk's SDK for Node between browser and emulator.

use std::time::Duration;

use clerk_emulator::{Browser, Defect, Emulator};
use serde_json::{Value, json};

use super::{
    application::{HOME, Scene},
    verifiers::Verifiers,
};
use crate::{checks::Checks, outcome::Stopped, programs::Conversation};

/// Longer than a session token lasts, and than Clerk's SDK takes a clock to be wrong.
const A_WHILE: Duration = Duration::from_secs(120);

/// The emulator's publishable key names a scheme, as none of Clerk's does, and so the SDK takes the plain
/// cookies of a first handshake for another instance's, and asks for those with a suffix.
const ONCE_MORE: &str = "307 dev-browser-missing, 307, 307";

/// Longer than the SDK counts redirects for.
const A_MOMENT: Duration = Duration::from_secs(3);

pub(super) fn all(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let node = &mut verifiers.node;
    for with_tokens in [false, true] {
        from_nowhere_to_signed_out(node, with_tokens, checks)?;
    }
    renewal_without_the_browser(node, checks)?;
    another_organization(node, checks)?;
    satellites(node, checks)?;
    cookies_made_for_tests(node, checks)
}

fn from_nowhere_to_signed_out(
    node: &mut Conversation,
    with_tokens: bool,
    checks: &mut Checks,
) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder().refresh_tokens(false))?;
    scene.with_tokens = with_tokens;
    let ada = json!(scene.emulator().user_id("ada@example.com"));

    scene.open(HOME)?;
    let way = "307 dev-browser-missing, 307, 307 session-token-missing, \
               200 session-token-and-uat-missing";
    checks.equal("a first visit", &scene.way(), &way.to_owned());
    checks.equal("a first visit", &scene.url(), &HOME);
    checks.equal("a first visit", scene.said("status"), &json!("signed-out"));

    scene.sign_in("ada@example.com")?;
    let way = format!("303, 307 dev-browser-sync, 307, 307, {ONCE_MORE}, 200");
    checks.equal("a sign-in", &scene.way(), &way);
    checks.equal("a sign-in", &scene.url(), &HOME);
    checks.equal("a sign-in", scene.auth("userId"), &ada);
    checks.equal("a sign-in", scene.auth("orgSlug"), &json!("acme"));
    let session = scene.auth("sessionId").clone();

    scene.open(HOME)?;
    checks.equal("a reload", &scene.way(), &"200".to_owned());

    scene.wait(A_WHILE);
    scene.open(HOME)?;
    let way = "307 session-token-expired-refresh-non-eligible-no-refresh-cookie, 307, 307, 200";
    checks.equal("an expired token", &scene.way(), &way.to_owned());
    checks.equal("an expired token", scene.auth("sessionId"), &session);

    scene.sign_out()?;
    let way = "303, 307 dev-browser-sync, 307, 307 session-token-missing, \
               200 session-token-and-uat-missing";
    checks.equal("a sign-out", &scene.way(), &way.to_owned());
    checks.equal("a sign-out", scene.said("status"), &json!("signed-out"));
    Ok(())
}

fn renewal_without_the_browser(
    node: &mut Conversation,
    checks: &mut Checks,
) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder())?;
    let emulator = scene.emulator();
    scene.sign_in("bob@example.com")?;
    let session = scene.auth("sessionId").clone();
    scene.wait(A_WHILE);
    for what in ["a refresh", "a visit after a refresh"] {
        scene.open(HOME)?;
        checks.equal(what, &scene.way(), &"200".to_owned());
        checks.equal(what, scene.auth("sessionId"), &session);
    }
    let path = "/v1/sessions/{session_id}/refresh";
    checks.equal("refreshes", &emulator.count_requests("POST", path), &1);

    emulator.reset();
    scene.wait(A_WHILE);
    scene.open(HOME)?;
    let way = "307 session-token-expired-refresh-refresh_token_not_found, 307, \
               307 session-token-missing, 200 session-token-and-uat-missing";
    checks.equal("a session that is gone", &scene.way(), &way.to_owned());
    Ok(())
}

fn another_organization(node: &mut Conversation, checks: &mut Checks) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder())?;
    scene.options = |_, _| {
        json!({ "organizationSyncOptions": {
            "organizationPatterns": ["/orgs/:slug"],
            "personalAccountPatterns": ["/me"],
        } })
    };
    scene.sign_in("ada@example.com")?;
    for (url, slug) in [
        ("http://localhost:3000/me", None),
        ("http://localhost:3000/orgs/acme", Some("acme")),
    ] {
        scene.wait(A_MOMENT);
        scene.open(url)?;
        let way = "307 active-organization-mismatch, 307, 307, 200";
        checks.equal(url, &scene.way(), &way.to_owned());
        checks.equal(url, &scene.auth("orgSlug").as_str(), &slug);
    }
    Ok(())
}

fn satellites(node: &mut Conversation, checks: &mut Checks) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder())?;
    let ada = json!(scene.emulator().user_id("ada@example.com"));
    scene.sign_in("ada@example.com")?;
    // Either the primary application answers for the browser, or the emulator's sign-in page.
    scene.options = |host, emulator| match host {
        "one.localhost" => satellite(host, "http://localhost:3000/sign-in"),
        "two.localhost" => satellite(host, &emulator.sign_in_url()),
        _ => json!({}),
    };
    for (host, primary) in [
        ("one.localhost", "307 primary-responds-to-syncing"),
        ("two.localhost", "303"),
    ] {
        scene.open(&format!("http://{host}:3001/"))?;
        let way = format!("307, 307, {ONCE_MORE}, 200");
        let way = format!("307 satellite-needs-syncing, {primary}, 307 dev-browser-sync, {way}");
        checks.equal(host, &scene.way(), &way);
        checks.equal(host, scene.auth("userId"), &ada);
    }
    Ok(())
}

fn satellite(host: &str, sign_in_url: &str) -> Value {
    json!({
        "isSatellite": true,
        "domain": format!("{host}:3001"),
        "signInUrl": sign_in_url,
        "satelliteAutoSync": true,
    })
}

fn cookies_made_for_tests(node: &mut Conversation, checks: &mut Checks) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder().refresh_tokens(false))?;
    let (emulator, now) = (scene.emulator(), scene.now());
    let ada = || emulator.token().user("ada@example.com");
    let stale = ada().issued_ago(A_WHILE);
    let renewed = "307 session-token-expired-refresh-non-eligible-no-refresh-cookie, 307, 307, 200";
    let forged = ada().defect(Defect::ForeignKey);
    for (what, cookies, way) in [
        ("good cookies", ada().cookies(now), "200"),
        ("stale cookies", stale.cookies(now), renewed),
        (
            "forged cookies",
            forged.cookies(now),
            "200 token-invalid-signature",
        ),
        (
            "cookies of nobody",
            emulator.signed_out_cookies(),
            "200 session-token-and-uat-missing",
        ),
    ] {
        scene.browser = Browser::new();
        scene.browser.set_cookies("localhost", &cookies);
        scene.open(HOME)?;
        checks.equal(what, &scene.way(), &way.to_owned());
    }
    Ok(())
}
