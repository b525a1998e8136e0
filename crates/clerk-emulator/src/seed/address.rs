use serde::{Deserialize, Serialize};

use super::form::{Moment, is_default};

/// An e-mail address, a phone number or a wallet of a [`UserSeed`](crate::UserSeed). It is verified, unless this says
/// otherwise.
///
/// ```
/// use clerk_emulator::{AddressSeed, UserSeed};
///
/// let ada = UserSeed::new("ada@example.com")
///     .email_address(AddressSeed::new("lovelace@example.com").unverified())
///     .phone_number(AddressSeed::new("+15555550100").second_factor());
/// # let _ = ada;
/// ```
///
/// In JSON, the address alone, or `{"address":"lovelace@example.com","status":"unverified"}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressSeed {
    pub(crate) address: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) status: AddressStatus,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) primary: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) second_factor: bool,
    /// The provider of the external account that it comes from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) from: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) updated_at: Option<Moment>,
}

/// How far an address is its user's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AddressStatus {
    #[default]
    Verified,
    Reserved,
    Unverified,
}

impl AddressSeed {
    /// This address, verified.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            ..Self::default()
        }
    }

    /// Pins the id: `idn_` and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Nobody has shown that it is theirs: others may say so, too.
    #[must_use]
    pub fn unverified(mut self) -> Self {
        self.status = AddressStatus::Unverified;
        self
    }

    /// Nobody has shown that it is theirs, and nobody else may have it.
    #[must_use]
    pub fn reserved(mut self) -> Self {
        self.status = AddressStatus::Reserved;
        self
    }

    /// Makes it the primary one of its kind, in place of the first.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.primary = true;
        self
    }

    /// Has codes that are sent to this phone number be a second factor.
    #[must_use]
    pub fn second_factor(mut self) -> Self {
        self.second_factor = true;
        self
    }
}

impl From<String> for AddressSeed {
    fn from(address: String) -> Self {
        Self::new(address)
    }
}

impl From<&str> for AddressSeed {
    fn from(address: &str) -> Self {
        Self::new(address)
    }
}
