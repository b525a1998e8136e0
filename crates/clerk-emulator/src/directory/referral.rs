use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Record};

/// How long a provider's page waits.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// A browser on its way to a provider's page and back.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Referral {
    /// Nobody else knows it.
    pub(crate) id: String,
    /// `google`, `github`, …
    pub(crate) provider: String,
    pub(crate) purpose: ReferralPurpose,
    /// Where the provider's page is.
    pub(crate) page: String,
    /// Where the browser goes on, and where if nothing is missing any more.
    pub(crate) redirect_url: String,
    pub(crate) complete_url: String,
    /// Who somebody has said there that they are.
    pub(crate) persona: Option<Persona>,
    pub(crate) problem: Option<ReferralProblem>,
    expires_at: UnixTime,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum ReferralPurpose {
    /// On the browser with this client.
    SignIn(String),
    SignUp(String),
    /// Another account of a user's: their id.
    Connect(String),
}

/// Who somebody is with a provider.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Persona {
    pub(crate) provider_user_id: String,
    pub(crate) email_address: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
}

/// Why a browser came back without what it went for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum ReferralProblem {
    Denied,
    /// Nobody is known by the account who could sign in: they may sign up.
    Unknown,
    /// Somebody is, who cannot sign up: they may sign in.
    Known,
    /// It is another user's.
    Claimed,
    /// The user, or whoever would be one, is kept out: Clerk's error object.
    KeptOut(Value),
}

impl Record for Referral {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        if let ReferralPurpose::Connect(user_id) = &self.purpose {
            add(Key::User, user_id);
        }
    }
}

impl ReferralProblem {
    fn is_transferable(&self) -> bool {
        matches!(self, Self::Unknown | Self::Known)
    }

    /// Clerk's error object.
    fn to_json(&self) -> Value {
        let (code, why) = match self {
            Self::Denied => (
                "oauth_access_denied",
                "You did not grant access to your account.",
            ),
            Self::Unknown => (
                "external_account_not_found",
                "The External Account was not found.",
            ),
            Self::Known => (
                "external_account_exists",
                "The External Account already exists.",
            ),
            Self::Claimed => (
                "oauth_identification_claimed",
                "This account is linked to another user.",
            ),
            Self::KeptOut(error) => return error.clone(),
        };
        json!({ "code": code, "message": why, "long_message": why })
    }
}

impl Referral {
    pub(crate) fn new(
        (id, provider, purpose): (String, &str, ReferralPurpose),
        page: String,
        (redirect_url, complete_url): (String, String),
        now: UnixTime,
    ) -> Self {
        Self {
            id,
            provider: provider.to_owned(),
            purpose,
            page,
            redirect_url,
            complete_url,
            persona: None,
            problem: None,
            expires_at: now.saturating_add(LIFETIME),
        }
    }

    /// `oauth_google`
    pub(crate) fn strategy(&self) -> String {
        format!("oauth_{}", self.provider)
    }

    /// The Frontend API's verification object.
    pub(crate) fn to_json(&self, now: UnixTime) -> Value {
        let problem = self.problem.as_ref();
        let status = match problem {
            Some(problem) if problem.is_transferable() => "transferable",
            Some(_) => "failed",
            None if self.persona.is_some() => "verified",
            None if now >= self.expires_at => "expired",
            None => "unverified",
        };
        let page = (status == "unverified").then_some(&self.page);
        json!({
            "object": "verification",
            "status": status,
            "strategy": self.strategy(),
            "attempts": null,
            "expire_at": self.expires_at.as_millis(),
            "external_verification_redirect_url": page,
            "verified_at_client": null,
            "error": problem.map(ReferralProblem::to_json),
        })
    }

    /// The Frontend API's object of an account that is not the user's yet.
    pub(crate) fn account_json(&self, now: UnixTime) -> Value {
        json!({
            "object": "external_account",
            "id": format!("eac_{}", self.id),
            "identification_id": null,
            "provider": self.strategy(),
            "provider_user_id": "",
            "approved_scopes": "",
            "email_address": "",
            "first_name": "",
            "last_name": "",
            "username": null,
            "image_url": "",
            "phone_number": null,
            "public_metadata": {},
            "label": null,
            "created_at": now.as_millis(),
            "updated_at": now.as_millis(),
            "verification": self.to_json(now),
        })
    }
}

impl Directory {
    /// The accounts that did not become a user's, with the reason.
    pub(crate) fn refused_accounts(&self, user_id: &str, now: UnixTime) -> Vec<Value> {
        let theirs = self.referrals.by(Key::User, user_id);
        theirs
            .filter(|referral| referral.problem.is_some() && now < referral.expires_at)
            .map(|referral| referral.account_json(now))
            .collect()
    }

    pub(crate) fn referral(&self, id: &str, now: UnixTime) -> Option<&Referral> {
        let referral = self.referrals.get(id);
        referral.filter(|referral| now < referral.expires_at)
    }

    /// What came of a way to a provider's page, or that there is none.
    pub(crate) fn referral_json(&self, id: Option<&str>, now: UnixTime) -> Value {
        let found = id.and_then(|id| self.referral(id, now));
        found.map_or(Value::Null, |found| found.to_json(now))
    }

    /// In the place of what it was, and of those that nobody waits for.
    pub(crate) fn put_referral(&mut self, referral: Referral, now: UnixTime) {
        self.referrals.remove_if(|other| now >= other.expires_at);
        self.referrals.put(referral);
    }
}
