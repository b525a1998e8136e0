//! Enterprise connections by SAML, as Clerk has shown them for longer.

use serde_json::{Map, Value, json};

use super::{
    deleted,
    enterprise_connections::{fill_in, make, remove, text},
    listing::{Order, Rank, mentions, page_with_total, passes_marked, sort},
};
use crate::{
    answer::Reply,
    call::Call,
    described,
    directory::{Connection, Key, Protocol},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListSAMLConnections", list),
    ("CreateSAMLConnection", create),
    ("GetSAMLConnection", get),
    ("UpdateSAMLConnection", update),
    ("DeleteSAMLConnection", delete),
];

/// The orders of lists of SAML connections.
const ORDERS: [Order<'static, Connection>; 2] = [
    ("created_at", &|connection| {
        Rank::from(Some(connection.created_at))
    }),
    ("name", &|connection| {
        Rank::from(Some(connection.name.as_str()))
    }),
];

fn called_for(call: &Call<'_>) -> Result<Connection, Refusal> {
    let id = call.path.get("saml_connection_id");
    let mut connections = call.state.directory.connections.by(Key::Saml, id);
    connections
        .next()
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("SAML connection", id))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["limit", "offset", "query", "order_by", "organization_id"])?;
    let connections = call.state.directory.connections.iter();
    let mut connections: Vec<&Connection> = connections
        .filter(|connection| {
            let organization_id = connection.organization_id.as_deref().unwrap_or_default();
            connection.saml_id().is_some()
                && mentions(query, "query", [connection.name.as_str()])
                && passes_marked(query, "organization_id", &[organization_id])
        })
        .collect();
    sort(query, &mut connections, &ORDERS)?;
    let origin = &call.settings.origin;
    let write = |connection: &&Connection| json!(connection.to_saml_json(origin));
    Ok(Reply::ok(page_with_total(query, &connections, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let given = given(call)?;
    let protocol = Protocol::saml(call.state.ids.object("samlc_"));
    let connection = make(call, protocol, &given)?;
    Ok(store(call, connection))
}

/// What was sent, with the one domain, which some still name, among the domains.
fn given(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let mut given = described::given(call)?;
    let listed = given.get("domains").is_some_and(Value::is_array);
    if let Some(domain) = text(&given, "domain").filter(|_| !listed) {
        given.insert("domains".to_owned(), json!([domain]));
    }
    Ok(given)
}

fn store(call: &mut Call<'_>, connection: Connection) -> Reply {
    let body = json!(connection.to_saml_json(&call.settings.origin));
    call.state.directory.connections.put(connection);
    Reply::ok(body)
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let connection = called_for(call)?;
    let body = connection.to_saml_json(&call.settings.origin);
    Ok(Reply::ok(json!(body)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let given = given(call)?;
    let mut connection = called_for(call)?;
    fill_in(call, &mut connection, &given)?;
    connection.updated_at = call.now;
    Ok(store(call, connection))
}

/// With the enterprise connection that it is a part of.
fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let connection = called_for(call)?;
    remove(call, &connection.id);
    let id = connection.saml_id().unwrap_or_default();
    Ok(Reply::ok(deleted("saml_connection", id, None)))
}
