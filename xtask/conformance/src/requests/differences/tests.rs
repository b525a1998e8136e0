use std::collections::BTreeMap;

use super::*;

fn sent(verb: &str, target: &str, body: &str) -> Sent {
    let kind = ("content-type".to_owned(), "application/json".to_owned());
    Sent {
        verb: verb.to_owned(),
        target: target.to_owned(),
        headers: BTreeMap::from([kind]),
        body: body.to_owned(),
    }
}

fn row(method: &'static str, arguments: Value, ours: Vec<Sent>) -> Row {
    Row {
        method,
        arguments,
        operations: vec!["Some"],
        ours,
    }
}

/// Each difference by what it is about, with the entry that explains it.
fn explained(row: &Row, theirs: &[Sent]) -> Vec<(String, Option<&'static str>)> {
    let differences = all(row, theirs).into_iter();
    differences
        .map(|difference| (difference.what.clone(), explain(row, &difference)))
        .collect()
}

#[test]
fn whatever_differs_is_named() {
    let ours = sent("PUT", "/v1/users?a=1&b=2", r#"{"x":1,"y":null}"#);
    let row = row("users.some", json!([]), vec![ours.clone()]);
    assert_eq!(explained(&row, &[ours]), []);
    let theirs = sent("POST", "/v1/user?a=2&c=2", r#"{"x":2,"z":null}"#);
    let names = [
        "verb", "path", "query a", "query b", "query c", "body x", "body y", "body z",
    ];
    let mut unexplained = names.map(|name| (name.to_owned(), None)).to_vec();
    unexplained.sort();
    assert_eq!(explained(&row, &[theirs]), unexplained);
}

#[test]
fn the_order_of_a_list_in_a_query_counts_and_that_of_parameters_does_not() {
    let ours = sent("GET", "/v1/users?id=1&id=2&limit=3", "");
    let row = row("users.some", json!([]), vec![ours]);
    assert_eq!(
        all(&row, &[sent("GET", "/v1/users?limit=3&id=1&id=2", "")]),
        []
    );
    assert_eq!(
        all(&row, &[sent("GET", "/v1/users?id=2&id=1&limit=3", "")]).len(),
        1
    );
}

#[test]
fn a_request_too_many_is_explained_for_the_methods_that_make_one() {
    let ours = sent("GET", "/v1/users", "");
    let count = sent("GET", "/v1/users/count", "");
    let both = [count, ours.clone()];
    let is = |method, id| {
        let row = row(method, json!([]), vec![ours.clone()]);
        assert_eq!(explained(&row, &both), [("requests".to_owned(), id)]);
    };
    is("users.getUserList", Some("one-operation-one-request"));
    is("users.getUser", None);
    let row = row("users.getUserList", json!([]), both.to_vec());
    let entries = explained(&row, &[ours]);
    assert!(
        entries.contains(&("requests".to_owned(), None)),
        "{entries:?}"
    );
}

#[test]
fn only_false_values_may_be_missing_from_a_query() {
    let difference = |ours: &str, theirs: &str| {
        let row = row("users.some", json!([]), vec![sent("GET", ours, "")]);
        explained(&row, &[sent("GET", theirs, "")])
    };
    let id = Some("false-query-values");
    assert_eq!(difference("/?a=0", "/"), [("query a".to_owned(), id)]);
    assert_eq!(difference("/?a=false", "/"), [("query a".to_owned(), id)]);
    assert_eq!(difference("/?a=1", "/"), [("query a".to_owned(), None)]);
    assert_eq!(difference("/", "/?a=0"), [("query a".to_owned(), None)]);
}

#[test]
fn a_body_needs_its_content_type() {
    let mut ours = sent("POST", "/", "{}");
    ours.headers.clear();
    let row = row("users.some", json!([]), vec![ours]);
    let theirs = [sent("POST", "/", "")];
    let missing = ("header content-type".to_owned(), None);
    let empty = ("body".to_owned(), Some("empty-object"));
    assert_eq!(explained(&row, &theirs), [empty, missing]);
}
