use std::fmt;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Key, Record};

/// A machine, which makes tokens to call other machines with.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret_key: String,
    /// Secret keys that were rotated away, and until when they are good.
    pub(crate) previous_keys: Vec<(String, UnixTime)>,
    /// The ids of the machines that its tokens are for.
    pub(crate) scopes: Vec<String>,
    /// Seconds.
    pub(crate) token_lifetime: u64,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for Machine {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Secret, &self.secret_key);
        for (key, _) in &self.previous_keys {
            add(Key::Secret, key);
        }
        for scope in &self.scopes {
            add(Key::Machine, scope);
        }
    }
}

/// A machine's token of the opaque kind: those that are JWTs nobody keeps.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct MachineToken {
    pub(crate) id: String,
    pub(crate) token: String,
    /// The id of the machine.
    pub(crate) subject: String,
    pub(crate) claims: Value,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires_at: UnixTime,
    pub(crate) revoked: bool,
    pub(crate) revocation_reason: Option<String>,
    pub(crate) last_used_at: Option<UnixTime>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for MachineToken {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Secret, &self.token);
        add(Key::Machine, &self.subject);
    }
}

impl Machine {
    /// Whether this is its secret key, or an older one that is still good.
    pub(crate) fn has_key(&self, secret_key: &str, now: UnixTime) -> bool {
        let mut previous = self.previous_keys.iter();
        self.secret_key == secret_key
            || previous.any(|(key, until)| key == secret_key && now < *until)
    }

    /// The API's machine object, without the machines that its tokens are for.
    pub(crate) fn to_json(&self, instance_id: &str) -> Value {
        json!({
            "object": "machine",
            "id": self.id,
            "name": self.name,
            "instance_id": instance_id,
            "default_token_ttl": self.token_lifetime,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

impl MachineToken {
    pub(crate) fn is_expired(&self, now: UnixTime) -> bool {
        now >= self.expires_at
    }

    pub(crate) fn is_valid(&self, now: UnixTime) -> bool {
        !self.revoked && !self.is_expired(now)
    }

    /// The API's token object, without the token.
    pub(crate) fn to_json(&self, now: UnixTime) -> Value {
        json!({
            "object": "machine_to_machine_token",
            "id": self.id,
            "subject": self.subject,
            "claims": self.claims,
            "scopes": self.scopes,
            "expired": self.is_expired(now),
            "expiration": self.expires_at.as_millis(),
            "revoked": self.revoked,
            "revocation_reason": self.revocation_reason,
            "last_used_at": self.last_used_at.map(UnixTime::as_millis),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

/// Without the secret key.
impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Without the token.
impl fmt::Debug for MachineToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
