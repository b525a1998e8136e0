//! Handshakes, sign-ins and renewals, with Clerk's SDK for Node between browser and emulator.

use std::time::Duration;

use clerk_emulator::{Browser, Defect, Emulator, Page};
use serde_json::{Value, json};

use super::{
    application::{HOME, Scene},
    checks::Checks,
    verifiers::Verifiers,
};
use crate::{outcome::Stopped, programs::Conversation};

/// Longer than a session token lasts, and than Clerk's SDK takes a clock to be wrong.
const A_WHILE: Duration = Duration::from_secs(120);

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

/// The whole way: each answer's status, the reasons for handshakes, and who is there in the end.
fn expect(
    checks: &mut Checks,
    what: &str,
    (scene, page): (&Scene<'_>, &Page),
    statuses: &[u16],
    reasons: &[&str],
) {
    checks.equal(what, &page.statuses().as_slice(), &statuses);
    checks.equal(what, &scene.reasons().as_slice(), &reasons);
}

fn from_nowhere_to_signed_out(
    node: &mut Conversation,
    with_tokens: bool,
    checks: &mut Checks,
) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder().refresh_tokens(false))?;
    scene.with_tokens = with_tokens;
    let ada = scene.emulator().user_id("ada@example.com");

    let page = scene.go(HOME, None)?;
    let reasons = [
        "dev-browser-missing",
        "session-token-missing",
        "session-token-and-uat-missing",
    ];
    expect(
        checks,
        "a first visit",
        (&scene, &page),
        &[307, 307, 307, 200],
        &reasons,
    );
    checks.equal(
        "a first visit",
        &scene.last()["status"],
        &json!("signed-out"),
    );
    checks.equal("a first visit", &page.url(), &HOME);

    let page = scene.sign_in("ada@example.com")?;
    let statuses = [303, 307, 307, 307, 200];
    expect(
        checks,
        "a sign-in",
        (&scene, &page),
        &statuses,
        &["dev-browser-sync"],
    );
    checks.equal("a sign-in", &scene.last()["auth"]["userId"], &json!(ada));
    checks.equal(
        "a sign-in",
        &scene.last()["auth"]["orgSlug"],
        &json!("acme"),
    );
    checks.equal("a sign-in", &page.url(), &HOME);
    let session = scene.last()["auth"]["sessionId"].clone();

    let page = scene.go(HOME, None)?;
    expect(checks, "a reload", (&scene, &page), &[200], &[]);

    scene.wait(A_WHILE);
    let page = scene.go(HOME, None)?;
    let reasons = ["session-token-expired-refresh-non-eligible-no-refresh-cookie"];
    expect(
        checks,
        "an expired token",
        (&scene, &page),
        &[307, 307, 307, 200],
        &reasons,
    );
    checks.equal(
        "an expired token",
        &scene.last()["auth"]["sessionId"],
        &session,
    );

    let url = format!("{}/sign-out", scene.emulator().url());
    let page = scene.go(&url, Some(&[("redirect_url", HOME)]))?;
    let reasons = [
        "dev-browser-sync",
        "session-token-missing",
        "session-token-and-uat-missing",
    ];
    expect(checks, "a sign-out", (&scene, &page), &statuses, &reasons);
    checks.equal("a sign-out", &scene.last()["status"], &json!("signed-out"));
    Ok(())
}

