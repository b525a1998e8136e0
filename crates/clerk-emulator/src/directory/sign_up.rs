//! What of a sign-up is shown, to whom it belongs and to servers.

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Directory, ExternalAccount, Presence, SignUp};

type Names = Vec<&'static str>;

impl Directory {
    /// The object as browsers get it.
    pub(crate) fn sign_up_json(&self, sign_up: &SignUp, now: UnixTime) -> Value {
        let (required, optional, missing) = self.sign_up_fields(sign_up);
        let unverified: &[&str] = match (&sign_up.email_address, sign_up.is_verified()) {
            (Some(_), false) => &["email_address"],
            _ => &[],
        };
        let status = match (sign_up.user_id.is_some(), now >= sign_up.abandon_at) {
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
            "verifications": self.sign_up_verifications(sign_up, now),
            "username": sign_up.username,
            "email_address": sign_up.email_address,
            "phone_number": null,
            "web3_wallet": null,
            "first_name": sign_up.first_name,
            "last_name": sign_up.last_name,
            "has_password": sign_up.password.is_some(),
            "unsafe_metadata": sign_up.unsafe_metadata,
            "public_metadata": {},
            "custom_action": sign_up.custom_action,
            "external_id": sign_up.external_id,
            "external_account": null,
            "external_account_strategy": sign_up.account.as_ref().map(ExternalAccount::strategy),
            "legal_accepted_at": sign_up.legal_accepted_at.map(UnixTime::as_millis),
            "locale": null,
            "timezone": null,
            "created_session_id": sign_up.session_id,
            "created_user_id": sign_up.user_id,
            "abandon_at": sign_up.abandon_at.as_millis(),
        })
    }

    /// What the instance requires, what it takes beside, and what of the first is not there.
    pub(crate) fn sign_up_fields(&self, sign_up: &SignUp) -> (Names, Names, Names) {
        let settings = &self.settings;
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

    /// The object as servers get it.
    pub(crate) fn sign_up_attempt_json(&self, sign_up: &SignUp, now: UnixTime) -> Value {
        let mut body = self.sign_up_json(sign_up, now);
        body["object"] = json!("sign_up_attempt");
        if let Some(email) = body["verifications"]["email_address"].as_object_mut() {
            email.retain(|name, _| matches!(name.as_str(), "next_action" | "supported_strategies"));
        }
        if let Some(members) = body.as_object_mut() {
            let has_password = members.remove("has_password");
            members.insert("password_enabled".to_owned(), json!(has_password));
            for of_browsers in ["external_account", "external_account_strategy", "timezone"] {
                members.remove(of_browsers);
            }
        }
        body
    }

    /// What a sign-up has to verify, with what one does next.
    fn sign_up_verifications(&self, sign_up: &SignUp, now: UnixTime) -> Value {
        let email = match (&sign_up.email_address, &sign_up.verification) {
            (None, _) => Value::Null,
            (Some(_), verification) => {
                let (object, action) = match verification {
                    Some(item) if item.is_verified() => (item.to_json(now), ""),
                    Some(item) => (item.to_json(now), "needs_attempt"),
                    None => (
                        json!({ "object": "verification", "status": "unverified" }),
                        "needs_prepare",
                    ),
                };
                let mut object = object;
                object["next_action"] = json!(action);
                object["supported_strategies"] = match self.settings.email_links {
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
        let account = self.referral_json(sign_up.referral_id.as_deref(), now);
        all.insert("external_account".into(), account);
        all.into()
    }
}
