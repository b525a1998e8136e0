//! How users show who they are: by what they know, by a code, by an app.

use serde_json::{Value, json};

use super::{email_links::EMAIL_LINK, errors, form::required};
use crate::{
    call::{Call, Query},
    codes,
    directory::{CODE, Identification, IdentificationKind, User, Verification},
    refusal::Refusal,
};

pub(super) const EMAIL_CODE: &str = "email_code";
const PHONE_CODE: &str = "phone_code";
pub(super) const PASSWORD: &str = "password";
pub(super) const RESET_PASSWORD: &str = "reset_password_email_code";

/// What a user can begin with.
pub(super) fn first(user: &User, with_reset: bool) -> Vec<Value> {
    let mut factors = Vec::new();
    if user.password.is_some() {
        factors.push(json!({ "strategy": PASSWORD }));
    }
    factors.extend(by_code(EMAIL_CODE, user));
    factors.extend(by_code(PHONE_CODE, user));
    if with_reset && user.password.is_some() {
        factors.extend(by_code(RESET_PASSWORD, user));
    }
    factors
}

/// Where codes of a strategy go: to what is the user's, and no second factor already.
fn kind_of(strategy: &str) -> Option<IdentificationKind> {
    match strategy {
        EMAIL_CODE | RESET_PASSWORD => Some(IdentificationKind::EmailAddress),
        PHONE_CODE => Some(IdentificationKind::PhoneNumber),
        _ => None,
    }
}

/// Where links go.
pub(super) fn by_link(user: &User) -> Vec<Value> {
    to_each(EMAIL_LINK, &user.email_addresses, user)
}

fn by_code(strategy: &str, user: &User) -> Vec<Value> {
    let kind = kind_of(strategy);
    let all = kind.map(|kind| user.identifications_of(kind));
    to_each(strategy, all.unwrap_or_default(), user)
}

fn to_each(strategy: &str, all: &[Identification], user: &User) -> Vec<Value> {
    let good = all.iter();
    let good = good.filter(|one| one.is_claimed() && !one.is_second_factor);
    good.map(|one| factor(strategy, one, user)).collect()
}

fn factor(strategy: &str, one: &Identification, user: &User) -> Value {
    let primary = user.primary(one.kind).map(|primary| &primary.id);
    let mut factor = json!({
        "strategy": strategy,
        "safe_identifier": one.address,
        "primary": Some(&one.id) == primary,
    });
    factor[format!("{}_id", one.kind.as_str())] = json!(one.id);
    factor
}

/// What a user goes on with who has a second factor.
pub(super) fn second(user: &User) -> Vec<Value> {
    let factors = &user.second_factors;
    let mut all = Vec::new();
    if factors.has_app() {
        all.push(json!({ "strategy": "totp" }));
    }
    let numbers = user.phone_numbers.iter();
    let numbers = numbers.filter(|number| number.is_second_factor);
    all.extend(numbers.map(|number| factor(PHONE_CODE, number, user)));
    if factors.has_backup_codes() {
        all.push(json!({ "strategy": "backup_code" }));
    }
    all
}

/// Sends the code that the form asks for as a first factor.
pub(super) fn prepare_first(
    call: &mut Call<'_>,
    form: &Query,
    user: &User,
) -> Result<Verification, Refusal> {
    prepare(call, form, user, |one| {
        one.is_claimed() && !one.is_second_factor
    })
}

/// Sends the code that the form asks for as a second factor.
pub(super) fn prepare_second(
    call: &mut Call<'_>,
    form: &Query,
    user: &User,
) -> Result<Verification, Refusal> {
    prepare(call, form, user, |one| one.is_second_factor)
}

