use std::sync::Arc;

use clerk_http::Operation as _;

use super::*;
use crate::{
    AcceptedTokens, MachineTokenType, PublicAddress, RequestHead, Settings, SignedOut,
    settings::Builder,
};

fn asked(settings: Builder, head: &RequestHead<'_>) -> SignOut {
    let key = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap();
    let settings = Arc::new(settings.publishable_key(key).build().unwrap());
    SignOut {
        visit: Visit::new(head, &settings, None),
        session_id: None,
        may_be_replaced: false,
    }
}

fn location(settings: Builder, head: &RequestHead<'_>, target: &str) -> String {
    let response = asked(settings, head).answer(None, target).unwrap();
    let location = response.headers().get(LOCATION).unwrap();
    location.to_str().unwrap().to_owned()
}

#[test]
fn an_open_redirect_is_not_to_be_had() {
    let head = || RequestHead::new("POST", "https://example.com/a/out?next=x");
    for (target, expected) in [
        ("/", "/"),
        ("/bye?a=b#c", "/bye?a=b#c"),
        ("bye", "/a/bye"),
        ("?x", "/a/out?x"),
        ("https://example.com/bye", "/bye"),
        ("HTTPS://EXAMPLE.com:443/bye", "/bye"),
        ("https://user@example.com/bye", "/bye"),
        ("https://shop.example/bye?a", "https://shop.example/bye?a"),
        ("/a\r\nset-cookie: x=y", "/aset-cookie:%20x=y"),
        // To the application's root, as it seems to be meant.
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https://example.com.evil.example/", "/"),
        ("https://example.com@evil.example/", "/"),
        ("https://example.com:8443/", "/"),
        ("http://example.com/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        (" //evil.example", "/"),
        ("https:evil.example", "/a/evil.example"),
        ("https://example.com//evil.example", "/"),
        ("/.//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("data:text/html,x", "/"),
        ("https://user@shop.example/", "/"),
        ("https://[", "/"),
    ] {
        let settings = Settings::builder().allowed_redirect_origins(["https://shop.example"]);
        assert_eq!(location(settings, &head(), target), expected, "{target:?}");
    }
}

#[test]
fn where_the_address_is_not_known_a_path_will_do() {
    let head = RequestHead::new("POST", "/out");
    for (target, expected) in [
        ("/bye", "/bye"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
    ] {
        assert_eq!(location(Settings::builder(), &head, target), expected);
    }
}

#[test]
fn the_root_is_the_one_that_browsers_know() {
    let settings = || Settings::builder().public_url("https://example.com/shop/");
    let head = RequestHead::new("POST", "http://inside/out");
    for (target, expected) in [
        ("/shop/bye", "/shop/bye"),
        ("https://evil.example/", "/shop/"),
    ] {
        assert_eq!(location(settings(), &head, target), expected);
    }
    assert_eq!(PublicAddress::default().root_path(), "/");
}

#[test]
fn nothing_is_taken_for_granted_of_who_was_not_signed_out() {
    let head = RequestHead::new("POST", "http://localhost:3000/out");
    let mut asked = asked(Settings::builder(), &head);
    let names = |asked: &SignOut, revoked| {
        let response = asked.answer(revoked, "/").unwrap();
        let lines = response.headers().get_all(SET_COOKIE).iter();
        let names = lines.map(|line| line.to_str().unwrap().split('=').next().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let suffix = &asked
        .visit
        .settings
        .instance
        .as_ref()
        .unwrap()
        .cookie_suffix;
    let of = |name: &str| [name.to_owned(), format!("{name}_{suffix}")];
    let refresh = format!("__refresh_{suffix}");
    let of_session = [&of("__session")[..], &[refresh]].concat();
    let all = [&of_session[..], &of("__client_uat")].concat();
    assert_eq!(names(&asked, None), of_session);
    asked.session_id = Some("sess_1".into());
    assert_eq!(names(&asked, Some(Ok(()))), all);
}

#[test]
fn another_servers_answer_is_not_taken_for_an_ended_session() {
    let head = RequestHead::new("POST", "http://localhost:3000/out");
    let mut asked = asked(Settings::builder(), &head);
    asked.session_id = Some("sess_1".into());
    let clerks = |code: &str| format!(r#"{{"errors":[{{"code":"{code}","message":"m"}}]}}"#);
    let page = || "<html><body><h1>404 Not Found</h1>nginx</body></html>".to_owned();
    let session = |id: &str, status: &str| format!(r#"{{"id":"{id}","status":"{status}"}}"#);
    for (status, body, expected) in [
        (200, session("sess_1", "revoked"), 303),
        (200, session("sess_1", "something_new"), 303),
        (404, clerks("resource_not_found"), 303),
        (404, page(), 503),
        (404, String::new(), 503),
        (404, "{}".to_owned(), 503),
        (404, clerks("operation_not_found"), 503),
        (410, page(), 503),
        (410, clerks("api_version_gone"), 503),
        (200, page(), 503),
        (200, String::new(), 503),
        (200, session("sess_1", "active"), 503),
        (200, session("sess_1", "pending"), 503),
        (200, session("sess_2", "revoked"), 503),
        (204, String::new(), 503),
        (302, page(), 503),
    ] {
        let response = Response::builder().status(status);
        let response = response.body(bytes::Bytes::from(body.clone())).unwrap();
        let revoked = asked.revocation().unwrap().response(response);
        let answer = asked.answer(Some(revoked), "/");
        let found = answer.map_or_else(|refused| refused.status(), |_| SignOutResponse::STATUS);
        assert_eq!(found, expected, "{status} {body}");
    }
}

#[test]
fn where_no_session_can_be_seen_nobody_looks_signed_out_who_is_not() {
    let key = || "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap();
    let machines = AcceptedTokens::Machine(MachineTokenType::ApiKey);
    let users = AcceptedTokens::OneOf(vec![TokenType::Session, TokenType::ApiKey]);
    let with_key = || Settings::builder().publishable_key(key());
    for (settings, authorization, expected) in [
        (with_key(), None, 303),
        (with_key().accepts(users), None, 303),
        (with_key().accepts(machines.clone()), None, 500),
        (with_key().accepts(machines), Some("Bearer a.b.c"), 500),
        (
            with_key().accepts(AcceptedTokens::OneOf(Vec::new())),
            None,
            500,
        ),
    ] {
        let settings = Arc::new(settings.build().unwrap());
        let mut head = RequestHead::new("POST", "https://example.com/out");
        if let Some(authorization) = authorization {
            head = head.header("authorization", authorization.as_bytes());
        }
        let nobody = RequestState::SignedOut(SignedOut {
            reason: AuthReason::SessionTokenAndUatMissing,
            message: String::new(),
            token_type: None,
            is_in_circle: false,
            session_left: SessionLeft::None,
            headers: HeaderMap::new(),
        });
        let asked = SignOut::new(&Visit::new(&head, &settings, None), Ok(&nobody));
        let found = asked.map_or_else(|refused| refused.status(), |_| SignOutResponse::STATUS);
        assert_eq!(
            found,
            expected,
            "{:?} {authorization:?}",
            settings.accepts()
        );
    }
}

#[test]
fn a_session_that_could_not_be_looked_for_is_not_taken_for_none() {
    let head = RequestHead::new("POST", "https://example.com/out");
    let settings =
        Settings::builder().publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap());
    let visit = Visit::new(&head, &Arc::new(settings.build().unwrap()), None);
    let nobody = RequestState::SignedOut(SignedOut {
        reason: AuthReason::SessionTokenButNoClientUat,
        message: String::new(),
        token_type: Some(TokenType::Session),
        is_in_circle: false,
        session_left: SessionLeft::Unknown(Arc::new(Error::Driver)),
        headers: HeaderMap::new(),
    });
    assert_eq!(SignOut::new(&visit, Ok(&nobody)).unwrap_err().status(), 500);
}
