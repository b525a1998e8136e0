//! How answers are read: successes, and errors of every shape.

use std::{error::Error as _, time::Duration};

use bytes::Bytes;
use clerk_http::{Error, TransportError, TransportErrorKind, json, success};
use http::{Response, StatusCode};
use proptest::prelude::*;
use serde::Deserialize;

const ID: &str = "GetUser";

#[derive(Debug, Deserialize, PartialEq)]
struct Page {
    data: Vec<Item>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Item {
    id: String,
    kind: Kind,
    at: i64,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Email,
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

#[test]
fn successes_are_json_whatever_the_media_type_says() {
    let body = r#"{"data":[{"id":"a","kind":"email","at":1}]}"#;
    for status in [200, 201, 202, 206] {
        for media_type in [
            "application/json",
            "application/json; charset=utf-8",
            "text/html",
        ] {
            let page: Page =
                json(ID, response(status, &[("content-type", media_type)], body)).unwrap();
            assert_eq!(page.data[0].id, "a");
        }
    }
    let empty = success(ID, response(204, &[], "")).unwrap();
    assert!(empty.body().is_empty());
}

#[test]
fn bodies_that_are_not_text_are_located() {
    let body = Bytes::from_static(b"{\n\"id\":\"\xff\"}");
    let error = json::<Item>(ID, Response::new(body)).unwrap_err();
    let text = "GetUser was answered 200 OK with a body this version cannot read: the body is not \
                UTF-8 (line 2, column 6)";
    assert_eq!(error.to_string(), text);
}

#[test]
fn bodies_that_do_not_fit_are_located_and_not_repeated() {
    for (body, text) in [
        ("", "the body is empty (line 1, column 0)"),
        (" \n", "the body is empty (line 2, column 0)"),
        (
            "<html>planted</html>",
            "the body is HTML, not JSON; check where the API's URL leads (line 1, column 1)",
        ),
        (
            r#"{"data":"#,
            "EOF while parsing a value (line 1, column 8)",
        ),
        (r#"{"#, "EOF while parsing an object (line 1, column 1)"),
        (
            "[]",
            "invalid length 0, expected struct Page with 1 element (line 1, column 2)",
        ),
        (
            r#""planted""#,
            "invalid type: string, expected struct Page (line 1, column 9)",
        ),
        (
            r#"{"data":[{"id":"a","kind":"email","at":"planted, expected x"}]}"#,
            "invalid type: string, expected i64 at `data[0].at` (line 1, column 60)",
        ),
        (
            r#"{"data":[{"id":"a","kind":"email","at":null}]}"#,
            "invalid type: null, expected i64 at `data[0].at` (line 1, column 43)",
        ),
        (
            r#"{"data":[{"id":"a","kind":"email","at":9876543210.5}]}"#,
            "invalid type: floating point, expected i64 at `data[0].at` (line 1, column 51)",
        ),
        (
            r#"{"data":[{"id":"a","kind":"email","at":18446744073709551615}]}"#,
            "invalid value: integer, expected i64 at `data[0].at` (line 1, column 59)",
        ),
        (
            r#"{"data":[{"id":"a","kind":"email"}]}"#,
            "missing field `at` at `data[0]` (line 1, column 34)",
        ),
        (
            r#"{"data":[{"id":"a","kind":"planted","at":1}]}"#,
            "a value has an unexpected form at `data[0].kind` (line 1, column 35)",
        ),
    ] {
        let error = json::<Page>(ID, response(200, &[], body)).unwrap_err();
        let start = "GetUser was answered 200 OK with a body this version cannot read: ";
        assert_eq!(error.to_string(), format!("{start}{text}"));
        assert!(error.source().is_none(), "{error} says its cause already");
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert_eq!(error.operation(), ID);
        assert!(!error.is_retryable());
        assert!(!format!("{error:?}").contains("planted"));
    }
}

#[test]
fn errors_in_clerks_shape_are_read() {
    let body = r#"{
        "errors": [
            {
                "code": "form_param_missing",
                "message": "is missing",
                "long_message": "email is missing",
                "meta": {"param_name": "email"}
            },
            {"code": "second", "message": "also"}
        ],
        "clerk_trace_id": "trace1"
    }"#;
    let headers = [("cf-ray", "ray1"), ("retry-after", "7")];
    let error = success(ID, response(422, &headers, body)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GetUser: Clerk answered 422 Unprocessable Entity: is missing (form_param_missing); \
         ask again in 7 s (trace trace1)"
    );
    assert_eq!(error.status(), Some(StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(error.operation(), ID);
    let api = error.api().unwrap();
    assert_eq!(api.errors.len(), 2);
    assert_eq!(api.errors[0].code, "form_param_missing");
    assert_eq!(api.errors[0].message, "is missing");
    assert_eq!(
        api.errors[0].long_message.as_deref(),
        Some("email is missing")
    );
    assert_eq!(api.errors[0].meta.param_name(), Some("email"));
    assert_eq!(api.errors[1].long_message, None);
    assert!(api.errors[1].meta.is_empty());
    assert!(api.has_code("second"));
    assert!(!api.has_code("third"));
    assert_eq!(api.trace_id.as_deref(), Some("trace1"));
    assert_eq!(api.retry_after, Some(Duration::from_secs(7)));
    assert_eq!(api.body.expose(), body);
}

#[test]
fn what_else_clerk_says_of_an_error_is_read_by_name() {
    let body = r#"{"errors": [{"code": "a", "meta": {
        "param_name": "email_address",
        "session_id": "sess_1",
        "email_addresses": ["ada@example.com", 7, "bob@example.com"],
        "identifiers": "ada@example.com",
        "is_plan_upgrade_possible": true,
        "seats_quantity": 5
    }}, {"code": "b", "meta": ["param_name"]}]}"#;
    let error = success(ID, response(422, &[], body)).unwrap_err();
    let [first, second] = error.api().unwrap().errors.as_slice() else {
        panic!("two errors");
    };

