use clerk_core::UnixTime;
use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};

use super::{carry_out, inputs::fits};
use crate::{
    Emulator,
    call::{Call, Query},
    description::{
        Body, Content, OPERATIONS, Operation, Ty,
        samples::{sample, samples},
    },
    directory::Described,
    refusal::Refusal,
    routing::Routes,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn emulator() -> Emulator {
    Emulator::builder().build().unwrap()
}

/// Has the engine answer, whether somebody wrote the operation or not.
fn send(emulator: &Emulator, method: &Method, uri: &str, body: Option<&Value>) -> (u16, Value) {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let routes = Routes::new();
    let (routed, path) = routes.find(method, path, true).unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let reply = emulator.with_state(|settings, state| {
        state.ids.set_time(NOW);
        let mut call = Call {
            settings,
            state,
            now: NOW,
            api_version: None,
            machine: None,
            description: routed.description,
            path,
            query: Query::parse(query),
            headers: &HeaderMap::new(),
            body: body.into(),
            events: Vec::new(),
        };
        let refused = |refusal: Refusal| refusal.into_reply("0");
        carry_out(&mut call).unwrap_or_else(refused)
    });
    let response = reply.into_response();
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

/// The operation's path through things that there are, and that the engine knows.
fn path(emulator: &Emulator, operation: &Operation) -> String {
    let mut path = String::new();
    for segment in operation.path.split('/').skip(1) {
        if !segment.starts_with('{') {
            path = format!("{path}/{segment}");
            continue;
        }
        let user = emulator.user_id("ada@example.com").unwrap();
        let id = emulator.with_state(|_, state| {
            let (directory, ids) = (&mut state.directory, &mut state.ids);
            let id = match path.as_str() {
                "/v1/users" => user,
                "/v1/organizations" => directory.organization("acme").unwrap().id.clone(),
                "/v1/sessions" => {
                    let client = (ids.object("client_"), None);
                    directory.start_session(client, &user, NOW, ids).id
                }
                _ => "thing_1".to_owned(),
            };
            let thing = Described::new(path.clone(), &id, json!({}));
            directory.described.put(thing);
            id
        });
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
    for operation in OPERATIONS {
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
    assert!(count > 200, "{count}");
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
    let uri = "/v1/billing/statements";
    assert_eq!(fidelity(false, uri), (200, described));
    assert_eq!(fidelity(true, uri), (501, None));
    assert_eq!(fidelity(true, "/v1/users"), (200, None));
}
