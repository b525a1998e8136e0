//! The operations, a table for each group of resources.

mod api_keys;
mod clients;
mod control;
mod instance;
mod invitations;
mod keys;
mod listing;
mod machine_tokens;
mod machines;
mod memberships;
mod metadata;
mod oauth_tokens;
mod organization_invitations;
mod organizations;
mod refreshing;
mod sessions;
mod templates;
mod users;
mod webhooks;

pub(crate) use sessions::admit;

use serde_json::{Value, json};

use crate::routing::Route;

/// All operations. Within a table, literal paths come before the templates they fit.
pub(crate) static TABLES: [&[Route]; 17] = [
    keys::ROUTES,
    users::ROUTES,
    sessions::ROUTES,
    refreshing::ROUTES,
    clients::ROUTES,
    instance::ROUTES,
    organizations::ROUTES,
    memberships::ROUTES,
    organization_invitations::ROUTES,
    invitations::ROUTES,
    templates::ROUTES,
    api_keys::ROUTES,
    machines::ROUTES,
    machine_tokens::ROUTES,
    oauth_tokens::ROUTES,
    control::ROUTES,
    webhooks::ROUTES,
];

/// What Clerk answers with where something was deleted.
fn deleted(object: &str, id: &str, external_id: Option<&str>) -> Value {
    let mut deleted = json!({ "object": object, "id": id, "deleted": true });
    if let Some(external_id) = external_id {
        deleted["external_id"] = json!(external_id);
    }
    deleted
}
