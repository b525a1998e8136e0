//! What a password may be. Whether others have lost it, nobody can tell offline.

use crate::refusal::Refusal;

pub(super) const SHORTEST: usize = 8;
pub(super) const LONGEST: usize = 72;

pub(super) fn check(password: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Refusal::form_password_length_too_short());
    }
    if length > LONGEST {
        return Err(Refusal::unprocessable(
            "form_password_length_too_long",
            "is too long",
            format!("Passwords must have {LONGEST} characters or fewer."),
        )
        .param("password"));
    }
    Ok(())
}
