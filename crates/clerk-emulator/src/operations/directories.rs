//! Directories of enterprises, under both names that Clerk has for them.

use serde_json::{Map, Value, json};

use super::{deleted, enterprise_connections::text, listing::page_with_total};
use crate::{
    answer::Reply,
    call::Call,
    described,
    directory::{GroupRoleMapping, ScimDirectory},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListDirectories", |call| list(call, &PLAIN)),
    ("CreateDirectory", |call| create(call, &PLAIN)),
    ("GetDirectory", |call| get(call, &PLAIN)),
    ("UpdateDirectory", |call| update(call, &PLAIN)),
    ("DeleteDirectory", |call| delete(call, &PLAIN)),
    ("RotateDirectoryAPIKey", |call| rotate(call, &PLAIN)),
    ("ListDirectoryGroupRoleMappings", |call| {
        mappings(call, &PLAIN)
    }),
    ("CreateDirectoryGroupRoleMapping", |call| {
        add_mapping(call, &PLAIN)
    }),
    ("ReplaceDirectoryGroupRoleMappings", |call| {
        replace_mappings(call, &PLAIN)
    }),
    ("DeleteDirectoryGroupRoleMapping", |call| {
        delete_mapping(call, &PLAIN)
    }),
    ("ListSCIMDirectories", |call| list(call, &SCIM)),
    ("CreateSCIMDirectory", |call| create(call, &SCIM)),
    ("GetSCIMDirectory", |call| get(call, &SCIM)),
    ("UpdateSCIMDirectory", |call| update(call, &SCIM)),
    ("DeleteSCIMDirectory", |call| delete(call, &SCIM)),
    ("RotateSCIMDirectoryAPIKey", |call| rotate(call, &SCIM)),
    ("ListSCIMGroupRoleMappings", |call| mappings(call, &SCIM)),
    ("CreateSCIMGroupRoleMapping", |call| {
        add_mapping(call, &SCIM)
    }),
    ("ReplaceSCIMGroupRoleMappings", |call| {
        replace_mappings(call, &SCIM)
    }),
    ("DeleteSCIMGroupRoleMapping", |call| {
        delete_mapping(call, &SCIM)
    }),
];

/// What the API calls things under one of the two names.
struct Names {
    /// In the path.
    parameter: &'static str,
    directory: &'static str,
    mapping: &'static str,
}

const PLAIN: Names = Names {
    parameter: "directory_id",
    directory: "directory",
    mapping: "directory_group_role_mapping",
};

const SCIM: Names = Names {
    parameter: "scim_directory_id",
    directory: "scim_directory",
    mapping: "scim_group_role_mapping",
};

fn called_for(call: &Call<'_>, names: &Names) -> Result<ScimDirectory, Refusal> {
    let id = call.path.get(names.parameter);
    let found = call.state.directory.scim_directories.get(id);
    found
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("directory", id))
}

fn write(call: &Call<'_>, names: &Names, found: &ScimDirectory) -> Value {
    found.to_json(
        names.directory,
        &call.settings.origin,
        &call.state.directory,
    )
}

/// Puts a changed directory back.
fn store(call: &mut Call<'_>, names: &Names, mut changed: ScimDirectory) -> Value {
    changed.updated_at = call.now;
    let body = write(call, names, &changed);
    call.state.directory.scim_directories.put(changed);
    body
}

fn list(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset"])?;
    let all = call.state.directory.scim_directories.iter().rev();
    let all: Vec<&ScimDirectory> = all.collect();
    let write = |found: &&ScimDirectory| write(call, names, found);
    Ok(Reply::ok(page_with_total(&call.query, &all, write)?))
}

fn create(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    let given = described::given(call)?;
    let connection_id = text(&given, "enterprise_connection_id").unwrap_or_default();
    let connections = &call.state.directory.connections;
    let Some(connection) = connections.get(&connection_id) else {
        let name = "enterprise_connection_id";
        return Err(Refusal::form_resource_not_found(
            name,
            "enterprise connection",
        ));
    };
    let name = text(&given, "name").unwrap_or_else(|| connection.name.clone());
    let mut made = ScimDirectory {
        id: call.state.ids.object("scim_"),
        name,
        connection_id,
        provider: text(&given, "provider").unwrap_or_default(),
        enabled: true,
        role_mapping_enabled: false,
        attribute_mapping: Map::new(),
        mappings: Vec::new(),
        created_at: call.now,
        updated_at: call.now,
    };
    made.mappings = read_mappings(call, given.get("group_role_mappings"))?;
    made.role_mapping_enabled = !made.mappings.is_empty();
    let key = api_key(call);
    let mut body = store(call, names, made);
    body["api_key"] = key;
    Ok(Reply::ok(body))
}

/// A key that is shown once. It is not kept: nothing is asked with it.
fn api_key(call: &mut Call<'_>) -> Value {
    json!(call.state.ids.object("ak_scim_"))
}

fn get(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    let found = called_for(call, names)?;
    Ok(Reply::ok(write(call, names, &found)))
}

