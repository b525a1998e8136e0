use super::{
    deleted,
    listing::{Order, Rank, page_with_total, passes, passes_split, sort},
    organizations,
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Directory, Key, OrganizationDomain},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("CreateOrganizationDomain", create),
    ("ListOrganizationDomains", list),
    ("UpdateOrganizationDomain", update),
    ("DeleteOrganizationDomain", delete),
    ("VerifyOrganizationDomainOwnership", verify_ownership),
    ("ListAllOrganizationDomains", list_of_instance),
];

/// The orders of lists of domains.
const ORDERS: [Order<'static, OrganizationDomain>; 2] = [
    ("created_at", &|domain| Rank::from(Some(domain.created_at))),
    ("name", &|domain| Rank::from(Some(domain.name.as_str()))),
];

/// Whether a text is the name of a domain on the internet, in lower case.
pub(super) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let organization_id = organizations::called_for(call)?.id.clone();
    let mut input = call.input()?;
    let name = input.required_text("name")?.to_lowercase();
    let mode = enrollment_mode(&mut input)?;
    let verified = input.flag("verified")?.unwrap_or(true);
    input.finish()?;
    let domain = OrganizationDomain {
        id: call.state.ids.object("orgdmn_"),
        organization_id,
        name,
        enrollment_mode: mode.unwrap_or_else(|| "manual_invitation".to_owned()),
        verified_at: verified.then_some(call.now),
        owned_at: None,
        created_at: call.now,
        updated_at: call.now,
    };
    check(&call.state.directory, &domain)?;
    let body = domain.to_json(&call.state.directory);
    call.state.directory.organization_domains.put(domain);
    call.tell(EventType::OrganizationDomainCreated, body.clone());
    Ok(Reply::ok(body))
}

fn enrollment_mode(input: &mut Input) -> Result<Option<String>, Refusal> {
    let mode = input.text("enrollment_mode")?;
    mode.as_deref().map_or(Ok(()), check_mode)?;
    Ok(mode)
}

fn check_mode(mode: &str) -> Result<(), Refusal> {
    let known = OrganizationDomain::ENROLLMENT_MODES;
    match known.contains(&mode) {
        true => Ok(()),
        false => {
            let expected = format!("one of {}", known.join(", "));
            let name = "enrollment_mode";
            Err(Refusal::form_param_value_invalid(name, &expected))
        }
    }
}

/// Refuses what is no domain, what the organization has already, and what is verified for another.
pub(crate) fn check(directory: &Directory, domain: &OrganizationDomain) -> Result<(), Refusal> {
    if !is_domain(&domain.name) {
        let expected = "a domain such as example.com";
        return Err(Refusal::form_param_format_invalid("name", expected));
    }
    check_mode(&domain.enrollment_mode)?;
    let mut others = directory.organization_domains.by(Key::Name, &domain.name);
    let is_taken = others.any(|other| {
        let is_same = other.organization_id == domain.organization_id;
        let both_verified = other.verified_at.is_some() && domain.verified_at.is_some();
        other.id != domain.id && (is_same || both_verified)
    });
    match is_taken {
        false => Ok(()),
        true => Err(Refusal::form_identifier_exists("name")),
    }
}

fn called_for(call: &Call<'_>) -> Result<OrganizationDomain, Refusal> {
    let organization = organizations::called_for(call)?;
    let id = call.path.get("domain_id");
    let domain = call.state.directory.organization_domains.get(id);
    domain
        .filter(|domain| domain.organization_id == organization.id)
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("domain of the organization", id))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut domain = called_for(call)?;
    if let Some(mode) = enrollment_mode(&mut input)? {
        domain.enrollment_mode = mode;
    }
    match input.flag("verified")? {
        None => {}
        Some(true) => {
            domain.verified_at.get_or_insert(call.now);
        }
        Some(false) => domain.verified_at = None,
    }
    input.finish()?;
    check(&call.state.directory, &domain)?;
    Ok(store(call, domain))
}

/// Puts a changed domain back.
fn store(call: &mut Call<'_>, mut domain: OrganizationDomain) -> Reply {
    domain.updated_at = call.now;
    let body = domain.to_json(&call.state.directory);
    call.state.directory.organization_domains.put(domain);
    call.tell(EventType::OrganizationDomainUpdated, body.clone());
    Reply::ok(body)
}

/// Takes the caller's word for it.
fn verify_ownership(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut domain = called_for(call)?;
    if domain.owned_at.is_some() {
        return Ok(Reply::ok(domain.to_json(&call.state.directory)));
    }
    domain.owned_at = Some(call.now);
    Ok(store(call, domain))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = called_for(call)?.id;
    call.state.directory.organization_domains.remove(&id);
    let body = deleted("organization_domain", &id, None);
    call.tell(EventType::OrganizationDomainDeleted, body.clone());
    Ok(Reply::ok(body))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query
        .only(&["verified", "enrollment_mode", "limit", "offset"])?;
    let organization = organizations::called_for(call)?;
    let domains = &call.state.directory.organization_domains;
    listed(call, domains.by(Key::Organization, &organization.id))
}

fn list_of_instance(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&[
        "organization_id",
        "verified",
        "enrollment_mode",
        "query",
        "domains",
        "order_by",
        "limit",
        "offset",
    ])?;
    let wanted = query.get("query").map(str::trim);
    if wanted == Some("") {
        let expected = "a part of a domain's name, or the id of an organization";
        return Err(Refusal::form_param_value_invalid("query", expected));
    }
    let wanted = wanted.map(str::to_lowercase);
    let is_wanted = |domain: &OrganizationDomain| match &wanted {
        None => true,
        Some(id) if id.starts_with("org_") => domain.organization_id.eq_ignore_ascii_case(id),
        Some(part) => domain.name.contains(part),
    };
    let domains = call.state.directory.organization_domains.iter();
    let domains = domains.filter(|domain| {
        passes(query, "organization_id", Some(&domain.organization_id))
            && passes(query, "domains", Some(&domain.name))
            && is_wanted(domain)
    });
    listed(call, domains)
}

fn listed<'d>(
    call: &Call<'_>,
    domains: impl Iterator<Item = &'d OrganizationDomain>,
) -> Result<Reply, Refusal> {
    let (query, directory) = (&call.query, &call.state.directory);
    let verified = query.flag("verified")?;
    let mut domains: Vec<&OrganizationDomain> = domains
        .filter(|domain| {
            verified.is_none_or(|verified| domain.verified_at.is_some() == verified)
                && passes_split(query, "enrollment_mode", &domain.enrollment_mode)
        })
        .collect();
    sort(query, &mut domains, &ORDERS)?;
    let write = |domain: &&OrganizationDomain| domain.to_json(directory);
    Ok(Reply::ok(page_with_total(query, &domains, write)?))
}