    let meta = &first.meta;
    assert_eq!(meta.param_name(), Some("email_address"));
    assert_eq!(meta.session_id(), Some("sess_1"));
    let addresses = meta.email_addresses();
    assert_eq!(addresses, ["ada@example.com", "bob@example.com"]);
    assert!(meta.identifiers().is_empty());
    assert_eq!(meta.is_plan_upgrade_possible(), Some(true));
    assert_eq!(meta.get("seats_quantity"), Some(5_u8));
    assert_eq!(meta.get::<String>("seats_quantity"), None);
    assert_eq!(meta.get::<u8>("seats"), None);
    assert!(!meta.is_empty());

    assert!(second.meta.is_empty());
    assert_eq!(second.meta.param_name(), None);
}

#[test]
fn errors_of_any_other_shape_keep_their_status() {
    for (body, errors) in [
        ("", 0),
        ("<html><h1>502 Bad Gateway</h1></html>", 0),
        ("null", 0),
        ("[]", 0),
        ("{}", 0),
        (r#"{"errors":null}"#, 0),
        (r#"{"errors":{}}"#, 0),
        (r#"{"errors":["text", 1, null]}"#, 0),
        (r#"{"errors":[{}]}"#, 1),
        (
            r#"{"errors":[{"code":1,"message":null,"long_message":[],"meta":null}]}"#,
            1,
        ),
        (r#"{"errors":[{"code":"a"}],"clerk_trace_id":7}"#, 1),
        (r#"{"errors":[{"code":"a"}],"clerk_trace_id":""}"#, 1),
    ] {
        let headers = [("cf-ray", "ray1")];
        let error = success(ID, response(502, &headers, body)).unwrap_err();
        let api = error.api().unwrap();
        assert_eq!(api.status, StatusCode::BAD_GATEWAY);
        assert_eq!(api.errors.len(), errors, "{body}");
        assert_eq!(api.trace_id.as_deref(), Some("ray1"), "{body}");
        assert_eq!(api.retry_after, None);
        assert!(error.is_retryable());
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(success(ID, response(500, &[], &deep)).is_err());
}

#[test]
fn retry_after_is_seconds_or_a_date_measured_by_the_server() {
    const DATE: &str = "Fri, 20 Nov 2026 10:00:00 GMT";
    for (retry_after, date, expected) in [
        ("0", None, Some(0)),
        ("120", None, Some(120)),
        (" 120 ", None, Some(120)),
        ("99999999999999999999999", None, Some(u64::MAX)),
        ("", None, None),
        ("-1", None, None),
        ("+1", None, None),
        ("1.5", None, None),
        ("soon", None, None),
        ("Fri, 20 Nov 2026 10:00:30 GMT", Some(DATE), Some(30)),
        ("Friday, 20-Nov-26 10:00:30 GMT", Some(DATE), Some(30)),
        ("Fri Nov 20 10:00:30 2026", Some(DATE), Some(30)),
        ("Fri, 20 Nov 2026 09:00:00 GMT", Some(DATE), Some(0)),
        ("Fri, 20 Nov 2026 10:00:30 GMT", None, None),
        ("Fri, 20 Nov 2026 10:00:30 GMT", Some("today"), None),
    ] {
        let mut headers = vec![("retry-after", retry_after)];
        headers.extend(date.map(|date| ("date", date)));
        let error = success(ID, response(429, &headers, "")).unwrap_err();
        let expected = expected.map(Duration::from_secs);
        assert_eq!(error.retry_after(), expected, "{retry_after:?}");
    }
}

#[test]
fn a_host_that_cannot_be_reached_is_asked_about_unless_it_is_clerks() {
    use TransportErrorKind as Kind;
    for (kind, host, expected) in [
        (Kind::Connect, "localhost", true),
        (Kind::Untrusted, "localhost", true),
        (Kind::Connect, "api.clerk.com", false),
        (Kind::Timeout, "localhost", false),
        (Kind::Broken, "localhost", false),
    ] {
        let (operation, cause) = (ID, TransportError::for_host(kind, host));
        let text = Error::Transport { operation, cause }.to_string();
        let is_asked = text.contains("; if that is not the host that you mean, correct the API's");
        assert_eq!(is_asked, expected, "{text}");
    }
}

#[test]
fn errors_say_whether_asking_again_may_help_and_whether_anything_was_done() {
    use TransportErrorKind as Kind;
    for (status, retryable, untouched) in [
        (302, false, false),
        (400, false, false),
        (401, false, false),
        (404, false, false),
        (422, false, false),
        (429, true, true),
        (500, true, false),
        (503, true, false),
    ] {
        let error = success(ID, response(status, &[], "")).unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{status}");
        assert_eq!(error.was_not_carried_out(), untouched, "{status}");
    }
    for (kind, retryable, untouched) in [
        (Kind::Connect, true, true),
        (Kind::Untrusted, false, true),
        (Kind::Timeout, true, false),
        (Kind::Broken, true, false),
        (Kind::Other, true, false),
        (Kind::TooLarge, false, false),
        (Kind::Request, false, true),
    ] {
        let cause = TransportError::for_host(kind, "api.clerk.com");
        let error = Error::Transport {
            operation: ID,
            cause,
        };
        assert_eq!(error.is_retryable(), retryable, "{kind:?}");
        assert_eq!(error.was_not_carried_out(), untouched, "{kind:?}");
        assert_eq!(error.status(), None);
        assert_eq!(error.operation(), ID);
    }
    let error = Error::build(ID, "no");
    assert_eq!((error.status(), error.operation()), (None, ID));
    assert!(error.api().is_none());
    assert!(error.was_not_carried_out());
    assert_eq!(error.retry_after(), None);
}

#[test]
fn a_port_that_is_not_the_usual_one_is_named() {
    for (uri, expected) in [
        (
            "https://api.clerk.com/v1/planted?planted",
            "could not connect to api.clerk.com",
        ),
        (
            "http://127.0.0.1:9/v1/planted",
            "could not connect to 127.0.0.1:9",
        ),
    ] {
        let error = TransportError::to(TransportErrorKind::Connect, &uri.parse().unwrap());
        assert_eq!(error.to_string(), expected);
        assert!(!error.host().contains(':'), "{}", error.host());
    }
}

#[test]
fn a_text_of_the_other_side_ends_no_line_of_a_log() {
    let long = "x".repeat(10_000);
    let message = format!("forged\\n2027 ERROR\\u001b[0m {long}");
    let body = format!(
        r#"{{"errors":[{{"code":"a\\nb","message":"{message}"}}],"clerk_trace_id":"c\\nd"}}"#
    );
    let text = success(ID, response(400, &[], &body))
        .unwrap_err()
        .to_string();
    assert!(!text.contains(char::is_control), "{text}");
    assert!(text.contains(r"forged\n2027 ERROR\u{1b}[0m"), "{text}");
    assert!(
        text.contains(r"(a\nb)") && text.contains(r"(trace c\nd)"),
        "{text}"
    );
    assert!(text.len() < 500, "{text}");
}

proptest! {
    #[test]
    fn no_answer_panics(
        status in 100..600_u16,
        body in prop_oneof![".{0,200}", r#"[\[\]{}",:a-z0-9\\]{0,80}"#],
        value in "[ -~]{0,40}",
    ) {
        let headers = [("retry-after", value.as_str()), ("date", &value), ("cf-ray", &value)];
        let result = json::<Page>(ID, response(status, &headers, &body));
        prop_assert_eq!(result.unwrap_err().status().unwrap().as_u16(), status);
    }
}
