use serde_json::json;

use super::*;

/// A row of a table, as its columns.
fn row(columns: Value) -> Row {
    serde_json::from_value(columns).unwrap()
}

fn judged(columns: Value, answer: Value) -> Verdict {
    let row = row(columns);
    let resolved = |value: &Value| Resolved {
        value: value.clone(),
        unprepared: BTreeSet::new(),
    };
    let (given, gives) = (resolved(&row.with), row.gives.as_ref().map(resolved));
    let answer = serde_json::from_value(answer).unwrap();
    let optional = ["User.locale".to_owned()].into();
    judge(&row, &given, gives.as_ref(), &answer, &optional)
}

fn failure(columns: Value, answer: Value) -> String {
    match judged(columns, answer) {
        Verdict::Failed(why) => why,
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn an_answer_as_it_should_be_passes() {
    let user = json!({ "value": { "id": "user_1", "firstName": "Ada" }, "is": "User" });
    let call = json!({ "is": "User", "with": ["user_1", { "firstName": "Ada" }], "gives": { "id": "user_*" } });
    assert_eq!(judged(call, user.clone()), Verdict::Passed);
    let call = json!({ "with": { "user_id": "user_1", "firstName": "Ada" } });
    assert_eq!(judged(call, user), Verdict::Passed);
    let list = json!({ "value": { "data": [] }, "is": "[]" });
    assert_eq!(judged(json!({ "is": "[]" }), list), Verdict::Passed);
}

#[test]
fn what_is_not_emulated_is_no_failure() {
    let answer = || json!({ "refused": "operation_not_emulated", "status": 404 });
    assert_eq!(judged(json!({}), answer()), Verdict::NotEmulated);
    let call = json!({ "refused": "resource_not_found" });
    assert_eq!(judged(call, answer()), Verdict::NotEmulated);
}

#[test]
fn a_refusal_counts_where_clerk_refuses_with_the_same_code() {
    let answer =
        || json!({ "refused": "resource_not_found", "status": 404, "message": "Not found" });
    let verdict = judged(json!({ "refused": "resource_not_found" }), answer());
    assert_eq!(verdict, Verdict::Refused("resource_not_found".to_owned()));
    let other = json!({ "refused": "bad_request" });
    assert_eq!(
        failure(other, answer()),
        "404 resource_not_found: Not found"
    );
    assert_eq!(
        failure(json!({}), answer()),
        "404 resource_not_found: Not found"
    );
    let answered = failure(json!({ "refused": "bad_request" }), json!({ "value": {} }));
    assert_eq!(
        answered,
        "it is answered, and Clerk refuses it: bad_request"
    );
}

#[test]
fn another_class_fails() {
    let why = failure(
        json!({ "is": "User" }),
        json!({ "value": {}, "is": "Object" }),
    );
    assert_eq!(why, "the client makes Object of it instead of User");
    let why = failure(
        json!({ "is": "User[]" }),
        json!({ "value": [], "is": "[]" }),
    );
    assert_eq!(why, "the client makes [] of it instead of User[]");
    let deleted = json!({ "value": { "deleted": false }, "is": "DeletedObject" });
    assert_eq!(failure(json!({}), deleted), "deleted is not true");
}

#[test]
fn what_was_sent_has_to_come_back() {
    let answer = || json!({ "value": { "name": "Old", "ttl": 10.0 } });
    let call = json!({ "with": [{ "name": "New", "ttl": 10, "other": 1 }] });
    assert_eq!(
        failure(call, answer()),
        "name is \"Old\" instead of \"New\", as sent"
    );
    let call = json!({ "with": { "request": { "name": "New" } } });
    assert_eq!(
        failure(call, answer()),
        "name is \"Old\" instead of \"New\", as sent"
    );
    let richer = json!({ "value": { "amount": { "cents": 5 }, "name": null } });
    let call = json!({ "with": [{ "amount": 5, "name": "New" }] });
    assert_eq!(
        failure(call, richer),
        "name is null instead of \"New\", as sent"
    );
    let call = json!({ "with": [{ "name": "New" }], "differs": ["name"] });
    assert_eq!(judged(call, answer()), Verdict::Passed);
}

#[test]
fn an_answer_about_somebody_else_fails() {
    let answer = || json!({ "value": { "id": "user_2" } });
    for with in [json!(["user_1"]), json!({ "user_id": "user_1" })] {
        let call = json!({ "with": with });
        assert_eq!(
            failure(call, answer()),
            "id is user_2, of which nothing was sent"
        );
    }
    for with in [
        json!(["org_1"]),
        json!(["user_1", "user_2"]),
        json!({ "name": "user_1" }),
    ] {
        assert_eq!(judged(json!({ "with": with }), answer()), Verdict::Passed);
    }
}

#[test]
fn members_that_the_client_reads_have_to_be_sent() {
    let answer = || json!({ "value": {}, "missing": ["User.locale", "User.name", "User.name"] });
    assert_eq!(failure(json!({}), answer()), "not sent: User.name");
    assert_eq!(
        judged(json!({ "lacks": ["name"] }), answer()),
        Verdict::Passed
    );
}

#[test]
fn a_call_that_was_not_prepared_never_passes() {
    let answer = serde_json::from_value(json!({ "value": {} })).unwrap();
    let given = Resolved {
        value: json!([]),
        unprepared: ["$ada.id".to_owned()].into(),
    };
    let verdict = judge(&Row::default(), &given, None, &answer, &BTreeSet::new());
    assert_eq!(verdict, Verdict::Failed("no $ada.id".to_owned()));
}

#[test]
fn reasons_are_the_same_in_every_run() {
    for (text, same) in [
        (
            "id is user_2abcDEF2abcDEF2abcDEF2abcDE here",
            "id is user_0 here",
        ),
        ("http://127.0.0.1:43219/x", "http://127.0.0.1:0/x"),
        ("ak_0123456789ABCDEF0123456789ABCDEF", "ak_0"),
        ("at 1800000000000, or 404", "at 0, or 404"),
        ("operation_not_emulated", "operation_not_emulated"),
        (
            "form_param_unknown: web3_wallet; é",
            "form_param_unknown: web3_wallet; é",
        ),
    ] {
        assert_eq!(without_ids(text), same);
    }
}
