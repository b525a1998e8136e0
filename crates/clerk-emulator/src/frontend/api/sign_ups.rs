use std::time::Duration;

use http::Method;
use serde_json::{Map, Value};

use super::{
    attempts,
    caller::{answer, browser, browser_or_new},
    email_links::{self, EMAIL_LINK},
    errors, factors,
    form::{clearable, required, text},
    passwords,
    referrals::{self, account, brought},
    sign_ins, tickets,
};
use crate::{
    answer::Reply,
    call::{Call, Query},
    codes,
    description::Access,
    directory::{
        Claim, Client, Identification, IdentificationKind, LinkPurpose, Password, Persona, Proof,
        Referral, ReferralProblem, ReferralPurpose, SignUp, SignUpMode, User, Verification,
    },
    operations::metadata::check_size,
    operations::users::refuse_duplicates,
    refusal::Refusal,
    route::Route,
    state::State,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.signUps.create",
        method: Method::POST,
        path: "/v1/client/sign_ups",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.signUps.get",
        method: Method::GET,
        path: "/v1/client/sign_ups/{sign_up_id}",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.signUps.update",
        method: Method::PATCH,
        path: "/v1/client/sign_ups/{sign_up_id}",
        access: Access::Browser,
        handler: update,
    },
    Route {
        operation: "_frontend.signUps.prepareVerification",
        method: Method::POST,
        path: "/v1/client/sign_ups/{sign_up_id}/prepare_verification",
        access: Access::Browser,
        handler: prepare_verification,
    },
    Route {
        operation: "_frontend.signUps.attemptVerification",
        method: Method::POST,
        path: "/v1/client/sign_ups/{sign_up_id}/attempt_verification",
        access: Access::Browser,
        handler: attempt_verification,
    },
];

/// Clerk gives up on those who do not come back within a day.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let client = browser_or_new(call)?;
    sign_ins::refuse_second_session(call, &client)?;
    let mut sign_up = SignUp {
        id: call.state.ids.object("sua_"),
        client_id: client.id.clone(),
        email_address: None,
        verification: None,
        username: None,
        first_name: None,
        last_name: None,
        password: None,
        unsafe_metadata: Map::new(),
        legal_accepted_at: None,
        invitation_id: None,
        referral_id: None,
        account: None,
        external_id: None,
        custom_action: false,
        user_id: None,
        session_id: None,
        abandon_at: call.now.saturating_add(LIFETIME),
    };
    if let Some(ticket) = text(&form, "ticket") {
        let invitation = tickets::sign_up_with(call, ticket)?;
        sign_up.email_address = Some(invitation.email_address.clone());
        // Whoever has the ticket has had the mail.
        sign_up.verification = Some(Verification::passed("ticket", call.now));
        sign_up.invitation_id = Some(invitation.id);
    } else if call.state.directory.settings.sign_up_mode == SignUpMode::Restricted {
        return Err(errors::sign_up_restricted());
    } else if let Some(strategy) = text(&form, "strategy") {
        let known = [factors::EMAIL_CODE, factors::PASSWORD];
        if referrals::is_social(strategy) {
            let purpose = ReferralPurpose::SignUp(client.id.clone());
            sign_up.referral_id = Some(referrals::refer(call, &form, (strategy, purpose))?);
        } else if !known.contains(&strategy) {
            return Err(errors::strategy_invalid(strategy));
        }
    }
    change(call, &form, &mut sign_up)?;
    if form.get("transfer") == Some("true") {
        transfer(call, &client, &mut sign_up)?;
    }
    go_on(call, &client, sign_up)
}

/// Takes what the form has.
fn change(call: &mut Call<'_>, form: &Query, sign_up: &mut SignUp) -> Result<(), Refusal> {
    for unsupported in ["phone_number", "web3_wallet"] {
        if text(form, unsupported).is_some() {
            return Err(Refusal::form_param_unknown(unsupported));
        }
    }
    if let Some(address) = text(form, "email_address") {
        change_address(call, address.trim(), sign_up)?;
    }
    let settings = call.state.directory.settings.clone();
    if let Some(name) = text(form, "username").filter(|_| settings.username.is_on()) {
        check_username(call, name, None)?;
        sign_up.username = Some(name.to_owned());
    }
    for (name, presence, field) in [
        ("first_name", settings.first_name, &mut sign_up.first_name),
        ("last_name", settings.last_name, &mut sign_up.last_name),
    ] {
        if let Some(text) = clearable(form, name).filter(|_| presence.is_on()) {
            *field = text;
        }
    }
    if let Some(password) = text(form, "password").filter(|_| settings.password.is_on()) {
        passwords::check(password)?;
        sign_up.password = Some(Password::new(password, &mut call.state.ids));
    }
    if let Some(metadata) = metadata(form)? {
        sign_up.unsafe_metadata = metadata;
    }
    if form.get("legal_accepted") == Some("true") {
        sign_up.legal_accepted_at = Some(call.now);
    }
    Ok(())
}

