use super::{
    listing::{Order, Rank, between, page_with_total, passes, sort},
    metadata::{self, Change},
    organizations,
    users::{is_mentioned, is_named, primary},
};
use crate::{
    answer::Reply,
    call::{Call, Input, Query},
    directory::{Directory, IdentificationKind, Key, Membership, Organization, User},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListOrganizationMemberships", list),
    ("CreateOrganizationMembership", create),
    ("UpdateOrganizationMembership", update),
    ("DeleteOrganizationMembership", delete),
    ("UpdateOrganizationMembershipMetadata", merge_metadata),
    ("InstanceGetOrganizationMemberships", list_of_instance),
    ("UsersGetOrganizationMemberships", list_of_user),
];

/// A membership and whose it is.
type Member<'d> = (&'d Membership, Option<&'d User>);

/// The orders of lists of memberships.
fn orders<'d>() -> [Order<'d, Member<'d>>; 6] {
    [
        ("created_at", &|(membership, _)| {
            Rank::from(Some(membership.created_at))
        }),
        ("phone_number", &|(_, user)| {
            user.map_or(Rank::None, |user| {
                primary(user, IdentificationKind::PhoneNumber)
            })
        }),
        ("email_address", &|(_, user)| {
            user.map_or(Rank::None, |user| {
                primary(user, IdentificationKind::EmailAddress)
            })
        }),
        ("first_name", &|(_, user)| {
            Rank::from(user.and_then(|user| user.first_name.as_deref()))
        }),
        ("last_name", &|(_, user)| {
            Rank::from(user.and_then(|user| user.last_name.as_deref()))
        }),
        ("username", &|(_, user)| {
            Rank::from(user.and_then(|user| user.username.as_deref()))
        }),
    ]
}

/// Refuses roles that the instance does not have, such as `admin` without its prefix.
pub(crate) fn check_role(directory: &Directory, role: &str) -> Result<(), Refusal> {
    match directory.role(role) {
        Some(_) => Ok(()),
        None => Err(Refusal::resource_not_found("role", role)),
    }
}

/// The same, and those that the organization's role set lacks.
pub(crate) fn check_role_in(
    directory: &Directory,
    organization: &Organization,
    role: &str,
) -> Result<(), Refusal> {
    check_role(directory, role)?;
    match directory.allows_role(organization, role) {
        true => Ok(()),
        false => {
            let expected = "the key of a role of the organization's role set";
            Err(Refusal::form_param_value_invalid("role", expected))
        }
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let organization = organizations::called_for(call)?.clone();
    let user_id = input.required_text("user_id")?;
    let role = input.required_text("role")?;
    let id = call.state.ids.object("orgmem_");
    let mut membership = Membership::new(
        id,
        organization.id.clone(),
        user_id.clone(),
        role.clone(),
        call.now,
    );
    change_metadata(&mut input, &mut membership, Change::Replace)?;
    input.finish()?;
    let directory = &mut call.state.directory;
    if directory.user(&user_id).is_none() {
        return Err(Refusal::resource_not_found("user", &user_id));
    }
    check_role_in(directory, &organization, &role)?;
    refuse_new_member(directory, &organization, &user_id)?;
    let body = membership.to_json(directory);
    directory.memberships.put(membership);
    call.tell(EventType::OrganizationMembershipCreated, body.clone());
    Ok(Reply::ok(body))
}

/// Refuses who is a member already, and whoever would be one too many.
pub(crate) fn refuse_new_member(
    directory: &Directory,
    organization: &Organization,
    user_id: &str,
) -> Result<(), Refusal> {
    if directory.is_member(user_id, &organization.id) {
        return Err(Refusal::bad_request(
            "already_a_member_in_organization",
            "The user is a member of the organization already.",
        ));
    }
    let limit = organization.max_allowed_memberships;
    let count = directory
        .memberships
        .count(Key::Organization, &organization.id);
    if limit > 0 && u64::try_from(count).is_ok_and(|count| count >= limit) {
        return Err(Refusal::forbidden(
            "organization_membership_quota_exceeded",
            format!("The organization takes at most {limit} members."),
        ));
    }
    Ok(())
}

fn change_metadata(
    input: &mut Input,
    membership: &mut Membership,
    change: Change,
) -> Result<(), Refusal> {
    metadata::change(
        input,
        change,
        &mut [
            ("public_metadata", &mut membership.public_metadata),
            ("private_metadata", &mut membership.private_metadata),
        ],
    )
}

fn called_for(call: &Call<'_>) -> Result<Membership, Refusal> {
    let organization = organizations::called_for(call)?;
    let user_id = call.path.get("user_id");
    let membership = call.state.directory.membership(&organization.id, user_id);
    membership
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("member of the organization", user_id))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut membership = called_for(call)?;
    membership.role = input.required_text("role")?;
    input.finish()?;
    let directory = &call.state.directory;
    check_role_in(
        directory,
        organizations::called_for(call)?,
        &membership.role,
    )?;
    if !directory.manages_members(&membership.role) {
        keep_a_manager(directory, &membership)?;
    }
    Ok(store(call, membership))
}

