use http::Method;

use super::{
    attempts,
    caller::{answer, browser, browser_or_new, store},
    email_links::{self, EMAIL_LINK},
    errors, factors,
    form::{required, text},
    passwords,
    referrals::{self, brought, link, user_with},
    tickets,
};
use crate::{
    answer::Reply,
    call::{Call, Query},
    description::Access,
    directory::{
        Client, Identification, IdentificationKind, LinkPurpose, Persona, Purpose, Referral,
        ReferralProblem, ReferralPurpose, Session, SessionStatus, SignIn, SignInStatus, User,
        Verification,
    },
    operations::admit,
    refusal::Refusal,
    route::Route,
    state::State,
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.signIns.create",
        method: Method::POST,
        path: "/v1/client/sign_ins",
        access: Access::Browser,
        handler: create,
    },
    Route {
        operation: "_frontend.signIns.get",
        method: Method::GET,
        path: "/v1/client/sign_ins/{sign_in_id}",
        access: Access::Browser,
        handler: get,
    },
    Route {
        operation: "_frontend.signIns.prepareFirstFactor",
        method: Method::POST,
        path: "/v1/client/sign_ins/{sign_in_id}/prepare_first_factor",
        access: Access::Browser,
        handler: prepare_first_factor,
    },
    Route {
        operation: "_frontend.signIns.attemptFirstFactor",
        method: Method::POST,
        path: "/v1/client/sign_ins/{sign_in_id}/attempt_first_factor",
        access: Access::Browser,
        handler: attempt_first_factor,
    },
    Route {
        operation: "_frontend.signIns.prepareSecondFactor",
        method: Method::POST,
        path: "/v1/client/sign_ins/{sign_in_id}/prepare_second_factor",
        access: Access::Browser,
        handler: prepare_second_factor,
    },
    Route {
        operation: "_frontend.signIns.attemptSecondFactor",
        method: Method::POST,
        path: "/v1/client/sign_ins/{sign_in_id}/attempt_second_factor",
        access: Access::Browser,
        handler: attempt_second_factor,
    },
    Route {
        operation: "_frontend.signIns.resetPassword",
        method: Method::POST,
        path: "/v1/client/sign_ins/{sign_in_id}/reset_password",
        access: Access::Browser,
        handler: reset_password,
    },
];

fn user_of<'c>(call: &'c Call<'_>, sign_in: &SignIn) -> Option<&'c User> {
    call.state.directory.user(sign_in.user_id.as_deref()?)
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let client = browser_or_new(call)?;
    refuse_second_session(call, &client)?;
    let id = call.state.ids.object("sia_");
    let mut sign_in = SignIn::new(id, client.id.clone());
    let strategy = text(&form, "strategy");
    if strategy == Some("ticket") {
        by_ticket(call, &client, &mut sign_in, required(&form, "ticket")?)?;
        return go_on(call, &client, sign_in);
    }
    if form.get("transfer") == Some("true") {
        transfer(call, &client, &mut sign_in)?;
        return go_on(call, &client, sign_in);
    }
    if let Some(identifier) = text(&form, "identifier") {
        let user = call.state.directory.user_identified_by(identifier.trim());
        let user = user.ok_or_else(errors::identifier_not_found)?.clone();
        admit(&user)?;
        sign_in.identifier = Some(identifier.trim().to_owned());
        sign_in.user_id = Some(user.id.clone());
        begin(call, &form, &mut sign_in, &user)?;
    } else if let Some(strategy) = strategy {
        if !referrals::is_social(strategy) {
            return Err(Refusal::form_param_missing("identifier"));
        }
        let purpose = ReferralPurpose::SignIn(client.id.clone());
        sign_in.referral_id = Some(referrals::refer(call, &form, (strategy, purpose))?);
    }
    go_on(call, &client, sign_in)
}

/// Whoever has a ticket has shown who they are. That of a server is all that it takes; one of an
/// invitation stands for the first factor.
fn by_ticket(
    call: &mut Call<'_>,
    client: &Client,
    sign_in: &mut SignIn,
    ticket: &str,
) -> Result<(), Refusal> {
    if call.state.directory.ticket(ticket).is_some() {
        let ticket = tickets::pending(call, ticket)?;
        if let Purpose::AgentTask { .. } = ticket.purpose {
            return Err(errors::ticket_invalid());
        }
        let State { directory, ids, .. } = &mut *call.state;
        let session = directory.sign_in_by_ticket(&ticket, client, call.now, ids);
        call.tell_of_session(EventType::SessionCreated, &session);
        sign_in.user_id = Some(ticket.user_id);
        sign_in.session_id = Some(session.id);
    } else {
        sign_in.user_id = Some(tickets::sign_in_with(call, ticket)?);
    }
    sign_in.first = Some(Verification::passed("ticket", call.now));
    Ok(())
}

