//! The operations, a table for each group of resources.

mod control;
mod keys;
mod listing;
mod memberships;
mod metadata;
mod organizations;
mod sessions;
mod users;

use serde_json::{Value, json};

use crate::routing::Route;

/// All operations. Within a table, literal paths come before the templates they fit.
pub(crate) static TABLES: [&[Route]; 6] = [
    keys::ROUTES,
    users::ROUTES,
    sessions::ROUTES,
    organizations::ROUTES,
    memberships::ROUTES,
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
