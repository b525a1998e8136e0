use super::*;
use crate::files::{File, parse};

const OLD: &str = r#"
group = "users"
feature = "users"
tag = "Users"

[op.list]
id = "GetUserList"
http = "GET /users"
ok = "200 [User]"
page = "offset"

[op.list.query]
limit = "int?  1..500 =10"
offset = "int?  0.."
query = "str?"

[op.create]
id = "CreateUser"
http = "POST /users"
ok = "200 User"

[op.create.body]
name = "str"
role = "Role?"
age = "int?"

[op.bulk]
id = "Bulk"
http = "POST /users/bulk"
body = "[str]  items 1..10"
ok = "200"

[model.User]
id = "str"
name = "str|null"
status = "Status"

[enum]
Role = ["admin", "member"]
Status = ["active", "banned"]
"#;

fn api(text: &str) -> Api {
    let file = |name: &str, text: &str| File {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let source = "version = \"1\"\nblob = \"\"\npaths = 1\noperations = 3\n";
    parse(&[file("source.toml", source), file("users.toml", text)]).unwrap()
}

/// What replacing `from` by `to` in the old catalogue comes to.
fn change(from: &str, to: &str) -> Vec<String> {
    let new = OLD.replace(from, to);
    assert_ne!(new, OLD, "`{from}` is not there");
    let differences = diff(&api(OLD), &api(&new));
    differences.iter().map(Difference::to_string).collect()
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert_eq!(change(from, to), [expected], "{from} -> {to}");
}

#[test]
fn nothing_changed() {
    assert_eq!(diff(&api(OLD), &api(OLD)), []);
}

#[test]
fn an_input_may_be_freed_but_not_bound() {
    for (from, to, expected) in [
        (
            "name = \"str\"",
            "name = \"str?\"",
            "loosening op.users.create.body.name: is optional now",
        ),
        (
            "age = \"int?\"",
            "age = \"int\"",
            "breaking  op.users.create.body.age: is required now",
        ),
        (
            "age = \"int?\"",
            "age = \"int|null?\"",
            "loosening op.users.create.body.age: may be null now",
        ),
        (
            "age = \"int?\"",
            "age = \"num?\"",
            "loosening op.users.create.body.age: was int, is num",
        ),
        (
            "age = \"int?\"",
            "age = \"str?\"",
            "breaking  op.users.create.body.age: was int, is str",
        ),
        (
            "age = \"int?\"",
            "age = \"int?  0..\"",
            "breaking  op.users.create.body.age: range was .., is 0..",
        ),
        (
            "age = \"int?\"",
            "age = \"int?  =18\"",
            "breaking  op.users.create.body.age: defaults to something else",
        ),
        (
            "age = \"int?\"",
            "age = \"int?  only 18\"",
            "breaking  op.users.create.body.age: takes one value only",
        ),
        (
            "age = \"int?\"",
            "age = \"int?  deprecated\"",
            "additive  op.users.create.body.age: is deprecated",
        ),
        (
            "age = \"int?\"",
            "age = \"int?\"\nnote = \"str?\"",
            "additive  op.users.create.body.note: new",
        ),
        (
            "age = \"int?\"",
            "age = \"int?\"\nnote = \"str\"",
            "breaking  op.users.create.body.note: new and required",
        ),
        (
            "age = \"int?\"\n",
            "",
            "breaking  op.users.create.body.age: gone",
        ),
        (
            "1..500",
            "1..100",
            "breaking  op.users.list.query.limit: range was 1..500, is 1..100",
        ),
        (
            "1..500",
            "1..1000",
            "loosening op.users.list.query.limit: range was 1..500, is 1..1000",
        ),
        (
            "1..500",
            ">1..500",
            "breaking  op.users.list.query.limit: range was 1..500, is >1..500",
        ),
        (
            "items 1..10",
            "items 1..50",
            "loosening op.users.bulk.body: how many was 1..10, is 1..50",
        ),
        (
            "[str]  items",
            "[int]  items",
            "breaking  op.users.bulk.body: is a list of something else",
        ),
    ] {
        check(from, to, expected);
    }
}

#[test]
fn an_answer_may_promise_more_but_not_hold_something_else() {
    for (from, to, expected) in [
        (
            "id = \"str\"\nname",
            "id = \"str?\"\nname",
            "loosening model.User.id: is optional now",
        ),
        (
            "name = \"str|null\"",
            "name = \"str\"",
            "additive  model.User.name: is never null now",
        ),
        (
            "name = \"str|null\"",
            "name = \"int|null\"",
            "breaking  model.User.name: was str, is int",
        ),
        (
            "name = \"str|null\"\n",
            "",
            "breaking  model.User.name: gone",
        ),
        (
            "name = \"str|null\"",
            "name = \"str|null\"\nage = \"int\"",
            "additive  model.User.age: new",
        ),
        (
            "ok = \"200\"",
            "ok = \"200 User\"",
            "additive  op.users.bulk: answers with something now",
        ),
        (
            "ok = \"200 [User]\"",
            "ok = \"200 Page<User>\"",
            "breaking  op.users.list: answers with something else",
        ),
    ] {
        check(from, to, expected);
    }
}

#[test]
fn a_value_that_is_sent_may_not_go() {
    check("\"admin\", ", "", "breaking  enum.Role.admin: gone");
    check(
        "\"admin\", ",
        "\"owner\", \"admin\", ",
        "additive  enum.Role.owner: new",
    );
    check("\"active\", ", "", "loosening enum.Status.active: gone");
}

#[test]
fn an_operation_may_come_but_not_go_or_move() {
    check(
        "POST /users/bulk",
        "PUT /users/bulk",
        "breaking  op.users.bulk: was POST /users/bulk, is PUT /users/bulk",
    );
    check(
        "page = \"offset\"",
        "page = \"flagged\"",
        "breaking  op.users.list: is paged differently",
    );
    check(
        "id = \"Bulk\"",
        "auth = \"none\"\nid = \"Bulk\"",
        "loosening op.users.bulk: needs no key any more",
    );
    check(
        "id = \"Bulk\"",
        "err = \"422\"\nid = \"Bulk\"",
        "additive  op.users.bulk: documents other errors",
    );
    check(
        "id = \"Bulk\"",
        "deprecated = true\nid = \"Bulk\"",
        "additive  op.users.bulk: is deprecated",
    );
    assert_eq!(
        change("[op.bulk]", "[op.import]"),
        [
            "breaking  op.users.bulk: gone",
            "additive  op.users.import: new"
        ]
    );
}