/// What comes with the identifier: a password, or the wish for a code.
fn begin(
    call: &mut Call<'_>,
    form: &Query,
    sign_in: &mut SignIn,
    user: &User,
) -> Result<(), Refusal> {
    let password = text(form, "password");
    match (text(form, "strategy"), password) {
        (None | Some(factors::PASSWORD), Some(password)) => {
            if !user.has_password(password) {
                return Err(errors::password_incorrect());
            }
            sign_in.first = Some(Verification::passed(factors::PASSWORD, call.now));
        }
        (Some(factors::PASSWORD), None) => return Err(Refusal::form_param_missing("password")),
        (Some(_), _) => prepare(call, form, sign_in, user)?,
        (None, None) => {}
    }
    Ok(())
}

/// Sends what is asked for as a first factor.
fn prepare(
    call: &mut Call<'_>,
    form: &Query,
    sign_in: &mut SignIn,
    user: &User,
) -> Result<(), Refusal> {
    sign_in.first = Some(match text(form, "strategy") {
        Some(EMAIL_LINK) => {
            let kind = IdentificationKind::EmailAddress;
            let to = factors::chosen(form, (user, kind), Identification::is_claimed)?;
            let purpose = LinkPurpose::SignIn(sign_in.client_id.clone(), sign_in.id.clone());
            email_links::send(call, form, purpose, (&to, Some(&user.id)))?
        }
        _ => factors::prepare_first(call, form, user)?,
    });
    Ok(())
}

/// A browser has one session at a time, unless the instance says otherwise.
pub(super) fn refuse_second_session(call: &Call<'_>, client: &Client) -> Result<(), Refusal> {
    let directory = &call.state.directory;
    match directory.sessions_on(&client.id, call.now).next() {
        Some(session) if directory.settings.single_session_mode => {
            Err(errors::session_exists(session))
        }
        _ => Ok(()),
    }
}

/// Starts a session where nothing is missing any more.
pub(super) fn settle(
    call: &mut Call<'_>,
    client: &Client,
    sign_in: &mut SignIn,
) -> Result<(), Refusal> {
    let Some(user) = user_of(call, sign_in).cloned() else {
        return Ok(());
    };
    if sign_in.status(Some(&user)) != SignInStatus::Complete || sign_in.session_id.is_some() {
        return Ok(());
    }
    admit(&user)?;
    refuse_second_session(call, client)?;
    refuse_signed_in_user(call, client, &user)?;
    let session = start_session(call, client, &user.id);
    if sign_in.second.is_some() {
        let now = call.now;
        let directory = &mut call.state.directory;
        directory
            .sessions
            .update(&session.id, |session| session.show_second_factor(now));
    }
    sign_in.session_id = Some(session.id);
    Ok(())
}

/// Has a user sign in by an account.
pub(super) fn enter(
    call: &mut Call<'_>,
    (referral, persona): (&Referral, &Persona),
    user: User,
    (client, attempt): (&Client, &mut SignIn),
) -> Result<(), Refusal> {
    admit(&user)?;
    attempt.identifier = Some(persona.email_address.clone());
    attempt.user_id = Some(user.id.clone());
    attempt.first = Some(Verification::passed(&referral.strategy(), call.now));
    link(call, referral, persona, user);
    settle(call, client, attempt)
}

/// Goes on with a sign-in by the account that a sign-up has brought.
fn transfer(call: &mut Call<'_>, client: &Client, attempt: &mut SignIn) -> Result<(), Refusal> {
    let begun = call.state.directory.sign_up_of(&client.id);
    let id = begun.and_then(|begun| begun.referral_id.clone());
    let (referral, persona) = brought(call, id.as_ref(), &ReferralProblem::Known)?;
    let user = user_with(call, &referral, &persona).ok_or_else(errors::identifier_not_found)?;
    enter(call, (&referral, &persona), user, (client, attempt))
}

/// Keeps the attempt, as far as it is.
fn go_on(call: &mut Call<'_>, client: &Client, mut sign_in: SignIn) -> Result<Reply, Refusal> {
    settle(call, client, &mut sign_in)?;
    let response = attempts::sign_in(call, &sign_in);
    call.state.directory.put_sign_in(sign_in);
    Ok(answer(call, client, response))
}

fn refuse_signed_in_user(call: &Call<'_>, client: &Client, user: &User) -> Result<(), Refusal> {
    let mut sessions = call.state.directory.sessions_on(&client.id, call.now);
    match sessions.any(|session| session.user_id == user.id) {
        true => Err(Refusal::bad_request(
            "identifier_already_signed_in",
            "The user is signed in on this browser already.",
        )),
        false => Ok(()),
    }
}

/// Starts a session on a browser, and has that told.
pub(super) fn start_session(call: &mut Call<'_>, client: &Client, user_id: &str) -> Session {
    let State { directory, ids, .. } = &mut *call.state;
    let session = directory.sign_in(client, user_id, call.now, ids);
    call.tell_of_session(EventType::SessionCreated, &session);
    session
}

