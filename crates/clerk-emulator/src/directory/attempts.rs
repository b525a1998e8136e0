use clerk_core::UnixTime;
use serde_json::{Map, Value};

use super::{Directory, ExternalAccount, Key, Password, Record, Table, User, Verification};
use crate::kept::Parts;

/// What browsers have begun and not ended, one of each kind for a browser.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempts {
    /// By the id of the browser's client.
    sign_ins: Table<SignIn>,
    sign_ups: Table<SignUp>,
    /// By the id of the session.
    reverifications: Table<Reverification>,
}

/// Somebody signs in.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct SignIn {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) identifier: Option<String>,
    /// By which a provider's page was asked.
    pub(crate) referral_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) first: Option<Verification>,
    pub(crate) second: Option<Verification>,
    /// Whoever has forgotten a password chooses another before they are in.
    pub(crate) needs_new_password: bool,
    pub(crate) session_id: Option<String>,
}

/// Where a sign-in is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignInStatus {
    NeedsIdentifier,
    NeedsFirstFactor,
    NeedsNewPassword,
    NeedsSecondFactor,
    Complete,
}

impl SignInStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NeedsIdentifier => "needs_identifier",
            Self::NeedsFirstFactor => "needs_first_factor",
            Self::NeedsNewPassword => "needs_new_password",
            Self::NeedsSecondFactor => "needs_second_factor",
            Self::Complete => "complete",
        }
    }
}

impl SignIn {
    pub(crate) fn new(id: String, client_id: String) -> Self {
        Self {
            id,
            client_id,
            identifier: None,
            referral_id: None,
            user_id: None,
            first: None,
            second: None,
            needs_new_password: false,
            session_id: None,
        }
    }

    pub(crate) fn status(&self, user: Option<&User>) -> SignInStatus {
        let given = |proof: &Option<Verification>| {
            let proof = proof.as_ref();
            proof.is_some_and(Verification::is_verified)
        };
        match user {
            // A ticket is all that it takes.
            Some(_) if self.session_id.is_some() => SignInStatus::Complete,
            None => SignInStatus::NeedsIdentifier,
            Some(_) if !given(&self.first) => SignInStatus::NeedsFirstFactor,
            Some(_) if self.needs_new_password => SignInStatus::NeedsNewPassword,
            Some(user) if user.has_second_factor() && !given(&self.second) => {
                SignInStatus::NeedsSecondFactor
            }
            Some(_) => SignInStatus::Complete,
        }
    }
}

/// Somebody becomes a user.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct SignUp {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) email_address: Option<String>,
    pub(crate) verification: Option<Verification>,
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) password: Option<Password>,
    pub(crate) unsafe_metadata: Map<String, Value>,
    pub(crate) legal_accepted_at: Option<UnixTime>,
    /// The id of the invitation that they come with.
    pub(crate) invitation_id: Option<String>,
    pub(crate) referral_id: Option<String>,
    /// The account with somebody else that they come with.
    pub(crate) account: Option<ExternalAccount>,
    /// What a server says the user is called elsewhere.
    pub(crate) external_id: Option<String>,
    /// Whether a server says that an action of its own has run.
    pub(crate) custom_action: bool,
    pub(crate) user_id: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) abandon_at: UnixTime,
}

impl SignUp {
    pub(crate) fn is_verified(&self) -> bool {
        let verification = self.verification.as_ref();
        verification.is_some_and(Verification::is_verified)
    }
}

/// Somebody shows again who they are, in a session they have.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Reverification {
    pub(crate) id: String,
    pub(crate) session_id: String,
    pub(crate) level: ReverificationLevel,
    pub(crate) first: Option<Verification>,
    pub(crate) second: Option<Verification>,
}

/// What is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum ReverificationLevel {
    First,
    Second,
    Both,
}

impl ReverificationLevel {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let all = [Self::First, Self::Second, Self::Both];
        all.into_iter().find(|level| level.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::First => "first_factor",
            Self::Second => "second_factor",
            Self::Both => "multi_factor",
        }
    }
}

impl Record for SignIn {
    #[allow(clippy::misnamed_getters, reason = "a browser has one")]
    fn id(&self) -> &str {
        &self.client_id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        if let Some(id) = &self.user_id {
            add(Key::User, id);
        }
    }
}

impl Record for SignUp {
    #[allow(clippy::misnamed_getters, reason = "a browser has one")]
    fn id(&self) -> &str {
        &self.client_id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Attempt, &self.id);
        if let Some(id) = &self.user_id {
            add(Key::User, id);
        }
    }
}

impl Record for Reverification {
    #[allow(clippy::misnamed_getters, reason = "a session has one")]
    fn id(&self) -> &str {
        &self.session_id
    }
}

impl Attempts {
    pub(super) fn forget_user(&mut self, id: &str) {
        self.sign_ins.remove_by(Key::User, id);
        self.sign_ups.remove_by(Key::User, id);
    }

    pub(super) fn parts(&mut self) -> Parts<'_> {
        let Self {
            sign_ins,
            sign_ups,
            reverifications,
        } = self;
        vec![
            ("sign_ins", sign_ins),
            ("sign_ups", sign_ups),
            ("reverifications", reverifications),
        ]
    }
}

impl Directory {
    /// The sign-in of this id, if it is this browser's.
    pub(crate) fn sign_in_attempt(&self, client_id: &str, id: &str) -> Option<&SignIn> {
        let current = self.sign_in_of(client_id);
        current.filter(|sign_in| sign_in.id == id)
    }

    /// What a browser has begun last.
    pub(crate) fn sign_in_of(&self, client_id: &str) -> Option<&SignIn> {
        self.attempts.sign_ins.get(client_id)
    }

    /// In the place of the one that the browser has begun before.
    pub(crate) fn put_sign_in(&mut self, sign_in: SignIn) {
        self.attempts.sign_ins.put(sign_in);
    }

    pub(crate) fn sign_up_attempt(&self, client_id: &str, id: &str) -> Option<&SignUp> {
        let current = self.sign_up_of(client_id);
        current.filter(|sign_up| sign_up.id == id)
    }

    /// The sign-up of this id, whosever it is.
    pub(crate) fn sign_up(&self, id: &str) -> Option<&SignUp> {
        self.attempts.sign_ups.by(Key::Attempt, id).next()
    }

    pub(crate) fn sign_up_of(&self, client_id: &str) -> Option<&SignUp> {
        self.attempts.sign_ups.get(client_id)
    }

    pub(crate) fn put_sign_up(&mut self, sign_up: SignUp) {
        self.attempts.sign_ups.put(sign_up);
    }

    pub(crate) fn reverification_of(&self, session_id: &str) -> Option<&Reverification> {
        self.attempts.reverifications.get(session_id)
    }

    pub(crate) fn put_reverification(&mut self, reverification: Reverification) {
        self.attempts.reverifications.put(reverification);
    }
}
