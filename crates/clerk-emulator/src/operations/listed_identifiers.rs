//! Who may sign up: the allowlist and the blocklist.

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{deleted, listing::page};
use crate::{
    answer::Reply,
    call::Call,
    directory::{Directory, IdentificationKind, Invitation, Key, ListedIdentifier, Table},
    ids::Ids,
    refusal::Refusal,
    route::Handled,
    state::State,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("ListAllowlistIdentifiers", |call| list(call, &ALLOWLIST)),
    ("CreateAllowlistIdentifier", |call| create(call, &ALLOWLIST)),
    ("DeleteAllowlistIdentifier", |call| delete(call, &ALLOWLIST)),
    ("ListBlocklistIdentifiers", |call| list(call, &BLOCKLIST)),
    ("CreateBlocklistIdentifier", |call| create(call, &BLOCKLIST)),
    ("DeleteBlocklistIdentifier", |call| delete(call, &BLOCKLIST)),
];

/// One of the two lists.
pub(crate) struct List {
    name: &'static str,
    /// What ids of what stands on it begin with.
    prefix: &'static str,
    of: fn(&mut Directory) -> &mut Table<ListedIdentifier>,
}

pub(crate) const ALLOWLIST: List = List {
    name: "allowlist",
    prefix: "alid_",
    of: |directory| &mut directory.allowlist,
};

pub(crate) const BLOCKLIST: List = List {
    name: "blocklist",
    prefix: "blid_",
    of: |directory| &mut directory.blocklist,
};

fn list(call: &mut Call<'_>, list: &List) -> Result<Reply, Refusal> {
    let is_paged = list.name == ALLOWLIST.name;
    call.query.only(match is_paged {
        true => &["paginated", "limit", "offset"],
        false => &[],
    })?;
    let instance_id = &call.settings.first_keys.current().id;
    let identifiers: Vec<&ListedIdentifier> =
        (list.of)(&mut call.state.directory).iter().rev().collect();
    let write = |identifier: &&ListedIdentifier| identifier.to_json(list.name, instance_id);
    if is_paged {
        return Ok(Reply::ok(page(&call.query, &identifiers, write)?));
    }
    // Clerk has no pages of it.
    let all: Vec<Value> = identifiers.iter().map(write).collect();
    let total = all.len();
    Ok(Reply::ok(json!({ "data": all, "total_count": total })))
}

fn create(call: &mut Call<'_>, list: &List) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let identifier = input.required_text("identifier")?;
    // The blocklist tells nobody.
    let notify = list.name == ALLOWLIST.name && input.flag("notify")? == Some(true);
    input.finish()?;
    let State { directory, ids, .. } = &mut *call.state;
    let mut listed = listed(directory, (list, identifier), (ids, call.now))?;
    let is_address = listed.kind == IdentificationKind::EmailAddress;
    if notify && is_address && !listed.identifier.starts_with('*') {
        listed.invitation_id = Some(invite(call, &listed.identifier));
    }
    let body = listed.to_json(list.name, &call.settings.first_keys.current().id);
    (list.of)(&mut call.state.directory).put(listed);
    Ok(Reply::ok(body))
}

/// Puts an identifier on a list that nobody is told of.
pub(crate) fn put_on(
    directory: &mut Directory,
    wanted: (&List, String),
    made: (&mut Ids, UnixTime),
) -> Result<(), Refusal> {
    let list = wanted.0;
    let listed = listed(directory, wanted, made)?;
    (list.of)(directory).put(listed);
    Ok(())
}

/// What an identifier is on a list that it is not on yet.
fn listed(
    directory: &mut Directory,
    (list, identifier): (&List, String),
    (ids, now): (&mut Ids, UnixTime),
) -> Result<ListedIdentifier, Refusal> {
    let identifier = identifier.trim().to_lowercase();
    let kind = IdentificationKind::of(&identifier).ok_or_else(|| {
        let expected = "an e-mail address, *@ and a domain, a phone number, or a web3 wallet";
        Refusal::form_param_format_invalid("identifier", expected)
    })?;
    if (list.of)(directory)
        .by(Key::Name, &identifier)
        .next()
        .is_some()
    {
        return Err(Refusal::form_identifier_exists("identifier"));
    }
    Ok(ListedIdentifier {
        id: ids.object(list.prefix),
        identifier,
        kind,
        invitation_id: None,
        created_at: now,
    })
}

/// Invites whoever has the address to the instance, and returns the invitation's id.
fn invite(call: &mut Call<'_>, address: &str) -> String {
    let ids = &mut call.state.ids;
    let (id, ticket) = (ids.object("inv_"), ids.hex(32));
    let url = format!("{}/v1/tickets/accept?ticket={ticket}", call.settings.origin);
    let invitation = Invitation::new(id.clone(), address.to_owned(), url, 30, call.now);
    call.state.directory.invitations.put(invitation);
    id
}

fn delete(call: &mut Call<'_>, list: &List) -> Result<Reply, Refusal> {
    let id = call.path.get("identifier_id");
    let removed = (list.of)(&mut call.state.directory).remove(id);
    match removed {
        Some(_) => Ok(Reply::ok(deleted(
            &format!("{}_identifier", list.name),
            id,
            None,
        ))),
        None => Err(Refusal::resource_not_found("identifier on the list", id)),
    }
}
