//! Every operation of the Backend API, written by hand or not, under requests that nobody would send.

use std::collections::{HashMap, HashSet};

use clerk_core::UnixTime;
use http::Request;
use serde_json::{Value, json};

use super::{
    Body, Content, Field, OPERATIONS, Operation, Ty,
    samples::{sample, samples},
};
use crate::{Emulator, described::fits};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// How many requests each operation is sent.
const TRIALS: usize = 90;

/// Chooses, the same each time.
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        // Knuth's constants for a linear congruential generator.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// Anything at all.
    fn wild(&mut self) -> Value {
        let text = "x".repeat(300);
        self.of(&[
            Value::Null,
            json!(true),
            json!(-1),
            json!(0),
            json!(10.0),
            json!(0.5),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e300),
            json!(""),
            json!(" "),
            json!("{{user.id}}"),
            json!("\u{0}\u{202e}é"),
            json!(text),
            json!([]),
            json!([null, [[]], {}]),
            json!({}),
            json!({ "id": { "": [] } }),
        ])
    }
}

/// An emulator, and the ids that it has given out, by where they stand.
struct Trials {
    emulator: Emulator,
    choices: Choices,
    ids: HashMap<String, Vec<String>>,
    succeeded: HashSet<&'static str>,
}

impl Trials {
    fn new() -> Self {
        let emulator = Emulator::builder().deterministic(1).build().unwrap();
        let seeded = |id: Option<String>| id.into_iter().collect();
        let ids = HashMap::from([
            (
                "/v1/users".to_owned(),
                seeded(emulator.user_id("ada@example.com")),
            ),
            (
                "/v1/organizations".to_owned(),
                seeded(emulator.organization_id("acme")),
            ),
            (
                "/v1/templates".to_owned(),
                ["email", "sms"].map(str::to_owned).to_vec(),
            ),
            (
                "/v1/templates/email".to_owned(),
                vec!["verification_code".to_owned()],
            ),
        ]);
        Self {
            emulator,
            choices: Choices(7),
            ids,
            succeeded: HashSet::new(),
        }
    }

    /// A request for the operation, and what came of it.
    fn send(&mut self, operation: &Operation) {
        let (path, query, body) = (
            self.path(operation),
            self.query(operation),
            self.body(operation),
        );
        let uri = format!("{path}?{query}");
        let request = Request::builder()
            .method(&operation.method)
            .uri(&uri)
            .header("authorization", "Bearer sk_test_emulator")
            .body(body.clone().into())
            .unwrap();
        let response = self.emulator.handle(request, NOW).into_response().unwrap();
        let told = format!("{} {uri}\n{body}\n{:?}", operation.id, response.body());
        let status = response.status();
        assert!(!status.is_server_error(), "{status} {told}");
        let answer: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        if status.is_success() {
            assert!(is_described(operation, &answer), "{status} {told}");
            self.note(&path, &answer);
            self.succeeded.insert(operation.id);
        } else if status.is_client_error() {
            let error = &answer["errors"][0];
            for member in ["code", "message", "long_message"] {
                assert!(error[member].is_string(), "{status} {told}");
            }
            assert!(answer["clerk_trace_id"].is_string(), "{status} {told}");
        }
    }

    fn note(&mut self, path: &str, answer: &Value) {
        let listed = answer["data"].as_array().into_iter().flatten();
        for thing in listed.chain([answer]) {
            if let Some(id) = thing["id"].as_str() {
                let ids = self.ids.entry(path.to_owned()).or_default();
                ids.push(id.to_owned());
            }
        }
    }

    fn path(&mut self, operation: &Operation) -> String {
        let mut path = String::new();
        for segment in operation.path.split('/').skip(1) {
            let known = self.ids.get(&path).filter(|ids| !ids.is_empty());
            let id = match known {
                _ if !segment.starts_with('{') => segment.to_owned(),
                Some(known) if !self.choices.one_in(8) => self.choices.of(known),
                _ => {
                    let users = self.ids.get("/v1/users").cloned().unwrap_or_default();
                    let others = ["nobody", "%00", "..", "email", "a%2Fb"].map(str::to_owned);
                    self.choices.of(&[users.as_slice(), &others].concat())
                }
            };
            path = format!("{path}/{id}");
        }
        path
    }

    fn query(&mut self, operation: &Operation) -> String {
        let mut pairs = Vec::new();
        for field in operation.query {
            if !field.required && !self.choices.one_in(5) {
                continue;
            }
            let value = match self.choices.one_in(3) {
                true => self
                    .choices
                    .of(&["", "-1", "0", "99999999999999999999", "true", "%ff", "+x"])
                    .to_owned(),
                false => sample(field.ty)
                    .as_str()
                    .map_or_else(|| sample(field.ty).to_string(), str::to_owned),
            };
            pairs.push(format!(
                "{}={}",
                field.name,
                value.replace(['"', '[', ']', ' ', '{', '}'], "")
            ));
        }
        if self.choices.one_in(20) {
            pairs.push("nobody_has_this=1".to_owned());
        }
        if self.choices.one_in(3) && matches!(operation.answer, Content::ListOrPage(_)) {
            pairs.push("paginated=true".to_owned());
        }
        pairs.join("&")
    }

