use super::*;
use crate::files::{File, parse};
use crate::ir::{Authorization, BasePath, Content, Decoding, Definition, Field, Retry, Ty};

const GROUP: &str = r#"
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
order_by = "str?"

[op.update]
id = "UpdateUser"
http = "PATCH /users/{user_id}"
path = { user_id = "UserId" }
ok = "200"

[op.update.body]
name = "str|null?"
locked = "bool|null?"
address = "Address|null?"

[op.create]
id = "CreateUser"
http = "POST /users"
ok = "200 User"

[op.create.body]
name = "str|null?"

[model.Address]
street = "str|null?"

[model.User]
object = "'user'"
id = "UserId"
name = "str|null"
role = "Role"
tags = "[str]?"
expires_at = "ms?"

[enum]
Role = ["admin", "member"]

[id]
UserId = "user_"
"#;

fn facts(group: &str) -> Result<Api, Error> {
    let file = |name: &str, text: &str| File {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let source = "version = \"1\"\nblob = \"\"\npaths = 2\noperations = 3\n";
    parse(&[file("source.toml", source), file("users.toml", group)])
}

fn corrected(corrections: &str) -> Result<Api, Error> {
    let docs = "";
    apply(
        facts(GROUP)?,
        Overlay {
            corrections,
            docs,
            additions: &[],
        },
    )
}

/// The API after one correction.
fn with(at: &str, change: &str) -> Result<Api, Error> {
    corrected(&format!(
        "[[correction]]\nwhy = \"a test\"\nat = [\"{at}\"]\n{change}\n"
    ))
}

fn user_field(api: &Api, wire: &str) -> Field {
    let fields = api.model("User").unwrap().fields();
    fields
        .iter()
        .find(|field| field.wire == wire)
        .unwrap()
        .clone()
}

#[test]
fn a_correction_changes_what_it_says() {
    let api = with("model.User.id", "hard = true").unwrap();
    assert_eq!(user_field(&api, "id").decoding(), Decoding::Hard);
    let api = with("model.User.tags", "null = true").unwrap();
    assert!(user_field(&api, "tags").nullable);
    let api = with("model.User.expires_at", "type = \"auto\"\noptional = false").unwrap();
    assert!(user_field(&api, "expires_at").required);
    let api = with(
        "model.User.name",
        "sensitive = true\naliases = [\"full_name\"]",
    )
    .unwrap();
    assert_eq!(user_field(&api, "name").aliases, ["full_name"]);
    let api = with("model.User.name", "guarded = true").unwrap();
    assert_eq!(user_field(&api, "name").decoding(), Decoding::Guarded);
    let api = with("op.users.list.query.limit", "least = 7").unwrap();
    let limit = &api.operation("users", "list").unwrap().query[0];
    assert_eq!((limit.wire.as_str(), limit.range.min), ("limit", Some(7)));
    let api = with("model.User.banned", "add = \"bool?\"").unwrap();
    assert_eq!(user_field(&api, "banned").ty, Ty::Bool);
    let api = with("op.users.list.query.limit", "drop = true");
    assert!(api.unwrap_err().to_string().contains("has no page inputs"));
    let api = with("op.users.list.query.order_by", "order_by = [\"name\"]").unwrap();
    assert_eq!(
        api.operation("users", "list").unwrap().query[2].order_by,
        ["name"]
    );
    let api = with("enum.Role", "values = [\"guest\"]").unwrap();
    assert_eq!(api.enums[0].values[2].wire, "guest");
}

#[test]
fn a_correction_changes_how_an_operation_is_called() {
    let change =
        "base = \"root\"\nauth = \"secret or machine\"\nretry = \"safe\"\nanswer = \"text\"";
    let api = with("op.users.create", change).unwrap();
    let operation = api.operation("users", "create").unwrap();
    assert_eq!(operation.base, BasePath::Root);
    assert_eq!(operation.authorization, Authorization::SecretOrMachineKey);
    assert_eq!(operation.retry, Retry::Safe);
    assert_eq!(operation.answer.content, Content::Text);
}

#[test]
fn an_event_is_added_behind_its_kin() {
    let told = "\"user.created\" = \"User\"\n\"role.created\" = \"User\"\n";
    let add = |wire: &str, data: &str| {
        let entry = format!("why = \"a test\"\nat = [\"event.{wire}\"]\nadd = \"{data}\"\n");
        let corrections = format!("[[correction]]\n{entry}");
        let overlay = Overlay {
            corrections: &corrections,
            docs: "",
            additions: &[],
        };
        apply(facts(&format!("{GROUP}\n[event]\n{told}"))?, overlay)
    };
    for (wire, index) in [
        ("user.deleted", 1),
        ("role.deleted", 2),
        ("team.created", 2),
    ] {
        let api = add(wire, "User").unwrap();
        assert_eq!((api.events.len(), &*api.events[index].wire), (3, wire));
        assert_eq!(api.events[index].data, "User");
    }
    for (wire, data, error) in [
        ("user.created", "User", "`event.user.created` is so already"),
        ("user.deleted", "Gone", "Gone"),
    ] {
        let refused = add(wire, data).unwrap_err().to_string();
        assert!(refused.contains(error), "{refused}");
    }
}

#[test]
fn a_correction_that_outlived_its_reason_is_refused() {
    for (at, change, error) in [
        (
            "model.User.name",
            "null = true",
            "`model.User.name` is so already",
        ),
        ("model.User.name", "type = \"str\"", "is so already"),
        ("model.User.name", "add = \"str?\"", "is so already"),
        ("op.users.list", "base = \"versioned\"", "is so already"),
        ("enum.Role", "values = [\"admin\"]", "is so already"),
        (
            "model.User.gone",
            "null = true",
            "`model.User.gone` is not in the catalogue",
        ),
        (
            "model.Gone.name",
            "add = \"str?\"",
            "is not in the catalogue",
        ),
        ("model.User.gone", "drop = true", "is not in the catalogue"),
        (
            "op.users.gone",
            "base = \"root\"",
            "is not in the catalogue",
        ),
        (
            "op.users.update.form.name",
            "null = false",
            "is not in the catalogue",
        ),
    ] {
        let message = with(at, change).unwrap_err().to_string();
        assert!(message.contains(error), "{at} {change}: {message}");
    }
}

#[test]
fn a_correction_that_makes_no_sense_is_refused() {
    for (at, change, error) in [
        (
            "model.User.name",
            "hard = true",
            "may be absent or null, so it cannot be relied on",
        ),
        ("model.User.name", "nul = true", "`nul` means nothing here"),
        ("model.User.name", "type = \"text\"", "`text` is no type"),
        (
            "op.users.list",
            "retry = \"often\"",
            "`often` is none of: safe, idempotent, no",
        ),
        ("group.users", "null = true", "cannot be corrected"),
        ("users.list", "null = true", "is no address such as"),
        ("model.User.name", "why = \"\"", "duplicate key"),
    ] {
        let message = with(at, change).unwrap_err().to_string();
        assert!(message.contains(error), "{at} {change}: {message}");
    }
    for (text, error) in [
        (
            "[[correction]]\nat = [\"model.User.name\"]\nnull = false",
            "`why` is missing",
        ),
        (
            "[[correction]]\nwhy = \" \"\nat = [\"model.User.name\"]\nnull = false",
            "`why` is empty",
        ),
        (
            "[[correction]]\nwhy = \"x\"\nnull = false",
            "`at` names nothing",
        ),
        ("[corrections]", "`corrections` means nothing here"),
    ] {
        let message = corrected(text).unwrap_err().to_string();
        assert!(message.contains(error), "{text}: {message}");
    }
}

#[test]
fn sentences_find_their_place() {
    let docs = r#"
"group.users" = "People."
"op.users.list" = "Lists them."
"op.users.list.query.limit" = "How many."
"model.User" = "A person."
"model.User.name" = "What they are called."
"enum.Role" = "What they may do."
"enum.Role.admin" = "Everything."
"event.user.created" = "Somebody is new."
"#;
    let overlay = Overlay {
        corrections: "",
        docs,
        additions: &[],
    };
    let told = format!("{GROUP}\n[event]\n\"user.created\" = \"User\"\n");
    let api = apply(facts(&told).unwrap(), overlay).unwrap();
    let operation = api.operation("users", "list").unwrap();
    let found = [
        &api.groups[0].doc,
        &operation.doc,
        &operation.query[0].doc,
        &api.model("User").unwrap().doc,
        &user_field(&api, "name").doc,
        &api.enums[0].doc,
        &api.enums[0].values[0].doc,
        &api.events[0].doc,
    ];
    let found: Vec<&str> = found.into_iter().flatten().map(String::as_str).collect();
    let said = docs.lines().filter_map(|line| line.split('"').nth(3));
    assert_eq!(found, said.collect::<Vec<_>>());
    for (docs, error) in [
        (
            "\"model.Gone\" = \"Gone.\"",
            "`model.Gone` is not in the catalogue",
        ),
        (
            "\"model.User\" = \"No full stop\"",
            "does not end in a full stop",
        ),
    ] {
        let corrections = "";
        let documented = apply(
            facts(GROUP).unwrap(),
            Overlay {
                corrections,
                docs,
                additions: &[],
            },
        );
        let message = documented.unwrap_err().to_string();
        assert!(message.contains(error), "{message}");
    }
}

#[test]
fn what_follows_from_the_facts_is_derived() {
    let api = corrected("").unwrap();
    let update = api.operation("users", "update").unwrap();
    let clearable = update.body.fields().iter().map(|field| field.clearable);
    // A name can be taken away, an address too; a flag cannot.
    assert_eq!(clearable.collect::<Vec<_>>(), [true, false, true]);
    assert!(api.model("Address").unwrap().fields()[0].clearable);
    let create = api.operation("users", "create").unwrap();
    assert!(!create.body.fields()[0].clearable);
    let address = api.model("Address").unwrap();
    assert!(address.usage.request && !address.usage.response);
    assert_eq!(api.model("User").unwrap().groups, ["users"]);
    assert_eq!(update.required().count(), 1);
    assert!(matches!(api.definition("Role"), Some(Definition::Enum(_))));
    assert!(matches!(api.definition("UserId"), Some(Definition::Id(_))));
}

/// What is said of a catalogue in which `from` is replaced by `to`.
#[track_caller]
fn refused(from: &str, to: &str, error: &str) {
    let group = GROUP.replace(from, to);
    assert_ne!(group, GROUP, "`{from}` is not there");
    let checked = facts(&group).and_then(|api| apply(api, Overlay::default()));
    let message = checked.unwrap_err().to_string();
    assert!(message.contains(error), "{message}");
}

#[test]
fn an_api_that_contradicts_itself_is_refused() {
    refused(
        "[op.create]\nid",
        "[op.other]\nid = \"x\"\nhttp = \"GET /x\"\nok = \"200\"\n[op.create]\nid",
        "4 operations, where the source has 3",
    );
    refused(
        "\"CreateUser\"",
        "\"UpdateUser\"",
        "operation id: `UpdateUser` is there twice",
    );
    refused(
        "POST /users",
        "GET /users",
        "request: `GET /users` is there twice",
    );
    refused(
        "role = \"Role\"\n",
        "",
        "no operation and no event needs `Role`",
    );
    refused("\"[str]?\"", "\"[Tag]?\"", "needs `Tag`, which is nowhere");
    refused(
        "Role = [",
        "User = [\"a\"]\nRole = [",
        "name: `User` is there twice",
    );
    refused("\"member\"]", "\"Admin\"]", "Role: `Admin` is there twice");
    refused("\"member\"]", "\"other\"]", "Role: `Other` is there twice");
    refused(
        "street =",
        "Street = \"str\"\nstreet =",
        "field: `street` is there twice",
    );
    refused(
        "\"UserId\" }",
        "\"Address\" }",
        "`user_id` does not fit into a URL",
    );
    refused(
        "{ user_id = \"UserId\" }",
        "{ id = \"UserId\" }",
        "the path has no `{id}`",
    );
    refused(
        "order_by = \"str",
        "order_by = \"map",
        "`order_by` does not fit into a URL",
    );
    refused(
        "street = \"str|null?",
        "street = \"bool|null?  len 1..2",
        "`street` cannot have a length",
    );
    refused("1..500 =10", "1..500 ='ten'", "Str(\"ten\") is no Int");
    refused(
        "locked = \"bool|null?",
        "locked = \"file",
        "a file is sent, but not in a form",
    );
    refused(
        "page = \"offset\"",
        "page = \"cursor\"",
        "it is paged, but has no page inputs",
    );
}

#[test]
fn a_file_that_is_not_as_it_is_written_is_refused() {
    refused(
        "ok = \"200 [User]\"",
        "ok = \"fine\"",
        "`fine` has no status",
    );
    refused("GET /users", "FETCH /users", "is no verb and path");
    refused(
        "page = \"offset\"",
        "page = \"pages\"",
        "`pages` is no form of paging",
    );
    refused(
        "page = \"offset\"",
        "auth = \"machine\"",
        "corrections set others",
    );
    refused(
        "page = \"offset\"",
        "pages = \"offset\"",
        "`pages` means nothing here",
    );
    refused(
        "page = \"offset\"",
        "err = \"no\"",
        "`no` is no list of statuses",
    );
    refused("feature = \"users\"\n", "", "`feature` is missing");
    refused(
        "name = \"str|null?\"",
        "name = \"text\"",
        "`name = \"text\"`: `text` is no type",
    );
}
