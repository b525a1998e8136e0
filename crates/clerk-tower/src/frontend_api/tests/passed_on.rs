//! What of a browser's request goes on to Clerk, and what is the application's alone.

use bytes::Bytes;
use http::{
    Method, Request,
    header::{AUTHORIZATION, COOKIE},
};

use super::{FORWARDED, forward, proxy};
use crate::frontend_api::ProxyError;

/// The header as Clerk sees it, of a request with these.
fn seen(target: &str, headers: &[(&str, &str)], name: &str) -> Option<String> {
    let headers: Vec<_> = headers.iter().chain(&FORWARDED).copied().collect();
    let exchange = forward(&proxy(), target, &headers).unwrap();
    let request = exchange.request(Bytes::new());
    let values: Vec<_> = request.headers().get_all(name).iter().collect();
    assert!(values.len() <= 1, "{values:?}");
    values
        .first()
        .map(|value| value.to_str().unwrap().to_owned())
}

#[test]
fn cookies_of_the_application_stay_with_it() {
    for (sent, expected) in [
        ("app_session=secret", None),
        (
            "a=b; __client=c; app_session=secret; __client_uat=1; __client_uat_abcdefgh=1",
            Some("__client=c; __client_uat=1; __client_uat_abcdefgh=1"),
        ),
        (
            "__session=a; __session_abcdefgh=b; __refresh_abcdefgh=c",
            Some("__session=a; __session_abcdefgh=b; __refresh_abcdefgh=c"),
        ),
        (
            "__clerk_db_jwt=a; __clerk_db_jwt_abcdefgh=b; clerk_active_context=c",
            Some("__clerk_db_jwt=a; __clerk_db_jwt_abcdefgh=b; clerk_active_context=c"),
        ),
        // What keeps robots from the Frontend API sets these.
        (
            "__cf_bm=a; _cfuvid=b; cf_clearance=c; CF_Authorization=secret",
            Some("__cf_bm=a; _cfuvid=b; cf_clearance=c"),
        ),
        // Names that only begin so, or are written otherwise.
        (
            "__sessions=a; __clientele=b; __refreshed=c; __clerkish=d",
            None,
        ),
        ("__SESSION=a; x__session=b; __session", None),
        // An encoded separator makes no cookie of one's own one of Clerk's, nor the reverse.
        ("a=b%3B__client=secret", None),
        (" __client = a=b ;; ", Some("__client = a=b")),
        ("", None),
    ] {
        let cookie = seen("/__clerk/v1", &[("cookie", sent)], "cookie");
        assert_eq!(cookie.as_deref(), expected, "{sent}");
    }
}

/// RFC 9113 §8.2.3: HTTP/2 may send a field for each cookie, and HTTP/1.1 knows one.
#[test]
fn cookies_in_several_fields_leave_in_one() {
    let sent = [
        ("cookie", "__client=a"),
        ("cookie", "theme=dark"),
        ("cookie", "__client_uat=1"),
    ];
    let cookie = seen("/__clerk/v1", &sent, "cookie");
    assert_eq!(cookie.as_deref(), Some("__client=a; __client_uat=1"));
}

#[test]
fn cookies_that_are_no_text_stay_what_they_are() {
    let (mut parts, ()) = Request::get("/__clerk/v1")
        .header("host", "example.com")
        .body(())
        .unwrap()
        .into_parts();
    let bytes = http::HeaderValue::from_bytes(b"\xff=\xfe; __client=\xfd").unwrap();
    parts.headers.insert(COOKIE, bytes);
    let request = proxy().forward(&parts).unwrap().request(Bytes::new());
    let cookie = &request.headers()[COOKIE];
    assert_eq!(cookie.as_bytes(), b"__client=\xfd");
    assert!(cookie.is_sensitive());
}

#[test]
fn an_authorization_goes_only_where_clerk_reads_one() {
    for (target, extra, passes) in [
        // Browsers have cookies; what they send here is the application's: a password in front
        // of a staging site, or a session token.
        ("/__clerk/v1/client", None, false),
        ("/__clerk/v1/client?_is_native=", None, false),
        ("/__clerk/v1/client?_is_native=0", None, false),
        ("/__clerk/v1/client?_is_native=false", None, false),
        ("/__clerk/v1/oauth/token", None, false),
        ("/__clerk/oauthx/token", None, false),
        ("/__clerk/v1/client?a=_is_native%3D1", None, false),
        // Native applications have no cookies.
        ("/__clerk/v1/client?_is_native=1", None, true),
        ("/__clerk/v1/client?a=b&_is_native=true", None, true),
        ("/__clerk/v1/client", Some(("x-mobile", "1")), true),
        // OAuth clients of the instance (RFC 6749 §2.3.1, OpenID Connect Core §5.3.1).
        ("/__clerk/oauth/token", None, true),
        ("/__clerk/oauth/userinfo", None, true),
    ] {
        let headers: Vec<_> = [("authorization", "Basic c2VjcmV0")]
            .into_iter()
            .chain(extra)
            .collect();
        let header = seen(target, &headers, AUTHORIZATION.as_str());
        assert_eq!(header.is_some(), passes, "{target} {extra:?}");
    }
}

