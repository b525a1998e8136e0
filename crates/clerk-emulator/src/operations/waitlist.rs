//! The waitlist: who would like to be a user, and who was invited or rejected.

use http::StatusCode;
use serde_json::Value;

use super::{
    deleted, invitations,
    listing::{Order, Rank, mentions, page_with_total, passes, sort},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Invitation, Key, WaitlistEntry, WaitlistEntryStatus},
    refusal::Refusal,
    route::Handled,
    webhooks::EventType,
};

/// How many entries one request makes.
const BULK: usize = 50;

/// How long those who are invited have, in days.
const LIFETIME: u64 = 30;

pub(super) const HANDLERS: &[Handled] = &[
    ("ListWaitlistEntries", list),
    ("CreateWaitlistEntry", create),
    ("CreateBulkWaitlistEntries", create_all),
    ("DeleteWaitlistEntry", delete),
    ("InviteWaitlistEntry", invite),
    ("RejectWaitlistEntry", reject),
];

const ORDERS: [Order<'static, WaitlistEntry>; 2] = [
    ("created_at", &|entry| Rank::from(Some(entry.created_at))),
    ("email_address", &|entry| {
        Rank::from(Some(entry.email_address.as_str()))
    }),
];

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["limit", "offset", "query", "status", "order_by"])?;
    let known = ["pending", "invited", "completed", "rejected"];
    if query
        .get("status")
        .is_some_and(|status| !known.contains(&status))
    {
        let expected = "pending, invited, completed or rejected";
        return Err(Refusal::form_param_value_invalid("status", expected));
    }
    let directory = &call.state.directory;
    let entries = directory.waitlist.iter().filter(|entry| {
        let texts = [&*entry.email_address, &*entry.id];
        passes(query, "status", Some(entry.status(directory).as_str()))
            && mentions(query, "query", texts)
    });
    let mut entries: Vec<&WaitlistEntry> = entries.collect();
    sort(query, &mut entries, &ORDERS)?;
    let write = |entry: &&WaitlistEntry| entry.to_json(directory, call.now);
    Ok(Reply::ok(page_with_total(query, &entries, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let input = call.input()?;
    let address = read(input)?;
    Ok(Reply::ok(add(call, address)))
}

/// All of them, or none.
fn create_all(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let inputs = call.inputs(BULK)?;
    let addresses: Result<Vec<String>, Refusal> = inputs.into_iter().map(read).collect();
    let addresses = addresses?;
    let entries: Vec<Value> = addresses
        .into_iter()
        .map(|address| add(call, address))
        .collect();
    Ok(Reply::ok(entries.into()))
}

fn read(mut input: Input) -> Result<String, Refusal> {
    let address = input.required_text("email_address")?;
    // Nobody is written to.
    input.flag("notify")?;
    input.finish()?;
    invitations::check_address(&address)?;
    Ok(address)
}

/// The entry of this address, which is a new one unless there is one already.
fn add(call: &mut Call<'_>, address: String) -> Value {
    let directory = &call.state.directory;
    let key = address.to_ascii_lowercase();
    if let Some(entry) = directory.waitlist.by(Key::EmailAddress, &key).next() {
        return entry.to_json(directory, call.now);
    }
    let entry = WaitlistEntry::new(call.state.ids.object("wle_"), address, call.now);
    store(call, entry, EventType::WaitlistEntryCreated)
}

fn store(call: &mut Call<'_>, entry: WaitlistEntry, event: EventType) -> Value {
    let directory = &mut call.state.directory;
    let body = entry.to_json(directory, call.now);
    directory.waitlist.put(entry);
    call.tell(event, body.clone());
    body
}

fn called_for(call: &Call<'_>) -> Result<WaitlistEntry, Refusal> {
    let id = call.path.get("waitlist_entry_id");
    let entry = call.state.directory.waitlist.get(id);
    entry
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("waitlist entry", id))
}

/// Refuses entries about which something was decided.
fn check(
    call: &Call<'_>,
    entry: &WaitlistEntry,
    allowed: &[WaitlistEntryStatus],
) -> Result<(), Refusal> {
    let status = entry.status(&call.state.directory);
    if allowed.contains(&status) {
        return Ok(());
    }
    let status = status.as_str();
    Err(Refusal::new(
        StatusCode::CONFLICT,
        format!("waitlist_entry_already_{status}"),
        "not possible",
        format!("The waitlist entry is {status} already."),
    ))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let entry = called_for(call)?;
    check(call, &entry, &[WaitlistEntryStatus::Pending])?;
    call.state.directory.waitlist.remove(&entry.id);
    Ok(Reply::ok(deleted("waitlist_entry", &entry.id, None)))
}

/// Invites somebody, who may have been rejected before.
fn invite(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut entry = called_for(call)?;
    let ignore_existing = input.flag("ignore_existing")?.unwrap_or(false);
    input.finish()?;
    let allowed = [WaitlistEntryStatus::Pending, WaitlistEntryStatus::Rejected];
    check(call, &entry, &allowed)?;
    let url = invitations::url(call.settings, &mut call.state.ids);
    let id = call.state.ids.object("inv_");
    let address = entry.email_address.clone();
    let invitation = Invitation::new(id.clone(), address, url, LIFETIME, call.now);
    if !ignore_existing {
        invitations::refuse_existing(&call.state.directory, &invitation, call.now)?;
    }
    call.state.directory.invitations.put(invitation);
    entry.invite(id, call.now);
    Ok(Reply::ok(store(
        call,
        entry,
        EventType::WaitlistEntryUpdated,
    )))
}

fn reject(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut entry = called_for(call)?;
    check(call, &entry, &[WaitlistEntryStatus::Pending])?;
    entry.reject(call.now);
    Ok(Reply::ok(store(
        call,
        entry,
        EventType::WaitlistEntryUpdated,
    )))
}
