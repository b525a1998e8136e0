//! The operations, a table for each group of resources.

mod actor_tokens;
mod admin_portal_link_tokens;
mod agent_tasks;
pub(crate) mod api_keys;
mod billing;
mod clients;
mod clock;
mod control;
mod credits;
mod directories;
mod domains;
mod emails;
mod enterprise_connections;
pub(crate) mod identifications;
mod inspection;
mod instance;
pub(crate) mod invitations;
mod keys;
pub(crate) mod listed_identifiers;
mod listing;
mod logos;
mod machine_tokens;
pub(crate) mod machines;
mod memberships;
mod message_templates;
pub(crate) mod metadata;
pub(crate) mod oauth_applications;
mod oauth_tokens;
pub(crate) mod organization_domains;
pub(crate) mod organization_invitations;
mod organizations;
pub(crate) mod permissions;
pub(crate) mod redirect_urls;
mod refreshing;
mod role_sets;
pub(crate) mod roles;
mod saml_connections;
mod sessions;
mod sign_in_tokens;
mod sign_ups;
mod svix;
pub(crate) mod templates;
mod testing_tokens;
mod tickets;
mod uploads;
pub(crate) mod users;
mod waiting;
mod waitlist;
mod webhooks;

pub(crate) use memberships::{check_role_in, keep_a_manager, refuse_new_member};
pub(crate) use organizations::{check as check_organization, founded};
pub(crate) use sessions::admit;
pub(crate) use uploads::replace as upload_picture;
pub(crate) use users::disconnect;

use serde_json::{Value, json};

use crate::route::{Handled, Route};

/// The operations of the Backend API that are written by hand.
pub(crate) static HANDLERS: [&[Handled]; 40] = [
    keys::HANDLERS,
    users::HANDLERS,
    identifications::HANDLERS,
    sessions::HANDLERS,
    clients::HANDLERS,
    refreshing::HANDLERS,
    instance::HANDLERS,
    domains::HANDLERS,
    listed_identifiers::HANDLERS,
    redirect_urls::HANDLERS,
    organizations::HANDLERS,
    logos::HANDLERS,
    memberships::HANDLERS,
    organization_invitations::HANDLERS,
    organization_domains::HANDLERS,
    roles::HANDLERS,
    permissions::HANDLERS,
    role_sets::HANDLERS,
    invitations::HANDLERS,
    waitlist::HANDLERS,
    templates::HANDLERS,
    api_keys::HANDLERS,
    billing::HANDLERS,
    credits::HANDLERS,
    sign_ups::HANDLERS,
    machines::HANDLERS,
    machine_tokens::HANDLERS,
    oauth_applications::HANDLERS,
    oauth_tokens::HANDLERS,
    testing_tokens::HANDLERS,
    agent_tasks::HANDLERS,
    sign_in_tokens::HANDLERS,
    actor_tokens::HANDLERS,
    message_templates::HANDLERS,
    emails::HANDLERS,
    svix::HANDLERS,
    admin_portal_link_tokens::HANDLERS,
    enterprise_connections::HANDLERS,
    saml_connections::HANDLERS,
    directories::HANDLERS,
];

/// What Clerk's description does not have.
pub(crate) static TABLES: [&[Route]; 8] = [
    keys::ROUTES,
    clients::ROUTES,
    sessions::ROUTES,
    control::ROUTES,
    inspection::ROUTES,
    clock::ROUTES,
    waiting::ROUTES,
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
