use super::*;
use crate::files::print;

const OPENAPI: &str = include_str!("tests/shop.yml");
const NAMES: &str = include_str!("tests/names.toml");

#[test]
fn a_description_becomes_a_catalogue() {
    let found = import(OPENAPI, None, NAMES).unwrap();
    let files = print(&found.api);
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "enums.toml",
            "ids.toml",
            "orders.toml",
            "shared.toml",
            "source.toml"
        ]
    );
    let text = |name: &str| {
        let file = files.iter().find(|file| file.name == name);
        file.map(|file| file.text.as_str()).unwrap()
    };
    assert_eq!(text("orders.toml"), include_str!("tests/orders.toml"));
    assert_eq!(
        text("enums.toml"),
        "[enum]\nOrderState = [\"open\", \"shipped\", \"lost\"]\n"
    );
    assert_eq!(
        text("ids.toml"),
        "[id]\nOrderId = \"order_\"\nUserId = \"user_\"\n"
    );
    assert_eq!(text("shared.toml"), "");
}

#[test]
fn what_the_description_leaves_unsaid_is_noted() {
    let notes = import(OPENAPI, None, NAMES).unwrap().notes;
    assert_eq!(
        notes,
        [
            "Tags[] has bounds, which are left out",
            "Order requires `lost_field` and does not say what it is",
        ]
    );
}

