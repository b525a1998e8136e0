mod passed_on;

use bytes::Bytes;
use clerk_auth::{PublicAddress, Settings};
use http::{
    HeaderMap, Request, Response,
    header::{HOST, LOCATION, SET_COOKIE},
};

use super::{Exchange, InvalidProxy, Proxy, ProxyError};

const PUBLIC: &str = "https://example.com/__clerk";

fn proxy() -> Proxy {
    let publishable_key = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap();
    Proxy::new(&publishable_key, "sk_live_planted".parse().unwrap()).unwrap()
}

fn forward(proxy: &Proxy, target: &str, headers: &[(&str, &str)]) -> Result<Exchange, ProxyError> {
    let request = headers.iter().fold(
        Request::post(target).header("host", "inside:8080"),
        |request, (name, value)| request.header(*name, *value),
    );
    let (parts, ()) = request.body(()).unwrap().into_parts();
    proxy.forward(&parts)
}

const FORWARDED: [(&str, &str); 2] = [
    ("x-forwarded-host", "example.com, inside"),
    ("x-forwarded-proto", "https"),
];

#[test]
fn the_rest_of_the_path_is_the_frontend_apis() {
    for (target, expected) in [
        ("/__clerk", "https://frontend-api.clerk.dev/"),
        ("/__clerk/", "https://frontend-api.clerk.dev/"),
        (
            "/__clerk/v1/client?a=b%2Fc",
            "https://frontend-api.clerk.dev/v1/client?a=b%2Fc",
        ),
        (
            "/__clerk//evil.example/a",
            "https://frontend-api.clerk.dev//evil.example/a",
        ),
        (
            "/__clerk/@evil.example",
            "https://frontend-api.clerk.dev/@evil.example",
        ),
        ("/__clerk/v1/%2e%2e/x", "https://frontend-api.clerk.dev/x"),
    ] {
        let exchange = forward(&proxy(), target, &FORWARDED).unwrap();
        let request = exchange.request(Bytes::from_static(b"body"));
        assert_eq!(request.uri(), expected, "{target}");
        assert_eq!(
            (request.method().as_str(), request.body().as_ref()),
            ("POST", &b"body"[..])
        );
    }
}

#[test]
fn other_paths_are_refused() {
    for target in [
        "/",
        "/__clerkx/v1",
        "/__clerk.evil.example",
        "/a/__clerk/v1",
        "//__clerk/v1",
        "/__clerk/../admin",
        "/__clerk/%2e%2e/admin",
        "/__CLERK/v1",
        "*",
    ] {
        let refused = forward(&proxy(), target, &FORWARDED).unwrap_err();
        assert_eq!(
            (refused.code(), refused.status().as_u16()),
            ("proxy_path_mismatch", 400),
            "{target}"
        );
    }
}

