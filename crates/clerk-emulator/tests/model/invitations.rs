//! Invitations, to the instance and to organizations.

use serde_json::{Value, json};

use crate::{
    organizations::{check_role, join, refuse_new_member},
    plan::{Change, Guest, NOT_FOUND, Plan, Refused, Request, change, found, refuse_if, text},
    sessions::start,
    users::address,
    world::{ADMIN, Address, Invitation, Kind, User, World},
};

/// One that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) email: &'static str,
    /// The organization, and the role there.
    pub(crate) place: Option<(String, &'static str)>,
    pub(crate) inviter: Option<String>,
}

impl Wish {
    pub(crate) fn of(number: usize, place: Option<(String, &'static str)>) -> Self {
        Self {
            email: address(Kind::Email, number),
            place,
            inviter: None,
        }
    }

    fn body(&self) -> Value {
        let mut body = json!({ "email_address": self.email });
        if let Some((_, role)) = self.place {
            body["role"] = json!(role);
            body["inviter_user_id"] = json!(self.inviter);
        }
        body
    }

    fn check(&self, world: &World) -> Result<Invitation, Refused> {
        let email = self.email;
        if let Some((organization, _)) = &self.place {
            found(world.organization(organization))?;
        }
        let valid = Kind::Email.is_valid(email);
        refuse_if(!valid, (422, "form_param_format_invalid", "email_address"))?;
        let user = world.owner(Kind::Email, email);
        let place = self.place.as_ref();
        let place = place.map(|(organization, role)| (organization.clone(), (*role).to_owned()));
        let waits = world.invitations.iter().any(|known| {
            let same_place =
                known.place.as_ref().map(|place| &place.0) == place.as_ref().map(|place| &place.0);
            let pending = world.status_of_invitation(known) == "pending";
            same_place && pending && known.email.eq_ignore_ascii_case(email)
        });
        match &place {
            None => {
                refuse_if(
                    user.is_some(),
                    (422, "form_identifier_exists", "email_address"),
                )?;
                refuse_if(waits, (400, "duplicate_record", ""))?;
            }
            Some((organization, role)) => {
                check_role(role)?;
                if let Some(inviter) = &self.inviter {
                    check_inviter(world, organization, inviter)?;
                }
                let known =
                    user.is_some_and(|user| world.membership(organization, &user.id).is_some());
                refuse_if(known, (400, "already_a_member_in_organization", ""))?;
                refuse_if(waits, (400, "organization_invitation_not_unique", ""))?;
            }
        }
        Ok(Invitation {
            id: String::new(),
            email: email.to_owned(),
            ticket: String::new(),
            place,
            created: world.seconds,
            outcome: None,
        })
    }
}

fn check_inviter(world: &World, organization: &str, user: &str) -> Result<(), Refused> {
    match world.membership(organization, user) {
        None => Err((403, "not_a_member_in_organization", "")),
        Some(membership) if membership.role != ADMIN => {
            Err((403, "not_an_admin_in_organization", ""))
        }
        Some(_) => Ok(()),
    }
}

fn path(place: Option<&str>, rest: &str) -> String {
    match place {
        None => format!("/v1/invitations{rest}"),
        Some(organization) => format!("/v1/organizations/{organization}/invitations{rest}"),
    }
}

fn keep(world: &mut World, mut invitation: Invitation, answer: &Value) {
    let url = text(answer, "url");
    let (_, ticket) = url.split_once("ticket=").expect("a ticket");
    invitation.ticket = ticket.to_owned();
    invitation.id = text(answer, "id");
    world.ever.push(invitation.id.clone());
    world.invitations.push(invitation);
}

pub(crate) fn invite(world: &World, wish: &Wish) -> Plan {
    let outcome = wish
        .check(world)
        .map(|invitation| change(move |world, answer| keep(world, invitation, answer)));
    let place = wish.place.as_ref().map(|place| place.0.as_str());
    Plan::new(("POST", path(place, ""), wish.body()), outcome)
}

/// Two at once, to the same place: both or none.
pub(crate) fn invite_two(world: &World, wishes: &[Wish; 2]) -> Plan {
    let outcome = wishes[0].check(world).and_then(|first| {
        let mut later = world.clone();
        later.invitations.push(first.clone());
        let second = wishes[1].check(&later)?;
        Ok(change(move |world, answer| {
            let made = answer.get("data").unwrap_or(answer);
            for (invitation, answer) in [first, second]
                .into_iter()
                .zip(made.as_array().expect("two"))
            {
                keep(world, invitation, answer);
            }
        }))
    });
    let place = wishes[0].place.as_ref().map(|place| place.0.as_str());
    let body = wishes.iter().map(Wish::body).collect();
    Plan::new(("POST", path(place, "/bulk"), body), outcome)
}

fn settle(id: String, outcome: &'static str) -> Change {
    change(move |world, _| {
        for known in world.invitations.iter_mut().filter(|known| known.id == id) {
            known.outcome = Some(outcome);
        }
    })
}

/// Revokes one; where `place` is not the invitation's, there is none.
pub(crate) fn revoke(world: &World, id: &str, place: Option<&str>) -> Plan {
    let check = || {
        if let Some(organization) = place {
            found(world.organization(organization))?;
        }
        let known = world.invitations.iter().find(|known| {
            known.id == id && known.place.as_ref().map(|place| place.0.as_str()) == place
        });
        let known = found(known)?;
        match (world.status_of_invitation(known), place) {
            ("pending", _) | ("expired", None) => Ok(settle(id.to_owned(), "revoked")),
            (_, Some(_)) => Err((404, "organization_invitation_not_pending", "")),
            ("accepted", None) => Err((400, "invitation_already_accepted", "")),
            (_, None) => Err((400, "invitation_already_revoked", "")),
        }
    };
    let path = path(place, &format!("/{id}/revoke"));
    Plan::new(("POST", path, Value::Null), check())
}

/// Somebody follows the link in an invitation: its user, or somebody who becomes one.
pub(crate) fn accept(world: &World, id: &str) -> Plan {
    let known = world.invitations.iter().find(|known| known.id == id);
    let user = known.and_then(|known| world.owner(Kind::Email, &known.email));
    let ticket = known.map_or("none", |known| &known.ticket).to_owned();
    let check = || {
        let known = known.filter(|known| world.status_of_invitation(known) == "pending");
        let known = known.ok_or((400, "ticket_invalid_code", ""))?;
        let banned = user.is_some_and(|user| user.banned);
        refuse_if(banned, (403, "user_banned", ""))?;
        if let Some((organization, _)) = &known.place {
            let user = user.map_or("", |user| &user.id);
            refuse_new_member(world, organization, user)?;
        }
        let (invitation, user) = (known.clone(), user.map(|user| user.id.clone()));
        Ok(change(move |world, answer| {
            accepted(world, invitation, user, answer);
        }))
    };
    let guest = match user {
        Some(_) => Guest::User,
        None => Guest::New,
    };
    Plan {
        request: Request::Ticket(ticket, guest),
        outcome: check(),
    }
}

fn accepted(world: &mut World, invitation: Invitation, user: Option<String>, answer: &Value) {
    let user = user.unwrap_or_else(|| signed_up(world, &invitation, answer));
    if let Some((organization, role)) = &invitation.place {
        join(world, organization.clone(), user.clone(), role);
    }
    let organization = world.last_joined(&user);
    start(
        world,
        text(answer, "created_session_id"),
        user,
        organization,
    );
    settle(invitation.id, "accepted")(world, answer);
}

/// The user who comes of an invitation.
fn signed_up(world: &mut World, invitation: &Invitation, answer: &Value) -> String {
    let id = text(answer, "created_user_id");
    let mut email = Address::new(&invitation.email, true);
    email.id = text(&answer["user"]["email_addresses"][0], "id");
    world.ever.extend([id.clone(), email.id.clone()]);
    world.users.push(User {
        id: id.clone(),
        username: None,
        external_id: None,
        first_name: None,
        banned: false,
        emails: vec![email],
        phones: Vec::new(),
        created: world.seconds,
        signed_in: None,
    });
    id
}

pub(crate) fn delete(world: &World, id: &str) -> Plan {
    let mut all = world.invitations.iter();
    let known = all.find(|known| known.id == id && known.place.is_none());
    let outcome = known
        .map(|known| known.id.clone())
        .ok_or(NOT_FOUND)
        .map(|id| change(move |world, _| world.invitations.retain(|known| known.id != id)));
    Plan::new(
        ("DELETE", format!("/v1/invitations/{id}"), Value::Null),
        outcome,
    )
}
