//! Links in mails: signing in and up by them, and showing whose an address is.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::{Emulator, InstanceSeed, Seed, UserSeed, WebhookEndpoint};
use http::Request;
use serde_json::Value;
use support::{
    NOW,
    page::{ScriptedPage, mailbox, text},
};

const SIGN_INS: &str = "/v1/client/sign_ins";
const SIGN_UPS: &str = "/v1/client/sign_ups";
const LINK: [(&str, &str); 2] = [
    ("strategy", "email_link"),
    ("redirect_url", "http://localhost:3000/verify?from=mail"),
];

fn emulator(offers_links: bool) -> Emulator {
    let seed = Seed::empty()
        .instance(InstanceSeed::default().email_links(offers_links))
        .user(UserSeed::new("ada@example.com"));
    Emulator::builder().seed(seed).build().unwrap()
}

/// Where the latest mail leads.
fn link(emulator: &Emulator, to: &str) -> String {
    let messages = mailbox(emulator, to);
    let last = messages.first().expect("a message");
    assert_eq!(last["code"], Value::Null);
    text(&last["url"])
}

/// Opens a link on a browser that the emulator does not know, and says what the page is told.
fn open(emulator: &Emulator, link: &str, now: UnixTime) -> (String, Option<String>) {
    let request = Request::get(link).body(bytes::Bytes::new()).unwrap();
    let response = emulator.handle(request, now).into_response().unwrap();
    assert_eq!(response.status(), 303, "{response:?}");
    let to = response.headers()["location"].to_str().unwrap();
    let to = url::Url::parse(to).unwrap();
    assert!(
        to.as_str()
            .starts_with("http://localhost:3000/verify?from=mail&")
    );
    let value = |name: &str| {
        let mut pairs = to.query_pairs();
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    };
    (
        value("__clerk_status").unwrap(),
        value("__clerk_created_session"),
    )
}

fn begin(page: &ScriptedPage<'_>) -> String {
    let form = [&[("identifier", "ada@example.com")], &LINK[..]].concat();
    let sign_in = page.ok("POST", SIGN_INS, &form);
    assert_eq!(sign_in["status"], "needs_first_factor");
    assert_eq!(sign_in["first_factor_verification"]["status"], "unverified");
    format!("{SIGN_INS}/{}", text(&sign_in["id"]))
}

#[test]
fn a_link_signs_in_where_it_was_asked_for_wherever_it_is_opened() {
    let emulator = emulator(true);
    let page = ScriptedPage::open(&emulator);
    let sign_in = begin(&page);
    assert!(page.signed_in().is_empty());
    let (status, session) = open(&emulator, &link(&emulator, "ada@example.com"), NOW);
    assert_eq!(status, "verified");
    let sign_in = page.ok("GET", &sign_in, &[]);
    assert_eq!(sign_in["status"], "complete");
    assert_eq!(sign_in["first_factor_verification"]["status"], "verified");
    assert_eq!(session, Some(text(&sign_in["created_session_id"])));
    assert_eq!(page.signed_in(), ["ada@example.com"]);
}

#[test]
fn a_link_is_good_once_for_ten_minutes_and_only_the_latest() {
    let emulator = emulator(true);
    let page = ScriptedPage::open(&emulator);
    begin(&page);
    let first = link(&emulator, "ada@example.com");
    let sign_in = begin(&page);
    let second = link(&emulator, "ada@example.com");
    assert_eq!(open(&emulator, &first, NOW), ("failed".to_owned(), None));
    let late = NOW.saturating_add(Duration::from_secs(600));
    assert_eq!(open(&emulator, &second, late), ("expired".to_owned(), None));
    assert_eq!(
        page.ok("GET", &sign_in, &[])["status"],
        "needs_first_factor"
    );
    assert_eq!(open(&emulator, &second, NOW).0, "verified");
    let request = Request::get(&second).body(bytes::Bytes::new()).unwrap();
    let again = emulator.handle(request, NOW).into_response().unwrap();
    assert_eq!(again.status(), 400);
}

#[test]
fn a_link_verifies_who_signs_up() {
    let emulator = emulator(true);
    let page = ScriptedPage::open(&emulator);
    let form = [
        ("email_address", "eve@example.com"),
        ("password", "correct horse"),
    ];
    let sign_up = page.ok("POST", SIGN_UPS, &form);
    let path = format!("{SIGN_UPS}/{}", text(&sign_up["id"]));
    page.ok("POST", &format!("{path}/prepare_verification"), &LINK);
    let (status, session) = open(&emulator, &link(&emulator, "eve@example.com"), NOW);
    assert_eq!(status, "verified");
    let sign_up = page.ok("GET", &path, &[]);
    assert_eq!(sign_up["status"], "complete");
    assert_eq!(session, Some(text(&sign_up["created_session_id"])));
    assert_eq!(page.signed_in(), ["eve@example.com"]);
}

#[test]
fn a_link_shows_whose_an_address_is_and_no_code_does_then() {
    let emulator = emulator(true);
    let hook = WebhookEndpoint::new("http://localhost:3000/webhooks");
    emulator.add_webhook(hook.event("email.created")).unwrap();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let path = "/v1/me/email_addresses";
    let email = page.ok("POST", path, &[("email_address", "countess@example.com")]);
    let path = format!("{path}/{}", text(&email["id"]));
    page.ok("POST", &format!("{path}/prepare_verification"), &LINK);
    let attempt = format!("{path}/attempt_verification");
    let refused = page.refused("POST", &attempt, &[("code", "424242")]);
    assert_eq!(refused, "400 verification_missing");
    let url = link(&emulator, "countess@example.com");
    assert_eq!(open(&emulator, &url, NOW), ("verified".to_owned(), None));
    let email = page.ok("GET", &path, &[]);
    assert_eq!(email["verification"]["status"], "verified");
    assert_eq!(email["verification"]["strategy"], "email_link");
    let mut told = Vec::new();
    while let Some(webhook) = emulator.next_webhook(NOW) {
        let body: Value = serde_json::from_slice(webhook.request().body()).unwrap();
        told.push(body["data"]["data"].clone());
    }
    assert_eq!(told.last().unwrap()["magic_link"], url);
}

#[test]
fn links_are_for_instances_that_offer_them_and_lead_to_applications_here() {
    let (with, without) = (emulator(true), emulator(false));
    let form = [&[("identifier", "ada@example.com")], &LINK[..]].concat();
    let page = ScriptedPage::open(&without);
    let refused = page.refused("POST", SIGN_INS, &form);
    assert_eq!(refused, "422 strategy_for_user_invalid strategy");
    let offered = |page: &ScriptedPage<'_>| {
        let form = [("identifier", "ada@example.com")];
        let sign_in = page.ok("POST", SIGN_INS, &form);
        let factors = sign_in["supported_first_factors"].as_array().cloned();
        let mut factors = factors.unwrap_or_default().into_iter();
        factors.any(|factor| factor["strategy"] == "email_link")
    };
    assert!(!offered(&page));
    let page = ScriptedPage::open(&with);
    assert!(offered(&page));
    let elsewhere = [form[0], form[1], ("redirect_url", "https://example.com/")];
    let refused = page.refused("POST", SIGN_INS, &elsewhere);
    assert_eq!(refused, "400 redirect_url_not_allowed");
    assert_eq!(
        page.refused("POST", SIGN_INS, &form[..2]),
        "422 form_param_missing redirect_url"
    );
}
