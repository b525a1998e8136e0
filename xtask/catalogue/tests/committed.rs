//! The committed catalogue and its overlay.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clerk_catalogue::ir::{
    Api, Authorization, BasePath, Body, Content, Decoding, Definition, Event, Field, Paging, Ty,
};
use clerk_catalogue::{files, load};

fn catalogue() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/clerk-api/catalogue"
    ))
}

/// The facts as they were imported.
fn facts() -> Api {
    files::read(&catalogue().join("2026-05-12")).unwrap_or_else(|error| panic!("{error}"))
}

/// The facts with their corrections.
fn corrected() -> Api {
    let (facts, overlay) = (catalogue().join("2026-05-12"), catalogue().join("overlay"));
    load(&facts, &overlay).unwrap_or_else(|error| panic!("{error}"))
}

fn count<T: Ord>(items: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

#[test]
fn reading_and_writing_it_changes_no_byte() {
    let files = files::list(&catalogue().join("2026-05-12")).unwrap();
    assert_eq!(files::print(&files::parse(&files).unwrap()), files);
}

#[test]
fn it_has_every_operation() {
    let api = facts();
    assert_eq!((api.source.paths, api.source.operations), (185, 249));
    assert_eq!((api.groups.len(), api.operations().count()), (42, 249));
    let paths = count(api.operations().map(|operation| operation.path.clone()));
    // The description has 14 paths without operations.
    assert_eq!(paths.len(), 185 - 14);
    let verbs = count(api.operations().map(|operation| operation.verb.as_str()));
    let expected = [
        ("DELETE", 37),
        ("GET", 78),
        ("PATCH", 29),
        ("POST", 95),
        ("PUT", 10),
    ];
    assert_eq!(verbs, BTreeMap::from(expected));
    let deprecated = api.operations().filter(|operation| operation.deprecated);
    assert_eq!(deprecated.count(), 14);
}

#[test]
fn it_has_every_input() {
    let api = facts();
    let parameters = api.operations().map(|operation| operation.parameters.len());
    assert_eq!(parameters.sum::<usize>(), 187);
    let query = || api.operations().flat_map(|operation| &operation.query);
    // 220 in the description: `paginated` is no input of ours, and 13 operations have it.
    assert_eq!(query().count(), 220 - 13);
    assert_eq!(query().filter(|field| field.required).count(), 2);
    let lists = query().filter(|field| matches!(field.ty, Ty::List(_)));
    assert_eq!(lists.count(), 28);
    assert_eq!(query().filter(|field| field.comma).count(), 1);
    let bodies = count(api.operations().map(|operation| match operation.body {
        Body::Empty => "empty",
        Body::Object(_) => "object",
        Body::List { .. } => "list",
        Body::Form(_) => "form",
    }));
    let expected = [("empty", 138), ("form", 3), ("list", 3), ("object", 105)];
    assert_eq!(bodies, BTreeMap::from(expected));
}

#[test]
fn it_has_every_answer() {
    let api = facts();
    let statuses = count(api.operations().map(|operation| operation.answer.status));
    assert_eq!(
        statuses,
        BTreeMap::from([(200, 241), (201, 3), (202, 2), (204, 3)])
    );
    let contents = count(api.operations().map(|o| match o.answer.content {
        Content::Empty => "empty",
        Content::Text => "text",
        Content::Json(_) => "json",
        Content::Page(_) => "page",
    }));
    let expected = [("empty", 6), ("json", 249 - 6 - 36), ("page", 36)];
    assert_eq!(contents, BTreeMap::from(expected));
    let paging = count(
        api.operations()
            .filter_map(|operation| match operation.paging? {
                Paging::Offset => Some("offset"),
                Paging::Flagged => Some("flagged"),
                Paging::Cursor => Some("cursor"),
            }),
    );
    assert_eq!(
        paging,
        BTreeMap::from([("cursor", 1), ("flagged", 8), ("offset", 28)])
    );
    let errors = count(
        api.operations()
            .flat_map(|operation| operation.errors.clone()),
    );
    let expected = [
        (400, 163),
        (401, 120),
        (402, 39),
        (403, 128),
        (404, 171),
        (409, 20),
        (410, 1),
        (413, 2),
        (422, 127),
        (423, 2),
        (429, 3),
        (500, 36),
    ];
    assert_eq!(errors, BTreeMap::from(expected));
}

#[test]
fn its_corrections_say_who_may_call_what_and_where() {
    let api = corrected();
    let root = api.operations().filter(|o| o.base == BasePath::Root);
    let root = count(root.map(|operation| operation.group.as_str()));
    let expected = [
        ("api_keys", 8),
        ("m2m_tokens", 4),
        ("oauth_access_tokens", 1),
    ];
    assert_eq!(root, BTreeMap::from(expected));
    let by = |authorization| {
        let operations = api
            .operations()
            .filter(move |o| o.authorization == authorization);
        operations
            .map(|operation| operation.id.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(by(Authorization::Public), ["GetPublicInterstitial"]);
    assert_eq!(by(Authorization::MachineKey), ["createM2MToken"]);
    assert_eq!(
        by(Authorization::SecretOrMachineKey),
        ["getM2MTokens", "revokeM2MToken", "verifyM2MToken"]
    );
}

/// What must be there is an id or a secret; a flag that decides who is let in never has a default.
#[test]
fn its_answers_promise_little() {
    let api = corrected();
    for model in api.models.iter().filter(|model| model.usage.response) {
        for field in model.fields().iter().filter(|field| field.hard) {
            let is_id = field.wire == "id";
            let is_verdict = field.wire == "verified" || field.wire == "total_count";
            assert!(
                is_id || is_verdict || field.sensitive,
                "{}.{} is relied on",
                model.name,
                field.wire
            );
        }
    }
    let user = api.model("User").unwrap();
    let banned = user.fields().iter().find(|field| field.wire == "banned");
    assert_eq!(banned.unwrap().decoding(), Decoding::Guarded);
}

/// Whoever takes nothing for a no lets somebody in, so these are what they should be or nothing.
#[test]
fn its_answers_say_no_or_nothing() {
    const NO: &[&str] = &[
        "backup_code_enabled",
        "banned",
        "deprovisioned",
        "expiration",
        "expired",
        "is_locked",
        "locked",
        "requires_password_reset",
        "revoked",
        "revoked_at",
        "totp_enabled",
        "two_factor_enabled",
    ];
    let api = corrected();
    let answered = api.models.iter().filter(|model| model.usage.response);
    let fields = answered.flat_map(|model| model.fields().iter().map(move |field| (model, field)));
    let is_revocable = |field: &Field| match &field.ty {
        Ty::Named(name) => match api.definition(name) {
            Some(Definition::Enum(found)) => found.values.iter().any(|it| it.wire == "revoked"),
            _ => false,
        },
        _ => false,
    };
    let say_no = |field: &Field| NO.contains(&field.wire.as_str()) || is_revocable(field);
    for (model, field) in fields.filter(|(_, field)| say_no(field)) {
        let (name, wire) = (&model.name, &field.wire);
        assert_eq!(field.decoding(), Decoding::Guarded, "{name}.{wire}");
    }
}

#[test]
fn it_has_every_event() {
    let api = corrected();
    assert_eq!(api.events.len(), 46);
    let own = |name: &str| api.model(name).unwrap().groups == [Event::GROUP];
    let told = api.events.iter().map(|event| own(&event.data));
    // The rest is told in the models that operations answer with.
    assert_eq!(count(told), BTreeMap::from([(false, 23), (true, 23)]));
}

#[test]
fn requests_and_answers_share_no_model() {
    let api = corrected();
    let both = api
        .models
        .iter()
        .filter(|m| m.usage.request && m.usage.response);
    assert_eq!(
        both.map(|model| &model.name).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn every_list_can_be_sorted_only_as_the_server_sorts() {
    let api = corrected();
    let orders = api.operations().flat_map(|operation| &operation.query);
    let orders: Vec<&Field> = orders.filter(|field| field.wire == "order_by").collect();
    assert_eq!(orders.len(), 15);
    // The description has no believable list for SAML connections.
    assert_eq!(
        orders
            .iter()
            .filter(|field| field.order_by.is_empty())
            .count(),
        1
    );
}
