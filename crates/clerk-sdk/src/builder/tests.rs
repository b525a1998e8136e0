mod variables;

use super::*;
use crate::Clerk;

const SECRET: &str = "sk_test_abc";
const PUBLISHABLE: &str = "pk_test_Y2xlcmsuY2xlcmsuZGV2JA";
const PEM: &str = include_str!("../../../clerk-jwt/tests/keys/a.public.pem");

fn plan(variables: &[(&str, &str)]) -> Result<Plan, BuildError> {
    let read = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Builder::<Clerk>::new().variables(read).plan()
}

#[test]
fn keys_come_from_the_first_source_that_is_set() {
    let (secret, publishable, jwt_key) = (
        ("CLERK_SECRET_KEY", SECRET),
        ("CLERK_PUBLISHABLE_KEY", PUBLISHABLE),
        ("CLERK_JWT_KEY", PEM),
    );
    let source = |variables: &[(&str, &str)]| match plan(variables).unwrap().keys {
        Keys::Given(_) => "given".to_owned(),
        Keys::BackendApi(_) => "Backend API".to_owned(),
        Keys::FrontendApi(url, _) => url,
        Keys::Nowhere => "nowhere".to_owned(),
    };
    assert_eq!(source(&[secret, publishable, jwt_key]), "given");
    assert_eq!(source(&[secret, publishable]), "Backend API");
    assert_eq!(source(&[publishable]), "https://clerk.clerk.dev");
    assert_eq!(source(&[secret, ("CLERK_JWT_KEY", " ")]), "Backend API");
    let machine = ("CLERK_MACHINE_SECRET_KEY", "ak_abc");
    assert_eq!(source(&[machine, publishable]), "https://clerk.clerk.dev");
    assert_eq!(source(&[machine]), "nowhere");
    assert!(matches!(plan(&[]), Err(BuildError::NoKeys)));
    // A `main` that fails with it shows what to do, and not a name alone.
    let shown = format!("{:?}", BuildError::NoKeys);
    assert!(shown.contains("set CLERK_PUBLISHABLE_KEY"), "{shown}");
}

#[test]
fn a_publishable_key_pins_the_issuer_unless_told_otherwise() {
    let pinned = Policy::default().issuers(["https://clerk.clerk.dev"]);
    let builder = || Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
    assert_eq!(builder().plan().unwrap().policy, pinned);
    let proxied = builder().issuers(["https://example.com/__clerk"]).plan();
    assert_ne!(proxied.unwrap().policy, pinned);
    let any = builder().ignore_issuer().plan();
    assert_eq!(any.unwrap().policy, Policy::default());
}

/// Whoever verifies a token alone and whoever authenticates a request accept the same issuers.
#[test]
fn issuers_are_the_same_for_tokens_and_for_requests() {
    let proxied = ["https://clerk.clerk.dev", "https://example.com/__clerk"];
    for (variables, expected) in [
        (
            vec![("CLERK_PROXY_URL", "https://example.com/__clerk/")],
            proxied,
        ),
        (vec![("CLERK_PROXY_URL", "example.com/__clerk")], proxied),
        (
            vec![
                ("CLERK_PROXY_URL", "/__clerk"),
                ("CLERK_PUBLIC_URL", "https://example.com/app"),
            ],
            proxied,
        ),
    ] {
        let key = ("CLERK_PUBLISHABLE_KEY", PUBLISHABLE);
        let plan = plan(&[vec![key], variables].concat()).unwrap();
        assert_eq!(plan.policy, Policy::default().issuers(expected));
        let authentication = plan.authentication.unwrap();
        assert!(authentication.issuers().eq(expected));
    }
    let satellite = Builder::<Clerk>::new()
        .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
        .satellite(true)
        .domain("satellite.example")
        .plan();
    let expected = [
        "https://clerk.example.com",
        "https://clerk.satellite.example",
    ];
    assert_eq!(
        satellite.unwrap().policy,
        Policy::default().issuers(expected)
    );
}

