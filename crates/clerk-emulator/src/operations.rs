//! The operations, a table for each group of resources.

mod control;
mod keys;
mod sessions;
mod users;

use serde_json::{Value, json};

use crate::{call::Query, refusal::Refusal, routing::Route};

/// All operations. Within a table, literal paths come before the templates they fit.
pub(crate) static TABLES: [&[Route]; 4] = [
    keys::ROUTES,
    users::ROUTES,
    sessions::ROUTES,
    control::ROUTES,
];

/// What Clerk answers with where something was deleted.
fn deleted(object: &str, id: &str, external_id: Option<&str>) -> Value {
    let mut deleted = json!({ "object": object, "id": id, "deleted": true });
    if let Some(external_id) = external_id {
        deleted["external_id"] = json!(external_id);
    }
    deleted
}

/// One page of a list: a bare array, or with its total where `paginated=true` asks for it.
fn page(query: &Query, items: &[Value]) -> Result<Value, Refusal> {
    let limit = query.number("limit", 1..=500, 10)?;
    let offset = query.number("offset", 0..=usize::MAX, 0)?;
    let page: Vec<&Value> = items.iter().skip(offset).take(limit).collect();
    Ok(match query.get("paginated") {
        Some("true") => json!({ "data": page, "total_count": items.len() }),
        _ => json!(page),
    })
}

/// Whether a repeated filter lets a value through: there are none, or one of them is it.
fn passes(query: &Query, name: &str, value: Option<&str>) -> bool {
    let mut wanted = query.all(name).peekable();
    wanted.peek().is_none() || wanted.any(|wanted| Some(wanted) == value)
}