#[test]
fn headers_on_the_way_out() {
    let headers = [
        ("connection", "close, X-Of-This-Hop"),
        ("x-of-this-hop", "1"),
        ("te", "trailers"),
        ("transfer-encoding", "chunked"),
        ("content-length", "4"),
        ("proxy-authorization", "Basic eA=="),
        ("accept-encoding", "gzip"),
        ("cookie", "__client=a"),
        ("clerk-secret-key", "sk_live_of_the_browser"),
        ("clerk-proxy-url", "https://evil.example"),
        ("x-forwarded-for", "192.0.2.1, 10.0.0.1"),
        FORWARDED[0],
        FORWARDED[1],
    ];
    let exchange = forward(&proxy(), "/__clerk/v1", &headers).unwrap();
    let request = exchange.request(Bytes::new());
    let mut seen: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    seen.sort_unstable();
    assert_eq!(
        seen,
        [
            ("accept-encoding", "identity"),
            ("clerk-proxy-url", PUBLIC),
            ("clerk-secret-key", "sk_live_planted"),
            ("cookie", "__client=a"),
            ("host", "frontend-api.clerk.dev"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-host", "example.com"),
            ("x-forwarded-proto", "https"),
        ]
    );
    assert!(request.headers()["clerk-secret-key"].is_sensitive());
    assert!(!format!("{exchange:?}{:?}{:?}", proxy(), request.headers()).contains("planted"));
}

#[test]
fn where_the_browser_and_the_application_are() {
    for (headers, address, public, host) in [
        (vec![], None, "http://inside:8080/__clerk", "inside:8080"),
        (
            vec![("x-forwarded-host", "example.com")],
            None,
            "http://example.com/__clerk",
            "example.com",
        ),
        (
            vec![("x-forwarded-proto", "https")],
            None,
            "https://inside:8080/__clerk",
            "inside:8080",
        ),
        (
            vec![
                ("x-forwarded-host", "example.com@evil.example"),
                ("x-forwarded-proto", "https"),
            ],
            None,
            "https://inside:8080/__clerk",
            "inside:8080",
        ),
        (
            vec![("x-real-ip", "192.0.2.2"), ("x-forwarded-for", "192.0.2.1")],
            Some("192.0.2.2"),
            "http://inside:8080/__clerk",
            "inside:8080",
        ),
        (
            vec![
                ("x-real-ip", "192.0.2.2"),
                ("cf-connecting-ip", "192.0.2.3"),
            ],
            Some("192.0.2.3"),
            "http://inside:8080/__clerk",
            "inside:8080",
        ),
    ] {
        let exchange = forward(&proxy(), "/__clerk/v1", &headers).unwrap();
        let request = exchange.request(Bytes::new());
        let text = |name: &str| request.headers().get(name).map(|it| it.to_str().unwrap());
        assert_eq!(text("x-forwarded-for"), address, "{headers:?}");
        assert_eq!(text("clerk-proxy-url"), Some(public), "{headers:?}");
        assert_eq!(text("x-forwarded-host"), Some(host), "{headers:?}");
    }
    let (mut parts, ()) = Request::get("/__clerk/v1").body(()).unwrap().into_parts();
    assert_eq!(proxy().forward(&parts).unwrap_err(), ProxyError::Origin);
    parts.headers.insert(HOST, "a/b".parse().unwrap());
    assert_eq!(proxy().forward(&parts).unwrap_err(), ProxyError::Origin);
}

#[test]
fn an_address_that_is_set_is_what_clerk_is_told() {
    let address = PublicAddress::at("https://example.com:8443/shop").unwrap();
    let exchange = forward(&proxy().public_address(address), "/__clerk/v1", &FORWARDED).unwrap();
    let request = exchange.request(Bytes::new());
    for (name, expected) in [
        ("clerk-proxy-url", "https://example.com:8443/shop/__clerk"),
        ("x-forwarded-host", "example.com:8443"),
        ("x-forwarded-proto", "https"),
    ] {
        assert_eq!(request.headers()[name], expected, "{name}");
    }
}

#[test]
fn a_client_that_claims_an_address_is_not_vouched_for_without_a_proxy() {
    let claims = [
        ("cf-connecting-ip", "192.0.2.3"),
        ("x-real-ip", "192.0.2.2"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-host", "evil.example"),
    ];
    let proxy = proxy().public_address(PublicAddress::without_forwarded_headers());
    let exchange = forward(&proxy, "/__clerk/v1", &claims).unwrap();
    let request = exchange.request(Bytes::new());
    assert_eq!(request.headers().get("x-forwarded-for"), None);
    assert_eq!(request.headers()["x-forwarded-host"], "inside:8080");
}

/// Whom tokens name, and what Clerk is told, is the same address.
#[test]
fn the_proxys_url_is_an_issuer_of_the_settings() {
    let key = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap();
    let settings = Settings::builder()
        .publishable_key(key)
        .public_url("https://example.com/shop")
        .proxy_url("/shop/__clerk")
        .build()
        .unwrap();
    let proxy = proxy().public_address(settings.public_address().clone());
    let exchange = forward(&proxy, "/__clerk/v1", &[]).unwrap();
    let request = exchange.request(Bytes::new());
    let told = request.headers()["clerk-proxy-url"].to_str().unwrap();
    assert!(settings.issuers().any(|issuer| issuer == told), "{told}");
}

#[test]
fn over_http_2_the_target_names_the_host() {
    let mut request = Request::get("http://inside:8080/__clerk/v1")
        .body(())
        .unwrap();
    let https = "https".parse().unwrap();
    request.headers_mut().insert("x-forwarded-proto", https);
    let exchange = proxy().forward(&request.into_parts().0).unwrap();
    let request = exchange.request(Bytes::new());
    assert_eq!(
        request.headers()["clerk-proxy-url"],
        "https://inside:8080/__clerk"
    );
}

fn answered(proxy: &Proxy, headers: &[(&str, &str)]) -> HeaderMap {
    let exchange = forward(proxy, "/__clerk/v1/client", &FORWARDED).unwrap();
    let response = headers
        .iter()
        .fold(Response::builder(), |response, (name, value)| {
            response.header(*name, *value)
        });
    exchange
        .answer(response.body(Bytes::new()).unwrap())
        .headers()
        .clone()
}

#[test]
fn headers_on_the_way_back() {
    let headers = answered(
        &proxy(),
        &[
            ("connection", "x-of-this-hop"),
            ("x-of-this-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("content-length", "7"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("cache-control", "no-store"),
        ],
    );
    let cookies: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(headers.len(), 3, "{headers:?}");
}

#[test]
fn places_in_the_frontend_api_are_the_proxys() {
    let below = proxy()
        .frontend_api_url("https://fapi.example/base/")
        .unwrap();
    for (proxy, location, expected) in [
        (
            proxy(),
            "https://frontend-api.clerk.dev/v1/x?a=b#c",
            "https://example.com/__clerk/v1/x?a=b#c",
        ),
        (
            proxy(),
            "https://user:pass@frontend-api.clerk.dev/v1",
            "https://example.com/__clerk/v1",
        ),
        (proxy(), "/v1/x", "https://example.com/__clerk/v1/x"),
        (proxy(), "x", "https://example.com/__clerk/v1/x"),
        (
            proxy(),
            "https://example.com/welcome",
            "https://example.com/welcome",
        ),
        (
            proxy(),
            "https://frontend-api.clerk.dev.evil.example/",
            "https://frontend-api.clerk.dev.evil.example/",
        ),
        (
            proxy(),
            "http://frontend-api.clerk.dev/",
            "http://frontend-api.clerk.dev/",
        ),
        (
            below,
            "https://fapi.example/base/v1",
            "https://example.com/__clerk/v1",
        ),
    ] {
        let headers = answered(&proxy, &[("location", location)]);
        assert_eq!(headers[LOCATION], expected, "{location}");
    }
}

#[test]
fn settings_that_cannot_be() {
    for url in [
        "frontend-api.clerk.dev",
        "http://fapi.example",
        "ftp://fapi.example",
        "https://user@fapi.example",
        "https://fapi.example?a",
        "https://fapi.example#a",
    ] {
        assert_eq!(
            proxy().frontend_api_url(url).unwrap_err(),
            InvalidProxy::Url,
            "{url}"
        );
    }
    for path in ["", "/", "//", "clerk", "/a/../b", "/a?b", "/a b"] {
        assert_eq!(
            proxy().path(path).unwrap_err(),
            InvalidProxy::Path,
            "{path}"
        );
    }
    let moved = proxy().path("/auth/clerk//").unwrap();
    assert_eq!(
        *forward(&moved, "/auth/clerk/v1", &FORWARDED)
            .unwrap()
            .request(Bytes::new())
            .uri(),
        "https://frontend-api.clerk.dev/v1"
    );
}

#[test]
fn where_the_frontend_api_is() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    for (host, expected) in [
        ("clerk.example.com", "https://frontend-api.clerk.dev/"),
        (
            "happy-hippo-1.clerk.accounts.dev",
            "https://frontend-api.clerk.dev/",
        ),
        (
            "clerk.happy.hippo-1.lcl.dev",
            "https://frontend-api.clerk.dev/",
        ),
        (
            "happy-hippo-1.clerk.accounts.lclclerk.com",
            "https://frontend-api.lclclerk.com/",
        ),
        (
            "happy-hippo-1.clerk.accountsstage.dev",
            "https://frontend-api.clerkstage.dev/",
        ),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010/"),
    ] {
        let key = format!("pk_test_{}", STANDARD.encode(format!("{host}$")));
        let proxy = Proxy::new(&key.parse().unwrap(), "sk_test_abc".parse().unwrap()).unwrap();
        let exchange = forward(&proxy, "/__clerk", &[]).unwrap();
        assert_eq!(*exchange.request(Bytes::new()).uri(), expected, "{host}");
    }
}
