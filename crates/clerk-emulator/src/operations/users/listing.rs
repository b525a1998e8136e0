//! Lists of users, and their filters.

use clerk_core::UnixTime;
use serde_json::json;

use crate::{
    answer::Reply,
    call::{Call, Query},
    directory::{Directory, IdentificationKind, Key, User},
    operations::listing::{Order, Rank, mentions, page, passes, passes_marked, sort},
    refusal::Refusal,
};

/// The filters of `GetUserList`.
const FILTERS: [&str; 22] = [
    "user_id",
    "email_address",
    "external_id",
    "username",
    "organization_id",
    "query",
    "email_address_query",
    "username_query",
    "name_query",
    "banned",
    "created_at_before",
    "created_at_after",
    "phone_number",
    "web3_wallet",
    "phone_number_query",
    "last_active_at_before",
    "last_active_at_after",
    "last_active_at_since",
    "last_sign_in_at_before",
    "last_sign_in_at_after",
    "provider",
    "provider_user_id",
];

/// The orders of `GetUserList`.
const ORDERS: [Order<'static, User>; 10] = [
    ("created_at", &|user| Rank::from(Some(user.created_at))),
    ("updated_at", &|user| Rank::from(Some(user.updated_at))),
    ("email_address", &|user| {
        primary(user, IdentificationKind::EmailAddress)
    }),
    ("web3wallet", &|user| {
        primary(user, IdentificationKind::Web3Wallet)
    }),
    ("first_name", &|user| Rank::from(user.first_name.as_deref())),
    ("last_name", &|user| Rank::from(user.last_name.as_deref())),
    ("phone_number", &|user| {
        primary(user, IdentificationKind::PhoneNumber)
    }),
    ("username", &|user| Rank::from(user.username.as_deref())),
    ("last_active_at", &|user| {
        Rank::from(Some(user.last_active_at()))
    }),
    ("last_sign_in_at", &|user| Rank::from(user.last_sign_in_at)),
];

/// Users are sorted by what they are reached at first.
pub(in crate::operations) fn primary(user: &User, kind: IdentificationKind) -> Rank {
    let primary = user.primary(kind);
    Rank::from(primary.map(|primary| primary.address.as_str()))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    let mut known = vec!["limit", "offset", "order_by", "paginated", "starting_after"];
    known.extend(FILTERS);
    query.only(&known)?;
    let mut users = matching(&call.state.directory, query)?;
    sort(query, &mut users, &ORDERS)?;
    let users = match query.get("starting_after") {
        None => &users[..],
        Some(cursor) => following(query, &users, cursor)?,
    };
    Ok(Reply::ok(page(query, users, |user| user.to_json())?))
}

/// The users after the one that the cursor names. Other orders than that by creation have ties,
/// so a cursor over them would skip users.
fn following<'u, 'd>(
    query: &Query,
    users: &'u [&'d User],
    cursor: &str,
) -> Result<&'u [&'d User], Refusal> {
    let order = query.all("order_by").next().unwrap_or_default();
    if !matches!(order.trim_start_matches(['-', '+', ' ']), "" | "created_at") {
        let expected = "created_at or -created_at where there is starting_after";
        return Err(Refusal::form_param_value_invalid("order_by", expected));
    }
    if query.number("offset", 0..=usize::MAX, 0)? != 0 {
        let expected = "0 where there is starting_after";
        return Err(Refusal::form_param_value_invalid("offset", expected));
    }
    let position = users.iter().position(|user| user.id == cursor);
    let position = position.ok_or_else(|| {
        let expected = "the id of a user that the list has";
        Refusal::form_param_value_invalid("starting_after", expected)
    })?;
    Ok(&users[position + 1..])
}

pub(super) fn count(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&FILTERS)?;
    let count = matching(&call.state.directory, &call.query)?.len();
    Ok(Reply::ok(
        json!({ "object": "total_count", "total_count": count }),
    ))
}

