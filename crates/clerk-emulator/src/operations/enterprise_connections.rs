//! What enterprises sign in by. They are kept, and let nobody in.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{deleted, listing::page_with_total, organization_domains::is_domain};
use crate::{
    answer::Reply,
    call::Call,
    described,
    directory::{Connection, Key, Protocol, TestRun},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListEnterpriseConnections", list),
    ("CreateEnterpriseConnection", create),
    ("GetEnterpriseConnection", get),
    ("UpdateEnterpriseConnection", update),
    ("DeleteEnterpriseConnection", delete),
    ("ListEnterpriseConnectionTestRuns", list_test_runs),
    ("CreateEnterpriseConnectionTestRun", create_test_run),
];

fn called_for(call: &Call<'_>) -> Result<Connection, Refusal> {
    let id = call.path.get("enterprise_connection_id");
    let connection = call.state.directory.connections.get(id);
    connection
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("enterprise connection", id))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query
        .only(&["limit", "offset", "organization_id", "active"])?;
    let active = call.query.flag("active")?;
    let organization_id = call.query.get("organization_id");
    let connections = call.state.directory.connections.iter().rev();
    let connections: Vec<&Connection> = connections
        .filter(|connection| {
            let of_organization = connection.organization_id.as_deref();
            organization_id.is_none_or(|id| of_organization == Some(id))
                && active.is_none_or(|active| connection.active == active)
        })
        .collect();
    let origin = &call.settings.origin;
    let write = |connection: &&Connection| connection.to_json(origin);
    Ok(Reply::ok(page_with_total(
        &call.query,
        &connections,
        write,
    )?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let given = described::given(call)?;
    let provider = text(&given, "provider").unwrap_or_default();
    let mut protocol = match provider.starts_with("oidc_") {
        true => Protocol::openid_connect(call.state.ids.object("oac_")),
        false => Protocol::saml(call.state.ids.object("samlc_")),
    };
    let part = match protocol {
        Protocol::Saml { .. } => given.get("saml"),
        Protocol::OpenIdConnect { .. } => given.get("oidc"),
    };
    if let Some(Value::Object(part)) = part {
        protocol.set(part);
    }
    let connection = make(call, protocol, &given)?;
    let body = connection.to_json(&call.settings.origin);
    call.state.directory.connections.put(connection);
    Ok(Reply::created(body))
}

/// A connection of what was sent.
pub(super) fn make(
    call: &mut Call<'_>,
    protocol: Protocol,
    given: &Map<String, Value>,
) -> Result<Connection, Refusal> {
    let mut connection = Connection {
        id: call.state.ids.object("entconn_"),
        name: String::new(),
        provider: text(given, "provider").unwrap_or_default(),
        domains: Vec::new(),
        organization_id: None,
        active: false,
        sync_user_attributes: true,
        disable_additional_identifications: false,
        allow_organization_account_linking: false,
        custom_attributes: Vec::new(),
        protocol,
        test_runs: Vec::new(),
        created_at: call.now,
        updated_at: call.now,
    };
    fill_in(call, &mut connection, given)?;
    Ok(connection)
}

/// Takes what was sent, if all of it may be.
pub(super) fn fill_in(
    call: &Call<'_>,
    connection: &mut Connection,
    given: &Map<String, Value>,
) -> Result<(), Refusal> {
    if let Some(name) = text(given, "name") {
        super::roles::check_name(&name)?;
        connection.name = name;
    }
    if let Some(domains) = given.get("domains").and_then(Value::as_array) {
        let domains = domains.iter().filter_map(Value::as_str);
        connection.domains = domains.map(str::to_lowercase).collect();
        check_domains(call, connection)?;
    }
    if connection.domains.is_empty() {
        return Err(Refusal::form_param_missing("domains"));
    }
    match given.get("organization_id") {
        None => {}
        Some(id) => {
            let id = id.as_str();
            let organizations = &call.state.directory.organizations;
            if let Some(id) = id.filter(|id| organizations.get(id).is_none()) {
                return Err(Refusal::resource_not_found("organization", id));
            }
            connection.organization_id = id.map(str::to_owned);
        }
    }
    let flags = [
        ("active", &mut connection.active),
        ("sync_user_attributes", &mut connection.sync_user_attributes),
        (
            "disable_additional_identifications",
            &mut connection.disable_additional_identifications,
        ),
        (
            "allow_organization_account_linking",
            &mut connection.allow_organization_account_linking,
        ),
    ];
    for (name, kept) in flags {
        if let Some(flag) = given.get(name).and_then(Value::as_bool) {
            *kept = flag;
        }
    }
    if let Some(attributes) = given.get("custom_attributes").and_then(Value::as_array) {
        connection.custom_attributes = attributes.iter().map(custom_attribute).collect();
    }
    // The name is the whole connection's.
    let of_protocol = given.iter().filter(|(member, _)| *member != "name");
    let of_protocol = of_protocol.map(|(name, value)| (name.clone(), value.clone()));
    connection.protocol.set(&of_protocol.collect());
    Ok(())
}

/// The attribute with all members that it has.
fn custom_attribute(given: &Value) -> Value {
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
    json!({
        "name": text("name"),
        "key": text("key"),
        "sso_path": text("sso_path"),
        "scim_path": text("scim_path"),
        "directory_path": text("directory_path"),
        "multi_valued": given.get("multi_valued") == Some(&json!(true)),
    })
}

/// Refuses what is no domain, and domains of other connections.
fn check_domains(call: &Call<'_>, connection: &Connection) -> Result<(), Refusal> {
    for domain in &connection.domains {
        if !is_domain(domain) {
            let expected = "domains such as example.com";
            return Err(Refusal::form_param_format_invalid("domains", expected));
        }
        let mut others = call.state.directory.connections.by(Key::Name, domain);
        if others.any(|other| other.id != connection.id) {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "enterprise_connection_domain_exists",
                "domain is taken",
                format!("Another connection has the domain {domain}."),
            ));
        }
    }
    Ok(())
}