#[test]
fn headers_of_the_application_stay_with_it() {
    for name in [
        "x-api-key",
        "x-csrf-token",
        "x-amzn-oidc-data",
        "x-amzn-oidc-accesstoken",
        "x-goog-iap-jwt-assertion",
        "cf-access-jwt-assertion",
        "x-forwarded-access-token",
        "x-forwarded-client-cert",
        "x-forwarded-user",
        "x-auth-request-access-token",
        "x-ms-token-aad-access-token",
        "remote-user",
        "forwarded",
        "via",
        "traceparent",
        "baggage",
        "cf-connecting-ip",
        "x-real-ip",
    ] {
        assert_eq!(
            seen("/__clerk/v1", &[(name, "secret")], name),
            None,
            "{name}"
        );
    }
}

#[test]
fn what_clerk_reads_is_passed_on() {
    for name in [
        "accept",
        "accept-language",
        "access-control-request-method",
        "content-type",
        "if-none-match",
        "origin",
        "range",
        "referer",
        "sec-ch-ua",
        "sec-fetch-site",
        "user-agent",
        "clerk-api-version",
        "x-clerk-client-id",
        "x-mobile",
        "x-no-origin",
        "x-native-device-id",
        "x-device-model",
        "x-app-version",
        "x-expo-sdk-version",
        "x-ios-sdk-version",
    ] {
        let header = seen("/__clerk/v1", &[(name, "a")], name);
        assert_eq!(header.as_deref(), Some("a"), "{name}");
    }
}

#[test]
fn a_header_that_is_named_is_passed_on() {
    let proxy = proxy()
        .also_forward("X-Api-Key".parse().unwrap())
        .also_forward(COOKIE)
        .also_forward(AUTHORIZATION)
        // These are about the connection, or the proxy's own.
        .also_forward(http::header::CONNECTION)
        .also_forward("clerk-secret-key".parse().unwrap());
    let headers = [
        ("x-api-key", "a"),
        ("x-other", "b"),
        ("cookie", "theme=dark"),
        ("authorization", "Basic eA=="),
        ("connection", "close"),
        ("clerk-secret-key", "sk_live_of_the_browser"),
        FORWARDED[0],
        FORWARDED[1],
    ];
    let exchange = forward(&proxy, "/__clerk/v1", &headers).unwrap();
    let request = exchange.request(Bytes::new());
    for (name, expected) in [
        ("x-api-key", Some("a")),
        ("x-other", None),
        ("cookie", Some("theme=dark")),
        ("authorization", Some("Basic eA==")),
        ("connection", None),
        ("clerk-secret-key", Some("sk_live_planted")),
    ] {
        let value = request.headers().get(name).map(|it| it.to_str().unwrap());
        assert_eq!(value, expected, "{name}");
    }
}

/// `TRACE` would have Clerk answer with the secret key that the proxy adds (RFC 9110 §9.3.8).
#[test]
fn a_trace_does_not_bring_the_secret_key_back() {
    let allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    for method in ["TRACE", "CONNECT", "trace", "PROPFIND"] {
        // Whatever the path: a CONNECT has none.
        for target in ["/__clerk/v1", "/elsewhere"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::builder().method(&method).uri(target);
            let request = request.header("host", "example.com").body(()).unwrap();
            let (parts, ()) = request.into_parts();
            let refused = proxy().forward(&parts).unwrap_err();
            assert_eq!(refused, ProxyError::Method, "{method}");
            let response = refused.into_response::<String>();
            assert_eq!(response.status(), 405, "{method}");
            assert_eq!(response.headers()["allow"], allow, "{method}");
        }
    }
    for method in allow.split(", ") {
        let request = Request::builder().method(method).uri("/__clerk/v1");
        let request = request.header("host", "example.com").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        assert!(proxy().forward(&parts).is_ok(), "{method}");
    }
}
