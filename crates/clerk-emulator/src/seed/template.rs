use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::form::is_default;

/// A JWT template of a [`Seed`](crate::Seed).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateSeed {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) claims: Map<String, Value>,
    #[serde(default = "default_lifetime")]
    pub(crate) lifetime: u64,
    #[serde(default = "default_skew")]
    pub(crate) allowed_clock_skew: u64,
}

fn default_lifetime() -> u64 {
    60
}

fn default_skew() -> u64 {
    5
}

impl TemplateSeed {
    /// A template without claims of its own: tokens live 60 seconds and are valid from 5 seconds
    /// before they are issued.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            id: None,
            claims: Map::new(),
            lifetime: default_lifetime(),
            allowed_clock_skew: default_skew(),
        }
    }

    /// Adds a claim. Text may hold shortcodes: `{{user.id}}`, `{{org.slug}}`,
    /// `{{user.public_metadata.plan || 'free'}}`. A text that is one shortcode keeps the JSON
    /// type of what it stands for.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// How long tokens live, in seconds: 30 to 315360000.
    #[must_use]
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// How many seconds before its issue a token becomes valid (`nbf`): 0 to 300.
    #[must_use]
    pub fn allowed_clock_skew(mut self, seconds: u64) -> Self {
        self.allowed_clock_skew = seconds;
        self
    }
}
