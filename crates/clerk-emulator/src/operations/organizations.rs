use serde_json::{Value, json};

use super::{
    deleted,
    listing::{Order, Rank, mentions, page_with_total, passes_marked, sort},
    metadata::{self, Change},
};
use crate::{
    answer::Reply,
    call::{Call, Input, Query},
    directory::{Directory, Key, Membership, Organization},
    refusal::Refusal,
    route::Handled,
    state::State,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListOrganizations", list),
    ("CreateOrganization", create),
    ("GetOrganization", get),
    ("UpdateOrganization", update),
    ("DeleteOrganization", delete),
    ("MergeOrganizationMetadata", merge_metadata),
    ("ReplaceOrganizationMetadata", replace_metadata),
];

/// The organization in the path, by id or slug.
pub(super) fn called_for<'c>(call: &'c Call<'_>) -> Result<&'c Organization, Refusal> {
    check_enabled(&call.state.directory)?;
    let id_or_slug = call.path.get("organization_id");
    call.state
        .directory
        .organization(id_or_slug)
        .ok_or_else(|| Refusal::resource_not_found("organization", id_or_slug))
}

/// Refuses everything about organizations where the instance has none.
fn check_enabled(directory: &Directory) -> Result<(), Refusal> {
    match directory.settings.organizations.enabled {
        true => Ok(()),
        false => Err(Refusal::forbidden(
            "organization_not_enabled_in_instance",
            "The instance has organizations switched off: PATCH /v1/instance/organization_settings \
             with enabled switches them on.",
        )),
    }
}

