use std::{ops::RangeInclusive, time::Duration};

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    deleted,
    listing::{Order, Rank, mentions, page_with_total, sort},
};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Directory, Key, Machine},
    refusal::Refusal,
    route::Handled,
};

/// For how many machines the tokens of one are at most.
const MAX_SCOPES: usize = 150;

/// How long tokens may live, in seconds.
const LIFETIMES: RangeInclusive<u64> = 1..=315_360_000;

pub(super) const HANDLERS: &[Handled] = &[
    ("ListMachines", list),
    ("CreateMachine", create),
    ("GetMachine", get),
    ("UpdateMachine", update),
    ("DeleteMachine", delete),
    ("GetMachineSecretKey", secret_key),
    ("RotateMachineSecretKey", rotate),
    ("CreateMachineScope", create_scope),
    ("DeleteMachineScope", delete_scope),
];

/// The orders of lists of machines.
const ORDERS: [Order<'static, Machine>; 2] = [
    ("created_at", &|machine| {
        Rank::from(Some(machine.created_at))
    }),
    ("name", &|machine| Rank::from(Some(machine.name.as_str()))),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let name = input.required_text("name")?;
    let scopes = input.texts("scoped_machines")?;
    let lifetime = input.number("default_token_ttl", LIFETIMES)?;
    input.finish()?;
    let machine = Machine {
        id: call.state.ids.object("mch_"),
        name,
        secret_key: call.state.ids.object("ak_"),
        previous_keys: Vec::new(),
        scopes,
        token_lifetime: lifetime.unwrap_or(3600),
        created_at: call.now,
        updated_at: call.now,
    };
    check(&call.state.directory, &machine)?;
    let mut body = described(call, &machine);
    body["secret_key"] = json!(machine.secret_key);
    call.state.directory.machines.put(machine);
    Ok(Reply::ok(body))
}

/// Refuses names that are none, and scopes that are too many or of machines that there are not.
pub(crate) fn check(directory: &Directory, machine: &Machine) -> Result<(), Refusal> {
    check_name(&machine.name)?;
    if !LIFETIMES.contains(&machine.token_lifetime) {
        let expected = format!("from {} to {}", LIFETIMES.start(), LIFETIMES.end());
        let name = "default_token_ttl";
        return Err(Refusal::form_param_value_invalid(name, &expected));
    }
    if machine.scopes.len() > MAX_SCOPES {
        let expected = format!("a list of at most {MAX_SCOPES} machines");
        let name = "scoped_machines";
        return Err(Refusal::form_param_value_invalid(name, &expected));
    }
    let is_unknown = |id: &&String| directory.machines.get(id).is_none();
    match machine.scopes.iter().find(is_unknown) {
        None => Ok(()),
        Some(id) => Err(Refusal::resource_not_found("machine", id)),
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    match (1..=255).contains(&name.chars().count()) {
        true => Ok(()),
        false => {
            let expected = "of 1 to 255 characters";
            Err(Refusal::form_param_value_invalid("name", expected))
        }
    }
}

/// The machine object with the machines that its tokens are for.
fn described(call: &Call<'_>, machine: &Machine) -> Value {
    // The id of the key is that of the instance, as it is at Clerk.
    let instance_id = &call.state.keys.current().id;
    let machines = &call.state.directory.machines;
    let scoped: Vec<Value> = machine
        .scopes
        .iter()
        .filter_map(|id| Some(machines.get(id)?.to_json(instance_id)))
        .collect();
    let mut body = machine.to_json(instance_id);
    body["scoped_machines"] = json!(scoped);
    body
}

fn called_for(call: &Call<'_>) -> Result<Machine, Refusal> {
    let id = call.path.get("machine_id");
    let machine = call.state.directory.machines.get(id);
    machine
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("machine", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let machine = called_for(call)?;
    Ok(Reply::ok(described(call, &machine)))
}

fn secret_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let secret = called_for(call)?.secret_key;
    Ok(Reply::ok(
        json!({ "object": "machine_secret_key", "secret": secret }),
    ))
}

/// Gives the machine another key. The old one is good for as long as the caller says.
fn rotate(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut machine = called_for(call)?;
    let lifetime = input.number("previous_token_ttl", 0..=28_800)?;
    let lifetime = lifetime.ok_or_else(|| Refusal::form_param_missing("previous_token_ttl"))?;
    input.finish()?;
    let key = call.state.ids.object("ak_");
    let old = std::mem::replace(&mut machine.secret_key, key.clone());
    machine.previous_keys.retain(|(_, until)| call.now < *until);
    if lifetime > 0 {
        let until = call.now.saturating_add(Duration::from_secs(lifetime));
        machine.previous_keys.push((old, until));
    }
    machine.updated_at = call.now;
    call.state.directory.machines.put(machine);
    Ok(Reply::ok(
        json!({ "object": "machine_secret_key", "secret": key }),
    ))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut machine = called_for(call)?;
    if let Some(name) = input.text("name")? {
        check_name(&name)?;
        machine.name = name;
    }
    if let Some(lifetime) = input.number("default_token_ttl", LIFETIMES)? {
        machine.token_lifetime = lifetime;
    }
    input.finish()?;
    machine.updated_at = call.now;
    let body = described(call, &machine);
    call.state.directory.machines.put(machine);
    Ok(Reply::ok(body))
}

/// Has the machine's tokens be for another machine too: those that it makes from then on.
fn create_scope(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut machine = called_for(call)?;
    let to = input.required_text("to_machine_id")?;
    input.finish()?;
    if call.state.directory.machines.get(&to).is_none() {
        return Err(Refusal::resource_not_found("machine", &to));
    }
    if machine.scopes.contains(&to) {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "machine_scope_already_exists",
            "already there",
            "The machine's tokens are for that machine already.",
        ));
    }
    if machine.scopes.len() >= MAX_SCOPES {
        return Err(Refusal::forbidden(
            "machine_scope_quota_exceeded",
            format!("A machine's tokens are for at most {MAX_SCOPES} machines."),
        ));
    }
    let body = json!({
        "object": "machine_scope",
        "from_machine_id": machine.id,
        "to_machine_id": to,
        "created_at": call.now.as_millis(),
    });
    machine.scopes.push(to);
    call.state.directory.machines.put(machine);
    Ok(Reply::ok(body))
}

fn delete_scope(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut machine = called_for(call)?;
    let to = call.path.get("other_machine_id").to_owned();
    if !machine.scopes.contains(&to) {
        return Err(Refusal::resource_not_found("scope of the machine", &to));
    }
    machine.scopes.retain(|scope| *scope != to);
    let body = json!({
        "object": "machine_scope",
        "from_machine_id": machine.id,
        "to_machine_id": to,
        "deleted": true,
    });
    call.state.directory.machines.put(machine);
    Ok(Reply::ok(body))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id;
    let directory = &mut call.state.directory;
    directory.machines.remove(&id);
    directory.machines.update_by(Key::Machine, &id, |machine| {
        machine.scopes.retain(|scope| *scope != id);
    });
    directory.machine_tokens.remove_by(Key::Machine, &id);
    Ok(Reply::ok(deleted("machine", &id, None)))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset", "query", "order_by"])?;
    let machines = call.state.directory.machines.iter();
    let mut machines: Vec<&Machine> = machines
        .filter(|machine| mentions(&call.query, "query", [&*machine.name, &*machine.id]))
        .collect();
    sort(&call.query, &mut machines, &ORDERS)?;
    let write = |machine: &&Machine| described(call, machine);
    Ok(Reply::ok(page_with_total(&call.query, &machines, write)?))
}