fn renewal_without_the_browser(
    node: &mut Conversation,
    checks: &mut Checks,
) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder())?;
    let emulator = scene.emulator();
    scene.sign_in("bob@example.com")?;
    let session = scene.last()["auth"]["sessionId"].clone();
    scene.wait(A_WHILE);
    let page = scene.go(HOME, None)?;
    expect(checks, "a refresh", (&scene, &page), &[200], &[]);
    checks.equal("a refresh", &scene.last()["auth"]["sessionId"], &session);
    let page = scene.go(HOME, None)?;
    expect(
        checks,
        "a visit after a refresh",
        (&scene, &page),
        &[200],
        &[],
    );
    let path = "/v1/sessions/{session_id}/refresh";
    checks.equal("refreshes", &emulator.count_requests("POST", path), &1);

    emulator.reset();
    scene.wait(A_WHILE);
    let page = scene.go(HOME, None)?;
    let reasons = [
        "session-token-expired-refresh-refresh_token_not_found",
        "session-token-missing",
        "session-token-and-uat-missing",
    ];
    let statuses = [307, 307, 307, 200];
    expect(
        checks,
        "a session that is gone",
        (&scene, &page),
        &statuses,
        &reasons,
    );
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
        ("http://localhost:3000/me", Value::Null),
        ("http://localhost:3000/orgs/acme", json!("acme")),
    ] {
        let page = scene.go(url, None)?;
        let reasons = ["active-organization-mismatch"];
        expect(
            checks,
            url,
            (&scene, &page),
            &[307, 307, 307, 200],
            &reasons,
        );
        let slug = slug.as_str();
        checks.equal(url, &scene.last()["auth"]["orgSlug"].as_str(), &slug);
    }
    Ok(())
}

fn satellites(node: &mut Conversation, checks: &mut Checks) -> Result<(), Stopped> {
    const SATELLITE: &str = "http://satellite.localhost:3001/";
    let mut scene = Scene::set(node, Emulator::builder())?;
    let ada = scene.emulator().user_id("ada@example.com");
    scene.sign_in("ada@example.com")?;
    scene.options = |host, _| match host {
        "satellite.localhost" => json!({
            "isSatellite": true,
            "domain": "satellite.localhost:3001",
            "signInUrl": "http://localhost:3000/sign-in",
            "satelliteAutoSync": true,
        }),
        _ => json!({}),
    };
    let page = scene.go(SATELLITE, None)?;
    let statuses = [307, 307, 307, 307, 307, 200];
    let reasons = [
        "satellite-needs-syncing",
        "primary-responds-to-syncing",
        "dev-browser-sync",
    ];
    expect(checks, "a satellite", (&scene, &page), &statuses, &reasons);
    checks.equal("a satellite", &scene.last()["auth"]["userId"], &json!(ada));

    // The emulator's own sign-in page answers for the primary, too.
    scene.options = |host, emulator| match host {
        "other.localhost" => json!({
            "isSatellite": true,
            "domain": "other.localhost:3001",
            "signInUrl": emulator.sign_in_url(),
            "satelliteAutoSync": true,
        }),
        _ => json!({}),
    };
    let page = scene.go("http://other.localhost:3001/", None)?;
    let statuses = [307, 303, 307, 307, 307, 200];
    let reasons = ["satellite-needs-syncing", "dev-browser-sync"];
    expect(
        checks,
        "another satellite",
        (&scene, &page),
        &statuses,
        &reasons,
    );
    checks.equal(
        "another satellite",
        &scene.last()["auth"]["userId"],
        &json!(ada),
    );
    Ok(())
}

fn cookies_made_for_tests(node: &mut Conversation, checks: &mut Checks) -> Result<(), Stopped> {
    let mut scene = Scene::set(node, Emulator::builder().refresh_tokens(false))?;
    let (emulator, now) = (scene.emulator(), scene.now());
    let ada = || emulator.token().user("ada@example.com");
    let expired = "session-token-expired-refresh-non-eligible-no-refresh-cookie";
    for (what, cookies, status, reasons) in [
        ("good cookies", ada().cookies(now), 200, vec![]),
        (
            "stale cookies",
            ada().issued_ago(A_WHILE).cookies(now),
            307,
            vec![expired],
        ),
        (
            "signed-out cookies",
            emulator.signed_out_cookies(),
            200,
            vec!["session-token-and-uat-missing"],
        ),
        (
            "forged cookies",
            ada().defect(Defect::ForeignKey).cookies(now),
            200,
            vec!["token-invalid-signature"],
        ),
    ] {
        scene.browser = Browser::new();
        scene.browser.set_cookies("localhost", &cookies);
        let page = scene.go(HOME, None)?;
        checks.equal(what, &page.statuses().first(), &Some(&status));
        checks.equal(what, &scene.reasons(), &reasons);
    }
    Ok(())
}
