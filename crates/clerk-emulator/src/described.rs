//! Operations of which nothing is known but Clerk's description: what they are sent is checked, and what they answer
//! has the right shape and remembers what was sent.
//!
//! What is created under `/things` is listed there, found under `/things/{id}`, changed and deleted. An action on
//! it (`/things/{id}/verb`) answers with the thing. Whatever more Clerk does, is not done.

mod answers;
mod inputs;
#[cfg(test)]
mod tests;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::{
    answer::Reply,
    call::Call,
    description::{Content, Model, OPERATIONS, Operation, Ty},
    directory::Described,
    refusal::Refusal,
};
use answers::Writer;
#[cfg(test)]
pub(crate) use inputs::fits;

/// What an operation is sent, by name: each member is of the type that the description says.
pub(crate) fn given(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    match call.description {
        Some(operation) => inputs::read(call, operation),
        None => Ok(Map::new()),
    }
}

/// What an operation is, as far as its place tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Create,
    List,
    Get,
    Update,
    Delete,
    /// On what the path before it names, or on nothing in particular.
    Act,
}

pub(crate) fn carry_out(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    // Only what is described comes here.
    let Some(operation) = call.description else {
        return Ok(Reply::no_content());
    };
    let given = inputs::read(call, operation)?;
    let place = Place::of(operation, call)?;
    let value = match kind(operation) {
        Kind::Create => create(call, operation, &place, given),
        Kind::List => return list(call, operation, &place),
        Kind::Get => found(call, &place)?,
        Kind::Update => update(call, &place, given)?,
        Kind::Delete => delete(call, &place)?,
        Kind::Act => act(call, operation, &place, given),
    };
    Ok(answer(call, operation, &value))
}

/// Where the operation's path leads.
struct Place {
    /// The path with its values, but for the last if that names one thing.
    collection: String,
    /// What names one thing in the collection.
    id: Option<String>,
}

impl Place {
    /// Refuses paths through things that there are not.
    fn of(operation: &Operation, call: &Call<'_>) -> Result<Self, Refusal> {
        let mut place = Self {
            collection: String::new(),
            id: None,
        };
        for segment in operation.path.split('/').filter(|part| !part.is_empty()) {
            if let Some(id) = place.id.take() {
                check_there(call, &place.collection, &id)?;
                place.collection = format!("{}/{id}", place.collection);
            }
            let name = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            match name {
                Some(name) => place.id = Some(call.path.get(name).to_owned()),
                None => place.collection = format!("{}/{segment}", place.collection),
            }
        }
        Ok(place)
    }
}

/// Whether what a path leads through is there: among what was described, or among what is known otherwise.
fn check_there(call: &Call<'_>, collection: &str, id: &str) -> Result<(), Refusal> {
    let directory = &call.state.directory;
    let there = match collection {
        "/v1/users" => directory.user(id).is_some(),
        "/v1/organizations" => directory.organization(id).is_some(),
        "/v1/sessions" => directory.session(id).is_some(),
        _ => directory
            .described
            .get(&Described::key(collection, id))
            .is_some(),
    };
    match there {
        true => Ok(()),
        false => Err(not_found(collection, id)),
    }
}

fn not_found(collection: &str, id: &str) -> Refusal {
    let what = collection.rsplit('/').next().unwrap_or_default();
    Refusal::resource_not_found(what, id)
}

fn kind(operation: &Operation) -> Kind {
    let names_one = operation.path.ends_with('}');
    let is_list = matches!(operation.answer, Content::Page(_) | Content::ListOrPage(_))
        || matches!(operation.answer, Content::Json(Ty::List(_)));
    match operation.method {
        Method::GET if is_list => Kind::List,
        Method::GET if names_one => Kind::Get,
        Method::POST if !names_one && is_collection(operation.path) => Kind::Create,
        Method::PATCH | Method::PUT if names_one => Kind::Update,
        Method::DELETE if names_one => Kind::Delete,
        _ => Kind::Act,
    }
}

/// Whether things stand under a path: it is listed, or followed by what names one.
fn is_collection(path: &str) -> bool {
    let below = format!("{path}/{{");
    OPERATIONS.iter().any(|other| {
        let listed = other.path == path && other.method == Method::GET;
        let named = other.path.starts_with(&below) && other.path.ends_with('}');
        listed || named && !other.path[below.len()..].contains('/')
    })
}

fn create(
    call: &mut Call<'_>,
    operation: &Operation,
    place: &Place,
    mut given: Map<String, Value>,
) -> Value {
    for (name, value) in call.path.iter() {
        given.entry(name).or_insert_with(|| json!(value));
    }
    let mut value = given;
    if let Some(model) = model(operation.answer) {
        let written = Writer::new(&mut call.state.ids, call.now).object(model, &value);
        value.extend(written);
    }
    let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
    if let Some(id) = id {
        let value = Value::Object(value.clone());
        let described = Described::new(place.collection.clone(), &id, value);
        call.state.directory.described.put(described);
    }
    Value::Object(value)
}

