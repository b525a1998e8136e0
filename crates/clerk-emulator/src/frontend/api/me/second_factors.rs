use http::Method;
use serde_json::{Value, json};

use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Session, Totp, User},
    frontend::api::{
        caller::{Caller, answer, signed_in, store},
        errors,
        form::required,
        objects,
    },
    refusal::Refusal,
    route::Route,
};

pub(in crate::frontend::api) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.me.createTotp",
        method: Method::POST,
        path: "/v1/me/totp",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.me.attemptTotpVerification",
        method: Method::POST,
        path: "/v1/me/totp/attempt_verification",
        access: Access::Browser,
        handler: attempt_verification,
    },
    Route {
        operation: "_frontend.me.deleteTotp",
        method: Method::DELETE,
        path: "/v1/me/totp",
        access: Access::Browser,
        handler: delete,
    },
    Route {
        operation: "_frontend.me.createBackupCodes",
        method: Method::POST,
        path: "/v1/me/backup_codes",
        access: Access::Browser,
        handler: create_backup_codes,
    },
];

/// How old, in minutes, a proof may be by which second factors are changed.
const FRESH: i64 = 10;

/// Whoever sits down at a browser that somebody has left is not to keep its user out.
fn freshly_signed_in(call: &Call<'_>) -> Result<Caller, Refusal> {
    let caller = signed_in(call)?;
    let is_fresh = |session: &Session| {
        let [first, second] = session.factor_ages(call.now);
        let has_second = caller.user.has_second_factor();
        let fresh = 0..FRESH;
        fresh.contains(&first) && (!has_second || fresh.contains(&second))
    };
    match is_fresh(&caller.session) {
        true => Ok(caller),
        false => Err(errors::needs_reverification()),
    }
}

/// The user's app. There is one at most, so it has the user's id with another prefix.
fn to_json(call: &Call<'_>, totp: &Totp, (id, account): (&str, &str)) -> Value {
    let mut object = json!({
        "object": "totp",
        "id": id,
        "verified": totp.verified,
        "created_at": call.now.as_millis(),
        "updated_at": call.now.as_millis(),
    });
    // Once it is shown that the app has it, nobody gets it again.
    if !totp.verified {
        let secret = totp.secret();
        let account: String = url::form_urlencoded::byte_serialize(account.as_bytes()).collect();
        object["uri"] = json!(format!(
            "otpauth://totp/Clerk%20emulator:{account}?secret={secret}&issuer=Clerk%20emulator"
        ));
        object["secret"] = json!(secret);
    }
    object
}

fn id_of(user: &User) -> String {
    user.id.replace("user_", "totp_")
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = freshly_signed_in(call)?;
    let mut user = caller.user.clone();
    if user.second_factors.has_app() {
        let why = "The user has an authenticator app. Remove it first.";
        return Err(Refusal::bad_request("totp_already_enabled", why));
    }
    let totp = Totp::new(&mut call.state.ids);
    let email = user.primary_email().map(|email| email.address.clone());
    let id = id_of(&user);
    let response = to_json(call, &totp, (&id, email.as_deref().unwrap_or(&user.id)));
    user.second_factors.totp = Some(totp);
    store(call, user);
    Ok(answer(call, &caller.client, response))
}

fn attempt_verification(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let caller = freshly_signed_in(call)?;
    let mut user = caller.user.clone();
    let code = required(&form, "code")?;
    let missing = || errors::verification_missing("totp");
    let id = id_of(&user);
    let totp = user.second_factors.totp.as_mut().ok_or_else(missing)?;
    if !totp.shows(code, call.state.clock.outside_now()) {
        return Err(Refusal::unprocessable(
            "form_code_incorrect",
            "is incorrect",
            "Incorrect code. Your app's clock and the emulator's have to agree.",
        )
        .param("code"));
    }
    totp.verified = true;
    let totp = totp.clone();
    let mut response = to_json(call, &totp, (&id, ""));
    if !user.second_factors.has_backup_codes() {
        let codes = user.second_factors.renew_backup_codes(&mut call.state.ids);
        response["backup_codes"] = json!(codes);
    }
    store(call, user);
    let now = call.now;
    let directory = &mut call.state.directory;
    directory.sessions.update(&caller.session.id, |session| {
        session.show_second_factor(now);
    });
    Ok(answer(call, &caller.client, response))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = freshly_signed_in(call)?;
    let mut user = caller.user.clone();
    if user.second_factors.totp.is_none() {
        return Err(Refusal::resource_not_found("authenticator app", "totp"));
    }
    let id = id_of(&user);
    user.second_factors.remove_app();
    store(call, user);
    let response = objects::deleted("totp", &id);
    Ok(answer(call, &caller.client, response))
}

fn create_backup_codes(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let caller = freshly_signed_in(call)?;
    let mut user = caller.user.clone();
    let codes = user.second_factors.renew_backup_codes(&mut call.state.ids);
    store(call, user);
    let response = json!({
        "object": "backup_code",
        "id": call.state.ids.object("bkc_"),
        "codes": codes,
        "created_at": call.now.as_millis(),
        "updated_at": call.now.as_millis(),
    });
    Ok(answer(call, &caller.client, response))
}
