//! What servers see and say of those who sign up.

use crate::{
    answer::Reply,
    call::Call,
    directory::{Key, SignUp},
    refusal::Refusal,
    route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[("GetSignUp", get), ("UpdateSignUp", update)];

fn called_for(call: &Call<'_>) -> Result<SignUp, Refusal> {
    let id = call.path.get("id");
    let sign_up = call.state.directory.sign_up(id).cloned();
    sign_up.ok_or_else(|| Refusal::resource_not_found("sign up", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.query.only(&[])?;
    let sign_up = called_for(call)?;
    Ok(Reply::ok(
        call.state
            .directory
            .sign_up_attempt_json(&sign_up, call.now),
    ))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut sign_up = called_for(call)?;
    if let Some(id) = input.clearable_text("external_id")? {
        let users = &call.state.directory.users;
        if id
            .as_ref()
            .is_some_and(|id| users.count(Key::ExternalId, id) > 0)
        {
            return Err(Refusal::form_identifier_exists("external_id"));
        }
        sign_up.external_id = id;
    }
    if let Some(has_run) = input.flag("custom_action")? {
        sign_up.custom_action = has_run;
    }
    input.finish()?;
    if sign_up.user_id.is_some() || call.now >= sign_up.abandon_at {
        let why = "The sign up is complete, or was abandoned.";
        return Err(Refusal::forbidden("sign_up_cannot_be_updated", why));
    }
    let body = call
        .state
        .directory
        .sign_up_attempt_json(&sign_up, call.now);
    call.state.directory.put_sign_up(sign_up);
    Ok(Reply::ok(body))
}
