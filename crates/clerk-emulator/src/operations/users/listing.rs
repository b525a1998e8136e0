//! Lists of users, and their filters.

use serde_json::json;

use crate::{
    answer::Reply,
    call::{Call, Query},
    directory::{Directory, Key, User},
    operations::listing::{Order, Rank, mentions, page, passes, passes_marked, sort},
    refusal::Refusal,
};

/// The filters of `GetUserList` that the emulator has.
const FILTERS: [&str; 13] = [
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
];

/// The orders of `GetUserList`.
const ORDERS: [Order<'static, User>; 10] = [
    ("created_at", &|user| Rank::from(Some(user.created_at))),
    ("updated_at", &|user| Rank::from(Some(user.updated_at))),
    ("email_address", &|user| {
        let first = user.email_addresses.first();
        Rank::from(first.map(|email| email.address.as_str()))
    }),
    ("web3wallet", &|_| Rank::None),
    ("first_name", &|user| Rank::from(user.first_name.as_deref())),
    ("last_name", &|user| Rank::from(user.last_name.as_deref())),
    ("phone_number", &|_| Rank::None),
    ("username", &|user| Rank::from(user.username.as_deref())),
    ("last_active_at", &|user| {
        Rank::from(Some(user.last_active_at()))
    }),
    ("last_sign_in_at", &|user| Rank::from(user.last_sign_in_at)),
];

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
    let banned = query.flag("banned")?;
    let before = query.number("created_at_before", 0..=usize::MAX, usize::MAX)?;
    let after = query.number("created_at_after", 0..=usize::MAX, 0)?;
    let users = directory.users.iter().filter(|user| {
        let created_at = usize::try_from(user.created_at.as_millis()).unwrap_or_default();
        banned.is_none_or(|banned| user.banned == banned)
            && created_at < before
            && (after == 0 || created_at > after)
            && is_named(user, query)
            && is_mentioned(user, query)
            && is_member(directory, user, query)
    });
    Ok(users.collect())
}

fn is_named(user: &User, query: &Query) -> bool {
    passes_marked(query, "user_id", &[&user.id])
        && passes(query, "external_id", user.external_id.as_deref())
        && passes(query, "username", user.username.as_deref())
        && passes(query, "phone_number", None)
        && (query.get("email_address").is_none()
            || query
                .all("email_address")
                .any(|wanted| user.has_email(wanted)))
}

fn is_mentioned(user: &User, query: &Query) -> bool {
    let emails = || user.email_addresses.iter().map(|email| &*email.address);
    let names = || [&user.first_name, &user.last_name].into_iter().flatten();
    let full_name = user.full_name();
    let named = || names().chain(&full_name).map(String::as_str);
    let any = emails()
        .chain(named())
        .chain(user.username.as_deref())
        .chain([user.id.as_str()]);
    mentions(query, "query", any)
        && mentions(query, "email_address_query", emails())
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
