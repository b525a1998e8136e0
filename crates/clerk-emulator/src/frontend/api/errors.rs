//! What the Frontend API refuses, in Clerk's words.

use http::StatusCode;

use crate::{
    directory::{Session, Unverified},
    refusal::Refusal,
};

pub(super) fn origin_invalid() -> Refusal {
    Refusal::bad_request(
        "origin_invalid",
        "The Origin header is that of a page that is neither of this machine nor of a host that was \
         allowed, with `clerk-dev emulator --allow-host NAME` or `Builder::allow_host`.",
    )
}

/// clerk-js asks for another browser token then, and begins anew.
pub(super) fn dev_browser_unauthenticated() -> Refusal {
    Refusal::unauthorized(
        "dev_browser_unauthenticated",
        "The browser has no __clerk_db_jwt, or one of another run. Get one with POST /v1/dev_browser.",
    )
}

pub(super) fn signed_out() -> Refusal {
    Refusal::unauthorized(
        "authentication_invalid",
        "Nobody is signed in on this browser, or not in this session.",
    )
}

pub(super) fn session_exists(session: &Session) -> Refusal {
    Refusal::bad_request(
        "session_exists",
        format!(
            "Somebody is signed in on this browser already, in {}. Sign out first: the instance has \
             one session at a time for each.",
            session.id
        ),
    )
}

pub(super) fn identifier_not_found() -> Refusal {
    Refusal::unprocessable(
        "form_identifier_not_found",
        "Couldn't find your account.",
        "Couldn't find your account.",
    )
    .param("identifier")
}

pub(super) fn password_incorrect() -> Refusal {
    Refusal::unprocessable(
        "form_password_incorrect",
        "Password is incorrect. Try again, or use another method.",
        "Password is incorrect. Try again, or use another method.",
    )
    .param("password")
}

pub(super) fn code_incorrect() -> Refusal {
    Refusal::unprocessable(
        "form_code_incorrect",
        "is incorrect",
        "Incorrect code. It is 424242 in an emulator, and GET /_emulator/mailbox has it.",
    )
    .param("code")
}

/// Nobody was asked for a code, or not for this one.
pub(super) fn verification_missing(strategy: &str) -> Refusal {
    Refusal::bad_request(
        "verification_missing",
        format!("No verification with {strategy} was prepared."),
    )
}

pub(super) fn unverified(why: Unverified, incorrect: fn() -> Refusal) -> Refusal {
    match why {
        Unverified::Incorrect => incorrect(),
        Unverified::Expired => verification_expired(),
        Unverified::Failed => verification_failed(),
        Unverified::AlreadyVerified => already_verified(),
    }
}

pub(super) fn verification_expired() -> Refusal {
    let why = "The verification has expired. Prepare another.";
    Refusal::bad_request("verification_expired", why)
}

pub(super) fn verification_failed() -> Refusal {
    let why = "Too many failed attempts. Prepare another verification.";
    Refusal::bad_request("verification_failed", why)
}

pub(super) fn already_verified() -> Refusal {
    let why = "This was verified before.";
    Refusal::bad_request("verification_already_verified", why)
}

pub(super) fn strategy_invalid(strategy: &str) -> Refusal {
    let expected = format!(
        "one of those that are supported here; {strategy} is not, or the emulator does not have it"
    );
    Refusal::unprocessable(
        "strategy_for_user_invalid",
        "is invalid",
        format!("The verification strategy must be {expected}."),
    )
    .param("strategy")
}

pub(super) fn sign_up_restricted() -> Refusal {
    Refusal::forbidden(
        "sign_up_mode_restricted",
        "Sign ups are restricted to those who were invited.",
    )
}

pub(super) fn ticket_invalid() -> Refusal {
    let why = "The ticket is none that this instance has given for this, or one that was used or revoked, \
               or has expired.";
    Refusal::bad_request("ticket_invalid_code", why)
}

pub(super) fn not_allowed_access() -> Refusal {
    let why = "The allowlist or the blocklist of the instance keeps this address out.";
    Refusal::forbidden("not_allowed_access", why)
}

/// What the caller does asks for a proof that is younger than ten minutes.
pub(super) fn needs_reverification() -> Refusal {
    Refusal::forbidden(
        "session_reverification_required",
        "Verify the session again, with POST /v1/client/sessions/{id}/verify.",
    )
}

pub(super) fn not_allowed_in_organization() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "missing_organization_permission",
        "not allowed",
        "The user's role in the organization does not allow that.",
    )
}
