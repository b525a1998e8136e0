//! Sessions that servers start and end.

use serde_json::{Value, json};

use crate::{
    plan::{Plan, change, found, refuse_if, text},
    world::{Session, World},
};

pub(crate) fn start(world: &mut World, id: String, user: String, organization: Option<String>) {
    let now = world.seconds;
    if let Some(known) = world.user_mut(&user) {
        known.signed_in = Some(now);
    }
    world.ever.push(id.clone());
    world.sessions.push(Session {
        id,
        user,
        organization,
        revoked: false,
        created: now,
    });
}

/// Without an organization, it is in the one that the user came into last.
pub(crate) fn create(world: &World, user: &str, organization: Option<&str>) -> Plan {
    let body = json!({ "user_id": user, "active_organization_id": organization });
    let check = || {
        let banned = found(world.user(user))?.banned;
        refuse_if(banned, (403, "user_banned", ""))?;
        if let Some(id) = organization {
            found(world.organization(id))?;
            let foreign = world.membership(id, user).is_none();
            refuse_if(foreign, (403, "not_a_member_in_organization", ""))?;
        }
        let given = organization.map(str::to_owned);
        let organization = given.or(world.last_joined(user));
        let user = user.to_owned();
        Ok(change(move |world, answer| {
            start(world, text(answer, "id"), user, organization);
        }))
    };
    Plan::new(("POST", "/v1/sessions".into(), body), check())
}

/// One that is over stays as it is.
pub(crate) fn revoke(world: &World, id: &str) -> Plan {
    let session = world.sessions.iter().find(|session| session.id == id);
    let outcome = found(session).map(|session| {
        let active = world.status_of_session(session) == "active";
        let id = session.id.clone();
        change(move |world: &mut World, _: &Value| {
            for session in world.sessions.iter_mut().filter(|session| session.id == id) {
                session.revoked |= active;
            }
        })
    });
    Plan::new(
        ("POST", format!("/v1/sessions/{id}/revoke"), Value::Null),
        outcome,
    )
}