#[test]
fn the_source_is_named_as_git_names_it() {
    // `git hash-object` of a file with these six bytes.
    assert_eq!(blob("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    let source = import(OPENAPI, None, NAMES).unwrap().api.source;
    assert_eq!((source.paths, source.operations), (5, 5));
    assert_eq!(source.version, "2001-02-03");
}

#[test]
fn prose_is_not_even_read() {
    let other = OPENAPI.replace("Prose that stays here", "Something else");
    let other = other.replace("description: prose", "description: other");
    let (mut before, after) = (
        import(OPENAPI, None, NAMES).unwrap(),
        import(&other, None, NAMES).unwrap(),
    );
    before.api.source.blob.clone_from(&after.api.source.blob);
    assert_eq!(before.api, after.api);
}

/// What is said of a description in which `from` is replaced by `to`.
#[track_caller]
fn refused(from: &str, to: &str, error: &str) {
    let (openapi, names) = (OPENAPI.replace(from, to), NAMES.replace(from, to));
    assert_ne!(
        (&*openapi, &*names),
        (OPENAPI, NAMES),
        "`{from}` is not there"
    );
    let message = import(&openapi, None, &names).unwrap_err().to_string();
    assert!(message.contains(error), "{message}");
}

#[test]
fn what_has_no_name_is_refused_with_a_suggestion() {
    refused(
        "Address = [\"CreateOrderRequest.address\"]",
        "",
        "CreateOrderRequest.address: this object has no name; add the place to [model] of names.toml, perhaps as `CreateOrderRequestAddress`",
    );
    refused(
        ", \"Order.state\"",
        "",
        "Order.state: [\"open\", \"shipped\", \"lost\"] have no name; add the place to [enum] or [open] of names.toml, perhaps as `OrderState`",
    );
    refused(
        "create = \"CreateOrder\"\n",
        "",
        "`CreateOrder` is missing in [operation]",
    );
    refused(
        "shop = [\"orders\"]",
        "",
        "`orders` is missing in [feature]",
    );
    refused(
        "Parcel",
        "PARCELBox",
        "PARCELBox: this object has no name; add the place to [model] of names.toml, perhaps as `ParcelBox`",
    );
}

#[test]
fn a_name_for_what_is_gone_is_refused() {
    refused(
        "\nlines = ",
        "\ngone = \"Gone\"\nlines = ",
        "names `Gone`, which the description has not",
    );
    refused(
        "Address = [",
        "Gone = [\"Gone.gone\"]\nAddress = [",
        "names `Gone.gone`, which",
    );
    refused("[alias]", "[alias]\nGone = \"x\"", "names `Gone`, which");
    refused(
        "flags = [",
        "flags = [\"Gone.query.x\", ",
        "names `Gone.query.x`, which",
    );
    refused(
        "\"model.Order.id\"",
        "\"model.Order.gone\"",
        "`model.Order.gone` is not in the catalogue",
    );
    refused(
        "NewOrder = [",
        "NewOrder = [\"paid-card\", ",
        "names `paid-card` twice",
    );
}

#[test]
fn a_fact_without_a_form_is_refused_rather_than_lost() {
    refused("pattern: '.+'", "not: {}", "a schema says `not`");
    refused(
        "deprecated: true\n",
        "callbacks: {}\n",
        "an operation says `callbacks`",
    );
    refused("in: path", "in: header", "a parameter is in `header`");
    refused("multipart/form-data", "text/csv", "a body is `text/csv`");
    refused(
        "default: a gift",
        "default: it's",
        "a value the notation has no form for",
    );
    refused(
        "default: 10",
        "default: 1.5",
        "a value the notation has no form for",
    );
    refused(
        "weight: { type: integer }",
        "weight: { type: grams }",
        "`grams` is no type of JSON",
    );
    refused(
        "enum: [open, shipped, lost]",
        "enum: [1, 2]",
        "an enum of something other than texts",
    );
    refused("'204':", "'404':", "not exactly one success");
}

#[test]
fn a_choice_that_nothing_tells_apart_is_refused() {
    refused(
        "enum: [true]",
        "default: true",
        "nothing tells `Lost` from the other arms",
    );
    refused(
        "arms = [\"Parcel\", \"Lost\"]",
        "arms = [\"Parcel\"]",
        "`Shipment` has other arms now",
    );
    refused(
        ", \"paid-cash\"]",
        "]\nCash = [\"paid-cash\"]",
        "this is one of several objects",
    );
}

#[test]
fn places_that_share_a_name_must_fit_together() {
    refused(
        "last4: { type: string }",
        "currency: { type: integer }",
        "Payment: `currency` is Int and Str",
    );
}

/// A description of webhooks in which one event tells `schema`.
fn webhooks(schema: &str) -> String {
    let content = "post:\n      requestBody:\n        content:\n          application/json:";
    let data = format!("{{allOf: [{{properties: {{type: {{type: string}}, data: {schema}}}}}]}}");
    format!(
        "x-webhooks:\n  order.lost:\n    {content}\n            schema: {data}\n            example: \
         {{type: order.lost, data: {{note: \"a \\\"b\\\"\"}}}}\n"
    )
}

fn imported(schema: &str, named: &str) -> Result<crate::ir::Api, Error> {
    let names = NAMES.replace("[model]\n", &format!("[model]\n{named}\n"));
    assert_ne!(names, NAMES);
    Ok(import(OPENAPI, Some(&webhooks(schema)), &names)?.api)
}

#[test]
fn webhooks_tell_in_models_of_their_own_where_they_have_to() {
    let api = imported(
        "{type: object, properties: {note: {type: string}}}",
        "Loss = [\"webhooks/order.lost\"]",
    );
    let api = api.unwrap();
    let files = print(&api);
    let events = files
        .iter()
        .find(|file| file.name == "events.toml")
        .unwrap();
    assert_eq!(
        events.text,
        "[event]\n\"order.lost\" = \"Loss\"\n\n[model.Loss]\nnote = \"str?\"\n"
    );
    assert_eq!(crate::files::parse(&files).unwrap(), api);
}

#[test]
fn a_model_of_the_api_has_to_hold_what_webhooks_tell_under_its_name() {
    let known = import(OPENAPI, None, NAMES).unwrap().api.models;
    let known = known.iter().find(|model| model.usage.response).unwrap();
    let refused = imported(
        "{type: object, properties: {never_heard_of: {type: string}}}",
        &format!("{} = [\"webhooks/order.lost\"]", known.name),
    );
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("`never_heard_of`"), "{message}");
    assert!(message.contains("`webhooks/`"), "{message}");
}

#[test]
fn examples_of_events_are_json() {
    let examples = event_examples(&webhooks("{type: object}")).unwrap();
    let json = r#"{"type":"order.lost","data":{"note":"a \"b\""}}"#;
    assert_eq!(examples, [("order.lost".to_owned(), json.to_owned())]);
}
