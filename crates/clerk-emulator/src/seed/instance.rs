use serde::Deserialize;

use crate::rules::{Presence, Rules, SignUpMode};

/// What the instance of a [`Seed`](crate::Seed) asks of those who sign up and in. What is not said is as
/// in a new instance of Clerk's: everybody may sign up, with an e-mail address and a password, and a
/// browser has one session at a time.
///
/// ```
/// use clerk_emulator::{InstanceSeed, Presence, Seed, SignUpMode};
///
/// let seed = Seed::example().instance(
///     InstanceSeed::default().sign_up_mode(SignUpMode::Restricted).username(Presence::Required),
/// );
/// # let _ = seed;
/// ```
///
/// In JSON, `{"instance":{"sign_up_mode":"restricted","username":"required"}}`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InstanceSeed {
    sign_up_mode: Option<SignUpMode>,
    single_session_mode: Option<bool>,
    password: Option<Presence>,
    username: Option<Presence>,
    first_name: Option<Presence>,
    last_name: Option<Presence>,
}

impl InstanceSeed {
    /// Who may sign up: everybody, unless this says otherwise.
    #[must_use]
    pub fn sign_up_mode(mut self, mode: SignUpMode) -> Self {
        self.sign_up_mode = Some(mode);
        self
    }

    /// Whether a browser has one session at a time, which it has unless this says otherwise.
    #[must_use]
    pub fn single_session_mode(mut self, single: bool) -> Self {
        self.single_session_mode = Some(single);
        self
    }

    /// Whether users have passwords: everybody, unless this says otherwise.
    #[must_use]
    pub fn password(mut self, presence: Presence) -> Self {
        self.password = Some(presence);
        self
    }

    /// Whether users have names to sign in by: nobody, unless this says otherwise.
    #[must_use]
    pub fn username(mut self, presence: Presence) -> Self {
        self.username = Some(presence);
        self
    }

    /// Whether users have a first and a last name: those who want to, unless this says otherwise.
    #[must_use]
    pub fn names(mut self, first: Presence, last: Presence) -> Self {
        self.first_name = Some(first);
        self.last_name = Some(last);
        self
    }

    pub(crate) fn rules(&self) -> Rules {
        let usual = Rules::default();
        Rules {
            sign_up: self.sign_up_mode.unwrap_or(usual.sign_up),
            single_session: self.single_session_mode.unwrap_or(usual.single_session),
            password: self.password.unwrap_or(usual.password),
            username: self.username.unwrap_or(usual.username),
            first_name: self.first_name.unwrap_or(usual.first_name),
            last_name: self.last_name.unwrap_or(usual.last_name),
        }
    }
}
