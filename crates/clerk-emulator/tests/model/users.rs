//! Users and their addresses.

use serde_json::{Value, json};

use crate::{
    plan::{Change, Plan, Refused, change, found, refuse_if, text},
    world::{Address, Kind, User, World},
};

const EMAILS: [&str; 6] = [
    "ann@example.com",
    "bob@example.com",
    "ANN@example.com",
    "cleo@example.org",
    "dora@example.org",
    "nothing of the kind",
];
const PHONES: [&str; 4] = ["+15555550100", "+15555550101", "+15555550102", "no number"];
const USERNAMES: [&str; 5] = ["zoe", "yves", "Xenia", "will", " "];
const EXTERNAL_IDS: [&str; 4] = ["1", "2", "3", ""];
const FIRST_NAMES: [&str; 4] = ["Ann", "bob", "Cleo", "ann"];

/// Which of a few, by a number.
pub(crate) fn one<'t>(texts: &[&'t str], number: usize) -> &'t str {
    texts[number % texts.len()]
}

pub(crate) fn address(kind: Kind, number: usize) -> &'static str {
    match kind {
        Kind::Email => one(&EMAILS, number),
        Kind::Phone => one(&PHONES, number),
    }
}

/// What is blank is not there.
fn name(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.trim().is_empty())
}

#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) username: Option<usize>,
    pub(crate) external_id: Option<usize>,
    pub(crate) first_name: Option<usize>,
}

impl Names {
    fn body(&self) -> Value {
        let mut body = json!({});
        for (member, texts, number) in [
            ("username", &USERNAMES[..], self.username),
            ("external_id", &EXTERNAL_IDS, self.external_id),
            ("first_name", &FIRST_NAMES, self.first_name),
        ] {
            if let Some(number) = number {
                body[member] = json!(one(texts, number));
            }
        }
        body
    }

    fn give(&self, user: &mut User) {
        if let Some(number) = self.username {
            user.username = name(one(&USERNAMES, number));
        }
        if let Some(number) = self.external_id {
            user.external_id = name(one(&EXTERNAL_IDS, number));
        }
        if let Some(number) = self.first_name {
            user.first_name = name(one(&FIRST_NAMES, number));
        }
    }
}

fn refuse_namesakes(world: &World, new: &User) -> Result<(), Refused> {
    let others = || world.users.iter().filter(|other| other.id != new.id);
    let taken = new.username.is_some() && others().any(|other| other.username == new.username);
    refuse_if(taken, (422, "form_identifier_exists", "username"))?;
    let taken =
        new.external_id.is_some() && others().any(|other| other.external_id == new.external_id);
    refuse_if(taken, (422, "form_identifier_exists", "external_id"))
}

/// Whether the user may have the address beside those they have.
fn check_address(world: &World, user: &User, kind: Kind, text: &str) -> Result<(), Refused> {
    refuse_if(
        !kind.is_valid(text),
        (422, "form_param_format_invalid", kind.name()),
    )?;
    let foreign = world
        .owner(kind, text)
        .is_some_and(|owner| owner.id != user.id);
    let taken = foreign || user.has(kind, text);
    refuse_if(taken, (422, "form_identifier_exists", kind.name()))
}

fn is_nobody(user: &User) -> bool {
    user.username.is_none() && user.emails.is_empty() && user.phones.is_empty()
}

pub(crate) fn create(
    world: &World,
    addresses: &[(Kind, usize)],
    names: &Names,
    banned: bool,
) -> Plan {
    let mut body = names.body();
    body["banned"] = json!(banned);
    for kind in [Kind::Email, Kind::Phone] {
        let own = addresses.iter().filter(|(of, _)| *of == kind);
        body[kind.name()] = own.map(|(_, number)| address(kind, *number)).collect();
    }
    let outcome = made(world, addresses, names, banned).map(|mut user| {
        change(move |world, answer| {
            user.id = text(answer, "id");
            for (kind, list) in [
                (Kind::Email, "email_addresses"),
                (Kind::Phone, "phone_numbers"),
            ] {
                for (index, own) in user.addresses_mut(kind).iter_mut().enumerate() {
                    own.id = text(&answer[list][index], "id");
                    world.ever.push(own.id.clone());
                }
            }
            world.ever.push(user.id.clone());
            world.users.push(user);
        })
    });
    Plan::new(("POST", "/v1/users".into(), body), outcome)
}

/// The user, but for ids.
fn made(
    world: &World,
    addresses: &[(Kind, usize)],
    names: &Names,
    banned: bool,
) -> Result<User, Refused> {
    let mut user = User {
        id: String::new(),
        username: None,
        external_id: None,
        first_name: None,
        banned,
        emails: Vec::new(),
        phones: Vec::new(),
        created: world.seconds,
        signed_in: None,
    };
    for of in [Kind::Email, Kind::Phone] {
        for (kind, number) in addresses.iter().filter(|(kind, _)| *kind == of) {
            let text = address(*kind, *number);
            check_address(world, &user, *kind, text)?;
            user.addresses_mut(*kind).push(Address::new(text, true));
        }
    }
    names.give(&mut user);
    refuse_namesakes(world, &user)?;
    refuse_if(is_nobody(&user), (422, "form_data_missing", ""))?;
    Ok(user)
}

pub(crate) fn update(world: &World, id: &str, names: &Names) -> Plan {
    let outcome = found(world.user(id)).and_then(|user| {
        let mut user = user.clone();
        let was_somebody = !is_nobody(&user);
        names.give(&mut user);
        refuse_namesakes(world, &user)?;
        refuse_if(
            was_somebody && is_nobody(&user),
            (422, "form_data_missing", ""),
        )?;
        Ok(put(user))
    });
    Plan::new(("PATCH", format!("/v1/users/{id}"), names.body()), outcome)
}

