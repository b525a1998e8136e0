//! The operations, a table for each group of resources.

mod api_keys;
mod clients;
mod control;
mod domains;
mod instance;
mod invitations;
mod keys;
mod listed_identifiers;
mod listing;
mod machine_tokens;
mod machines;
mod memberships;
mod metadata;
mod oauth_applications;
mod oauth_tokens;
mod organization_domains;
mod organization_invitations;
mod organizations;
mod permissions;
mod redirect_urls;
mod refreshing;
mod role_sets;
mod roles;
mod sessions;
mod templates;
mod users;
mod webhooks;

pub(crate) use sessions::admit;

use serde_json::{Value, json};

use crate::route::{Handled, Route};

/// The operations of the Backend API that are written by hand.
pub(crate) static HANDLERS: [&[Handled]; 22] = [
    keys::HANDLERS,
    users::HANDLERS,
    sessions::HANDLERS,
    refreshing::HANDLERS,
    instance::HANDLERS,
    domains::HANDLERS,
    listed_identifiers::HANDLERS,
    redirect_urls::HANDLERS,
    organizations::HANDLERS,
    memberships::HANDLERS,
    organization_invitations::HANDLERS,
    organization_domains::HANDLERS,
    roles::HANDLERS,
    permissions::HANDLERS,
    role_sets::HANDLERS,
    invitations::HANDLERS,
    templates::HANDLERS,
    api_keys::HANDLERS,
    machines::HANDLERS,
    machine_tokens::HANDLERS,
    oauth_applications::HANDLERS,
    oauth_tokens::HANDLERS,
];

/// What Clerk's description does not have.
pub(crate) static TABLES: [&[Route]; 4] = [
    keys::ROUTES,
    clients::ROUTES,
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
