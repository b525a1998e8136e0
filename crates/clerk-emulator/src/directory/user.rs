use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{
    ExternalAccount, Identification, IdentificationKind, Images, Key, Password, Record,
    SecondFactors, external_account::Holder,
};
use crate::ids::Ids;

/// A user. Every field is one of the API's user object.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) external_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) email_addresses: Vec<Identification>,
    pub(crate) phone_numbers: Vec<Identification>,
    pub(crate) web3_wallets: Vec<Identification>,
    pub(crate) external_accounts: Vec<ExternalAccount>,
    pub(crate) image_url: String,
    /// The id of the picture that somebody has uploaded.
    pub(crate) picture_id: Option<String>,
    /// The ids of one of each; without it, the first is the primary one.
    pub(crate) primary_email_address_id: Option<String>,
    pub(crate) primary_phone_number_id: Option<String>,
    pub(crate) primary_web3_wallet_id: Option<String>,
    pub(crate) password: Option<Password>,
    /// When the password was set.
    pub(crate) password_set_at: Option<UnixTime>,
    /// Whether the password is to be changed before it is good again.
    pub(crate) requires_password_reset: bool,
    pub(crate) second_factors: SecondFactors,
    mfa_enabled_at: Option<UnixTime>,
    mfa_disabled_at: Option<UnixTime>,
    pub(crate) legal_accepted_at: Option<UnixTime>,
    pub(crate) bypass_client_trust: bool,
    pub(crate) public_metadata: Map<String, Value>,
    pub(crate) private_metadata: Map<String, Value>,
    pub(crate) unsafe_metadata: Map<String, Value>,
    pub(crate) banned: bool,
    pub(crate) locked: bool,
    pub(crate) delete_self_enabled: bool,
    pub(crate) create_organization_enabled: bool,
    pub(crate) create_organizations_limit: Option<i64>,
    /// The user's own plan and its features, which are in tokens but not in the user object.
    pub(crate) plan: Option<String>,
    pub(crate) features: Vec<String>,
    pub(crate) last_sign_in_at: Option<UnixTime>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for User {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        for identification in self.identifications() {
            add(Key::Identification, &identification.id);
            let kind = identification.kind;
            if identification.is_claimed() {
                add(kind.key(), &kind.normal(&identification.address));
            }
        }
        for account in &self.external_accounts {
            add(Key::ProviderUser, &account.provider_user_id);
        }
        for (key, value) in [
            (Key::Username, &self.username),
            (Key::ExternalId, &self.external_id),
        ] {
            if let Some(value) = value {
                add(key, value);
            }
        }
    }
}