fn change_address(call: &Call<'_>, address: &str, sign_up: &mut SignUp) -> Result<(), Refusal> {
    if sign_up.email_address.as_deref() == Some(address) {
        return Ok(());
    }
    if sign_up.invitation_id.is_some() {
        let expected = "the address that was invited";
        return Err(Refusal::form_param_value_invalid("email_address", expected));
    }
    check_address(call, address)?;
    if !call.state.directory.lists_admit(address) {
        return Err(errors::not_allowed_access());
    }
    sign_up.email_address = Some(address.to_owned());
    // The code was for the other one.
    sign_up.verification = None;
    Ok(())
}

/// Refuses what is no address, or one that is somebody's.
pub(super) fn check_address(call: &Call<'_>, address: &str) -> Result<(), Refusal> {
    let kind = IdentificationKind::EmailAddress;
    if !kind.is_valid(address) {
        let expected = kind.expected();
        return Err(Refusal::form_param_format_invalid(
            "email_address",
            expected,
        ));
    }
    match call.state.directory.user_with_email(address) {
        Some(_) => Err(Refusal::form_identifier_exists("email_address")),
        None => Ok(()),
    }
}

/// Refuses what is no username, or one that is another's.
pub(super) fn check_username(
    call: &Call<'_>,
    name: &str,
    own: Option<&str>,
) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !(4..=64).contains(&name.len()) || !name.chars().all(allowed) {
        let expected = "of 4 to 64 letters, digits, hyphens and underscores";
        return Err(Refusal::form_param_format_invalid("username", expected));
    }
    let taken = call.state.directory.user_identified_by(name);
    match taken.filter(|user| own != Some(&user.id)) {
        Some(_) => Err(Refusal::form_identifier_exists("username")),
        None => Ok(()),
    }
}

/// The unsafe metadata of a form, where there is some: a JSON object as a text.
pub(super) fn metadata(form: &Query) -> Result<Option<Map<String, Value>>, Refusal> {
    let Some(text) = text(form, "unsafe_metadata") else {
        return Ok(None);
    };
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => {
            check_size("unsafe_metadata", &members)?;
            Ok(Some(members))
        }
        _ => {
            let expected = "a JSON object";
            Err(Refusal::form_param_value_invalid(
                "unsafe_metadata",
                expected,
            ))
        }
    }
}

/// Makes a user of it where nothing is missing any more.
pub(super) fn settle(
    call: &mut Call<'_>,
    client: &Client,
    sign_up: &mut SignUp,
) -> Result<(), Refusal> {
    let (_, _, missing) = call.state.directory.sign_up_fields(sign_up);
    if missing.is_empty() && sign_up.is_verified() && sign_up.user_id.is_none() {
        complete(call, client, sign_up)?;
    }
    Ok(())
}

/// Has somebody sign up by an account, which says who they are.
pub(super) fn join(
    call: &mut Call<'_>,
    (referral, persona): (&Referral, &Persona),
    (client, attempt): (&Client, &mut SignUp),
) -> Result<(), Refusal> {
    change_address(call, &persona.email_address, attempt)?;
    attempt.verification = Some(Verification::passed(&referral.strategy(), call.now));
    attempt.account = Some(account(call, referral, persona));
    let settings = &call.state.directory.settings;
    for (presence, field, name) in [
        (
            settings.first_name,
            &mut attempt.first_name,
            &persona.first_name,
        ),
        (
            settings.last_name,
            &mut attempt.last_name,
            &persona.last_name,
        ),
    ] {
        if presence.is_on() && field.is_none() {
            field.clone_from(name);
        }
    }
    settle(call, client, attempt)
}

/// Goes on with a sign-up by the account that a sign-in has brought.
fn transfer(call: &mut Call<'_>, client: &Client, attempt: &mut SignUp) -> Result<(), Refusal> {
    let begun = call.state.directory.sign_in_of(&client.id);
    let id = begun.and_then(|begun| begun.referral_id.clone());
    let (referral, persona) = brought(call, id.as_ref(), &ReferralProblem::Unknown)?;
    join(call, (&referral, &persona), (client, attempt))
}

/// Keeps the attempt, as far as it is.
fn go_on(call: &mut Call<'_>, client: &Client, mut sign_up: SignUp) -> Result<Reply, Refusal> {
    settle(call, client, &mut sign_up)?;
    let response = attempts::sign_up(call, &sign_up);
    call.state.directory.put_sign_up(sign_up);
    Ok(answer(call, client, response))
}