#[test]
fn keys_of_different_instances_do_not_go_together() {
    let mixed = plan(&[
        ("CLERK_SECRET_KEY", "sk_live_abc"),
        ("CLERK_PUBLISHABLE_KEY", PUBLISHABLE),
    ]);
    assert!(matches!(mixed, Err(BuildError::Mismatch)));
}

#[test]
fn the_first_setting_that_cannot_be_used_is_named_and_not_repeated() {
    let error = Builder::<Clerk>::new()
        .secret_key("planted")
        .jwt_key("also planted")
        .plan()
        .unwrap_err();
    assert!(matches!(error, BuildError::SecretKey(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains("planted"));
}

/// A system without clocks, as a program in WebAssembly finds it.
#[derive(Debug)]
struct NoTime;

impl Clock for NoTime {
    fn now(&self) -> clerk_core::UnixTime {
        panic!("time not implemented on this platform")
    }

    fn monotonic(&self) -> clerk_core::MonotonicTime {
        panic!("time not implemented on this platform")
    }
}

#[test]
fn no_clock_is_made_before_the_client_is_and_none_is_read_where_one_was_given() {
    let builder = || Builder::<Clerk>::new().secret_key(SECRET);
    assert!(builder().clock.is_none());
    let shown = format!("{:?}", builder().build().unwrap());
    assert!(shown.contains("SystemClock"), "{shown}");
    let shown = format!("{:?}", builder().clock(NoTime).build().unwrap());
    assert!(shown.contains("NoTime"), "{shown}");
    assert!(!shown.contains("SystemClock"), "{shown}");
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_client_reads_no_clock_either_where_one_was_given() {
    let builder = || Builder::<crate::blocking::Clerk>::new().secret_key(SECRET);
    assert!(builder().clock.is_none());
    let shown = format!("{:?}", builder().clock(NoTime).build().unwrap());
    assert!(shown.contains("NoTime"), "{shown}");
    assert!(!shown.contains("SystemClock"), "{shown}");
}

#[test]
fn no_debug_text_shows_the_secret() {
    let builder = || Builder::<Clerk>::new().secret_key("sk_test_planted");
    assert!(!format!("{:?}", builder()).contains("planted"));
    assert!(!format!("{:?}", builder().plan().unwrap()).contains("planted"));
    assert!(!format!("{:?}", builder().build().unwrap()).contains("planted"));
}

#[test]
fn an_empty_list_is_a_mistake_that_says_what_to_do_instead() {
    let builder = || Builder::<Clerk>::new().secret_key(SECRET);
    let nobody = || [""; 0];
    for (builder, advice) in [
        (builder().issuers(nobody()), "ignore_issuer()"),
        (builder().audiences(nobody()), "leave the setting out"),
        (
            builder().authorized_parties(AuthorizedParties::require(nobody())),
            "AuthorizedParties::Ignore",
        ),
        (
            builder().authorized_parties(AuthorizedParties::match_if_present(nobody())),
            "AuthorizedParties::Ignore",
        ),
    ] {
        let said = builder.plan().unwrap_err().to_string();
        assert!(said.contains(advice), "{said}");
    }
}

/// What no token can match, since `azp` is compared byte for byte.
#[test]
fn an_authorized_party_that_no_browser_can_be_is_a_mistake() {
    for party in [
        "https://app.example.com/",
        "https://App.example.com",
        "app.example.com",
        "https://*.example.com",
        "\"https://app.example.com\"",
        "https://app.example.com/path",
        "https://",
        "https://example.com:",
        "https://example.com:08443",
        "https://example.com:84430",
        "https://example.com:84a",
        "https://example.com:1:2",
        "https://:8443",
        "http://[::1]3000",
    ] {
        for parties in [
            AuthorizedParties::require([party]),
            AuthorizedParties::match_if_present(["https://example.com", party]),
        ] {
            let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
            let said = builder.authorized_parties(parties).plan().unwrap_err();
            let start = format!("`{party}` cannot be an authorized party: ");
            assert!(said.to_string().starts_with(&start), "{said}");
        }
    }
    let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
    let said = builder.authorized_parties(["sk_live_planted"]).plan();
    let said = said.unwrap_err().to_string();
    assert!(
        said.contains("secret key") && !said.contains("planted"),
        "{said}"
    );
    // With an empty text alone, nobody is named.
    let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
    let said = builder.authorized_parties([""]).plan().unwrap_err();
    assert!(
        said.to_string().contains("authorized parties is empty"),
        "{said}"
    );
    let beside = AuthorizedParties::require(["https://example.com", ""]);
    let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
    let said = builder.authorized_parties(beside).plan().unwrap_err();
    assert!(said.to_string().starts_with("`` cannot be"), "{said}");
    for party in [
        "http://[::1]:3000",
        "https://example.com:8443",
        "https://example.com:80",
        "http://example.com:443",
        "https://xn--bcher-kva.example",
        "http://127.0.0.1:65535",
        "file://",
        "tauri://localhost",
    ] {
        let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
        assert!(
            builder.authorized_parties([party]).plan().is_ok(),
            "{party}"
        );
    }
}

/// Browsers leave the port out that goes with the scheme, and write hosts in ASCII and in lower case.
#[test]
fn an_authorized_party_in_other_words_than_a_browsers_is_answered_with_a_browsers() {
    for (party, instead) in [
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://example.com:443/", "https://example.com"),
        ("https://App.example.com", "https://app.example.com"),
        ("HTTPS://app.example.com", "https://app.example.com"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://example.com:08443", "https://example.com:8443"),
        ("https://example.com/path?a=b", "https://example.com"),
    ] {
        let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
        let said = builder.authorized_parties([party]).plan().unwrap_err();
        let said = said.to_string();
        assert!(said.contains(&format!("; write {instead}")), "{said}");
        let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
        let heeded = builder.authorized_parties([instead]).plan();
        assert!(heeded.is_ok(), "{instead}");
    }
    // What else stands in an address is nobody's to read.
    for party in [
        "redis://:planted@cache:6379",
        "https://ada:planted@app.example.com",
        "https://app.example.com?token=planted",
        "https://app.example.com#planted",
    ] {
        let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
        let said = builder.authorized_parties([party]).plan().unwrap_err();
        assert!(!said.to_string().contains("planted"), "{said}");
        assert!(!format!("{said:?}").contains("planted"), "{said:?}");
    }
    // Nothing that is like them could be meant.
    for party in [
        "https://*.example.com",
        "app.example.com",
        "https://example.com:84430",
    ] {
        let builder = Builder::<Clerk>::new().publishable_key(PUBLISHABLE);
        let said = builder.authorized_parties([party]).plan().unwrap_err();
        let said = said.to_string();
        assert!(
            said.contains("one is an origin such as") && !said.contains("write"),
            "{said}"
        );
    }
}

#[test]
fn the_machine_is_known_from_the_environment_or_by_hand() {
    let own = MachineScopes::require("mch_1").unwrap();
    let policy = |scopes| Policy::default().machine_scopes(scopes);
    let variables = [
        ("CLERK_SECRET_KEY", SECRET),
        ("CLERK_MACHINE_ID", " mch_1\n"),
    ];
    assert_eq!(plan(&variables).unwrap().policy, policy(own.clone()));
    let builder = || Builder::<Clerk>::new().secret_key(SECRET);
    let by_hand = builder().machine_id("mch_1").plan();
    assert_eq!(by_hand.unwrap().policy, policy(own));
    let ignored = builder().machine_id("mch_1").ignore_machine_scopes().plan();
    assert_eq!(ignored.unwrap().policy, policy(MachineScopes::Ignore));
    let unknown = builder().machine_secret_key("ak_planted").plan();
    assert_eq!(unknown.unwrap().policy, policy(MachineScopes::Undecided));

    let mistaken = builder().machine_id("ak_planted").plan().unwrap_err();
    assert!(!format!("{mistaken} {mistaken:?}").contains("planted"));
    let undecided = builder().accepts(clerk_auth::TokenType::M2m).plan();
    let said = undecided.unwrap_err().to_string();
    assert!(
        said.contains("CLERK_MACHINE_ID") && said.contains("ignore_machine_scopes()"),
        "{said}"
    );
}
