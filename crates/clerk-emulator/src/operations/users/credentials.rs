//! Passwords: given, verified, taken away.

use clerk_core::UnixTime;
use http::StatusCode;
use serde_json::json;

use super::{called_for, revoke_sessions, store};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{InvalidDigest, PasswordDigest, User},
    ids::Ids,
    refusal::Refusal,
};

/// Those that everybody tries first. Clerk asks a list of hundreds of millions.
const PWNED: [&str; 6] = [
    "password",
    "12345678",
    "123456789",
    "password1",
    "qwertyuiop",
    "iloveyou",
];

/// Takes the password that comes with a request, or what another system has made of one.
pub(super) fn take(input: &mut Input, user: &mut User, call: &mut Call<'_>) -> Result<(), Refusal> {
    let skip_checks = input.flag("skip_password_checks")?.unwrap_or(false);
    let password = input.text("password")?;
    let digest = input.text("password_digest")?;
    let hasher = input.text("password_hasher")?;
    if let Some(password) = password.as_deref().filter(|_| !skip_checks) {
        check(password)?;
    }
    let credentials = Credentials {
        password,
        digest,
        hasher,
    };
    give(user, credentials, (&mut call.state.ids, call.now))
}

/// What somebody signs in with: a password, or what another system has made of one.
#[derive(Default)]
pub(crate) struct Credentials {
    pub(crate) password: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) hasher: Option<String>,
}

/// Gives a user what they sign in with, if it is anything.
pub(crate) fn give(
    user: &mut User,
    credentials: Credentials,
    (ids, now): (&mut Ids, UnixTime),
) -> Result<(), Refusal> {
    let Credentials {
        password,
        digest,
        hasher,
    } = credentials;
    if let Some(password) = &password {
        user.set_password(password, ids, now);
    }
    match (digest, hasher) {
        (None, None) => Ok(()),
        (Some(_), _) if password.is_some() => {
            let expected = "absent where there is a password";
            Err(Refusal::form_param_value_invalid(
                "password_digest",
                expected,
            ))
        }
        (Some(_), None) => Err(Refusal::form_param_missing("password_hasher")),
        (None, Some(_)) => Err(Refusal::form_param_missing("password_digest")),
        (Some(digest), Some(hasher)) => {
            let digest = PasswordDigest::read(&hasher, digest).map_err(invalid)?;
            user.take_password(digest.into(), now);
            Ok(())
        }
    }
}

fn check(password: &str) -> Result<(), Refusal> {
    if password.chars().count() < 8 {
        return Err(Refusal::form_password_length_too_short());
    }
    if PWNED.contains(&password) {
        return Err(Refusal::form_password_pwned());
    }
    Ok(())
}

fn invalid(why: InvalidDigest) -> Refusal {
    match why {
        InvalidDigest::Hasher => {
            let expected = "one of the hashers that Clerk knows, such as bcrypt";
            Refusal::form_param_value_invalid("password_hasher", expected)
        }
        InvalidDigest::Digest => Refusal::form_password_digest_invalid(),
    }
}

pub(super) fn verify_password(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let user = called_for(call)?;
    let text = input.required_text("password")?;
    input.finish()?;
    let password = user.password.as_ref().ok_or_else(no_password_set)?;
    if let Some(hasher) = password.foreign_hasher() {
        return Err(Refusal::bad_request(
            "password_hasher_not_emulated",
            format!(
                "The password came as a digest by {hasher}, which the emulator keeps and cannot make: it tells \
                 no right password from a wrong one. Give the user a password, or a digest by PBKDF2 or SHA-256."
            ),
        ));
    }
    match password.is(&text) {
        true => Ok(Reply::ok(json!({ "verified": true }))),
        false => Err(Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "incorrect_password",
            "incorrect password",
            "The password is not the one that the user has set.",
        )),
    }
}

fn no_password_set() -> Refusal {
    Refusal::bad_request("no_password_set", "The user has set no password.")
}

pub(super) fn remove_password(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut user = called_for(call)?;
    let sign_out = input.flag("sign_out_of_other_sessions")?.unwrap_or(false);
    input.finish()?;
    if user.password.is_none() {
        return Ok(Reply::ok(user.to_json()));
    }
    user.remove_password();
    let id = user.id.clone();
    let reply = store(call, user);
    if sign_out {
        revoke_sessions(call, &id);
    }
    Ok(reply)
}

pub(super) fn set_compromised(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let user = called_for(call)?;
    let revoke_all = input.flag("revoke_all_sessions")?.unwrap_or(false);
    input.finish()?;
    let id = user.id.clone();
    let reply = mark(call, user, true)?;
    if revoke_all {
        revoke_sessions(call, &id);
    }
    Ok(reply)
}

pub(super) fn unset_compromised(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let user = called_for(call)?;
    mark(call, user, false)
}

fn mark(call: &mut Call<'_>, mut user: User, is_compromised: bool) -> Result<Reply, Refusal> {
    if user.password.is_none() {
        return Err(no_password_set());
    }
    user.requires_password_reset = is_compromised;
    Ok(store(call, user))
}