/// The user is like this from now on.
fn put(changed: User) -> Change {
    change(move |world, _| {
        let known = world.user_mut(&changed.id);
        *known.expect("a user") = changed;
    })
}

pub(crate) fn delete(world: &World, id: &str) -> Plan {
    let outcome = found(world.user(id)).map(|user| {
        let id = user.id.clone();
        change(move |world, answer| {
            assert_eq!(answer["deleted"], true);
            world.users.retain(|known| known.id != id);
            world.memberships.retain(|known| known.user != id);
            world.sessions.retain(|known| known.user != id);
        })
    });
    Plan::new(("DELETE", format!("/v1/users/{id}"), Value::Null), outcome)
}

/// All of them or none. Whoever is banned has no session left.
pub(crate) fn ban(world: &World, ids: &[String], banned: bool) -> Plan {
    let verb = if banned { "ban" } else { "unban" };
    let outcome = match ids.iter().all(|id| world.user(id).is_some()) {
        false => Err(crate::plan::NOT_FOUND),
        true => {
            let ids = ids.to_vec();
            Ok(change(move |world: &mut World, _: &Value| {
                for user in world.users.iter_mut().filter(|user| ids.contains(&user.id)) {
                    user.banned = banned;
                }
                if banned {
                    revoke_sessions(world, &ids);
                }
            }))
        }
    };
    match ids {
        [id] => Plan::new(
            ("POST", format!("/v1/users/{id}/{verb}"), Value::Null),
            outcome,
        ),
        _ => Plan::new(
            (
                "POST",
                format!("/v1/users/{verb}"),
                json!({ "user_ids": ids }),
            ),
            outcome,
        ),
    }
}

fn revoke_sessions(world: &mut World, users: &[String]) {
    let active: Vec<bool> = world
        .sessions
        .iter()
        .map(|session| world.status_of_session(session) == "active")
        .collect();
    for (session, active) in world.sessions.iter_mut().zip(active) {
        session.revoked |= active && users.contains(&session.user);
    }
}

pub(crate) fn add_address(
    world: &World,
    id: &str,
    (kind, number): (Kind, usize),
    (verified, primary): (bool, bool),
) -> Plan {
    let added = address(kind, number);
    let mut body = json!({ "user_id": id, "verified": verified, "primary": primary });
    body[kind.name()] = json!(added);
    let outcome = found(world.user(id)).and_then(|user| {
        check_address(world, user, kind, added)?;
        let mut user = user.clone();
        let is_first = user.addresses(kind).is_empty();
        let is_chosen = primary && !is_first;
        refuse_if(
            is_chosen && !verified,
            (422, "form_verification_needed", "primary"),
        )?;
        user.addresses_mut(kind).push(Address::new(added, verified));
        Ok(change(move |world, answer| {
            let id = text(answer, "id");
            world.ever.push(id.clone());
            let all = user.addresses_mut(kind);
            if let Some(own) = all.last_mut() {
                own.id = id.clone();
            }
            if is_chosen {
                choose(all, &id);
            }
            put(user)(world, answer);
        }))
    });
    Plan::new(("POST", path(kind, ""), body), outcome)
}

fn path(kind: Kind, id: &str) -> String {
    let plural = match kind {
        Kind::Email => "email_addresses",
        Kind::Phone => "phone_numbers",
    };
    format!("/v1/{plural}/{id}")
        .trim_end_matches('/')
        .to_owned()
}

fn choose(all: &mut [Address], id: &str) {
    for own in all {
        own.chosen = own.id == id;
    }
}

/// Whose address this is the id of.
fn holder<'w>(world: &'w World, kind: Kind, id: &str) -> Result<(&'w User, &'w Address), Refused> {
    found(world.users.iter().find_map(|user| {
        let own = user.addresses(kind).iter().find(|own| own.id == id)?;
        Some((user, own))
    }))
}

pub(crate) fn change_address(
    world: &World,
    (kind, id): (Kind, &str),
    (verified, primary): (bool, bool),
) -> Plan {
    let outcome = holder(world, kind, id).and_then(|(user, own)| {
        let foreign = world
            .owner(kind, &own.text)
            .is_some_and(|owner| owner.id != user.id);
        refuse_if(
            verified && foreign,
            (422, "form_identifier_exists", kind.name()),
        )?;
        let unproven = !verified && !own.verified;
        refuse_if(
            primary && unproven,
            (422, "form_verification_needed", "primary"),
        )?;
        let (mut user, id) = (user.clone(), own.id.clone());
        let all = user.addresses_mut(kind);
        for own in all.iter_mut().filter(|own| own.id == id) {
            own.verified |= verified;
        }
        if primary {
            choose(all, &id);
        }
        Ok(put(user))
    });
    let body = json!({ "verified": verified, "primary": primary });
    Plan::new(("PATCH", path(kind, id), body), outcome)
}

pub(crate) fn delete_address(world: &World, (kind, id): (Kind, &str)) -> Plan {
    let outcome = holder(world, kind, id).and_then(|(user, own)| {
        let (mut user, id) = (user.clone(), own.id.clone());
        user.addresses_mut(kind).retain(|own| own.id != id);
        refuse_if(
            is_nobody(&user),
            (400, "identification_deletion_failed", ""),
        )?;
        Ok(put(user))
    });
    Plan::new(("DELETE", path(kind, id), Value::Null), outcome)
}

impl Address {
    pub(crate) fn new(text: &str, verified: bool) -> Self {
        Self {
            id: String::new(),
            text: text.to_owned(),
            verified,
            chosen: false,
        }
    }
}