fn merge_metadata(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut membership = called_for(call)?;
    change_metadata(&mut input, &mut membership, Change::Merge)?;
    input.finish()?;
    Ok(store(call, membership))
}

/// Puts a changed membership back.
fn store(call: &mut Call<'_>, mut membership: Membership) -> Reply {
    membership.updated_at = call.now;
    let directory = &mut call.state.directory;
    let body = membership.to_json(directory);
    directory.memberships.put(membership);
    call.tell(EventType::OrganizationMembershipUpdated, body.clone());
    Reply::ok(body)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let membership = called_for(call)?;
    let directory = &mut call.state.directory;
    keep_a_manager(directory, &membership)?;
    let body = membership.to_json(directory);
    directory.remove_membership(&membership.organization_id, &membership.user_id);
    call.tell(EventType::OrganizationMembershipDeleted, body.clone());
    Ok(Reply::ok(body))
}

/// Refuses to take the one who is left to manage members.
pub(crate) fn keep_a_manager(
    directory: &Directory,
    membership: &Membership,
) -> Result<(), Refusal> {
    match directory.is_last_manager(&membership.organization_id, &membership.user_id) {
        false => Ok(()),
        true => Err(Refusal::bad_request(
            "organization_minimum_permissions_needed",
            "Some member of the organization has to be able to manage its members.",
        )),
    }
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let organization = organizations::called_for(call)?;
    call.query.only(&[
        "limit",
        "offset",
        "order_by",
        "user_id",
        "email_address",
        "phone_number",
        "username",
        "web3_wallet",
        "role",
        "query",
        "email_address_query",
        "phone_number_query",
        "username_query",
        "name_query",
        "last_active_at_before",
        "last_active_at_after",
        "created_at_before",
        "created_at_after",
    ])?;
    let directory = &call.state.directory;
    let created = between(&call.query, "created_at")?;
    let active = between(&call.query, "last_active_at")?;
    let memberships = directory.members(&organization.id).filter(|membership| {
        created(membership.created_at)
            && directory
                .user(&membership.user_id)
                .is_some_and(|user| active(user.last_active_at()))
            && fits(directory, membership, &call.query)
    });
    listed(directory, &call.query, memberships)
}

fn list_of_instance(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset", "order_by"])?;
    let directory = &call.state.directory;
    listed(directory, &call.query, directory.memberships.iter())
}

fn list_of_user(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&["limit", "offset"])?;
    let (directory, user_id) = (&call.state.directory, call.path.get("user_id"));
    if directory.user(user_id).is_none() {
        return Err(Refusal::resource_not_found("user", user_id));
    }
    let memberships = directory.memberships.by(Key::User, user_id);
    listed(directory, &call.query, memberships)
}

fn listed<'d>(
    directory: &'d Directory,
    query: &Query,
    memberships: impl Iterator<Item = &'d Membership>,
) -> Result<Reply, Refusal> {
    let mut members: Vec<Member<'d>> = memberships
        .map(|membership| (membership, directory.user(&membership.user_id)))
        .collect();
    sort(query, &mut members, &orders())?;
    let write = |(membership, _): &Member<'_>| membership.to_json(directory);
    Ok(Reply::ok(page_with_total(query, &members, write)?))
}

fn fits(directory: &Directory, membership: &Membership, query: &Query) -> bool {
    let user = directory.user(&membership.user_id);
    passes(query, "role", Some(&membership.role))
        && user.is_some_and(|user| is_named(user, query) && is_mentioned(user, query))
}
