//! Accounts with somebody else: signing up and in by them, connecting them, and the page in the provider's place.

mod support;

use bytes::Bytes;
use clerk_emulator::{Emulator, InstanceSeed, Presence, Seed, UserSeed};
use http::{Request, Response, header};
use serde_json::{Value, json};
use support::{
    NOW,
    page::{ScriptedPage, text},
};

const SIGN_INS: &str = "/v1/client/sign_ins";
const SIGN_UPS: &str = "/v1/client/sign_ups";
const ACCOUNTS: &str = "/v1/me/external_accounts";

const CALLBACK: (&str, &str) = ("redirect_url", "http://localhost:3000/sso-callback");
const GOOGLE: [(&str, &str); 3] = [
    ("strategy", "oauth_google"),
    CALLBACK,
    ("action_complete_redirect_url", "/home"),
];

fn with(instance: InstanceSeed) -> Emulator {
    let seed = Seed::empty()
        .instance(instance.social(["google", "github"]))
        .user(UserSeed::new("ada@example.com").name("Ada", "Lovelace"))
        .user(UserSeed::new("bob@example.com"));
    Emulator::builder().seed(seed).build().unwrap()
}

fn emulator() -> Emulator {
    with(InstanceSeed::default())
}

/// What the provider's page is asked, without a script.
fn ask(emulator: &Emulator, method: &str, uri: &str, form: &[(&str, &str)]) -> Response<Bytes> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.finish().into())
        .unwrap();
    emulator.handle(request, NOW).into_response().unwrap()
}

/// Where the page in the provider's place is.
fn page_of(verification: &Value) -> String {
    assert_eq!(verification["status"], "unverified", "{verification}");
    text(&verification["external_verification_redirect_url"])
}

/// Says who one is there, and is sent on.
fn say(emulator: &Emulator, page: &str, who: &[(&str, &str)]) -> String {
    let state = page.split_once("state=").unwrap().1;
    let path = page.split_once("/social/").unwrap().1;
    let path = format!("/social/{}", path.split_once('?').unwrap().0);
    let form = [&[("state", state)], who].concat();
    let response = ask(emulator, "POST", &path, &form);
    assert_eq!(response.status(), 303, "{response:?}");
    response.headers()["location"].to_str().unwrap().to_owned()
}

fn reload(page: &ScriptedPage<'_>, attempts: &str, attempt: &Value) -> Value {
    page.ok("GET", &format!("{attempts}/{}", text(&attempt["id"])), &[])
}

const HOME: &str = "http://localhost:3000/home";
const BACK: &str = "http://localhost:3000/sso-callback";

#[test]
fn whoever_is_known_signs_in_and_the_account_is_theirs() {
    let emulator = emulator();
    let ada = emulator.user_id("ada@example.com").unwrap();
    for round in 0..2 {
        let page = ScriptedPage::open(&emulator);
        let sign_in = page.ok("POST", SIGN_INS, &GOOGLE);
        assert_eq!(sign_in["status"], "needs_identifier");
        let provider = page_of(&sign_in["first_factor_verification"]);
        let to = say(&emulator, &provider, &[("user", &ada)]);
        assert_eq!(to, HOME);
        assert_eq!(page.signed_in(), ["ada@example.com"]);
        let user = page.ok("GET", "/v1/me", &[]);
        let accounts = user["external_accounts"].as_array().unwrap();
        assert_eq!(accounts.len(), 1, "{round}");
        assert_eq!(accounts[0]["provider"], "oauth_google");
        assert_eq!(accounts[0]["verification"]["status"], "verified");
    }
}