/// The attempt in the path with its browser.
fn called_for(call: &Call<'_>) -> Result<(Client, SignIn), Refusal> {
    let id = call.path.get("sign_in_id");
    let client = browser(call)?;
    let found = client.and_then(|client| {
        let sign_in = call
            .state
            .directory
            .sign_in_attempt(&client.id, id)?
            .clone();
        Some((client, sign_in))
    });
    found.ok_or_else(|| Refusal::resource_not_found("sign in", id))
}

/// The same with the user who signs in, while nobody is in by it.
fn in_progress(call: &Call<'_>) -> Result<(Client, SignIn, User), Refusal> {
    let (client, sign_in) = called_for(call)?;
    let user = user_of(call, &sign_in).cloned();
    let user = user.filter(|_| sign_in.session_id.is_none());
    let user = user.ok_or_else(|| {
        let why = "The sign in has no user yet, or is complete.";
        Refusal::bad_request("sign_in_not_in_progress", why)
    })?;
    Ok((client, sign_in, user))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (client, sign_in) = called_for(call)?;
    let response = attempts::sign_in(call, &sign_in);
    Ok(answer(call, &client, response))
}

fn prepare_first_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_in, user) = in_progress(call)?;
    expect(&sign_in, &user, SignInStatus::NeedsFirstFactor)?;
    prepare(call, &form, &mut sign_in, &user)?;
    go_on(call, &client, sign_in)
}

/// No step is taken before its turn, and none twice.
fn expect(sign_in: &SignIn, user: &User, step: SignInStatus) -> Result<(), Refusal> {
    let status = sign_in.status(Some(user));
    match status == step {
        true => Ok(()),
        false => Err(Refusal::bad_request(
            "sign_in_step_invalid",
            format!(
                "The sign in {}, so this step is not its turn.",
                status.as_str()
            ),
        )),
    }
}

fn attempt_first_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_in, user) = in_progress(call)?;
    expect(&sign_in, &user, SignInStatus::NeedsFirstFactor)?;
    let given = factors::attempt_first(call, &form, (&user, sign_in.first.take()));
    let (verification, outcome) = given?;
    sign_in.needs_new_password = verification.strategy == factors::RESET_PASSWORD;
    sign_in.first = Some(verification);
    if let Err(refusal) = outcome {
        // A wrong code counts.
        call.state.directory.put_sign_in(sign_in);
        return Err(refusal);
    }
    if let (true, Some(password)) = (sign_in.needs_new_password, text(&form, "password")) {
        choose_password(call, &mut sign_in, user, password)?;
    }
    go_on(call, &client, sign_in)
}

fn prepare_second_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_in, user) = in_progress(call)?;
    expect(&sign_in, &user, SignInStatus::NeedsSecondFactor)?;
    sign_in.second = Some(factors::prepare_second(call, &form, &user)?);
    go_on(call, &client, sign_in)
}

fn attempt_second_factor(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_in, mut user) = in_progress(call)?;
    expect(&sign_in, &user, SignInStatus::NeedsSecondFactor)?;
    let given = (&mut user, sign_in.second.take());
    let (verification, outcome) = factors::attempt_second(call, &form, given)?;
    sign_in.second = Some(verification);
    if let Err(refusal) = outcome {
        // A wrong code counts.
        call.state.directory.put_sign_in(sign_in);
        return Err(refusal);
    }
    store(call, user);
    go_on(call, &client, sign_in)
}

fn reset_password(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let (client, mut sign_in, user) = in_progress(call)?;
    expect(&sign_in, &user, SignInStatus::NeedsNewPassword)?;
    let user_id = user.id.clone();
    choose_password(call, &mut sign_in, user, required(&form, "password")?)?;
    if form.get("sign_out_of_other_sessions") == Some("true") {
        sign_out_elsewhere(call, &user_id, None);
    }
    go_on(call, &client, sign_in)
}

fn choose_password(
    call: &mut Call<'_>,
    sign_in: &mut SignIn,
    mut user: User,
    password: &str,
) -> Result<(), Refusal> {
    passwords::check(password)?;
    user.set_password(password, &mut call.state.ids, call.now);
    store(call, user);
    sign_in.needs_new_password = false;
    Ok(())
}

/// Revokes a user's sessions but one.
pub(super) fn sign_out_elsewhere(call: &mut Call<'_>, user_id: &str, but: Option<&str>) {
    let directory = &mut call.state.directory;
    let sessions = directory.sessions.iter();
    let others = sessions.filter(|session| session.user_id == user_id && but != Some(&session.id));
    let ids: Vec<String> = others.map(|session| session.id.clone()).collect();
    for id in ids {
        let directory = &mut call.state.directory;
        if let Some(session) = directory.end_session(&id, SessionStatus::Revoked, call.now) {
            call.tell_of_session(EventType::SessionRevoked, &session);
        }
    }
}