/// The users that every filter lets through, oldest first.
fn matching<'d>(directory: &'d Directory, query: &Query) -> Result<Vec<&'d User>, Refusal> {
    if !query.names().any(|name| FILTERS.contains(&name)) {
        return Ok(directory.users.iter().collect());
    }
    let banned = query.flag("banned")?;
    if query.get("provider").is_some() != query.get("provider_user_id").is_some() {
        let missing = match query.get("provider") {
            None => "provider",
            Some(_) => "provider_user_id",
        };
        return Err(Refusal::form_param_missing(missing));
    }
    let created = Span::read(query, "created_at")?;
    let active = Span::read(query, "last_active_at")?;
    let signed_in = Span::read(query, "last_sign_in_at")?;
    // The old name of `last_active_at_after`, which has the moment itself.
    let since = query.number("last_active_at_since", 0..=usize::MAX, 0)?;
    let users = directory.users.iter().filter(|user| {
        banned.is_none_or(|banned| user.banned == banned)
            && created.has(Some(user.created_at))
            && active.has(Some(user.last_active_at()))
            && signed_in.has(user.last_sign_in_at)
            && milliseconds(user.last_active_at()) >= since
            && is_named(user, query)
            && is_mentioned(user, query)
            && has_account(user, query)
            && is_member(directory, user, query)
    });
    Ok(users.collect())
}

/// The times between two moments, without these.
struct Span {
    after: Option<usize>,
    before: Option<usize>,
}

impl Span {
    fn read(query: &Query, name: &str) -> Result<Self, Refusal> {
        let moment = |end: &str| {
            let name = format!("{name}_{end}");
            let given = query.get(&name).is_some();
            let moment = query.number(&name, 0..=usize::MAX, 0)?;
            Ok(given.then_some(moment))
        };
        Ok(Self {
            after: moment("after")?,
            before: moment("before")?,
        })
    }

    /// What never was is in none.
    fn has(&self, at: Option<UnixTime>) -> bool {
        let at = at.map(milliseconds);
        let is_after = |after| at.is_some_and(|at| at > after);
        let is_before = |before| at.is_some_and(|at| at < before);
        self.after.is_none_or(is_after) && self.before.is_none_or(is_before)
    }
}

fn milliseconds(at: UnixTime) -> usize {
    usize::try_from(at.as_millis()).unwrap_or_default()
}

fn has_account(user: &User, query: &Query) -> bool {
    let Some(provider) = query.get("provider") else {
        return true;
    };
    let strategy = format!(
        "oauth_{}",
        provider.strip_prefix("oauth_").unwrap_or(provider)
    );
    user.external_accounts.iter().any(|account| {
        account.strategy() == strategy
            && passes(query, "provider_user_id", Some(&account.provider_user_id))
    })
}

pub(in crate::operations) fn is_named(user: &User, query: &Query) -> bool {
    passes_marked(query, "user_id", &[&user.id])
        && passes_marked(query, "external_id", user.external_id.as_deref().as_slice())
        && passes(query, "username", user.username.as_deref())
        && IdentificationKind::ALL.into_iter().all(|kind| {
            let mut wanted = query.all(kind.as_str()).peekable();
            let has = |wanted: &str| {
                let mut own = user.identifications_of(kind).iter();
                own.any(|own| own.is(wanted))
            };
            wanted.peek().is_none() || wanted.any(has)
        })
}

pub(in crate::operations) fn is_mentioned(user: &User, query: &Query) -> bool {
    let addresses = |kind| {
        let own = user.identifications_of(kind).iter();
        own.map(|own| &*own.address)
    };
    let emails = || addresses(IdentificationKind::EmailAddress);
    let numbers = || addresses(IdentificationKind::PhoneNumber);
    let names = || [&user.first_name, &user.last_name].into_iter().flatten();
    let full_name = user.full_name();
    let named = || names().chain(&full_name).map(String::as_str);
    let any = user
        .identifications()
        .map(|own| &*own.address)
        .chain(named())
        .chain(user.username.as_deref())
        .chain([user.id.as_str()]);
    mentions(query, "query", any)
        && mentions(query, "email_address_query", emails())
        && mentions(query, "phone_number_query", numbers())
        && mentions(query, "username_query", user.username.as_deref())
        && mentions(query, "name_query", named())
}

fn is_member(directory: &Directory, user: &User, query: &Query) -> bool {
    if query.get("organization_id").is_none() {
        return true;
    }
    let memberships = directory.memberships.by(Key::User, &user.id);
    let organizations: Vec<&str> = memberships
        .map(|membership| membership.organization_id.as_str())
        .collect();
    passes_marked(query, "organization_id", &organizations)
}