#[test]
fn whoever_is_unknown_signs_up_by_the_same_account() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let sign_in = page.ok("POST", SIGN_INS, &GOOGLE);
    let provider = page_of(&sign_in["first_factor_verification"]);
    let grace = [
        ("email_address", "grace@example.com"),
        ("first_name", "Grace"),
        ("last_name", "Hopper"),
    ];
    assert_eq!(say(&emulator, &provider, &grace), BACK);
    let sign_in = reload(&page, SIGN_INS, &sign_in);
    let verification = &sign_in["first_factor_verification"];
    assert_eq!(verification["status"], "transferable");
    assert_eq!(verification["error"]["code"], "external_account_not_found");

    let sign_up = page.ok("POST", SIGN_UPS, &[("transfer", "true")]);
    assert_eq!(sign_up["status"], "complete", "{sign_up}");
    let user = page.ok("GET", "/v1/me", &[]);
    assert_eq!(user["first_name"], "Grace");
    assert_eq!(user["password_enabled"], false);
    let email = &user["email_addresses"][0];
    assert_eq!(email["verification"]["strategy"], "from_oauth_google");
    assert_eq!(email["linked_to"][0]["type"], "oauth_google");
    assert_eq!(
        user["external_accounts"][0]["email_address"],
        "grace@example.com"
    );
}

#[test]
fn a_sign_up_asks_for_what_is_missing_and_turns_into_a_sign_in_where_somebody_is_known() {
    let emulator = with(InstanceSeed::default().username(Presence::Required));
    let page = ScriptedPage::open(&emulator);
    let sign_up = page.ok("POST", SIGN_UPS, &GOOGLE);
    let provider = page_of(&sign_up["verifications"]["external_account"]);
    let to = say(
        &emulator,
        &provider,
        &[("email_address", "grace@example.com")],
    );
    assert_eq!(to, BACK);
    let sign_up = reload(&page, SIGN_UPS, &sign_up);
    let account = &sign_up["verifications"]["external_account"];
    assert_eq!(account["status"], "verified");
    assert_eq!(sign_up["missing_fields"], json!(["username"]));
    let path = format!("{SIGN_UPS}/{}", text(&sign_up["id"]));
    let sign_up = page.ok("PATCH", &path, &[("username", "grace")]);
    assert_eq!(sign_up["status"], "complete");

    let page = ScriptedPage::open(&emulator);
    let sign_up = page.ok("POST", SIGN_UPS, &GOOGLE);
    let provider = page_of(&sign_up["verifications"]["external_account"]);
    assert_eq!(
        say(
            &emulator,
            &provider,
            &[("email_address", "bob@example.com")]
        ),
        BACK
    );
    let sign_up = reload(&page, SIGN_UPS, &sign_up);
    let account = &sign_up["verifications"]["external_account"];
    assert_eq!(account["status"], "transferable");
    assert_eq!(account["error"]["code"], "external_account_exists");
    let sign_in = page.ok("POST", SIGN_INS, &[("transfer", "true")]);
    assert_eq!(sign_in["status"], "complete");
    assert_eq!(page.signed_in(), ["bob@example.com"]);
}

#[test]
fn whoever_denies_or_is_kept_out_is_told_so_and_nothing_has_happened() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let sign_in = page.ok("POST", SIGN_INS, &GOOGLE);
    let provider = page_of(&sign_in["first_factor_verification"]);
    assert_eq!(say(&emulator, &provider, &[("deny", "true")]), BACK);
    let sign_in = reload(&page, SIGN_INS, &sign_in);
    let verification = &sign_in["first_factor_verification"];
    assert_eq!(verification["status"], "failed");
    assert_eq!(verification["error"]["code"], "oauth_access_denied");
    let again = page.refused("POST", SIGN_UPS, &[("transfer", "true")]);
    assert_eq!(again, "400 verification_missing");

    let bob = emulator.user_id("bob@example.com").unwrap();
    support::post(&emulator, &format!("/v1/users/{bob}/ban"), json!({}));
    let sign_in = page.ok("POST", SIGN_INS, &GOOGLE);
    let provider = page_of(&sign_in["first_factor_verification"]);
    assert_eq!(say(&emulator, &provider, &[("user", &bob)]), BACK);
    let sign_in = reload(&page, SIGN_INS, &sign_in);
    let verification = &sign_in["first_factor_verification"];
    assert_eq!(verification["error"]["code"], "user_banned");
    assert!(page.signed_in().is_empty());
}

