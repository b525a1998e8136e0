use http::Method;
use serde_json::{Value, json};

use super::{deleted, page, passes};
use crate::{
    answer::Reply,
    call::{Call, Query},
    directory::{Directory, EmailAddress, User},
    refusal::Refusal,
    routing::{Access, Route},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "GetUserList",
        method: Method::GET,
        path: "/v1/users",
        access: Access::SecretKey,
        handler: list,
    },
    Route {
        operation: "CreateUser",
        method: Method::POST,
        path: "/v1/users",
        access: Access::SecretKey,
        handler: create,
    },
    Route {
        operation: "GetUsersCount",
        method: Method::GET,
        path: "/v1/users/count",
        access: Access::SecretKey,
        handler: count,
    },
    Route {
        operation: "GetUser",
        method: Method::GET,
        path: "/v1/users/{user_id}",
        access: Access::SecretKey,
        handler: get,
    },
    Route {
        operation: "DeleteUser",
        method: Method::DELETE,
        path: "/v1/users/{user_id}",
        access: Access::SecretKey,
        handler: delete,
    },
];

/// The filters of `GetUserList` that the emulator has.
const FILTERS: [&str; 5] = [
    "user_id",
    "email_address",
    "external_id",
    "username",
    "query",
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let directory = &mut call.state.directory;
    let mut user = User::new(call.state.ids.object("user_"), call.now);
    for address in input.texts("email_address")? {
        if !EmailAddress::is_valid(&address) {
            let expected = "a valid email address";
            return Err(Refusal::form_param_format_invalid(
                "email_address",
                expected,
            ));
        }
        if user.has_email(&address) || directory.users.iter().any(|u| u.has_email(&address)) {
            return Err(Refusal::form_identifier_exists("email_address"));
        }
        let id = call.state.ids.object("idn_");
        user.email_addresses.push(EmailAddress { id, address });
    }
    user.username = input.text("username")?;
    user.external_id = input.text("external_id")?;
    refuse_duplicates(directory, &user)?;
    user.first_name = input.text("first_name")?;
    user.last_name = input.text("last_name")?;
    user.locale = input.text("locale")?;
    user.public_metadata = input.object("public_metadata")?;
    user.private_metadata = input.object("private_metadata")?;
    user.unsafe_metadata = input.object("unsafe_metadata")?;
    user.banned = input.flag("banned")?.unwrap_or(false);
    user.locked = input.flag("locked")?.unwrap_or(false);
    user.delete_self_enabled = input.flag("delete_self_enabled")?.unwrap_or(true);
    user.create_organization_enabled = input.flag("create_organization_enabled")?.unwrap_or(true);
    user.create_organizations_limit = input.integer("create_organizations_limit")?;
    let skip_password_checks = input.flag("skip_password_checks")?.unwrap_or(false);
    if let Some(password) = input.text("password")? {
        if password.chars().count() < 8 && !skip_password_checks {
            return Err(Refusal::form_password_length_too_short());
        }
        user.password_enabled = true;
    }
    for rule in [
        "skip_password_requirement",
        "skip_legal_checks",
        "skip_user_requirement",
    ] {
        input.ignore(rule);
    }
    input.finish()?;
    if user.email_addresses.is_empty() && user.username.is_none() {
        return Err(Refusal::form_data_missing());
    }
    let body = user.to_json();
    directory.users.push(user);
    Ok(Reply::ok(body))
}

fn refuse_duplicates(directory: &Directory, new: &User) -> Result<(), Refusal> {
    let taken = |same: fn(&User) -> Option<&String>| {
        same(new).is_some() && directory.users.iter().any(|user| same(user) == same(new))
    };
    if taken(|user| user.username.as_ref()) {
        return Err(Refusal::form_identifier_exists("username"));
    }
    if taken(|user| user.external_id.as_ref()) {
        return Err(Refusal::form_identifier_exists("external_id"));
    }
    Ok(())
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let user = call.state.directory.user(call.path.get("user_id"));
    let user = user.ok_or_else(|| not_found(call))?;
    Ok(Reply::ok(user.to_json()))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let user = call.state.directory.remove_user(call.path.get("user_id"));
    let user = user.ok_or_else(|| not_found(call))?;
    let external_id = user.external_id.as_deref();
    Ok(Reply::ok(deleted("user", &user.id, external_id)))
}

fn not_found(call: &Call<'_>) -> Refusal {
    Refusal::resource_not_found("user", call.path.get("user_id"))
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    let mut known = vec!["limit", "offset", "order_by", "paginated"];
    known.extend(FILTERS);
    query.only(&known)?;
    let mut users = matching(&call.state.directory, query);
    match query.get("order_by") {
        None | Some("-created_at") => users.reverse(),
        // An unescaped plus sign is a space in a query.
        Some("created_at" | "+created_at" | " created_at") => {}
        Some(_) => {
            let expected = "created_at or -created_at: the emulator knows no other order";
            return Err(Refusal::form_param_value_invalid("order_by", expected));
        }
    }
    let users: Vec<Value> = users.into_iter().map(User::to_json).collect();
    Ok(Reply::ok(page(query, &users)?))
}

fn count(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&FILTERS)?;
    let count = matching(&call.state.directory, &call.query).len();
    Ok(Reply::ok(
        json!({ "object": "total_count", "total_count": count }),
    ))
}

/// The users that every filter lets through, oldest first.
fn matching<'d>(directory: &'d Directory, query: &Query) -> Vec<&'d User> {
    let needle = query.get("query").unwrap_or_default().to_lowercase();
    directory
        .users
        .iter()
        .filter(|user| {
            passes(query, "user_id", Some(&user.id))
                && passes(query, "external_id", user.external_id.as_deref())
                && passes(query, "username", user.username.as_deref())
                && (query.get("email_address").is_none()
                    || query
                        .all("email_address")
                        .any(|wanted| user.has_email(wanted)))
                && mentions(user, &needle)
        })
        .collect()
}

/// Whether some name of the user contains `needle`, which is in lower case.
fn mentions(user: &User, needle: &str) -> bool {
    let emails = user.email_addresses.iter().map(|email| &email.address);
    let names = [&user.username, &user.first_name, &user.last_name];
    emails
        .chain(names.into_iter().flatten())
        .chain([&user.id])
        .any(|text| text.to_lowercase().contains(needle))
}
