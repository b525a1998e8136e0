//! Organizations and who is in them.

use serde_json::{Value, json};

use crate::{
    plan::{NOT_FOUND, Plan, Refused, change, found, refuse_if, text},
    users::one,
    world::{ADMIN, Membership, Organization, World},
};

const NAMES: [&str; 4] = ["Acme", "bakery", "Circus", " "];
const SLUGS: [&str; 4] = ["acme", "bakery", "circus-1", "Not so"];
pub(crate) const ROLES: [&str; 5] = [ADMIN, "org:member", ADMIN, "org:member", "org:nobody"];

pub(crate) fn check_role(role: &str) -> Result<(), Refused> {
    refuse_if(role == "org:nobody", NOT_FOUND)
}

#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) name: Option<usize>,
    pub(crate) slug: Option<usize>,
    pub(crate) limit: Option<usize>,
}

impl Facts {
    fn body(&self) -> Value {
        let mut body = json!({});
        if let Some(number) = self.name {
            body["name"] = json!(one(&NAMES, number));
        }
        if let Some(number) = self.slug {
            body["slug"] = json!(one(&SLUGS, number));
        }
        if let Some(limit) = self.limit {
            body["max_allowed_memberships"] = json!(limit);
        }
        body
    }

    fn give(&self, organization: &mut Organization) {
        if let Some(number) = self.name {
            organization.name = one(&NAMES, number).to_owned();
        }
        if let Some(number) = self.slug {
            organization.slug = one(&SLUGS, number).to_owned();
        }
        if let Some(limit) = self.limit {
            organization.limit = limit;
        }
    }

    fn check(&self, world: &World, organization: &Organization) -> Result<(), Refused> {
        let blank = organization.name.trim().is_empty();
        refuse_if(blank, (422, "form_param_value_invalid", "name"))?;
        let odd = organization.slug.contains(' ');
        refuse_if(odd, (422, "form_param_format_invalid", "slug"))?;
        let mut others = world.organizations.iter();
        let taken =
            others.any(|other| other.id != organization.id && other.slug == organization.slug);
        refuse_if(taken, (422, "form_identifier_exists", "slug"))
    }
}

pub(crate) fn create(world: &World, facts: &Facts, creator: Option<String>) -> Plan {
    let mut body = facts.body();
    body["created_by"] = json!(creator);
    let mut organization = Organization {
        id: String::new(),
        name: String::new(),
        slug: String::new(),
        created_by: creator.clone(),
        limit: 5,
        created: world.seconds,
    };
    facts.give(&mut organization);
    let check = || {
        refuse_if(facts.name.is_none(), (422, "form_param_missing", "name"))?;
        facts.check(world, &organization)?;
        let unknown = creator
            .as_deref()
            .is_some_and(|id| world.user(id).is_none());
        refuse_if(unknown, (400, "organization_creator_not_found", ""))
    };
    let outcome = check().map(|()| {
        change(move |world, answer| {
            organization.id = text(answer, "id");
            let slug = text(answer, "slug");
            assert!(
                organization.slug.is_empty() || organization.slug == slug,
                "{answer}"
            );
            assert!(
                world.organizations.iter().all(|other| other.slug != slug),
                "{answer}"
            );
            organization.slug = slug;
            let members = usize::from(creator.is_some());
            assert_eq!(answer["members_count"], members);
            world.ever.push(organization.id.clone());
            if let Some(user) = creator {
                join(world, organization.id.clone(), user, ADMIN);
            }
            world.organizations.push(organization);
        })
    });
    Plan::new(("POST", "/v1/organizations".into(), body), outcome)
}

pub(crate) fn join(world: &mut World, organization: String, user: String, role: &str) {
    world.memberships.push(Membership {
        organization,
        user,
        role: role.to_owned(),
        created: world.seconds,
    });
}