#[test]
fn providers_and_ways_back_are_those_that_the_instance_knows() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    let (_, environment) = page.get("/v1/environment");
    let social = &environment["user_settings"]["social"];
    assert_eq!(social["oauth_github"]["name"], "GitHub");
    assert_eq!(social["oauth_github"]["enabled"], true);
    assert_eq!(social.as_object().unwrap().len(), 2);
    let refused = |form: &[(&str, &str)]| page.refused("POST", SIGN_INS, form);
    let apple = [("strategy", "oauth_apple"), CALLBACK];
    assert_eq!(refused(&apple), "422 strategy_for_user_invalid strategy");
    let google = ("strategy", "oauth_google");
    assert_eq!(refused(&[google]), "422 form_param_missing redirect_url");
    let elsewhere = ("redirect_url", "https://example.com/");
    assert_eq!(
        refused(&[google, elsewhere]),
        "400 redirect_url_not_allowed"
    );
    let complete = ("action_complete_redirect_url", "https://example.com/");
    assert_eq!(
        refused(&[google, CALLBACK, complete]),
        "400 redirect_url_not_allowed"
    );

    let made_up = ask(&emulator, "GET", "/social/google?state=x", &[]);
    assert_eq!(made_up.status(), 400);
}

#[test]
fn the_page_offers_people_and_shows_no_markup_of_theirs() {
    let seed = Seed::empty()
        .instance(InstanceSeed::default().social(["google"]))
        .user(UserSeed::new("ada@example.com").name("<b>Ada", "&"));
    let emulator = Emulator::builder().seed(seed).build().unwrap();
    let page = ScriptedPage::open(&emulator);
    let sign_in = page.ok("POST", SIGN_INS, &GOOGLE);
    let provider = page_of(&sign_in["first_factor_verification"]);
    let path = provider.split_once("4010").unwrap().1;
    let shown = ask(&emulator, "GET", path, &[]);
    assert_eq!(shown.status(), 200);
    let html = String::from_utf8_lossy(shown.body());
    assert!(html.contains("&lt;b&gt;Ada &amp;"), "{html}");
    assert!(
        html.contains("Continue with Google") && html.contains("not Clerk"),
        "{html}"
    );
    let policy = shown.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'"));
    let other = path.replace("google", "github");
    assert_eq!(ask(&emulator, "GET", &other, &[]).status(), 400);
}

#[test]
fn users_connect_accounts_and_disconnect_them() {
    let emulator = emulator();
    let page = ScriptedPage::open(&emulator);
    page.sign_in("ada@example.com");
    let github = [("strategy", "oauth_github"), CALLBACK];
    let account = page.ok("POST", ACCOUNTS, &github);
    let provider = page_of(&account["verification"]);
    assert_eq!(
        page.ok("GET", "/v1/me", &[])["external_accounts"],
        json!([])
    );
    let to = say(
        &emulator,
        &provider,
        &[("email_address", "lovelace@example.com")],
    );
    assert_eq!(to, BACK);
    let user = page.ok("GET", "/v1/me", &[]);
    assert_eq!(user["external_accounts"][0]["provider"], "oauth_github");
    assert_eq!(user["email_addresses"].as_array().unwrap().len(), 2);
    let path = format!("{ACCOUNTS}/{}", text(&user["external_accounts"][0]["id"]));
    page.ok("DELETE", &path, &[]);
    assert_eq!(
        page.ok("GET", "/v1/me", &[])["external_accounts"],
        json!([])
    );

    // One that is somebody else's already is refused, and can be put aside.
    let account = page.ok("POST", ACCOUNTS, &github);
    let provider = page_of(&account["verification"]);
    say(
        &emulator,
        &provider,
        &[("email_address", "bob@example.com")],
    );
    let user = page.ok("GET", "/v1/me", &[]);
    let refused = &user["external_accounts"][0];
    let code = &refused["verification"]["error"]["code"];
    assert_eq!(code, "oauth_identification_claimed");
    page.ok(
        "DELETE",
        &format!("{ACCOUNTS}/{}", text(&refused["id"])),
        &[],
    );
    assert_eq!(
        page.ok("GET", "/v1/me", &[])["external_accounts"],
        json!([])
    );
}
