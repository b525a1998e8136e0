use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    deleted,
    listing::{Order, Rank, mentions, page_with_total, sort},
    memberships::check_role,
    roles::{check_name, is_segment},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, Key, Membership, RoleSet},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

/// How many roles a role set has at most.
const MAX_ROLES: usize = 10;

pub(super) const HANDLERS: &[Handled] = &[
    ("ListRoleSets", list),
    ("CreateRoleSet", create),
    ("GetRoleSet", get),
    ("UpdateRoleSet", update),
    ("ReplaceRoleSet", replace),
    ("AddRolesToRoleSet", add_roles),
    ("ReplaceRoleInRoleSet", replace_role),
];

/// The orders of lists of role sets.
const ORDERS: [Order<'static, RoleSet>; 3] = [
    ("created_at", &|set| Rank::from(Some(set.created_at))),
    ("name", &|set| Rank::from(Some(set.name.as_str()))),
    ("key", &|set| Rank::from(Some(set.key.as_str()))),
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["query", "order_by", "limit", "offset"])?;
    let directory = &call.state.directory;
    let mut sets: Vec<&RoleSet> = directory
        .role_sets
        .iter()
        .filter(|set| mentions(query, "query", [&*set.id, &*set.name, &*set.key]))
        .collect();
    sort(query, &mut sets, &ORDERS)?;
    let write = |set: &&RoleSet| set.to_json(directory);
    Ok(Reply::ok(page_with_total(query, &sets, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let name = input.required_text("name")?;
    let key = input.text("key")?.unwrap_or_else(|| key_like(&name));
    let set = RoleSet {
        id: call.state.ids.object("roleset_"),
        key,
        name,
        description: input.text("description")?,
        roles: Vec::new(),
        default_role: input.required_text("default_role_key")?,
        creator_role: input.required_text("creator_role_key")?,
        is_initial: is_initial(&mut input)?.unwrap_or(false),
        created_at: call.now,
        updated_at: call.now,
    };
    let roles = input.given_texts("roles")?;
    let roles = roles.ok_or_else(|| Refusal::form_param_missing("roles"))?;
    input.finish()?;
    let set = with_roles(&call.state.directory, set, roles, "roles")?;
    check(&call.state.directory, &set)?;
    Ok(store(call, set))
}

/// A key made from a name.
fn key_like(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("role_set:{}", words.join("_"))
}

fn is_initial(input: &mut Input) -> Result<Option<bool>, Refusal> {
    match input.text("type")?.as_deref() {
        None => Ok(None),
        Some("initial") => Ok(Some(true)),
        Some("custom") => Ok(Some(false)),
        Some(_) => {
            let expected = "initial or custom";
            Err(Refusal::form_param_value_invalid("type", expected))
        }
    }
}

/// Adds roles, each of which there has to be, to a set.
fn with_roles(
    directory: &Directory,
    mut set: RoleSet,
    roles: Vec<String>,
    input: &str,
) -> Result<RoleSet, Refusal> {
    if roles.is_empty() {
        let expected = "a list of at least one role";
        return Err(Refusal::form_param_value_invalid(input, expected));
    }
    for role in roles {
        check_role(directory, &role)?;
        if !set.has(&role) {
            set.roles.push(role);
        }
    }
    match set.roles.len() > MAX_ROLES {
        false => Ok(set),
        true => {
            let expected = format!("so few that the set has at most {MAX_ROLES} roles");
            Err(Refusal::form_param_value_invalid(input, &expected))
        }
    }
}

/// Refuses sets that cannot be.
fn check(directory: &Directory, set: &RoleSet) -> Result<(), Refusal> {
    check_name(&set.name)?;
    if !set.key.strip_prefix("role_set:").is_some_and(is_segment) {
        let expected = "role_set: and lower-case letters, digits or underscores";
        return Err(Refusal::form_param_format_invalid("key", expected));
    }
    for (input, role) in [
        ("default_role_key", &set.default_role),
        ("creator_role_key", &set.creator_role),
    ] {
        if !set.has(role) {
            let expected = "the key of one of the set's roles";
            return Err(Refusal::form_param_value_invalid(input, expected));
        }
    }
    let creator = directory.role(&set.creator_role);
    if !creator.is_some_and(|role| role.is_creator_eligible()) {
        let expected = "the key of a role that permits what creators of organizations need";
        return Err(Refusal::form_param_value_invalid(
            "creator_role_key",
            expected,
        ));
    }
    match directory.role_set(&set.key) {
        Some(other) if other.id != set.id => Err(Refusal::form_identifier_exists("key")),
        _ => Ok(()),
    }
}

/// Puts a set in or back. There is one at most that is initial.
fn store(call: &mut Call<'_>, mut set: RoleSet) -> Reply {
    let directory = &mut call.state.directory;
    set.updated_at = call.now;
    let initial = directory.initial_role_set().map(|set| set.id.clone());
    if let Some(id) = initial.filter(|id| set.is_initial && *id != set.id) {
        directory
            .role_sets
            .update(&id, |set| set.is_initial = false);
    }
    let body = set.to_json(directory);
    directory.role_sets.put(set);
    Reply::ok(body)
}

fn called_for(call: &Call<'_>) -> Result<RoleSet, Refusal> {
    let id_or_key = call.path.get("role_set_key_or_id");
    let set = call.state.directory.role_set(id_or_key);
    set.cloned()
        .ok_or_else(|| Refusal::resource_not_found("role set", id_or_key))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let set = called_for(call)?;
    Ok(Reply::ok(set.to_json(&call.state.directory)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut set = called_for(call)?;
    let old_key = set.key.clone();
    if let Some(name) = input.text("name")? {
        set.name = name;
    }
    if let Some(key) = input.text("key")? {
        set.key = key;
    }
    if let Some(description) = input.clearable_text("description")? {
        set.description = description;
    }
    special_roles(&mut input, &mut set)?;
    if let Some(initial) = is_initial(&mut input)? {
        set.is_initial = initial;
    }
    input.finish()?;
    let directory = &mut call.state.directory;
    check(directory, &set)?;
    directory.move_to_role_set(&old_key, &set.key);
    Ok(store(call, set))
}

fn special_roles(input: &mut Input, set: &mut RoleSet) -> Result<(), Refusal> {
    if let Some(role) = input.text("default_role_key")? {
        set.default_role = role;
    }
    if let Some(role) = input.text("creator_role_key")? {
        set.creator_role = role;
    }
    Ok(())
}

fn add_roles(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let set = called_for(call)?;
    let roles = input.given_texts("role_keys")?;
    let roles = roles.ok_or_else(|| Refusal::form_param_missing("role_keys"))?;
    let mut set = with_roles(&call.state.directory, set, roles, "role_keys")?;
    special_roles(&mut input, &mut set)?;
    input.finish()?;
    check(&call.state.directory, &set)?;
    Ok(store(call, set))
}

fn replace_role(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut set = called_for(call)?;
    let role = input.required_text("role_key")?;
    let to = input.required_text("to_role_key")?;
    input.finish()?;
    for key in [&role, &to] {
        if !set.has(key) {
            return Err(Refusal::resource_not_found("role of the role set", key));
        }
    }
    if role == to {
        let expected = "the key of another role of the set";
        return Err(Refusal::form_param_value_invalid("to_role_key", expected));
    }
    set.roles.retain(|known| *known != role);
    for special in [&mut set.default_role, &mut set.creator_role] {
        if *special == role {
            special.clone_from(&to);
        }
    }
    check(&call.state.directory, &set)?;
    let roles = BTreeMap::from([(role, to)]);
    reassign(call, &set.key, &roles);
    Ok(store(call, set))
}

/// Members of organizations with this set get other roles, and that is told.
fn reassign(call: &mut Call<'_>, set: &str, roles: &BTreeMap<String, String>) {
    let directory = &mut call.state.directory;
    let changed = directory.reassign(set, roles, call.now);
    let write = |membership: &Membership| membership.to_json(directory);
    let changed: Vec<Value> = changed.iter().map(write).collect();
    for membership in changed {
        call.tell(EventType::OrganizationMembershipUpdated, membership);
    }
}

/// Deletes a set, and has its organizations in another one.
fn replace(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let set = called_for(call)?;
    let to = input.required_text("dest_role_set_key")?;
    let mappings = input.object("reassignment_mappings")?.unwrap_or_default();
    input.finish()?;
    let directory = &call.state.directory;
    let destination = directory.role_sets.by(Key::Name, &to).next();
    let destination = destination.filter(|destination| destination.id != set.id);
    let destination =
        destination.ok_or_else(|| Refusal::resource_not_found("other role set", &to))?;
    let mut roles = BTreeMap::new();
    for role in set.roles.iter().filter(|role| !destination.has(role)) {
        let has_members = directory.members_of_set(&set.key, role).next().is_some();
        match mappings.get(role).and_then(Value::as_str) {
            Some(to) if destination.has(to) => {
                roles.insert(role.clone(), to.to_owned());
            }
            None if !has_members => {}
            _ => {
                let expected = format!("such that {role} becomes a role of {to}");
                return Err(Refusal::form_param_value_invalid(
                    "reassignment_mappings",
                    &expected,
                ));
            }
        }
    }
    reassign(call, &set.key, &roles);
    let directory = &mut call.state.directory;
    directory.move_to_role_set(&set.key, &to);
    directory.role_sets.remove(&set.id);
    let successor = directory.role_set(&to).filter(|_| set.is_initial);
    if let Some(id) = successor.map(|set| set.id.clone()) {
        directory.role_sets.update(&id, |set| set.is_initial = true);
    }
    Ok(Reply::ok(deleted("role_set", &set.id, None)))
}
