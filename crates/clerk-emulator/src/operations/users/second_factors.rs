//! What users have beside a password.

use http::StatusCode;
use serde_json::json;

use super::{called_for, store};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Totp, User},
    refusal::Refusal,
};

/// Takes an authenticator app and backup codes that another system knows.
pub(super) fn take(input: &mut Input, user: &mut User) -> Result<(), Refusal> {
    if let Some(secret) = input.text("totp_secret")? {
        give_app(user, &secret)?;
    }
    if let Some(codes) = input.given_texts("backup_codes")? {
        user.second_factors.take_backup_codes(codes);
    }
    Ok(())
}

/// Gives a user an authenticator app with this secret.
pub(crate) fn give_app(user: &mut User, secret: &str) -> Result<(), Refusal> {
    let totp = Totp::imported(secret).ok_or_else(Refusal::invalid_totp_secret)?;
    user.second_factors.totp = Some(totp);
    Ok(())
}

/// A code of the user's app, or a backup code, which then is one no more.
pub(super) fn verify(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut user = called_for(call)?;
    let code = input.required_text("code")?;
    input.finish()?;
    if !user.second_factors.has_app() {
        return Err(Refusal::bad_request(
            "totp_disabled",
            "The user has no authenticator app.",
        ));
    }
    if user
        .second_factors
        .app_shows(&code, call.state.clock.outside_now())
    {
        return Ok(verified("totp"));
    }
    if user.second_factors.spend_backup_code(&code) {
        store(call, user);
        return Ok(verified("backup_code"));
    }
    Err(Refusal::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "totp_incorrect_code",
        "incorrect code",
        "The code is neither one that the app shows now nor a backup code.",
    ))
}

fn verified(code_type: &str) -> Reply {
    Reply::ok(json!({ "verified": true, "code_type": code_type }))
}

pub(super) fn disable(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut user = called_for(call)?;
    user.remove_second_factors();
    Ok(changed(call, user))
}

pub(super) fn delete_app(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut user = called_for(call)?;
    if !user.second_factors.has_app() {
        return Err(Refusal::resource_not_found("TOTP of user", &user.id));
    }
    user.second_factors.remove_app();
    Ok(changed(call, user))
}

pub(super) fn delete_backup_codes(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut user = called_for(call)?;
    if !user.second_factors.has_backup_codes() {
        return Err(Refusal::resource_not_found("backup code of user", &user.id));
    }
    user.second_factors.take_backup_codes(Vec::new());
    Ok(changed(call, user))
}

fn changed(call: &mut Call<'_>, user: User) -> Reply {
    let body = json!({ "user_id": user.id });
    store(call, user);
    Reply::ok(body)
}
