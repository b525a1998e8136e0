use http::Method;
use serde_json::{Value, json};

use crate::{
    answer::Reply,
    call::Call,
    codes,
    description::Access,
    directory::{Identification, IdentificationKind, LinkPurpose, UnknownCode, User},
    frontend::api::{
        caller::{Caller, answer, read, signed_in, store},
        email_links::{self, EMAIL_LINK},
        errors, factors,
        form::required,
        objects,
        sign_ups::check_address,
    },
    refusal::Refusal,
    route::Route,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.me.listEmailAddresses",
        method: Method::GET,
        path: "/v1/me/email_addresses",
        access: Access::Browser,
        handler: list,
    },
    Route {
        operation: "_frontend.me.createEmailAddress",
        method: Method::POST,
        path: "/v1/me/email_addresses",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.me.getEmailAddress",
        method: Method::GET,
        path: "/v1/me/email_addresses/{email_address_id}",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.me.deleteEmailAddress",
        method: Method::DELETE,
        path: "/v1/me/email_addresses/{email_address_id}",
        access: Access::Browser,
        handler: delete,
    },
    Route {
        operation: "_frontend.me.prepareEmailAddressVerification",
        method: Method::POST,
        path: "/v1/me/email_addresses/{email_address_id}/prepare_verification",
        access: Access::Browser,
        handler: prepare_verification,
    },
    Route {
        operation: "_frontend.me.attemptEmailAddressVerification",
        method: Method::POST,
        path: "/v1/me/email_addresses/{email_address_id}/attempt_verification",
        access: Access::Browser,
        handler: attempt_verification,
    },
];

fn one(user: &User, email: &Identification, call: &Call<'_>) -> Value {
    let mut object = user.identification_json(email);
    if !email.is_verified() {
        object["verification"] = json!(email.latest_code(call.now));
    }
    object
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Caller { user, .. } = signed_in(call)?;
    let emails = user.email_addresses.iter();
    let emails: Vec<Value> = emails.map(|email| one(&user, email, call)).collect();
    Ok(read(&emails.into()))
}

/// The caller, and where in their addresses that of the path is.
fn called_for(call: &Call<'_>) -> Result<(Caller, usize), Refusal> {
    let caller = signed_in(call)?;
    let id = call.path.get("email_address_id");
    let mut emails = caller.user.email_addresses.iter();
    let index = emails.position(|email| email.id == id);
    let index = index.ok_or_else(|| Refusal::resource_not_found("email address", id))?;
    Ok((caller, index))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (Caller { user, .. }, index) = called_for(call)?;
    let email = user.email_addresses.get(index);
    let email = email.map(|email| one(&user, email, call));
    Ok(read(&email.unwrap_or_default()))
}

/// One that is the user's when they have shown that mail to it reaches them.
fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let mut caller = signed_in(call)?;
    let address = required(&form, "email_address")?.trim().to_owned();
    check_address(call, &address)?;
    let mut own = caller.user.email_addresses.iter();
    if own.any(|email| email.is(&address)) {
        return Err(Refusal::form_identifier_exists("email_address"));
    }
    let (kind, id) = (
        IdentificationKind::EmailAddress,
        call.state.ids.object("idn_"),
    );
    let email = Identification::unverified(kind, id, address, call.now);
    caller.user.email_addresses.push(email);
    let index = caller.user.email_addresses.len() - 1;
    Ok(put(call, &caller, index))
}

/// Keeps the user, and answers with this address of theirs.
fn put(call: &mut Call<'_>, caller: &Caller, index: usize) -> Reply {
    store(call, caller.user.clone());
    let email = caller.user.email_addresses.get(index);
    let email = email.map(|email| one(&caller.user, email, call));
    answer(call, &caller.client, email.unwrap_or_default())
}

fn prepare_verification(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (mut caller, index) = called_for(call)?;
    let strategy = required(&form, "strategy")?;
    if ![factors::EMAIL_CODE, EMAIL_LINK].contains(&strategy) {
        return Err(errors::strategy_invalid(strategy));
    }
    let id = call.state.ids.object("ver_");
    let user_id = caller.user.id.clone();
    if let Some(email) = caller.user.email_addresses.get_mut(index) {
        refuse_verified(email)?;
        if strategy == EMAIL_LINK {
            let purpose = LinkPurpose::Address(user_id.clone(), email.id.clone());
            email_links::send(call, &form, purpose, (email, Some(&user_id)))?;
            email.send_link(id, call.now);
        } else {
            email.send_code(id, call.now);
            codes::send(call, codes::VERIFICATION, email, Some(&user_id));
        }
    }
    Ok(put(call, &caller, index))
}

fn refuse_verified(email: &Identification) -> Result<(), Refusal> {
    match email.is_verified() {
        true => Err(errors::already_verified()),
        false => Ok(()),
    }
}

fn attempt_verification(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (mut caller, index) = called_for(call)?;
    let code = required(&form, "code")?;
    let Some(email) = caller.user.email_addresses.get_mut(index) else {
        return Err(errors::already_verified());
    };
    refuse_verified(email)?;
    // Somebody else may have shown it first.
    check_address(call, &email.address)?;
    let before = email.latest_code(call.now);
    if before.is_some_and(|code| code["status"] == "failed") {
        return Err(errors::verification_failed());
    }
    let outcome = email.attempt_latest_code(code, call.now);
    let outcome = outcome.map_err(|why| match why {
        UnknownCode::NotFound => errors::verification_missing(factors::EMAIL_CODE),
        UnknownCode::AlreadyVerified => errors::already_verified(),
    })?;
    let refusal = match outcome["status"].as_str() {
        Some("verified") => return Ok(put(call, &caller, index)),
        Some("expired") => errors::verification_expired(),
        _ => errors::code_incorrect(),
    };
    // A wrong code counts.
    call.state.directory.users.put(caller.user);
    Err(refusal)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (mut caller, index) = called_for(call)?;
    let user = &mut caller.user;
    let email = user.email_addresses.remove(index);
    if email.is_claimed() && !user.email_addresses.iter().any(Identification::is_claimed) {
        let why = "Users of this instance have to have an email address.";
        return Err(Refusal::bad_request(
            "last_identification_deletion_failed",
            why,
        ));
    }
    if user.primary_email_address_id.as_ref() == Some(&email.id) {
        user.primary_email_address_id = None;
    }
    store(call, caller.user.clone());
    let response = objects::deleted("email_address", &email.id);
    Ok(answer(call, &caller.client, response))
}
