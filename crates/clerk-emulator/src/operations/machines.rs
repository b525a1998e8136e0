use http::Method;
use serde_json::{Value, json};

use super::{
    deleted,
    listing::{mentions, page_with_total, sort},
};
use crate::{
    answer::Reply,
    call::Call,
    directory::Machine,
    refusal::Refusal,
    routing::{Access, Route},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "ListMachines",
        method: Method::GET,
        path: "/v1/machines",
        access: Access::SecretKey,
        handler: list,
    },
    Route {
        operation: "CreateMachine",
        method: Method::POST,
        path: "/v1/machines",
        access: Access::SecretKey,
        handler: create,
    },
    Route {
        operation: "GetMachine",
        method: Method::GET,
        path: "/v1/machines/{machine_id}",
        access: Access::SecretKey,
        handler: get,
    },
    Route {
        operation: "DeleteMachine",
        method: Method::DELETE,
        path: "/v1/machines/{machine_id}",
        access: Access::SecretKey,
        handler: delete,
    },
    Route {
        operation: "GetMachineSecretKey",
        method: Method::GET,
        path: "/v1/machines/{machine_id}/secret_key",
        access: Access::SecretKey,
        handler: secret_key,
    },
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
    let is_unknown = |id: &&String| !known.iter().any(|machine| machine.id == **id);
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
    call.state.directory.machines.push(machine);
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
    let mut machines = call.state.directory.machines.iter();
    machines
        .find(|machine| machine.id == id)
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("machine", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let machine = called_for(call)?;
    Ok(Reply::ok(described(call, &machine)))
}

fn secret_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let secret = called_for(call)?.secret_key;
    Ok(Reply::ok(json!({ "secret": secret })))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id;
    let directory = &mut call.state.directory;
    directory.machines.retain(|machine| machine.id != id);
    for machine in &mut directory.machines {
        machine.scopes.retain(|scope| *scope != id);
    }
    directory.machine_tokens.retain(|token| token.subject != id);
    Ok(Reply::ok(deleted("machine", &id, None)))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset", "query", "order_by"])?;
    let machines = call.state.directory.machines.iter();
    let mut machines: Vec<Value> = machines
        .filter(|machine| mentions(&call.query, "query", [&*machine.name, &*machine.id]))
        .map(|machine| described(call, machine))
        .collect();
    let orders = [("created_at", "/created_at"), ("name", "/name")];
    sort(&call.query, &mut machines, &orders)?;
    Ok(Reply::ok(page_with_total(&call.query, &machines)?))
}