fn complete(call: &mut Call<'_>, client: &Client, sign_up: &mut SignUp) -> Result<(), Refusal> {
    sign_ins::refuse_second_session(call, client)?;
    let address = sign_up.email_address.clone().unwrap_or_default();
    // Others may have taken both meanwhile.
    check_address(call, &address)?;
    if let Some(name) = &sign_up.username {
        check_username(call, name, None)?;
    }
    let State { directory, ids, .. } = &mut *call.state;
    let mut user = User::new(ids.object("user_"), &directory.images, call.now);
    if let Some(account) = sign_up.account.take() {
        let email = referrals::email_of(call, &account, &address);
        user.email_addresses.push(email);
        user.external_accounts.push(account);
    } else {
        let id = ids.object("idn_");
        let kind = IdentificationKind::EmailAddress;
        let mut email = Identification::verified(kind, id, address, call.now);
        email.claim = Claim::Verified(Proof::Code(call.now));
        user.email_addresses.push(email);
    }
    user.legal_accepted_at = sign_up.legal_accepted_at;
    user.username.clone_from(&sign_up.username);
    user.first_name.clone_from(&sign_up.first_name);
    user.last_name.clone_from(&sign_up.last_name);
    user.external_id.clone_from(&sign_up.external_id);
    user.unsafe_metadata.clone_from(&sign_up.unsafe_metadata);
    if let Some(password) = sign_up.password.take() {
        user.take_password(password, call.now);
    }
    if let Some(id) = &sign_up.invitation_id {
        tickets::bring_metadata(call, id, &mut user)?;
    }
    refuse_duplicates(&call.state.directory, &user)?;
    let (user_id, told) = (user.id.clone(), user.to_webhook_json());
    call.state.directory.users.put(user);
    call.tell(EventType::UserCreated, told);
    if let Some(id) = sign_up.invitation_id.clone() {
        tickets::accept_invitation(call, &id, &user_id)?;
    }
    let session = sign_ins::start_session(call, client, &user_id);
    sign_up.user_id = Some(user_id);
    sign_up.session_id = Some(session.id);
    Ok(())
}

/// The attempt in the path with its browser, while it is one.
fn in_progress(call: &Call<'_>) -> Result<(Client, SignUp), Refusal> {
    let (client, sign_up) = called_for(call)?;
    if sign_up.user_id.is_some() || call.now >= sign_up.abandon_at {
        let why = "The sign up is complete, or was abandoned.";
        return Err(Refusal::bad_request("sign_up_not_in_progress", why));
    }
    Ok((client, sign_up))
}

fn called_for(call: &Call<'_>) -> Result<(Client, SignUp), Refusal> {
    let id = call.path.get("sign_up_id");
    let client = browser(call)?;
    let found = client.and_then(|client| {
        let sign_up = call
            .state
            .directory
            .sign_up_attempt(&client.id, id)?
            .clone();
        Some((client, sign_up))
    });
    found.ok_or_else(|| Refusal::resource_not_found("sign up", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (client, sign_up) = called_for(call)?;
    let response = attempts::sign_up(call, &sign_up);
    Ok(answer(call, &client, response))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_up) = in_progress(call)?;
    change(call, &form, &mut sign_up)?;
    go_on(call, &client, sign_up)
}

fn prepare_verification(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_up) = in_progress(call)?;
    let strategy = required(&form, "strategy")?;
    let Some(address) = sign_up.email_address.clone() else {
        return Err(Refusal::form_param_missing("email_address"));
    };
    if ![factors::EMAIL_CODE, EMAIL_LINK].contains(&strategy) {
        return Err(errors::strategy_invalid(strategy));
    }
    if !sign_up.is_verified() {
        let (kind, id) = (IdentificationKind::EmailAddress, String::new());
        let email = Identification::unverified(kind, id, address, call.now);
        sign_up.verification = Some(if strategy == EMAIL_LINK {
            let purpose = LinkPurpose::SignUp(client.id.clone(), sign_up.id.clone());
            email_links::send(call, &form, purpose, (&email, None))?
        } else {
            codes::send(call, codes::VERIFICATION, &email, None);
            Verification::sent(strategy, call.now)
        });
    }
    go_on(call, &client, sign_up)
}

fn attempt_verification(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_up) = in_progress(call)?;
    let strategy = required(&form, "strategy")?;
    let prepared = sign_up.verification.as_mut();
    let prepared = prepared.filter(|verification| verification.strategy == strategy);
    let verification = prepared.ok_or_else(|| errors::verification_missing(strategy))?;
    if let Err(refusal) = factors::attempt_code(verification, &form, call)? {
        call.state.directory.put_sign_up(sign_up);
        return Err(refusal);
    }
    go_on(call, &client, sign_up)
}
