//! What browsers get to see of what they have begun.

use serde_json::{Value, json};

use super::factors;
use crate::{
    call::Call,
    directory::{SignIn, SignUp, User, Verification},
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
            None => call.state.directory.referral_json(sign_in.referral_id.as_deref(), call.now),
            first => verification(first, call),
        },
        "second_factor_verification": verification(sign_in.second.as_ref(), call),
        "created_session_id": sign_in.session_id,
    })
}

pub(super) fn sign_up(call: &Call<'_>, sign_up: &SignUp) -> Value {
    call.state.directory.sign_up_json(sign_up, call.now)
}

/// Who somebody says they are who is not in yet.
fn user_data(user: &User) -> Value {
    json!({
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": user.image_url,
        "has_image": user.picture_id.is_some(),
    })
}

/// A proof, or that there is none.
pub(super) fn verification(item: Option<&Verification>, call: &Call<'_>) -> Value {
    item.map_or(Value::Null, |item| item.to_json(call.now))
}
