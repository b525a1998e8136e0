//! The operations, a table for each group of resources.

mod actor_tokens;
mod agent_tasks;
mod api_keys;
mod clients;
mod control;
mod email_addresses;
mod identifications;
mod inspection;
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
mod phone_numbers;
mod refreshing;
mod sessions;
mod sign_in_tokens;
mod templates;
mod testing_tokens;
mod tickets;
mod uploads;
mod users;
mod waitlist;
mod webhooks;

pub(crate) use sessions::admit;

use serde_json::{Value, json};

use crate::route::{Handled, Route};

/// The operations of the Backend API that are written by hand.
pub(crate) static HANDLERS: [&[Handled]; 22] = [
    keys::HANDLERS,
    users::HANDLERS,
    email_addresses::HANDLERS,
    phone_numbers::HANDLERS,
    sessions::HANDLERS,
    clients::HANDLERS,
    refreshing::HANDLERS,
    instance::HANDLERS,
    organizations::HANDLERS,
    memberships::HANDLERS,
    organization_invitations::HANDLERS,
    invitations::HANDLERS,
    waitlist::HANDLERS,
    templates::HANDLERS,
    api_keys::HANDLERS,
    machines::HANDLERS,
    machine_tokens::HANDLERS,
    oauth_tokens::HANDLERS,
    testing_tokens::HANDLERS,
    agent_tasks::HANDLERS,
    sign_in_tokens::HANDLERS,
    actor_tokens::HANDLERS,
];

/// What Clerk's description does not have.
pub(crate) static TABLES: [&[Route]; 6] = [
    keys::ROUTES,
    clients::ROUTES,
    sessions::ROUTES,
    control::ROUTES,
    inspection::ROUTES,
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
