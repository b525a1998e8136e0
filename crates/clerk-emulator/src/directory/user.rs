use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{ExternalAccount, Images, Key, Record};

/// A user. Every field is one of the API's user object.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) external_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) email_addresses: Vec<EmailAddress>,
    /// The e-mail addresses come from the first of them, if there is one.
    pub(crate) external_accounts: Vec<ExternalAccount>,
    pub(crate) image_url: String,
    /// The id of one of them; without it, the first is the primary one.
    pub(crate) primary_email_address_id: Option<String>,
    /// When a password was set. What it is, nobody needs to know.
    pub(crate) password_set_at: Option<UnixTime>,
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
        for email in &self.email_addresses {
            add(Key::EmailAddress, &email.address.to_ascii_lowercase());
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

/// An e-mail address of a user, verified by whoever created the user.
#[derive(Clone, Debug)]
pub(crate) struct EmailAddress {
    pub(crate) id: String,
    pub(crate) address: String,
}

impl EmailAddress {
    /// Whether `text` looks like an e-mail address at all.
    pub(crate) fn is_valid(text: &str) -> bool {
        text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !domain.contains('@')
        }) && !text.chars().any(|c| c.is_whitespace() || c.is_control())
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
            external_accounts: Vec::new(),
            primary_email_address_id: None,
            password_set_at: None,
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

    pub(crate) fn has_email(&self, address: &str) -> bool {
        self.email_addresses
            .iter()
            .any(|email| email.address.eq_ignore_ascii_case(address))
    }

    pub(crate) fn primary_email(&self) -> Option<&EmailAddress> {
        let chosen = self.primary_email_address_id.as_ref();
        self.email_addresses
            .iter()
            .find(|email| Some(&email.id) == chosen)
            .or_else(|| self.email_addresses.first())
    }

    /// What others know the user by.
    pub(crate) fn identifier(&self) -> Option<&str> {
        let email = self.primary_email().map(|email| &email.address);
        email.or(self.username.as_ref()).map(String::as_str)
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
            "has_image": false,
            "primary_email_address_id": self.primary_email().map(|email| &email.id),
            "primary_phone_number_id": null,
            "primary_web3_wallet_id": null,
            "email_addresses": self.emails_json(),
            "external_accounts": self.accounts_json(ExternalAccount::to_json),
            "public_metadata": self.public_metadata,
            "private_metadata": self.private_metadata,
            "unsafe_metadata": self.unsafe_metadata,
            "password_enabled": self.password_set_at.is_some(),
            "password_last_updated_at": self.password_set_at.map(UnixTime::as_millis),
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

    fn accounts_json(&self, write: fn(&ExternalAccount, &Self) -> Value) -> Vec<Value> {
        let accounts = self.external_accounts.iter();
        accounts.map(|account| write(account, self)).collect()
    }

    fn emails_json(&self) -> Vec<Value> {
        let source = self.external_accounts.first();
        let (object, strategy) = match source {
            None => ("verification_admin", "admin".to_owned()),
            Some(account) => {
                let strategy = format!("from_{}", account.strategy());
                ("verification_from_oauth", strategy)
            }
        };
        let links: Vec<Value> = source.map(ExternalAccount::link).into_iter().collect();
        self.email_addresses
            .iter()
            .map(|email| {
                json!({
                    "id": email.id,
                    "object": "email_address",
                    "email_address": email.address,
                    "reserved": false,
                    "verification": {
                        "object": object,
                        "status": "verified",
                        "strategy": strategy,
                        "attempts": null,
                        "expire_at": null,
                        "verified_at_client": null,
                    },
                    "linked_to": links,
                    "matches_sso_connection": false,
                    "created_at": self.created_at.as_millis(),
                    "updated_at": self.created_at.as_millis(),
                })
            })
            .collect()
    }
}

/// The fields of a user that are the same for every emulated one.
fn not_emulated() -> Map<String, Value> {
    let mut fields = Map::new();
    for name in [
        "phone_numbers",
        "web3_wallets",
        "passkeys",
        "saml_accounts",
        "enterprise_accounts",
    ] {
        fields.insert(name.into(), json!([]));
    }
    for name in [
        "two_factor_enabled",
        "totp_enabled",
        "backup_code_enabled",
        "deprovisioned",
        "bypass_client_trust",
        "requires_password_reset",
    ] {
        fields.insert(name.into(), json!(false));
    }
    for name in [
        "mfa_enabled_at",
        "mfa_disabled_at",
        "legal_accepted_at",
        "lockout_expires_in_seconds",
        "scim",
    ] {
        fields.insert(name.into(), Value::Null);
    }
    fields.insert("verification_attempts_remaining".into(), json!(100));
    fields
}
