use super::*;

const PRODUCTION: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"; // clerk.example.com
const DEVELOPMENT: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";

/// Without a way back, for what is not about it.
fn from(url: &str) -> Redirects {
    Redirects::new(url).unwrap().without_return()
}

fn with_key(url: &str, key: &str) -> Redirects {
    from(url).publishable_key(&key.parse().unwrap())
}

#[test]
fn the_account_portal_of_a_frontend_api() {
    for (frontend_api, expected) in [
        ("clerk.example.com", "https://accounts.example.com"),
        (
            "foo-bar-13.clerk.accounts.dev",
            "https://foo-bar-13.accounts.dev",
        ),
        (
            "clerk.foo-bar-13.lcl.dev",
            "https://accounts.foo-bar-13.lcl.dev",
        ),
        (
            "foo-bar.clerk.accountsstage.dev",
            "https://foo-bar.accountsstage.dev",
        ),
        ("clerk.clerk.dev", "https://accounts.clerk.dev"),
        ("example.com", "https://example.com"),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
        (
            "http://clerk.localhost.test/",
            "http://accounts.localhost.test",
        ),
    ] {
        assert_eq!(accounts_url(frontend_api), expected);
    }
}

#[test]
fn pages_of_the_account_portal_and_of_the_application() {
    let url = "https://example.com/a/b?c=d";
    let portal = with_key(url, PRODUCTION);
    let own = portal.clone().sign_in_url("/sign-in");
    let both = own.clone().sign_up_url("https://join.example.com/");
    let rows = [
        (
            &portal,
            "https://accounts.example.com/sign-in",
            "https://accounts.example.com/sign-up",
        ),
        (
            &own,
            "https://example.com/sign-in",
            "https://example.com/sign-in/create",
        ),
        (
            &both,
            "https://example.com/sign-in",
            "https://join.example.com/",
        ),
    ];
    for (redirects, sign_in, sign_up) in rows {
        assert_eq!(redirects.to_sign_in().unwrap(), sign_in);
        assert_eq!(redirects.to_sign_up().unwrap(), sign_up);
        assert_eq!(
            redirects.clone().return_to("").to_sign_in().unwrap(),
            sign_in
        );
    }
    let queried = from(url).sign_in_url("/in?x=1#top");
    assert_eq!(
        queried.to_sign_up().unwrap(),
        "https://example.com/in/create?x=1#top"
    );
    let unset = portal.sign_in_url("").sign_up_url("");
    assert_eq!(
        unset.to_sign_in().unwrap(),
        "https://accounts.example.com/sign-in"
    );
}

#[test]
fn the_way_back() {
    let own =
        from("https://example.com/a/b").sign_in_url("/in?redirect_url=old&redirect_url=older&x=1");
    for (back, expected) in [
        ("/c", "redirect_url=https%3A%2F%2Fexample.com%2Fc&x=1"),
        (
            "c?d=e f",
            "redirect_url=https%3A%2F%2Fexample.com%2Fa%2Fc%3Fd%3De%2520f&x=1",
        ),
        (
            "//other.test/c",
            "redirect_url=https%3A%2F%2Fother.test%2Fc&x=1",
        ),
        (
            "https://other.test",
            "redirect_url=https%3A%2F%2Fother.test%2F&x=1",
        ),
    ] {
        let found = own.clone().return_to(back).to_sign_in().unwrap();
        assert_eq!(found, format!("https://example.com/in?{expected}"));
    }
}

#[test]
fn the_page_that_was_asked_for_is_where_users_come_back_to() {
    for (page, expected) in [
        ("https://example.com/a?b=c", "https://example.com/a?b=c"),
        ("https://example.com/a#top", "https://example.com/a"),
        // A token in the address must not go on into another address.
        (
            "https://example.com/a?__clerk_handshake=t&b=c&__clerk_db_jwt=t&__clerk_synced=true",
            "https://example.com/a?b=c",
        ),
        (
            "https://example.com/a?__clerk_handshake_nonce=t&__dev_session=t&__clerk_help=1",
            "https://example.com/a",
        ),
    ] {
        let redirects = Redirects::new(page).unwrap().sign_in_url("/in");
        for address in [redirects.to_sign_in(), redirects.to_sign_up()] {
            let address = Url::parse(&address.unwrap()).unwrap();
            let back: Vec<_> = address.query_pairs().into_owned().collect();
            let expected = [("redirect_url".to_owned(), expected.to_owned())];
            assert_eq!(back, expected, "{page}");
        }
    }
}

#[test]
fn addresses_relative_to_the_page_take_no_token_from_its_address() {
    let page = "https://example.com/a?__clerk_handshake=planted&b=c&__clerk_db_jwt=planted";
    let redirects = || Redirects::new(page).unwrap().sign_in_url("/in");
    let back = "redirect_url=https%3A%2F%2Fexample.com%2Fa%3Fb%3Dc";
    for (redirects, expected) in [
        (
            redirects().return_to("#part"),
            format!("https://example.com/in?{back}%23part"),
        ),
        (
            redirects().sign_in_url("#/sign-in"),
            format!("https://example.com/a?b=c&{back}#/sign-in"),
        ),
        (
            redirects().sign_in_url("#/sign-in").without_return(),
            "https://example.com/a?b=c#/sign-in".to_owned(),
        ),
    ] {
        assert_eq!(redirects.to_sign_in().unwrap(), expected);
    }
    let own = redirects().sign_up_url("#/join").to_sign_up().unwrap();
    assert_eq!(own, format!("https://example.com/a?b=c&{back}#/join"));
}

