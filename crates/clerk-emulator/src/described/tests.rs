use clerk_core::UnixTime;
use http::{Method, Request};
use serde_json::{Value, json};

use super::inputs::fits;
use crate::{
    Emulator,
    description::{
        Body, Content, OPERATIONS, Operation, Ty,
        samples::{sample, samples},
    },
    directory::Described,
    routing::Routes,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn emulator() -> Emulator {
    Emulator::builder().build().unwrap()
}

fn send(emulator: &Emulator, method: &Method, uri: &str, body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", "Bearer sk_test_emulator")
        .body(body.into())
        .unwrap();
    let response = emulator.handle(request, NOW).into_response().unwrap();
    let status = response.status().as_u16();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (status, body)
}

fn code((status, body): &(u16, Value)) -> (u16, &str, &str) {
    let error = &body["errors"][0];
    let text = |value: &'static str| error.pointer(value).and_then(Value::as_str);
    let param = text("/meta/param_name").unwrap_or_default();
    (*status, text("/code").unwrap_or_default(), param)
}

/// Operations that nobody wrote.
fn described() -> impl Iterator<Item = &'static Operation> {
    let routes = Routes::new();
    OPERATIONS.iter().filter(move |operation| {
        let found = routes.find(&operation.method, operation.path, true);
        found.is_some_and(|(routed, _)| !routed.by_hand)
    })
}

/// The operation's path through things that there are.
fn path(emulator: &Emulator, operation: &Operation) -> String {
    let mut path = String::new();
    for segment in operation.path.split('/').skip(1) {
        let id = match path.as_str() {
            _ if !segment.starts_with('{') => segment.to_owned(),
            "/v1/users" => emulator.user_id("ada@example.com").unwrap(),
            "/v1/organizations" => emulator.organization_id("acme").unwrap(),
            "/v1/sessions" => {
                let user = emulator.user_id("ada@example.com");
                let input = json!({ "user_id": user });
                let (_, session) = send(emulator, &Method::POST, "/v1/sessions", Some(&input));
                session["id"].as_str().unwrap().to_owned()
            }
            collection => {
                let thing = Described::new(collection.to_owned(), "thing_1", json!({}));
                emulator.with_state(|_, state| state.directory.described.put(thing));
                "thing_1".to_owned()
            }
        };
        path = format!("{path}/{id}");
    }
    path
}

fn all_fit(list: &Value, item: Ty) -> bool {
    let items = list.as_array();
    items.is_some_and(|items| items.iter().all(|value| fits(value, item)))
}

#[test]
fn every_described_operation_answers_as_it_is_described() {
    let emulator = emulator();
    let mut count = 0;
    for operation in described() {
        let mut uri = path(&emulator, operation);
        let required: Vec<String> = operation
            .query
            .iter()
            .filter(|field| field.required)
            .map(|field| {
                format!(
                    "{}={}",
                    field.name,
                    sample(field.ty).to_string().trim_matches('"')
                )
            })
            .collect();
        if !required.is_empty() {
            uri = format!("{uri}?{}", required.join("&"));
        }
        let body = match operation.body {
            Body::Nothing | Body::Form(_) => None,
            Body::Object(fields) => Some(Value::Object(samples(fields))),
            Body::List { item, .. } => Some(json!([sample(item)])),
        };
        let (status, body) = send(&emulator, &operation.method, &uri, body.as_ref());
        assert_eq!(status, operation.status, "{}: {body}", operation.id);
        let right = match operation.answer {
            Content::Nothing | Content::Text => body.is_null(),
            Content::Json(ty) => fits(&body, ty),
            Content::ListOrPage(item) => all_fit(&body, item),
            Content::Page(item) => all_fit(&body["data"], item) && body["total_count"].is_u64(),
        };
        assert!(right, "{}: {body}", operation.id);
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn what_is_created_is_listed_found_changed_and_deleted() {
    let emulator = emulator();
    let (get, post) = (Method::GET, Method::POST);
    let things = "/v1/saml_connections";
    let input = json!({ "name": "Acme", "provider": "saml_custom", "domain": "acme.example" });
    let (status, created) = send(&emulator, &post, things, Some(&input));
    assert_eq!(
        (status, &created["name"]),
        (200, &json!("Acme")),
        "{created}"
    );
    let (_, list) = send(&emulator, &get, things, None);
    assert_eq!(
        (&list["data"][0]["id"], &list["total_count"]),
        (&created["id"], &json!(1))
    );
    let (_, none) = send(&emulator, &get, &format!("{things}?offset=1"), None);
    assert_eq!(
        (&none["data"], &none["total_count"]),
        (&json!([]), &json!(1))
    );

    let thing = format!("{things}/{}", created["id"].as_str().unwrap());
    let change = json!({ "name": "The Acme" });
    let (_, changed) = send(&emulator, &Method::PATCH, &thing, Some(&change));
    assert_eq!(changed["name"], "The Acme", "{changed}");
    assert_eq!(changed["domain"], "acme.example");
    let (status, deleted) = send(&emulator, &Method::DELETE, &thing, None);
    assert_eq!((status, &deleted["id"]), (200, &created["id"]));
    let again = send(&emulator, &Method::DELETE, &thing, None);
    assert_eq!(code(&again), (404, "resource_not_found", ""));
    let (_, list) = send(&emulator, &get, things, None);
    assert_eq!(list["total_count"], 0);
}

#[test]
fn what_no_description_allows_is_refused() {
    let emulator = emulator();
    let (post, things) = (Method::POST, "/v1/saml_connections");
    let known = json!({ "name": "Acme", "provider": "saml_custom" });
    let with = |name: &str, value: Value| {
        let mut body = known.clone();
        body[name] = value;
        body
    };
    for (body, expected) in [
        (
            with("name", Value::Null),
            (422, "form_param_missing", "name"),
        ),
        (
            with("name", json!(7)),
            (422, "form_param_value_invalid", "name"),
        ),
        (
            with("naem", json!("b")),
            (422, "form_param_unknown", "naem"),
        ),
        (json!([]), (400, "request_body_invalid", "")),
    ] {
        let found = send(&emulator, &post, things, Some(&body));
        assert_eq!(code(&found), expected, "{body}");
    }
    for (uri, expected) in [
        (
            "/v1/organizations/nobody/billing/credits",
            (404, "resource_not_found", ""),
        ),
        (
            "/v1/saml_connections?limit=0",
            (422, "form_param_value_invalid", "limit"),
        ),
        (
            "/v1/saml_connections?colour=red",
            (422, "form_param_unknown", "colour"),
        ),
    ] {
        let found = send(&emulator, &Method::GET, uri, None);
        assert_eq!(code(&found), expected, "{uri}");
    }
}

#[test]
fn an_answer_says_how_far_it_can_be_trusted() {
    let fidelity = |strict: bool, uri: &str| {
        let emulator = Emulator::builder().strict(strict).build().unwrap();
        let request = Request::get(uri).header("authorization", "Bearer sk_test_emulator");
        let request = request.body(Default::default()).unwrap();
        let response = emulator.handle(request, NOW).into_response().unwrap();
        let header = response.headers().get("clerk-emulator-fidelity");
        let header = header.map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), header)
    };
    let described = Some("described".to_owned());
    let uri = "/v1/saml_connections";
    assert_eq!(fidelity(false, uri), (200, described));
    assert_eq!(fidelity(true, uri), (501, None));
    assert_eq!(fidelity(true, "/v1/users"), (200, None));
}