/// Refuses a slug where the instance's organizations have none of their own choice.
fn check_slug_allowed(directory: &Directory, slug: Option<&str>) -> Result<(), Refusal> {
    match slug.is_some() && directory.settings.organizations.slug_disabled {
        false => Ok(()),
        true => Err(Refusal::forbidden(
            "organization_slugs_disabled",
            "The instance has slugs of organizations switched off.",
        )),
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    check_enabled(&call.state.directory)?;
    let mut input = call.input()?;
    let name = input.required_text("name")?;
    let slug = input.clearable_text("slug")?.flatten();
    let mut organization = founded(call, name, slug)?;
    settings(&mut input, &mut organization)?;
    change_metadata(&mut input, &mut organization, Change::Replace)?;
    organization.created_by = input.text("created_by")?;
    input.finish()?;
    let directory = &mut call.state.directory;
    check(directory, &organization)?;
    if let Some(user_id) = &organization.created_by {
        if directory.user(user_id).is_none() {
            return Err(Refusal::bad_request(
                "organization_creator_not_found",
                format!("No user has the id {user_id}, which created_by names."),
            ));
        }
        let membership = Membership::new(
            call.state.ids.object("orgmem_"),
            organization.id.clone(),
            user_id.clone(),
            directory.creator_role(&organization).to_owned(),
            call.now,
        );
        directory.memberships.put(membership);
    }
    let (id, mut body) = (organization.id.clone(), organization.to_json());
    directory.organizations.put(organization);
    let memberships = memberships_of(directory, &id);
    call.tell(EventType::OrganizationCreated, body.clone());
    body["members_count"] = json!(memberships.len());
    tell_all(call, EventType::OrganizationMembershipCreated, memberships);
    Ok(Reply::ok(body))
}

/// A new organization by the instance's settings, not yet kept.
pub(crate) fn founded(
    call: &mut Call<'_>,
    name: String,
    slug: Option<String>,
) -> Result<Organization, Refusal> {
    let State { directory, ids, .. } = &mut *call.state;
    check_enabled(directory)?;
    check_slug_allowed(directory, slug.as_deref())?;
    let slug = slug.unwrap_or_else(|| directory.free_slug(&name, call.now));
    let id = ids.object("org_");
    let mut organization = Organization::new(id, slug, name, &directory.images, call.now);
    let defaults = &directory.settings.organizations;
    organization.max_allowed_memberships = defaults.max_allowed_memberships;
    organization.admin_delete_enabled = defaults.admin_delete_enabled;
    let initial = directory.initial_role_set();
    organization.role_set = initial.map(|set| set.key.clone());
    Ok(organization)
}

fn memberships_of(directory: &Directory, organization_id: &str) -> Vec<Value> {
    let members = directory.members(organization_id);
    members
        .map(|membership| membership.to_json(directory))
        .collect()
}

fn tell_all(call: &mut Call<'_>, event_type: EventType, records: Vec<Value>) {
    for record in records {
        call.tell(event_type, record);
    }
}

fn settings(input: &mut Input, organization: &mut Organization) -> Result<(), Refusal> {
    if let Some(limit) = input.number("max_allowed_memberships", 0..=u64::MAX)? {
        organization.max_allowed_memberships = limit;
    }
    if let Some(created_at) = input.time("created_at")? {
        organization.created_at = created_at;
    }
    if let Some(set) = input.text("role_set_key")? {
        organization.role_set = Some(set);
    }
    Ok(())
}

fn change_metadata(
    input: &mut Input,
    organization: &mut Organization,
    change: Change,
) -> Result<(), Refusal> {
    metadata::change(
        input,
        change,
        &mut [
            ("public_metadata", &mut organization.public_metadata),
            ("private_metadata", &mut organization.private_metadata),
        ],
    )
}

/// Refuses names and slugs that cannot be.
pub(crate) fn check(directory: &Directory, organization: &Organization) -> Result<(), Refusal> {
    let Organization { id, name, slug, .. } = organization;
    if name.trim().is_empty() || name.chars().count() > 256 {
        let expected = "of 1 to 256 characters";
        return Err(Refusal::form_param_value_invalid("name", expected));
    }
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if slug.is_empty() || !slug.bytes().all(allowed) {
        let expected = "of lower-case letters, digits and hyphens";
        return Err(Refusal::form_param_format_invalid("slug", expected));
    }
    check_role_set(directory, organization)?;
    let mut others = directory.organizations.by(Key::Slug, slug);
    if others.any(|other| other.id != *id) {
        return Err(Refusal::form_identifier_exists("slug"));
    }
    Ok(())
}

/// Refuses role sets that there are not, and those that lack roles which members have.
fn check_role_set(directory: &Directory, organization: &Organization) -> Result<(), Refusal> {
    let Some(key) = &organization.role_set else {
        return Ok(());
    };
    let set = directory.role_sets.by(Key::Name, key).next();
    let set = set.ok_or_else(|| Refusal::resource_not_found("role set", key))?;
    let mut members = directory.members(&organization.id);
    match members.find(|membership| !set.has(&membership.role)) {
        None => Ok(()),
        Some(membership) => {
            let expected = format!(
                "the key of a role set with {}, which members have",
                membership.role
            );
            Err(Refusal::form_param_value_invalid("role_set_key", &expected))
        }
    }
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&[
        "include_members_count",
        "include_missing_member_with_elevated_permissions",
    ])?;
    let organization = called_for(call)?;
    let directory = &call.state.directory;
    let included = Included::asked_for(&call.query)?;
    Ok(Reply::ok(included.describe(directory, organization)))
}

/// What a query wants the organization object to include.
struct Included {
    members_count: bool,
    missing_manager: bool,
}

impl Included {
    fn asked_for(query: &Query) -> Result<Self, Refusal> {
        let asked_for = |name| Ok(query.flag(name)? == Some(true));
        Ok(Self {
            members_count: asked_for("include_members_count")?,
            missing_manager: asked_for("include_missing_member_with_elevated_permissions")?,
        })
    }

