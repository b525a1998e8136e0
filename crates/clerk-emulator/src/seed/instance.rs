use serde::{Deserialize, Serialize};

use crate::directory::{InstanceSettings, Presence, SignUpMode};

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
/// In JSON, `{"instance":{"sign_up_mode":"restricted","username":"required"}}`, and all other settings by the
/// names that [`Seed::to_json`](crate::Seed::to_json) writes them by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstanceSeed {
    pub(crate) settings: InstanceSettings,
}

impl InstanceSeed {
    /// Who may sign up: everybody, unless this says otherwise.
    #[must_use]
    pub fn sign_up_mode(mut self, mode: SignUpMode) -> Self {
        self.settings.sign_up_mode = mode;
        self
    }

    /// Whether a browser has one session at a time, which it has unless this says otherwise.
    #[must_use]
    pub fn single_session_mode(mut self, single: bool) -> Self {
        self.settings.single_session_mode = single;
        self
    }

    /// Whether users have passwords: everybody, unless this says otherwise.
    #[must_use]
    pub fn password(mut self, presence: Presence) -> Self {
        self.settings.password = presence;
        self
    }

    /// Whether users have names to sign in by: nobody, unless this says otherwise.
    #[must_use]
    pub fn username(mut self, presence: Presence) -> Self {
        self.settings.username = presence;
        self
    }

    /// Whether users have a first and a last name: those who want to, unless this says otherwise.
    #[must_use]
    pub fn names(mut self, first: Presence, last: Presence) -> Self {
        self.settings.first_name = first;
        self.settings.last_name = last;
        self
    }

    /// With whom people may have accounts by which they sign up and in, such as `google`: nobody, unless this
    /// says otherwise. A page of the emulator's stands in the provider's place.
    #[must_use]
    pub fn social(mut self, providers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.social = providers.into_iter().map(Into::into).collect();
        self
    }

    /// Whether a link in a mail does what a code does: it does not, unless this says otherwise.
    #[must_use]
    pub fn email_links(mut self, offered: bool) -> Self {
        self.settings.email_links = offered;
        self
    }

    /// Whether everybody has to be in one of their organizations to count as signed in: nobody, unless this says
    /// otherwise. Until then, their sessions are pending.
    #[must_use]
    pub fn force_organization_selection(mut self, forced: bool) -> Self {
        self.settings.organizations.force_organization_selection = forced;
        self
    }

    /// Whether nobody signs up but those on the [allowlist](crate::Seed::allow).
    #[must_use]
    pub fn allowlist(mut self, in_force: bool) -> Self {
        self.settings.restrictions.allowlist = in_force;
        self
    }

    /// Whether those on the [blocklist](crate::Seed::block) are kept out.
    #[must_use]
    pub fn blocklist(mut self, in_force: bool) -> Self {
        self.settings.restrictions.blocklist = in_force;
        self
    }
}