fn prepare(
    call: &mut Call<'_>,
    form: &Query,
    user: &User,
    is_good: fn(&Identification) -> bool,
) -> Result<Verification, Refusal> {
    let strategy = required(form, "strategy")?;
    let kind = kind_of(strategy).filter(|_| strategy != RESET_PASSWORD || user.password.is_some());
    let kind = kind.ok_or_else(|| errors::strategy_invalid(strategy))?;
    let one = chosen(form, (user, kind), is_good)?;
    let slug = match strategy {
        RESET_PASSWORD => codes::RESET,
        _ => codes::VERIFICATION,
    };
    codes::send(call, slug, &one, Some(&user.id));
    Ok(Verification::sent(strategy, call.now))
}

/// What the form says that something goes to, or what is first of the user's.
pub(super) fn chosen(
    form: &Query,
    (user, kind): (&User, IdentificationKind),
    is_good: fn(&Identification) -> bool,
) -> Result<Identification, Refusal> {
    let name = format!("{}_id", kind.as_str());
    let mut good = user
        .identifications_of(kind)
        .iter()
        .filter(|one| is_good(one));
    let one = match form.get(&name) {
        Some(id) => good.find(|one| one.id == id),
        None => user
            .primary(kind)
            .filter(|one| is_good(one))
            .or_else(|| good.next()),
    };
    one.cloned().ok_or_else(|| match form.get(&name) {
        Some(_) => Refusal::form_resource_not_found(&name, "one of the user's"),
        None => errors::strategy_invalid(form.get("strategy").unwrap_or_default()),
    })
}

/// Judges what the form brings as a first factor; the verification is the one that was prepared.
///
/// What is wrong counts, so what is brought back is to be kept whatever the outcome.
pub(super) fn attempt_first(
    call: &Call<'_>,
    form: &Query,
    (user, prepared): (&User, Option<Verification>),
) -> Result<(Verification, Result<(), Refusal>), Refusal> {
    let strategy = required(form, "strategy")?;
    match strategy {
        PASSWORD => {
            let password = required(form, "password")?;
            if !user.has_password(password) {
                return Err(errors::password_incorrect());
            }
            Ok((Verification::passed(PASSWORD, call.now), Ok(())))
        }
        EMAIL_CODE | PHONE_CODE | RESET_PASSWORD => {
            let prepared = prepared.filter(|verification| verification.strategy == strategy);
            let mut verification =
                prepared.ok_or_else(|| errors::verification_missing(strategy))?;
            let outcome = attempt_code(&mut verification, form, call)?;
            Ok((verification, outcome))
        }
        other => Err(errors::strategy_invalid(other)),
    }
}

/// Judges a code that was sent.
pub(super) fn attempt_code(
    verification: &mut Verification,
    form: &Query,
    call: &Call<'_>,
) -> Result<Result<(), Refusal>, Refusal> {
    let is_right = required(form, "code")? == CODE;
    let outcome = verification.attempt(is_right, call.now);
    Ok(outcome.map_err(|why| errors::unverified(why, errors::code_incorrect)))
}

/// Judges what the form brings as a second factor, as `attempt_first` does the first.
pub(super) fn attempt_second(
    call: &Call<'_>,
    form: &Query,
    (user, prepared): (&mut User, Option<Verification>),
) -> Result<(Verification, Result<(), Refusal>), Refusal> {
    let strategy = required(form, "strategy")?;
    let code = required(form, "code")?;
    let is_right = match strategy {
        "totp" => user
            .second_factors
            .app_shows(code, call.state.clock.outside_now()),
        "backup_code" => user.second_factors.spend_backup_code(code),
        PHONE_CODE => {
            let missing = || errors::verification_missing(strategy);
            let mut verification = prepared.ok_or_else(missing)?;
            let outcome = attempt_code(&mut verification, form, call)?;
            return Ok((verification, outcome));
        }
        other => return Err(errors::strategy_invalid(other)),
    };
    match is_right {
        true => Ok((Verification::passed(strategy, call.now), Ok(()))),
        false => Err(second_factor_incorrect()),
    }
}

fn second_factor_incorrect() -> Refusal {
    Refusal::unprocessable("form_code_incorrect", "is incorrect", "Incorrect code.").param("code")
}