impl User {
    /// A user who has nothing but an id.
    pub(crate) fn new(id: String, images: &Images, now: UnixTime) -> Self {
        Self {
            image_url: images.of(&id),
            id,
            external_id: None,
            username: None,
            first_name: None,
            last_name: None,
            locale: None,
            email_addresses: Vec::new(),
            phone_numbers: Vec::new(),
            web3_wallets: Vec::new(),
            external_accounts: Vec::new(),
            picture_id: None,
            primary_email_address_id: None,
            primary_phone_number_id: None,
            primary_web3_wallet_id: None,
            password: None,
            password_set_at: None,
            requires_password_reset: false,
            second_factors: SecondFactors::default(),
            mfa_enabled_at: None,
            mfa_disabled_at: None,
            legal_accepted_at: None,
            bypass_client_trust: false,
            public_metadata: Map::new(),
            private_metadata: Map::new(),
            unsafe_metadata: Map::new(),
            banned: false,
            locked: false,
            delete_self_enabled: true,
            create_organization_enabled: true,
            create_organizations_limit: None,
            plan: None,
            features: Vec::new(),
            last_sign_in_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn primary_email(&self) -> Option<&Identification> {
        self.primary(IdentificationKind::EmailAddress)
    }

    /// The user's identifications of all kinds.
    pub(crate) fn identifications(&self) -> impl Iterator<Item = &Identification> {
        let kinds = IdentificationKind::ALL.into_iter();
        kinds.flat_map(|kind| self.identifications_of(kind))
    }

    pub(crate) fn identifications_of(&self, kind: IdentificationKind) -> &[Identification] {
        match kind {
            IdentificationKind::EmailAddress => &self.email_addresses,
            IdentificationKind::PhoneNumber => &self.phone_numbers,
            IdentificationKind::Web3Wallet => &self.web3_wallets,
        }
    }

    pub(crate) fn identifications_mut(
        &mut self,
        kind: IdentificationKind,
    ) -> &mut Vec<Identification> {
        match kind {
            IdentificationKind::EmailAddress => &mut self.email_addresses,
            IdentificationKind::PhoneNumber => &mut self.phone_numbers,
            IdentificationKind::Web3Wallet => &mut self.web3_wallets,
        }
    }

    fn chosen(&self, kind: IdentificationKind) -> Option<&String> {
        match kind {
            IdentificationKind::EmailAddress => self.primary_email_address_id.as_ref(),
            IdentificationKind::PhoneNumber => self.primary_phone_number_id.as_ref(),
            IdentificationKind::Web3Wallet => self.primary_web3_wallet_id.as_ref(),
        }
    }

    /// Makes the one with this id the primary one of its kind.
    pub(crate) fn choose(&mut self, kind: IdentificationKind, id: String) {
        let chosen = match kind {
            IdentificationKind::EmailAddress => &mut self.primary_email_address_id,
            IdentificationKind::PhoneNumber => &mut self.primary_phone_number_id,
            IdentificationKind::Web3Wallet => &mut self.primary_web3_wallet_id,
        };
        *chosen = Some(id);
    }

    pub(crate) fn primary(&self, kind: IdentificationKind) -> Option<&Identification> {
        let (chosen, all) = (self.chosen(kind), self.identifications_of(kind));
        let mut of_those = all.iter();
        of_those
            .find(|one| Some(&one.id) == chosen)
            .or_else(|| all.first())
    }

    /// Whether there is anything that the user could be found by.
    pub(crate) fn is_identified(&self) -> bool {
        self.username.is_some()
            || !self.external_accounts.is_empty()
            || self.identifications().next().is_some()
    }

    /// Whether signing in takes more than a first factor.
    pub(crate) fn has_second_factor(&self) -> bool {
        self.second_factors.are_on() || self.default_second_factor().is_some()
    }

    /// The phone number that codes are sent to where nobody chooses.
    fn default_second_factor(&self) -> Option<&Identification> {
        let mut numbers = self.phone_numbers.iter();
        numbers.find(|number| number.is_second_factor)
    }

    /// No second factor is left.
    pub(crate) fn remove_second_factors(&mut self) {
        self.second_factors = SecondFactors::default();
        for number in &mut self.phone_numbers {
            number.is_second_factor = false;
        }
    }

    /// Notes since when there has been a second factor, or none any more.
    pub(crate) fn note_second_factors(&mut self, now: UnixTime) {
        match (self.has_second_factor(), self.mfa_enabled_at) {
            (true, None) => {
                self.mfa_enabled_at = Some(now);
                self.mfa_disabled_at = None;
            }
            (false, Some(_)) => {
                self.mfa_enabled_at = None;
                self.mfa_disabled_at = Some(now);
            }
            (true, Some(_)) | (false, None) => {}
        }
    }

    /// Gives the user this password, in place of the one there was.
    pub(crate) fn set_password(&mut self, text: &str, ids: &mut Ids, now: UnixTime) {
        self.take_password(Password::new(text, ids), now);
    }

    pub(crate) fn take_password(&mut self, password: Password, now: UnixTime) {
        self.password = Some(password);
        self.password_set_at = Some(now);
        self.requires_password_reset = false;
    }

    pub(crate) fn remove_password(&mut self) {
        self.password = None;
        self.password_set_at = None;
        self.requires_password_reset = false;
    }

    /// Whether the user has shown that mail to this address reaches them, or somebody vouches for it.
    pub(crate) fn owns_email(&self, address: &str) -> bool {
        let mut verified = self
            .email_addresses
            .iter()
            .filter(|email| email.is_verified());
        verified.any(|email| email.is(address))
    }

    /// Whether this is the user's password. Who has none has no right one.
    pub(crate) fn has_password(&self, text: &str) -> bool {
        let password = self.password.as_ref();
        password.is_some_and(|password| password.is(text))
    }

    /// What others know the user by.
    pub(crate) fn identifier(&self) -> Option<&str> {
        let address = |kind| self.primary(kind).map(|primary| &primary.address);
        address(IdentificationKind::EmailAddress)
            .or(self.username.as_ref())
            .or(address(IdentificationKind::PhoneNumber))
            .or(address(IdentificationKind::Web3Wallet))
            .map(String::as_str)
    }

    pub(crate) fn last_active_at(&self) -> UnixTime {
        self.last_sign_in_at.unwrap_or(self.created_at)
    }

    /// First and last name, as far as there are any.
    pub(crate) fn full_name(&self) -> Option<String> {
        let names: Vec<&str> = [&self.first_name, &self.last_name]
            .into_iter()
            .filter_map(|name| name.as_deref())
            .collect();
        (!names.is_empty()).then(|| names.join(" "))
    }

    /// The API's user object, whole: Clerk's Python SDK refuses one that lacks a field, even one
    /// that may be null.
    pub(crate) fn to_json(&self) -> Value {
        let mut user = json!({
            "id": self.id,
            "object": "user",
            "external_id": self.external_id,
            "username": self.username,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "locale": self.locale,
            "profile_image_url": self.image_url,
            "image_url": self.image_url,
            "has_image": self.picture_id.is_some(),
            "external_accounts": self.accounts_json(ExternalAccount::to_json),
            "public_metadata": self.public_metadata,
            "private_metadata": self.private_metadata,
            "unsafe_metadata": self.unsafe_metadata,
            "password_enabled": self.password_set_at.is_some(),
            "password_last_updated_at": self.password_set_at.map(UnixTime::as_millis),
            "requires_password_reset": self.requires_password_reset,
            "legal_accepted_at": self.legal_accepted_at.map(UnixTime::as_millis),
            "bypass_client_trust": self.bypass_client_trust,
            "banned": self.banned,
            "locked": self.locked,
            "delete_self_enabled": self.delete_self_enabled,
            "create_organization_enabled": self.create_organization_enabled,
            "create_organizations_limit": self.create_organizations_limit,
            "last_sign_in_at": self.last_sign_in_at.map(UnixTime::as_millis),
            "last_active_at": self.last_active_at().as_millis(),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        });
        if let Some(user) = user.as_object_mut() {
            for kind in IdentificationKind::ALL {
                let primary = self.primary(kind).map(|primary| &primary.id);
                user.insert(format!("primary_{}_id", kind.as_str()), json!(primary));
                user.insert(plural(kind).into(), self.identifications_json(kind));
            }
            user.extend(self.second_factors_json());
            user.extend(not_emulated());
        }
        user
    }

    /// The same as webhooks tell it.
    pub(crate) fn to_webhook_json(&self) -> Value {
        let mut user = self.to_json();
        user["external_accounts"] = self.accounts_json(ExternalAccount::to_webhook_json).into();
        user
    }

    fn accounts_json(&self, write: fn(&ExternalAccount, &Holder<'_>) -> Value) -> Vec<Value> {
        let holder = Holder {
            first_name: self.first_name.as_deref(),
            last_name: self.last_name.as_deref(),
            email: self.primary_email().map(|email| email.address.as_str()),
            image_url: &self.image_url,
            created_at: self.created_at,
        };
        let accounts = self.external_accounts.iter();
        accounts.map(|account| write(account, &holder)).collect()
    }

    fn identifications_json(&self, kind: IdentificationKind) -> Value {
        let all = self.identifications_of(kind).iter();
        all.map(|one| self.identification_json(one)).collect()
    }

    /// The API's object of one of the user's identifications.
    pub(crate) fn identification_json(&self, identification: &Identification) -> Value {
        let default = self.default_second_factor().map(|number| &number.id);
        identification.to_json(default == Some(&identification.id))
    }

    fn second_factors_json(&self) -> Map<String, Value> {
        let flags = [
            ("two_factor_enabled", self.has_second_factor()),
            ("totp_enabled", self.second_factors.has_app()),
            (
                "backup_code_enabled",
                self.second_factors.has_backup_codes(),
            ),
        ];
        let times = [
            ("mfa_enabled_at", self.mfa_enabled_at),
            ("mfa_disabled_at", self.mfa_disabled_at),
        ];
        let flags = flags.map(|(name, flag)| (name.to_owned(), json!(flag)));
        let times = times.map(|(name, at)| (name.to_owned(), json!(at.map(UnixTime::as_millis))));
        flags.into_iter().chain(times).collect()
    }
}

fn plural(kind: IdentificationKind) -> &'static str {
    match kind {
        IdentificationKind::EmailAddress => "email_addresses",
        IdentificationKind::PhoneNumber => "phone_numbers",
        IdentificationKind::Web3Wallet => "web3_wallets",
    }
}

/// The fields of a user that are the same for every emulated one.
fn not_emulated() -> Map<String, Value> {
    let mut fields = Map::new();
    for name in ["passkeys", "saml_accounts", "enterprise_accounts"] {
        fields.insert(name.into(), json!([]));
    }
    fields.insert("deprovisioned".into(), json!(false));
    for name in ["lockout_expires_in_seconds", "scim"] {
        fields.insert(name.into(), Value::Null);
    }
    fields.insert("verification_attempts_remaining".into(), json!(100));
    fields
}