fn list(call: &mut Call<'_>, operation: &Operation, place: &Place) -> Result<Reply, Refusal> {
    let things = call.state.directory.described_in(&place.collection);
    let things: Vec<Value> = things.rev().map(|thing| thing.value.clone()).collect();
    let total = things.len();
    let limit = call.query.number("limit", 1..=500, 10)?;
    let offset = call.query.number("offset", 0..=usize::MAX, 0)?;
    let paginated = call.query.flag("paginated")? == Some(true);
    let page = things.iter().skip(offset).take(limit);
    let mut writer = Writer::new(&mut call.state.ids, call.now);
    let mut written = |item: Ty| -> Vec<Value> {
        let page = page.clone();
        page.map(|thing| writer.value(item, Some(thing))).collect()
    };
    let body = match operation.answer {
        Content::Page(item) => {
            json!({ "data": written(item), "total_count": total })
        }
        Content::ListOrPage(item) if paginated => {
            json!({ "data": written(item), "total_count": total })
        }
        Content::ListOrPage(item) | Content::Json(Ty::List(&item)) => written(item).into(),
        _ => Value::Null,
    };
    Ok(Reply::with(status(operation), body))
}

fn found(call: &Call<'_>, place: &Place) -> Result<Value, Refusal> {
    let id = place.id.as_deref().unwrap_or_default();
    let key = Described::key(&place.collection, id);
    let thing = call.state.directory.described.get(&key);
    let thing = thing.ok_or_else(|| not_found(&place.collection, id))?;
    Ok(thing.value.clone())
}

fn update(call: &mut Call<'_>, place: &Place, given: Map<String, Value>) -> Result<Value, Refusal> {
    let mut value = found(call, place)?;
    let id = place.id.as_deref().unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.extend(given);
        if members.contains_key("updated_at") {
            members.insert("updated_at".into(), json!(call.now.as_millis()));
        }
    }
    let described = Described::new(place.collection.clone(), id, value.clone());
    call.state.directory.described.put(described);
    Ok(value)
}

fn delete(call: &mut Call<'_>, place: &Place) -> Result<Value, Refusal> {
    let mut value = found(call, place)?;
    let id = place.id.as_deref().unwrap_or_default();
    let key = Described::key(&place.collection, id);
    call.state.directory.described.remove(&key);
    value["deleted"] = json!(true);
    Ok(value)
}

/// The thing before the verb, with what was sent; where there is none, what was sent the last time.
fn act(
    call: &mut Call<'_>,
    operation: &Operation,
    place: &Place,
    given: Map<String, Value>,
) -> Value {
    let (collection, verb) = place.collection.rsplit_once('/').unwrap_or_default();
    let (parents, parent) = collection.rsplit_once('/').unwrap_or_default();
    let parent = Described::key(parents, parent);
    let of_parent = call.state.directory.described.get(&parent).is_some();
    let key = match of_parent {
        true => parent,
        false => Described::key(&place.collection, ""),
    };
    let known = call.state.directory.described.get(&key);
    let mut value = known.map_or_else(|| json!({}), |known| known.value.clone());
    if let Some(members) = value.as_object_mut() {
        members.extend(given);
        let status = status_after(operation, verb).filter(|_| of_parent);
        members.extend(status.map(|status| ("status".to_owned(), json!(status))));
    }
    if operation.method != Method::GET {
        match of_parent {
            true => {
                let change = |thing: &mut Described| thing.value = value.clone();
                call.state.directory.described.update(&key, change);
            }
            false => {
                let described = Described::new(place.collection.clone(), "", value.clone());
                call.state.directory.described.put(described);
            }
        }
    }
    value
}

/// `revoke` makes revoked, where the answer's status has that.
fn status_after(operation: &Operation, verb: &str) -> Option<&'static str> {
    let fields = model(operation.answer)?.fields;
    let status = fields.iter().find(|field| field.name == "status")?;
    let Ty::Enum(known) = status.ty else {
        return None;
    };
    let stem = verb.trim_end_matches('e');
    known.iter().copied().find(|known| known.starts_with(stem))
}

fn answer(call: &mut Call<'_>, operation: &Operation, value: &Value) -> Reply {
    let mut writer = Writer::new(&mut call.state.ids, call.now);
    let status = status(operation);
    match operation.answer {
        Content::Nothing | Content::Text => Reply::empty(status),
        Content::Json(ty) => Reply::with(status, writer.value(ty, Some(value))),
        Content::Page(item) | Content::ListOrPage(item) => {
            let made = writer.value(item, Some(value));
            Reply::with(status, json!({ "data": [made], "total_count": 1 }))
        }
    }
}

fn status(operation: &Operation) -> StatusCode {
    StatusCode::from_u16(operation.status).unwrap_or(StatusCode::OK)
}

fn model(content: Content) -> Option<&'static Model> {
    match content {
        Content::Json(Ty::Object(model)) => Some(model),
        _ => None,
    }
}
