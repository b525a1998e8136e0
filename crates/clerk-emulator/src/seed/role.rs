use serde::{Deserialize, Serialize};

use super::form::is_default;

/// A role of a [`Seed`](crate::Seed), and what it permits.
///
/// ```
/// use clerk_emulator::{RoleSeed, Seed};
///
/// let billing = RoleSeed::new("org:billing").name("Accountant").permission("org:invoices:read");
/// let seed = Seed::empty().role_seed(billing);
/// # let _ = seed;
/// ```
///
/// In JSON, `{"key":"org:billing","name":"Accountant","permissions":["org:invoices:read"]}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSeed {
    pub(crate) key: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) permissions: Vec<String>,
}

impl RoleSeed {
    /// A role that permits nothing, named like its key. `org:admin` and `org:member` permit what they do at Clerk, whatever
    /// is said here.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            ..Self::default()
        }
    }

    /// Sets what people call it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says what it is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds a permission, such as `org:invoices:read`.
    #[must_use]
    pub fn permission(mut self, key: impl Into<String>) -> Self {
        self.permissions.push(key.into());
        self
    }
}