    fn body(&mut self, operation: &Operation) -> String {
        match operation.body {
            Body::Nothing | Body::Form(_) => String::new(),
            _ if self.choices.one_in(30) => self
                .choices
                .of(&["{", "[]", "7", "\"\"", "{\"a\":1}"])
                .to_owned(),
            Body::Object(fields) => self.object(fields).to_string(),
            Body::List { item, .. } => match item {
                Ty::Object(model) => json!([self.object(model.fields)]).to_string(),
                item => json!([sample(item)]).to_string(),
            },
        }
    }

    /// What an input of this name takes that no type tells.
    fn likely(&mut self, name: &str) -> Option<Value> {
        let number = self.choices.below(1000);
        Some(match name {
            "name" => json!(format!("x{number}.example.com")),
            "key" => json!(self.choices.of(&[
                format!("org:x{number}"),
                format!("org:x:x{number}"),
                format!("role_set:x{number}"),
            ])),
            "role" | "creator_role_key" | "to_role_key" => json!("org:admin"),
            "default_role_key" | "role_key" => json!("org:member"),
            "roles" | "role_keys" => json!(["org:admin", "org:member"]),
            "redirect_uris" | "url" | "proxy_url" | "home_url" => {
                json!(format!("https://x{number}.example.com/x"))
            }
            "domains" => json!([format!("x{number}.example.com")]),
            "domain" => json!(format!("x{number}.example.com")),
            "to" | "from" => json!({ "address": format!("x{number}@example.com") }),
            "body" => json!("{{otp_code}}"),
            // Without organizations there is little to do.
            "enabled" => json!(true),
            "identifier" => json!(format!("x{number}@example.com")),
            "phone_number" => json!(format!("+1555555{:04}", number)),
            "extend_to" => json!("2099-01-01T00:00:00Z"),
            "plan_id"
            | "to_machine_id"
            | "enterprise_connection_id"
            | "role_id"
            | "organization_id" => {
                let collection = match name {
                    "plan_id" => "/v1/billing/plans",
                    "enterprise_connection_id" => "/v1/enterprise_connections",
                    "role_id" => "/v1/organization_roles",
                    "organization_id" => "/v1/organizations",
                    _ => "/v1/machines",
                };
                let known = self.ids.get(collection).cloned()?;
                json!(self.choices.of(&known))
            }
            _ => return None,
        })
    }

    /// The fields, some left out and some of them anything.
    fn object(&mut self, fields: &'static [Field]) -> Value {
        let mut members = samples(fields);
        for field in fields {
            if self.choices.one_in(2) && !field.required || self.choices.one_in(15) {
                members.remove(field.name);
            } else if self.choices.one_in(6) {
                members.insert(field.name.to_owned(), self.choices.wild());
            } else if field.name.ends_with("user_id") || field.name == "created_by" {
                let known = self.ids.get("/v1/users").cloned().unwrap_or_default();
                members.insert(field.name.to_owned(), json!(self.choices.of(&known)));
            } else if field.name.contains("email_address") && matches!(field.ty, Ty::Str) {
                let address = format!("x{}@example.com", self.choices.below(1000));
                members.insert(field.name.to_owned(), json!(address));
            } else if let Some(value) = self.likely(field.name) {
                members.insert(field.name.to_owned(), value);
            }
        }
        if self.choices.one_in(20) {
            members.insert("nobody_has_this".into(), json!(1));
        }
        Value::Object(members)
    }
}

/// Whether null stands only where it may. What is sent may have it anywhere, so `fits` lets it be.
fn has_its_nulls(value: &Value, ty: Ty) -> bool {
    match (ty, value) {
        (Ty::List(item), Value::Array(items)) => {
            items.iter().all(|value| has_its_nulls(value, *item))
        }
        (Ty::Object(model), Value::Object(members)) => {
            model
                .fields
                .iter()
                .all(|field| match members.get(field.name) {
                    Some(Value::Null) => field.nullable,
                    Some(value) => has_its_nulls(value, field.ty),
                    None => true,
                })
        }
        _ => true,
    }
}

fn is_described(operation: &Operation, answer: &Value) -> bool {
    let fits = |value: &Value, ty: Ty| fits(value, ty) && has_its_nulls(value, ty);
    let all_fit = |list: &Value, item: Ty| {
        let items = list.as_array();
        items.is_some_and(|items| items.iter().all(|value| fits(value, item)))
    };
    match operation.answer {
        Content::Nothing | Content::Text => answer.is_null(),
        Content::Json(ty) => fits(answer, ty),
        Content::ListOrPage(item) if answer.is_array() => all_fit(answer, item),
        Content::Page(item) | Content::ListOrPage(item) => {
            let list = answer.get("data").or(answer.get("m2m_tokens"));
            list.is_some_and(|list| all_fit(list, item)) && answer["total_count"].is_u64()
        }
    }
}

#[test]
fn whatever_is_sent_nothing_fails_and_every_answer_is_one_that_is_described() {
    let mut trials = Trials::new();
    for round in 0..TRIALS {
        for operation in OPERATIONS {
            // Without a user there is little to do.
            if round % 30 != 29 && matches!(operation.id, "DeleteUser" | "DeleteOrganization") {
                continue;
            }
            trials.send(operation);
        }
    }
    assert!(TRIALS * OPERATIONS.len() >= 20_000);
    // Refusing everything would be no art.
    let all = OPERATIONS.iter().map(|operation| operation.id);
    let refused: Vec<&str> = all.filter(|id| !trials.succeeded.contains(id)).collect();
    assert!(trials.succeeded.len() >= 180, "{refused:?}");
}
