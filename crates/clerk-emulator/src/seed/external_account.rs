use serde::{Deserialize, Serialize};

use super::form::is_default;

/// An account that a user of a [`Seed`](crate::Seed) has with somebody else, and signs in by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalAccountSeed {
    pub(crate) provider: String,
    pub(crate) provider_user_id: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) identification_id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) first_name: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) last_name: Option<String>,
}

impl ExternalAccountSeed {
    /// An account with a provider, such as `google`, and the id that it has for the user.
    pub fn new(provider: impl Into<String>, provider_user_id: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            provider_user_id: provider_user_id.into(),
            id: None,
            identification_id: None,
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
