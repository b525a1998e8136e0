use clerk_core::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    address::AddressSeed,
    external_account::ExternalAccountSeed,
    form::{Moment, Secret, is_default, texts_or_objects},
};

/// A user of a [`Seed`](crate::Seed).
///
/// ```
/// use clerk_emulator::{AddressSeed, Emulator, Seed, UserSeed};
///
/// let grace = UserSeed::new("grace@example.com")
///     .email_address(AddressSeed::new("hopper@example.com").unverified())
///     .phone_number("+15555550100")
///     .username("grace")
///     .password("a ship in port is safe")
///     .private_metadata("rank", "rear admiral");
/// let emulator = Emulator::builder().seed(Seed::empty().user(grace)).build()?;
/// assert_eq!(emulator.user_id("grace@example.com"), emulator.user_id("GRACE@example.com"));
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// In JSON, the members are called like the methods, and lists of addresses
/// `email_addresses`, `phone_numbers` and `web3_wallets`. By [`Default`], a user has nothing: give it a username, or one
/// of the addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserSeed {
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) email: Option<String>,
    #[serde(
        skip_serializing_if = "is_default",
        deserialize_with = "texts_or_objects"
    )]
    pub(crate) email_addresses: Vec<AddressSeed>,
    #[serde(
        skip_serializing_if = "is_default",
        deserialize_with = "texts_or_objects"
    )]
    pub(crate) phone_numbers: Vec<AddressSeed>,
    #[serde(
        skip_serializing_if = "is_default",
        deserialize_with = "texts_or_objects"
    )]
    pub(crate) web3_wallets: Vec<AddressSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) username: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) first_name: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) last_name: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) locale: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) password: Option<Secret>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) password_digest: Option<Secret>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) password_hasher: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) totp_secret: Option<Secret>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) backup_codes: Vec<Secret>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) external_accounts: Vec<ExternalAccountSeed>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) external_id: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) public_metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) private_metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) unsafe_metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) banned: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) locked: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) delete_self_enabled: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) create_organization_enabled: Option<bool>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) create_organizations_limit: Option<i64>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) bypass_client_trust: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) plan: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) features: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) legal_accepted_at: Option<Moment>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) last_sign_in_at: Option<Moment>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) updated_at: Option<Moment>,
}

impl UserSeed {
    /// A user with this verified e-mail address.
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: Some(email.into()),
            ..Self::default()
        }
    }

    /// Pins the id: `user_` and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Adds an e-mail address, beside the first.
    #[must_use]
    pub fn email_address(mut self, address: impl Into<AddressSeed>) -> Self {
        self.email_addresses.push(address.into());
        self
    }

    /// Adds a phone number, as E.164 has it: `+15555550100`.
    #[must_use]
    pub fn phone_number(mut self, address: impl Into<AddressSeed>) -> Self {
        self.phone_numbers.push(address.into());
        self
    }

    /// Adds a wallet.
    #[must_use]
    pub fn web3_wallet(mut self, address: impl Into<AddressSeed>) -> Self {
        self.web3_wallets.push(address.into());
        self
    }

    /// Sets the first and the last name.
    #[must_use]
    pub fn name(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.first_name = Some(first.into());
        self.last_name = Some(last.into());
        self
    }

    /// Sets the name that the user signs in by, where the [instance](crate::InstanceSeed::username) has such names.
    #[must_use]
    pub fn username(mut self, name: impl Into<String>) -> Self {
        self.username = Some(name.into());
        self
    }

    /// Sets the language, such as `en-US`.
    #[must_use]
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = Some(locale.into());
        self
    }

    /// Sets the password that the user signs in with. The emulator keeps a hash of it, and asks nothing of it.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::new(password));
        self
    }

    /// Sets what another system has kept of the password, and by which hasher, as `CreateUser` takes them.
    #[must_use]
    pub fn password_digest(mut self, digest: impl Into<String>, hasher: impl Into<String>) -> Self {
        self.password_digest = Some(Secret::new(digest));
        self.password_hasher = Some(hasher.into());
        self
    }

    /// Gives the user an authenticator app with this secret, in base 32.
    #[must_use]
    pub fn totp_secret(mut self, secret: impl Into<String>) -> Self {
        self.totp_secret = Some(Secret::new(secret));
        self
    }

    /// Adds a code for when the app is lost. It is good once.
    #[must_use]
    pub fn backup_code(mut self, code: impl Into<String>) -> Self {
        self.backup_codes.push(Secret::new(code));
        self
    }

    /// Has the user sign in by an account with somebody else. The e-mail address comes from the first.
    #[must_use]
    pub fn external_account(mut self, account: ExternalAccountSeed) -> Self {
        self.external_accounts.push(account);
        self
    }

    /// Sets the id that the application's own system has for the user.
    #[must_use]
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    /// Sets one member of the user's public metadata.
    #[must_use]
    pub fn public_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.public_metadata.insert(name.into(), value.into());
        self
    }

    /// Sets one member of the metadata that servers alone see.
    #[must_use]
    pub fn private_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.private_metadata.insert(name.into(), value.into());
        self
    }

    /// Sets one member of the metadata that pages may change.
    #[must_use]
    pub fn unsafe_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.unsafe_metadata.insert(name.into(), value.into());
        self
    }

    /// Bans the user, who then cannot sign in.
    #[must_use]
    pub fn banned(mut self) -> Self {
        self.banned = true;
        self
    }

    /// Locks the user out until somebody unlocks them.
    #[must_use]
    pub fn locked(mut self) -> Self {
        self.locked = true;
        self
    }

    /// Sets the user's own plan: the claim `pla` then has `u:<plan>`.
    #[must_use]
    pub fn plan(mut self, slug: impl Into<String>) -> Self {
        self.plan = Some(slug.into());
        self
    }

    /// Adds a feature of the user's own plan: the claim `fea` then has `u:<feature>`.
    #[must_use]
    pub fn feature(mut self, slug: impl Into<String>) -> Self {
        self.features.push(slug.into());
        self
    }

    /// When the user was created. Without it, early in 2025, a second after whatever stands before it.
    #[must_use]
    pub fn created_at(mut self, at: UnixTime) -> Self {
        self.created_at = Some(Moment(at));
        self
    }
}