    fn describe(&self, directory: &Directory, organization: &Organization) -> Value {
        let mut body = organization.to_json();
        if self.members_count {
            let count = directory
                .memberships
                .count(Key::Organization, &organization.id);
            body["members_count"] = json!(count);
        }
        if self.missing_manager {
            let mut members = directory.members(&organization.id);
            let managed = members.any(|membership| directory.manages_members(&membership.role));
            body["missing_member_with_elevated_permissions"] = json!(!managed);
        }
        body
    }
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut organization = called_for(call)?.clone();
    if let Some(name) = input.text("name")? {
        organization.name = name;
    }
    if let Some(slug) = input.text("slug")? {
        check_slug_allowed(&call.state.directory, Some(&slug))?;
        organization.slug = slug;
    }
    if let Some(enabled) = input.flag("admin_delete_enabled")? {
        organization.admin_delete_enabled = enabled;
    }
    settings(&mut input, &mut organization)?;
    // Newer versions have the operations on metadata for this, and refuse it here.
    if call.is_older_than("2026-05-12") {
        change_metadata(&mut input, &mut organization, Change::Replace)?;
    }
    input.finish()?;
    check(&call.state.directory, &organization)?;
    Ok(store(call, organization, |_| {}))
}

fn merge_metadata(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    update_metadata(call, Change::Merge)
}

fn replace_metadata(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    update_metadata(call, Change::Replace)
}

fn update_metadata(call: &mut Call<'_>, change: Change) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut organization = called_for(call)?.clone();
    change_metadata(&mut input, &mut organization, change)?;
    input.finish()?;
    Ok(store(call, organization, |_| {}))
}

/// Puts a changed organization back, and answers with it and what `add` adds.
pub(super) fn store(
    call: &mut Call<'_>,
    mut organization: Organization,
    add: impl FnOnce(&mut Value),
) -> Reply {
    organization.updated_at = call.now;
    let mut body = organization.to_json();
    call.state.directory.organizations.put(organization);
    call.tell(EventType::OrganizationUpdated, body.clone());
    add(&mut body);
    Reply::ok(body)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Organization { id, slug, .. } = called_for(call)?.clone();
    let memberships = memberships_of(&call.state.directory, &id);
    call.state.directory.remove_organization(&id);
    let mut body = deleted("organization", &id, None);
    body["slug"] = json!(slug);
    call.tell(EventType::OrganizationDeleted, body.clone());
    tell_all(call, EventType::OrganizationMembershipDeleted, memberships);
    Ok(Reply::ok(body))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    check_enabled(&call.state.directory)?;
    let query = &call.query;
    query.only(&[
        "include_members_count",
        "include_missing_member_with_elevated_permissions",
        "query",
        "user_id",
        "organization_id",
        "order_by",
        "limit",
        "offset",
    ])?;
    let directory = &call.state.directory;
    let count = |organization: &Organization| {
        let members = directory
            .memberships
            .count(Key::Organization, &organization.id);
        i64::try_from(members).unwrap_or(i64::MAX)
    };
    let mut organizations: Vec<&Organization> = directory
        .organizations
        .iter()
        .filter(|organization| {
            let names = [&organization.id, &organization.name, &organization.slug];
            passes_marked(query, "organization_id", &[&organization.id])
                && mentions(query, "query", names.map(String::as_str))
                && has_member(directory, organization, query)
        })
        .collect();
    let orders: [Order<'_, Organization>; 3] = [
        ("name", &|organization| {
            Rank::from(Some(organization.name.as_str()))
        }),
        ("created_at", &|organization| {
            Rank::from(Some(organization.created_at))
        }),
        ("members_count", &|organization| {
            Rank::Number(count(organization))
        }),
    ];
    sort(query, &mut organizations, &orders)?;
    let included = Included::asked_for(query)?;
    let write = |organization: &&Organization| included.describe(directory, organization);
    Ok(Reply::ok(page_with_total(query, &organizations, write)?))
}

fn has_member(directory: &Directory, organization: &Organization, query: &Query) -> bool {
    if query.get("user_id").is_none() {
        return true;
    }
    let members: Vec<&str> = directory
        .members(&organization.id)
        .map(|membership| membership.user_id.as_str())
        .collect();
    passes_marked(query, "user_id", &members)
}
