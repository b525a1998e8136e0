use serde_json::{Value, json};

use super::{
    deleted,
    listing::{Order, Rank, mentions, page_with_total, sort},
};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Key, Machine},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListMachines", list),
    ("CreateMachine", create),
    ("GetMachine", get),
    ("DeleteMachine", delete),
    ("GetMachineSecretKey", secret_key),
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
    if name.is_empty() || name.chars().count() > 255 {
        let expected = "of 1 to 255 characters";
        return Err(Refusal::form_param_value_invalid("name", expected));
    }
    let scopes = input.texts("scoped_machines")?;
    let lifetime = input.number("default_token_ttl", 1..=315_360_000)?;
    input.finish()?;
    let known = &call.state.directory.machines;
    let is_unknown = |id: &&String| known.get(id).is_none();
    if let Some(id) = scopes.iter().find(is_unknown) {
        return Err(Refusal::resource_not_found("machine", id));
    }
    let machine = Machine {
        id: call.state.ids.object("mch_"),
        name,
        secret_key: call.state.ids.object("ak_"),
        scopes,
        token_lifetime: lifetime.unwrap_or(3600),
        created_at: call.now,
    };
    let mut body = described(call, &machine);
    body["secret_key"] = json!(machine.secret_key);
    call.state.directory.machines.put(machine);
    Ok(Reply::ok(body))
}

/// The machine object with the machines that its tokens are for.
fn described(call: &Call<'_>, machine: &Machine) -> Value {
    // The id of the key is that of the instance, as it is at Clerk.
    let instance_id = &call.state.keys.current().id;
    let machines = call.state.directory.machines.iter();
    let scoped: Vec<Value> = machines
        .filter(|other| machine.scopes.contains(&other.id))
        .map(|other| other.to_json(instance_id))
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