fn update(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    let given = described::given(call)?;
    let mut changed = called_for(call, names)?;
    if let Some(name) = text(&given, "name") {
        super::roles::check_name(&name)?;
        changed.name = name;
    }
    if let Some(provider) = text(&given, "provider") {
        changed.provider = provider;
    }
    let flag = |name: &str| given.get(name).and_then(Value::as_bool);
    if let Some(enabled) = flag("enabled") {
        changed.enabled = enabled;
    }
    if let Some(enabled) = flag("group_role_mapping_enabled") {
        changed.role_mapping_enabled = enabled;
    }
    if let Some(Value::Object(mapping)) = given.get("attribute_mapping") {
        for (name, value) in mapping {
            match value {
                Value::Null => changed.attribute_mapping.remove(name),
                value => changed
                    .attribute_mapping
                    .insert(name.clone(), value.clone()),
            };
        }
    }
    Ok(Reply::ok(store(call, names, changed)))
}

fn delete(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    let id = called_for(call, names)?.id;
    call.state.directory.scim_directories.remove(&id);
    Ok(Reply::ok(deleted(names.directory, &id, None)))
}

fn rotate(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    call.input()?.finish()?;
    let changed = called_for(call, names)?;
    let key = api_key(call);
    let mut body = store(call, names, changed);
    body["api_key"] = key;
    Ok(Reply::ok(body))
}

/// The mappings that a list describes. Those that say no precedence come in the order they stand there.
fn read_mappings(
    call: &mut Call<'_>,
    given: Option<&Value>,
) -> Result<Vec<GroupRoleMapping>, Refusal> {
    let mut mappings = Vec::new();
    for given in given.and_then(Value::as_array).into_iter().flatten() {
        if let Some(members) = given.as_object() {
            let mapping = read_mapping(call, members, &mappings)?;
            mappings.push(mapping);
        }
    }
    Ok(mappings)
}

/// A mapping that comes after others.
fn read_mapping(
    call: &mut Call<'_>,
    given: &Map<String, Value>,
    others: &[GroupRoleMapping],
) -> Result<GroupRoleMapping, Refusal> {
    let either = |name: &str| {
        let scim = text(given, &format!("scim_{name}"));
        scim.or_else(|| text(given, &format!("directory_{name}")))
    };
    let group_id = either("group_id").filter(|id| !id.is_empty());
    let group_id = group_id.ok_or_else(|| Refusal::form_param_missing("scim_group_id"))?;
    let role_id = text(given, "role_id").unwrap_or_default();
    if call.state.directory.roles.get(&role_id).is_none() {
        return Err(Refusal::form_resource_not_found("role_id", "role"));
    }
    if others.iter().any(|other| other.group_id == group_id) {
        return Err(Refusal::form_already_exists("scim_group_id"));
    }
    let last = others.iter().map(|other| other.precedence).max();
    let precedence = given.get("precedence").and_then(Value::as_i64);
    Ok(GroupRoleMapping {
        id: call.state.ids.object("grm_"),
        group_name: either("group_display_name").unwrap_or_else(|| group_id.clone()),
        group_id,
        role_id,
        precedence: precedence.unwrap_or_else(|| last.unwrap_or_default().saturating_add(1)),
        created_at: call.now,
    })
}

fn mappings(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    call.query.only(&[])?;
    let found = called_for(call, names)?;
    Ok(all_mappings(call, names, &found))
}

/// Clerk has no pages of them.
fn all_mappings(call: &Call<'_>, names: &Names, found: &ScimDirectory) -> Reply {
    let mut mappings: Vec<&GroupRoleMapping> = found.mappings.iter().collect();
    mappings.sort_by_key(|mapping| mapping.precedence);
    let directory = &call.state.directory;
    let data: Vec<Value> = mappings
        .iter()
        .map(|mapping| mapping.to_json(names.mapping, &found.id, directory))
        .collect();
    Reply::ok(json!({ "total_count": data.len(), "data": data }))
}

fn add_mapping(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    let given = described::given(call)?;
    let mut changed = called_for(call, names)?;
    let mapping = read_mapping(call, &given, &changed.mappings)?;
    let body = mapping.to_json(names.mapping, &changed.id, &call.state.directory);
    changed.mappings.push(mapping);
    store(call, names, changed);
    Ok(Reply::ok(body))
}

fn replace_mappings(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    let given = described::given(call)?;
    let mut changed = called_for(call, names)?;
    changed.mappings = read_mappings(call, given.get("mappings"))?;
    let reply = all_mappings(call, names, &changed);
    store(call, names, changed);
    Ok(reply)
}

fn delete_mapping(call: &mut Call<'_>, names: &Names) -> Result<Reply, Refusal> {
    let mut changed = called_for(call, names)?;
    let id = call.path.get("mapping_id").to_owned();
    let before = changed.mappings.len();
    changed.mappings.retain(|mapping| mapping.id != id);
    if changed.mappings.len() == before {
        return Err(Refusal::resource_not_found("group role mapping", &id));
    }
    store(call, names, changed);
    Ok(Reply::ok(deleted(names.mapping, &id, None)))
}
