//! What browsers get to see of what they have begun.

use serde_json::{Map, Value, json};

use super::factors;
use crate::{
    call::Call,
    directory::{ExternalAccount, Presence, SignIn, SignUp, User, Verification},
};

pub(super) fn sign_in(call: &Call<'_>, sign_in: &SignIn) -> Value {
    let user = sign_in.user_id.as_deref();
    let user = user.and_then(|id| call.state.directory.user(id));
    let (first, second) = match user {
        None => (None, None),
        Some(user) => {
            let mut first = factors::first(user, true);
            if call.state.directory.settings.email_links {
                first.extend(factors::by_link(user));
            }
            (Some(first), Some(factors::second(user)))
        }
    };
    let settings = &call.state.directory.settings;
    let identifiers: &[&str] = match settings.username.is_on() {
        true => &["email_address", "username"],
        false => &["email_address"],
    };
    json!({
        "object": "sign_in",
        "id": sign_in.id,
        "status": sign_in.status(user).as_str(),
        "supported_identifiers": identifiers,
        "identifier": sign_in.identifier,
        "user_data": user.map(user_data),
        "supported_first_factors": first,
        "supported_second_factors": second,
        "first_factor_verification": match sign_in.first.as_ref() {
            None => referral(sign_in.referral_id.as_deref(), call),
            first => verification(first, call),
        },
        "second_factor_verification": verification(sign_in.second.as_ref(), call),
        "created_session_id": sign_in.session_id,
    })
}

pub(super) fn sign_up(call: &Call<'_>, sign_up: &SignUp) -> Value {
    let (required, optional, missing) = fields(call, sign_up);
    let unverified: &[&str] = match (&sign_up.email_address, sign_up.is_verified()) {
        (Some(_), false) => &["email_address"],
        _ => &[],
    };
    let status = match (sign_up.user_id.is_some(), call.now >= sign_up.abandon_at) {
        (true, _) => "complete",
        (false, true) => "abandoned",
        (false, false) => "missing_requirements",
    };
    json!({
        "object": "sign_up",
        "id": sign_up.id,
        "status": status,
        "required_fields": required,
        "optional_fields": optional,
        "missing_fields": missing,
        "unverified_fields": unverified,
        "verifications": sign_up_verifications(sign_up, call),
        "username": sign_up.username,
        "email_address": sign_up.email_address,
        "phone_number": null,
        "web3_wallet": null,
        "first_name": sign_up.first_name,
        "last_name": sign_up.last_name,
        "has_password": sign_up.password.is_some(),
        "unsafe_metadata": sign_up.unsafe_metadata,
        "public_metadata": {},
        "custom_action": false,
        "external_id": null,
        "external_account": null,
        "external_account_strategy": sign_up.account.as_ref().map(ExternalAccount::strategy),
        "legal_accepted_at": sign_up.legal_accepted_at.map(clerk_core::UnixTime::as_millis),
        "locale": null,
        "timezone": null,
        "created_session_id": sign_up.session_id,
        "created_user_id": sign_up.user_id,
        "abandon_at": sign_up.abandon_at.as_millis(),
    })
}

type Names = Vec<&'static str>;

/// What the instance requires, what it takes beside, and what of the first is not there.
pub(super) fn fields(call: &Call<'_>, sign_up: &SignUp) -> (Names, Names, Names) {
    let settings = &call.state.directory.settings;
    // Whoever signs in with somebody else's word needs none.
    let password = match (settings.password, &sign_up.account) {
        (Presence::Required, Some(_)) => Presence::Optional,
        (presence, _) => presence,
    };
    let all = [
        (
            "email_address",
            Presence::Required,
            sign_up.email_address.is_some(),
        ),
        ("password", password, sign_up.password.is_some()),
        ("username", settings.username, sign_up.username.is_some()),
        (
            "first_name",
            settings.first_name,
            sign_up.first_name.is_some(),
        ),
        ("last_name", settings.last_name, sign_up.last_name.is_some()),
    ];
    let names = |wanted: &dyn Fn(Presence, bool) -> bool| -> Names {
        let fitting = all
            .iter()
            .filter(|(_, presence, given)| wanted(*presence, *given));
        fitting.map(|(name, _, _)| *name).collect()
    };
    (
        names(&|presence, _| presence.is_required()),
        names(&|presence, _| presence == Presence::Optional),
        names(&|presence, given| presence.is_required() && !given),
    )
}

/// Who somebody says they are who is not in yet.
fn user_data(user: &User) -> Value {
    json!({
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": user.image_url,
        "has_image": false,
    })
}

/// A proof, or that there is none.
pub(super) fn verification(item: Option<&Verification>, call: &Call<'_>) -> Value {
    item.map_or(Value::Null, |item| item.to_json(call.now))
}

/// What came of a way to a provider's page, or that there is none.
pub(super) fn referral(id: Option<&str>, call: &Call<'_>) -> Value {
    let found = id.and_then(|id| call.state.directory.referral(id, call.now));
    found.map_or(Value::Null, |found| found.to_json(call.now))
}

/// What a sign-up has to verify, with what one does next.
fn sign_up_verifications(sign_up: &SignUp, call: &Call<'_>) -> Value {
    let email = match (&sign_up.email_address, &sign_up.verification) {
        (None, _) => Value::Null,
        (Some(_), verification) => {
            let (object, action) = match verification {
                Some(item) if item.is_verified() => (item.to_json(call.now), ""),
                Some(item) => (item.to_json(call.now), "needs_attempt"),
                None => (
                    json!({ "object": "verification", "status": "unverified" }),
                    "needs_prepare",
                ),
            };
            let mut object = object;
            object["next_action"] = json!(action);
            object["supported_strategies"] = match call.state.directory.settings.email_links {
                true => json!(["email_link", "email_code"]),
                false => json!(["email_code"]),
            };
            object
        }
    };
    let mut all = Map::new();
    all.insert("email_address".into(), email);
    for other in ["phone_number", "web3_wallet"] {
        all.insert(other.into(), Value::Null);
    }
    let account = referral(sign_up.referral_id.as_deref(), call);
    all.insert("external_account".into(), account);
    all.into()
}