pub(super) fn text(given: &Map<String, Value>, name: &str) -> Option<String> {
    given.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(called_for(call)?.to_json(&call.settings.origin)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let given = described::given(call)?;
    let mut connection = called_for(call)?;
    fill_in(call, &mut connection, &given)?;
    let part = match connection.protocol {
        Protocol::Saml { .. } => given.get("saml"),
        Protocol::OpenIdConnect { .. } => given.get("oidc"),
    };
    if let Some(Value::Object(part)) = part {
        connection.protocol.set(part);
    }
    connection.updated_at = call.now;
    let body = connection.to_json(&call.settings.origin);
    call.state.directory.connections.put(connection);
    Ok(Reply::ok(body))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id;
    remove(call, &id);
    Ok(Reply::ok(deleted("enterprise_connection", &id, None)))
}

/// Removes a connection, with the directories that hang on it.
pub(super) fn remove(call: &mut Call<'_>, id: &str) {
    let directory = &mut call.state.directory;
    directory.connections.remove(id);
    directory.scim_directories.remove_by(Key::Connection, id);
}

/// Says where somebody would try the connection. Nobody finds out how it ends.
fn create_test_run(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.input()?.finish()?;
    let mut connection = called_for(call)?;
    let id = call.state.ids.object("entconntr_");
    let url = format!("{}/sign-in?test_run={id}", call.settings.origin);
    connection.test_runs.push(TestRun {
        id,
        created_at: call.now,
    });
    call.state.directory.connections.put(connection);
    Ok(Reply::ok(json!({ "url": url })))
}

fn list_test_runs(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["status", "limit", "offset"])?;
    let connection = called_for(call)?;
    let known = ["pending", "success", "failed"];
    let mut wanted = call.query.all("status").peekable();
    let all = wanted.peek().is_none();
    let wanted: Vec<&str> = wanted.collect();
    if wanted.iter().any(|status| !known.contains(status)) {
        let expected = "pending, success or failed";
        return Err(Refusal::form_param_value_invalid("status", expected));
    }
    let runs = connection.test_runs.iter().rev();
    let runs: Vec<&TestRun> = runs
        .filter(|_| all || wanted.contains(&"pending"))
        .collect();
    let write = |run: &&TestRun| connection.test_run_to_json(run);
    Ok(Reply::ok(page_with_total(&call.query, &runs, write)?))
}