pub(crate) fn update(world: &World, id: &str, facts: &Facts) -> Plan {
    let outcome = found(world.organization(id)).and_then(|organization| {
        let mut changed = organization.clone();
        facts.give(&mut changed);
        facts.check(world, &changed)?;
        Ok(change(move |world, _| {
            let mut all = world.organizations.iter_mut();
            let known = all.find(|known| known.id == changed.id);
            *known.expect("an organization") = changed;
        }))
    });
    Plan::new(
        ("PATCH", format!("/v1/organizations/{id}"), facts.body()),
        outcome,
    )
}

pub(crate) fn delete(world: &World, id: &str) -> Plan {
    let outcome = found(world.organization(id)).map(|organization| {
        let id = organization.id.clone();
        change(move |world, answer| {
            assert_eq!(answer["deleted"], true);
            let members = world.members(&id).into_iter();
            let users: Vec<String> = members.map(|member| member.user.clone()).collect();
            for user in users {
                world.leave(&id, &user);
            }
            world.organizations.retain(|known| known.id != id);
            world.invitations.retain(|known| {
                let place = known.place.as_ref();
                place.is_none_or(|(organization, _)| *organization != id)
            });
        })
    });
    Plan::new(
        ("DELETE", format!("/v1/organizations/{id}"), Value::Null),
        outcome,
    )
}

pub(crate) fn refuse_new_member(
    world: &World,
    organization: &str,
    user: &str,
) -> Result<(), Refused> {
    let known = world.membership(organization, user).is_some();
    refuse_if(known, (400, "already_a_member_in_organization", ""))?;
    let limit = found(world.organization(organization))?.limit;
    let full = limit > 0 && world.members(organization).len() >= limit;
    refuse_if(full, (403, "organization_membership_quota_exceeded", ""))
}

pub(crate) fn add_member(world: &World, id: &str, user: &str, role: &'static str) -> Plan {
    let check = || {
        found(world.organization(id))?;
        found(world.user(user))?;
        check_role(role)?;
        refuse_new_member(world, id, user)
    };
    let place = (id.to_owned(), user.to_owned());
    let outcome = check().map(|()| {
        change(move |world, answer| {
            assert_eq!(answer["role"], role);
            join(world, place.0, place.1, role);
        })
    });
    let body = json!({ "user_id": user, "role": role });
    Plan::new(
        ("POST", format!("/v1/organizations/{id}/memberships"), body),
        outcome,
    )
}

fn member<'w>(world: &'w World, id: &str, user: &str) -> Result<&'w Membership, Refused> {
    found(world.organization(id))?;
    found(world.membership(id, user))
}

fn keep_an_admin(world: &World, membership: &Membership) -> Result<(), Refused> {
    let last = world.is_only_admin(&membership.organization, &membership.user);
    refuse_if(last, (400, "organization_minimum_permissions_needed", ""))
}

pub(crate) fn change_role(world: &World, id: &str, user: &str, role: &'static str) -> Plan {
    let outcome = member(world, id, user).and_then(|known| {
        check_role(role)?;
        if role != ADMIN {
            keep_an_admin(world, known)?;
        }
        let (id, user) = (known.organization.clone(), known.user.clone());
        Ok(change(move |world: &mut World, _: &Value| {
            let mut all = world.memberships.iter_mut();
            let known = all.find(|known| known.organization == id && known.user == user);
            known.expect("a membership").role = role.to_owned();
        }))
    });
    let path = format!("/v1/organizations/{id}/memberships/{user}");
    Plan::new(("PATCH", path, json!({ "role": role })), outcome)
}

pub(crate) fn remove_member(world: &World, id: &str, user: &str) -> Plan {
    let outcome = member(world, id, user).and_then(|known| {
        keep_an_admin(world, known)?;
        let (id, user) = (known.organization.clone(), known.user.clone());
        Ok(change(move |world, _| world.leave(&id, &user)))
    });
    let path = format!("/v1/organizations/{id}/memberships/{user}");
    Plan::new(("DELETE", path, Value::Null), outcome)
}
