//! Paths and queries put together from what callers give.

use clerk_http::{Error, RequestTarget};
use http::Method;
use proptest::prelude::*;

#[test]
fn targets_put_values_where_they_belong() {
    let request = RequestTarget::new("Op", "/a")
        .segment("id", "ü &=+?#/\\%~-._")
        .fixed("/b")
        .pair("q", "ü &=+?#/\\%~-._")
        .pair("tag[]", 1)
        .pair("tag[]", false)
        .request(Method::GET)
        .unwrap();
    assert_eq!(
        request.uri(),
        "/a/%C3%BC%20%26%3D%2B%3F%23%2F%5C%25~-._/b\
         ?q=%C3%BC%20%26%3D%2B%3F%23%2F%5C%25~-._&tag%5B%5D=1&tag%5B%5D=false"
    );
    assert!(request.headers().is_empty());
}

#[test]
fn the_first_problem_of_a_target_is_reported() {
    for (value, text) in [
        ("", "Op was not sent: id is empty"),
        (".", "Op was not sent: id is `.`"),
        ("..", "Op was not sent: id is `..`"),
    ] {
        let target = RequestTarget::new("Op", "/a").segment("id", value);
        let error = target.segment("other", "").request(Method::GET);
        assert_eq!(error.unwrap_err().to_string(), text);
    }
}

#[test]
fn targets_too_long_for_a_uri_are_refused() {
    let target = RequestTarget::new("Op", "/a").pair("q", "x".repeat(70_000));
    let error = target.request(Method::GET).unwrap_err();
    assert!(matches!(error, Error::Build { .. }), "{error}");
}

#[test]
fn json_bodies_say_so() {
    let request = RequestTarget::new("Op", "/a")
        .json(Method::PATCH, &serde_json::json!({"name": "Ada"}))
        .unwrap();
    assert_eq!(request.method(), Method::PATCH);
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.body(), r#"{"name":"Ada"}"#);
}

proptest! {
    /// Whatever an id is, it is refused or stays one segment of the route it was given to.
    #[test]
    fn no_id_changes_its_route(id in any::<String>(), more in "[./%25eE\\\\]{0,12}") {
        for id in [id, more] {
            let Ok(request) = RequestTarget::new("Op", "/users")
                .segment("id", &id)
                .fixed("/ban")
                .request(Method::POST)
            else {
                prop_assert!(matches!(id.as_str(), "" | "." | ".."));
                continue;
            };
            let segments: Vec<_> = request.uri().path().split('/').collect();
            let ["", "users", segment, "ban"] = segments[..] else {
                panic!("{} has other segments", request.uri());
            };
            let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap();
            prop_assert_eq!(decoded, id);
            prop_assert_eq!(request.uri().query(), None);
        }
    }

    #[test]
    fn queries_come_back_from_a_form_parser(pairs in prop::collection::vec(any::<(String, String)>(), 0..4)) {
        let target = pairs
            .iter()
            .fold(RequestTarget::new("Op", "/a"), |target, (name, value)| target.pair(name, value));
        let request = target.request(Method::GET).unwrap();
        let read = |text: &str| {
            let text = text.replace('+', " ");
            percent_encoding::percent_decode_str(&text).decode_utf8().unwrap().into_owned()
        };
        let parsed: Vec<(String, String)> = request
            .uri()
            .query()
            .into_iter()
            .flat_map(|query| query.split('&'))
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (read(name), read(value)))
            .collect();
        prop_assert_eq!(parsed, pairs);
    }
}
