//! The domains that the application is at, and proxies of Clerk's there.

use serde_json::{Value, json};
use url::Url;

use super::{
    deleted, instance::in_production, listing::page_with_total, organization_domains::is_domain,
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Domain, Key},
    refusal::Refusal,
    route::Handled,
    state::Settings,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListDomains", list),
    ("AddDomain", add),
    ("UpdateDomain", update),
    ("DeleteDomain", delete),
    ("VerifyDomainProxy", verify_proxy),
];

/// Names that stand for Clerk's in production, below the domain: what they stand for, and whether satellites have
/// them too.
const TARGETS: [(&str, &str, bool); 5] = [
    ("clerk", "frontend-api.clerk.services", true),
    ("accounts", "accounts.clerk.services", false),
    ("clkmail", "mail.clerk.services", false),
    ("clk._domainkey", "dkim1.clerk.services", false),
    ("clk2._domainkey", "dkim2.clerk.services", false),
];

/// The one that the instance itself is at.
fn primary(call: &Call<'_>) -> Domain {
    let settings = call.settings;
    let changed = call.state.directory.domains.get(&settings.domain_id);
    changed.cloned().unwrap_or_else(|| {
        let host = Url::parse(&settings.origin).ok();
        let host = host.as_ref().and_then(Url::host_str);
        Domain {
            id: settings.domain_id.clone(),
            name: host.unwrap_or_default().to_owned(),
            is_satellite: false,
            proxy_url: None,
        }
    })
}

/// The API's domain object.
fn described(settings: &Settings, domain: &Domain) -> Value {
    let targets = TARGETS.iter().filter(|(_, _, of_satellites)| {
        settings.domain.is_some() && (*of_satellites || !domain.is_satellite)
    });
    let targets: Vec<Value> = targets
        .map(|(host, value, _)| {
            let host = format!("{host}.{}", domain.name);
            json!({ "host": host, "value": value, "required": domain.proxy_url.is_none() })
        })
        .collect();
    let portal = (!domain.is_satellite).then_some(&settings.origin);
    json!({
        "object": "domain",
        "id": domain.id,
        "name": domain.name,
        "is_satellite": domain.is_satellite,
        "is_provider_domain": false,
        "frontend_api_url": domain.proxy_url.as_ref().unwrap_or(&settings.origin),
        "accounts_portal_url": portal,
        "proxy_url": domain.proxy_url,
        "development_origin": settings.authorized_party.as_deref().unwrap_or_default(),
        "cname_targets": targets,
    })
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset"])?;
    let satellites = call.state.directory.domains.iter();
    let satellites = satellites.filter(|domain| domain.is_satellite).cloned();
    let domains: Vec<Domain> = std::iter::once(primary(call)).chain(satellites).collect();
    let write = |domain: &Domain| described(call.settings, domain);
    Ok(Reply::ok(page_with_total(&call.query, &domains, write)?))
}

fn add(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let name = input.required_text("name")?.to_lowercase();
    let is_satellite = input.flag("is_satellite")?;
    let proxy_url = proxy_url(&mut input)?.flatten();
    input.finish()?;
    match is_satellite {
        None => return Err(Refusal::form_param_missing("is_satellite")),
        Some(true) => {}
        Some(false) => {
            let expected = "true: an instance has one domain that is no satellite";
            return Err(Refusal::form_param_value_invalid("is_satellite", expected));
        }
    }
    if proxy_url.is_some() {
        in_production(call)?;
    }
    let domain = Domain {
        id: call.state.ids.object("dmn_"),
        name,
        is_satellite: true,
        proxy_url,
    };
    check(call, &domain)?;
    let body = described(call.settings, &domain);
    call.state.directory.domains.put(domain);
    Ok(Reply::ok(body))
}

/// The URL of a proxy, which may be cleared.
fn proxy_url(input: &mut Input) -> Result<Option<Option<String>>, Refusal> {
    let url = input.clearable_text("proxy_url")?;
    let is_web = |url: &String| Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    match url.iter().flatten().all(is_web) {
        true => Ok(url),
        false => {
            let expected = "a URL with https://";
            Err(Refusal::form_param_format_invalid("proxy_url", expected))
        }
    }
}

/// Refuses names that cannot be, and those that another domain has.
fn check(call: &Call<'_>, domain: &Domain) -> Result<(), Refusal> {
    let (host, port) = domain.name.split_once(':').unwrap_or((&domain.name, ""));
    let in_development = call.settings.domain.is_none();
    let has_port = !port.is_empty() && port.parse::<u16>().is_ok();
    let is_local = host == "localhost" || is_domain(host);
    let is_name = match in_development {
        true => is_local && (has_port || host == domain.name),
        false => is_domain(&domain.name),
    };
    if !is_name {
        let expected = "a name such as example.com, in development with a port if need be";
        return Err(Refusal::form_param_format_invalid("name", expected));
    }
    let others = call.state.directory.domains.by(Key::Name, &domain.name);
    let primary = primary(call);
    let is_taken = others
        .chain([&primary])
        .any(|other| other.id != domain.id && other.name == domain.name);
    match is_taken {
        false => Ok(()),
        true => Err(Refusal::form_identifier_exists("name")),
    }
}

fn called_for(call: &Call<'_>, id: &str) -> Result<Domain, Refusal> {
    if id == call.settings.domain_id {
        return Ok(primary(call));
    }
    let domain = call.state.directory.domains.get(id);
    domain
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("domain", id))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut domain = called_for(call, call.path.get("domain_id"))?;
    if let Some(name) = input.text("name")? {
        domain.name = name.to_lowercase();
    }
    let proxy = proxy_url(&mut input)?;
    input.flag("is_secondary")?;
    input.finish()?;
    if let Some(url) = proxy {
        if url.is_some() {
            in_production(call)?;
        }
        domain.proxy_url = url;
    }
    check(call, &domain)?;
    let body = described(call.settings, &domain);
    call.state.directory.domains.put(domain);
    Ok(Reply::ok(body))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let domain = called_for(call, call.path.get("domain_id"))?;
    if !domain.is_satellite {
        return Err(Refusal::forbidden(
            "operation_not_allowed_on_primary_domain",
            "The primary domain of an instance stays: only satellites can be deleted.",
        ));
    }
    call.state.directory.domains.remove(&domain.id);
    Ok(Reply::ok(deleted("domain", &domain.id, None)))
}

/// Nobody is asked: an emulator reaches no proxy but what is on this machine.
fn verify_proxy(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let domain_id = input.required_text("domain_id")?;
    let url = proxy_url(&mut input)?.flatten();
    let url = url.ok_or_else(|| Refusal::form_param_missing("proxy_url"))?;
    input.finish()?;
    called_for(call, &domain_id)?;
    Ok(Reply::ok(json!({
        "object": "proxy_check",
        "id": call.state.ids.object("proxchk_"),
        "domain_id": domain_id,
        "last_run_at": call.now.as_millis(),
        "proxy_url": url,
        "successful": true,
        "created_at": call.now.as_millis(),
        "updated_at": call.now.as_millis(),
    })))
}