#[test]
fn only_what_a_browser_shows_is_come_back_to() {
    let settings = crate::Settings::builder()
        .publishable_key(PRODUCTION.parse().unwrap())
        .build()
        .unwrap();
    let back = |method, destination: Option<&'static str>| {
        let mut head = crate::RequestHead::new(method, "https://example.com/a");
        if let Some(destination) = destination {
            head = head.header("sec-fetch-dest", destination.as_bytes());
        }
        let address = settings.redirects(&head).unwrap().to_sign_in().unwrap();
        address.ends_with("?redirect_url=https%3A%2F%2Fexample.com%2Fa")
    };
    for (method, destination, expected) in [
        ("GET", None, true),
        ("GET", Some("document"), true),
        ("GET", Some("iframe"), true),
        ("HEAD", None, true),
        ("GET", Some("empty"), false),
        ("GET", Some("image"), false),
        ("POST", Some("document"), false),
        ("DELETE", None, false),
        ("OPTIONS", None, false),
    ] {
        assert_eq!(
            back(method, destination),
            expected,
            "{method} {destination:?}"
        );
    }
}

#[test]
fn pending_users_are_sent_to_what_is_left_to_do() {
    let portal = with_key("https://example.com/", PRODUCTION).pending(true);
    assert_eq!(
        portal.to_sign_in().unwrap(),
        "https://accounts.example.com/sign-in/tasks"
    );
    assert_eq!(
        portal.to_sign_up().unwrap(),
        "https://accounts.example.com/sign-up/tasks"
    );
    let own = portal.sign_in_url("/in?x=1");
    assert_eq!(
        own.clone().return_to("/b").to_sign_in().unwrap(),
        "https://example.com/in/tasks?x=1&redirect_url=https%3A%2F%2Fexample.com%2Fb",
    );
    assert_eq!(
        own.to_sign_up().unwrap(),
        "https://example.com/in/create/tasks?x=1"
    );
}

#[test]
fn satellites_are_synchronized_on_the_way_back() {
    let satellite = with_key("https://satellite.test/", PRODUCTION).satellite(true);
    assert_eq!(
        satellite
            .clone()
            .return_to("/b?__clerk_synced=true&c=d")
            .to_sign_in()
            .unwrap(),
        "https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fsatellite.test%2Fb%3F__clerk_synced%3Dfalse%26c%3Dd",
    );
    let own = satellite.sign_in_url("/in");
    assert_eq!(
        own.clone().return_to("/b").to_sign_in().unwrap(),
        "https://satellite.test/in?redirect_url=https%3A%2F%2Fsatellite.test%2Fb",
    );
}

#[test]
fn the_development_browser_goes_along_to_other_origins_of_development_instances() {
    let url = "https://example.com/";
    let development = with_key(url, DEVELOPMENT).dev_browser("db 1");
    let portal = "https://accounts.example.com/sign-in";
    assert_eq!(
        development.to_sign_in().unwrap(),
        format!("{portal}?__clerk_db_jwt=db+1"),
    );
    let own = development.clone().sign_in_url("/in");
    assert_eq!(own.to_sign_in().unwrap(), "https://example.com/in");
    let other_port = development.sign_in_url("https://example.com:8443/in");
    assert_eq!(
        other_port.to_sign_in().unwrap(),
        "https://example.com:8443/in?__clerk_db_jwt=db+1",
    );
    let production = with_key(url, PRODUCTION).dev_browser("db 1");
    assert_eq!(production.to_sign_in().unwrap(), portal);
}

#[test]
fn addresses_that_are_none_of_the_web() {
    for url in ["", "/a", "example.com", "javascript:alert(1)", "file:///a"] {
        assert_eq!(
            Redirects::new(url).unwrap_err(),
            InvalidRedirect::RequestUrl,
            "{url}"
        );
    }
    let nowhere = from("https://example.com/");
    assert_eq!(nowhere.to_sign_in(), Err(InvalidRedirect::NoSignInUrl));
    assert_eq!(nowhere.to_sign_up(), Err(InvalidRedirect::NoSignInUrl));
    for odd in [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "https://[",
        "mailto:a@b",
    ] {
        let own = nowhere.clone().sign_in_url(odd);
        assert_eq!(own.to_sign_in(), Err(InvalidRedirect::SignInUrl), "{odd}");
        assert_eq!(own.to_sign_up(), Err(InvalidRedirect::SignInUrl), "{odd}");
        let own = nowhere.clone().sign_up_url(odd);
        assert_eq!(own.to_sign_up(), Err(InvalidRedirect::SignUpUrl), "{odd}");
        let back = nowhere
            .clone()
            .sign_in_url("/in")
            .return_to(odd)
            .to_sign_in();
        assert_eq!(back, Err(InvalidRedirect::ReturnBackUrl), "{odd}");
    }
}

#[test]
fn a_planted_secret_shows_in_no_debug_text() {
    let redirects = with_key(
        "https://example.com/?__clerk_handshake=planted",
        DEVELOPMENT,
    )
    .dev_browser("planted")
    .sign_in_url("/in?ticket=planted");
    assert!(!format!("{redirects:?}").contains("planted"));
}
