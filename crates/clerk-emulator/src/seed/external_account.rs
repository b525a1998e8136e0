use serde::Deserialize;

/// An account that a user of a [`Seed`](crate::Seed) has with somebody else, and signs in by.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalAccountSeed {
    pub(crate) provider: String,
    pub(crate) provider_user_id: String,
    #[serde(default)]
    pub(crate) first_name: Option<String>,
    #[serde(default)]
    pub(crate) last_name: Option<String>,
}

impl ExternalAccountSeed {
    /// An account with a provider, such as `google`, and the id that it has for the user.
    pub fn new(provider: impl Into<String>, provider_user_id: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            provider_user_id: provider_user_id.into(),
            first_name: None,
            last_name: None,
        }
    }

    /// Sets the names that the provider has for the user. Without them, they are the user's own.
    #[must_use]
    pub fn name(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.first_name = Some(first.into());
        self.last_name = Some(last.into());
        self
    }
}
