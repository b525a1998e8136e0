//! What comes of a link in a mail that somebody opens, on whichever browser.

use http::{Method, StatusCode};

use super::{caller::store, email_links::EMAIL_LINK, sign_ins, sign_ups};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    directory::{Client, EmailLink, LinkPurpose, Verification},
    frontend::{return_url::ReturnUrl, sign_in::COOKIE},
    refusal::Refusal,
    route::Route,
};

pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_frontend.openEmailLink",
    method: Method::GET,
    path: "/v1/verify",
    access: Access::Public,
    handler: open,
}];

/// What the page is told to which the browser goes on (`__clerk_status`), and in which session somebody is now.
type Opened = (&'static str, Option<String>);

const FAILED: Opened = ("failed", None);

fn open(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let token = call.query.get("token").unwrap_or_default();
    let link = call.state.directory.email_link(token).cloned();
    let link = link.ok_or_else(|| {
        let why =
            "The link was opened before, another was sent since, or it is of an emulator before.";
        Refusal::bad_request("verification_link_token_invalid", why)
    })?;
    let back = ReturnUrl::read(&link.redirect_url, call.settings)?;
    let (status, session) = match link.has_expired(call.now) {
        true => ("expired", None),
        false => {
            call.state.directory.spend_email_link(&link.token);
            verify(call, &link)
        }
    };
    let back = back.with("__clerk_status", status);
    let back = match session {
        Some(session) => back.with("__clerk_created_session", &session),
        None => back,
    };
    Ok(Reply::redirect(StatusCode::SEE_OTHER, back.as_str()))
}

fn verify(call: &mut Call<'_>, link: &EmailLink) -> Opened {
    match &link.purpose {
        LinkPurpose::SignIn(client, id) => sign_in(call, client, id),
        LinkPurpose::SignUp(client, id) => sign_up(call, client, id),
        LinkPurpose::Address(user_id, id) => address(call, user_id, id),
    }
}

/// Takes the proof, if it was waited for.
fn prove(call: &Call<'_>, waiting: &mut Option<Verification>) -> bool {
    // Known only where the emulator's own host keeps a cookie: clerk-js tells it otherwise, and a mail cannot.
    let opened_on = call.cookie(COOKIE);
    let opened_on = opened_on.and_then(|token| call.state.directory.client(token));
    let waiting = waiting.as_mut();
    let waiting = waiting.filter(|verification| verification.strategy == EMAIL_LINK);
    waiting.is_some_and(|verification| {
        verification.verified_at_client = opened_on.map(|client| client.id.clone());
        verification.attempt(true, call.now).is_ok()
    })
}

fn client(call: &Call<'_>, id: &str) -> Option<Client> {
    call.state.directory.clients.get(id).cloned()
}

fn sign_in(call: &mut Call<'_>, client_id: &str, id: &str) -> Opened {
    let attempt = call.state.directory.sign_in_attempt(client_id, id).cloned();
    let (Some(mut attempt), Some(client)) = (attempt, client(call, client_id)) else {
        return FAILED;
    };
    if !prove(call, &mut attempt.first) || sign_ins::settle(call, &client, &mut attempt).is_err() {
        return FAILED;
    }
    let session = attempt.session_id.clone();
    call.state.directory.put_sign_in(attempt);
    ("verified", session)
}

fn sign_up(call: &mut Call<'_>, client_id: &str, id: &str) -> Opened {
    let attempt = call.state.directory.sign_up_attempt(client_id, id).cloned();
    let (Some(mut attempt), Some(client)) = (attempt, client(call, client_id)) else {
        return FAILED;
    };
    if !prove(call, &mut attempt.verification)
        || sign_ups::settle(call, &client, &mut attempt).is_err()
    {
        return FAILED;
    }
    let session = attempt.session_id.clone();
    call.state.directory.put_sign_up(attempt);
    ("verified", session)
}

fn address(call: &mut Call<'_>, user_id: &str, id: &str) -> Opened {
    let now = call.now;
    let Some(mut user) = call.state.directory.user(user_id).cloned() else {
        return FAILED;
    };
    let mut emails = user.email_addresses.iter_mut();
    let Some(email) = emails.find(|email| email.id == id) else {
        return FAILED;
    };
    // Somebody else may have shown it first.
    let is_anothers = call.state.directory.user_with_email(&email.address);
    if is_anothers.is_some_and(|other| other.id != user_id) || !email.open_link(now) {
        return FAILED;
    }
    store(call, user);
    ("verified", None)
}
