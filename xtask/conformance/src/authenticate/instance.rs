//! The two Clerk instances that requests are made up for.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instance {
    Development,
    Production,
}

impl Instance {
    pub(crate) const BOTH: [Self; 2] = [Self::Development, Self::Production];

    pub(crate) const fn frontend_api(self) -> &'static str {
        match self {
            Self::Development => "happy-hippo-1.clerk.accounts.dev",
            Self::Production => "clerk.example.com",
        }
    }

    pub(crate) fn issuer(self) -> String {
        format!("https://{}", self.frontend_api())
    }

    pub(crate) fn publishable_key(self) -> String {
        let name = match self {
            Self::Development => "test",
            Self::Production => "live",
        };
        let host = STANDARD_NO_PAD.encode(format!("{}$", self.frontend_api()));
        format!("pk_{name}_{host}")
    }

    pub(crate) fn secret_key(self, name: &str) -> String {
        match self {
            Self::Development => format!("sk_test_{name}"),
            Self::Production => format!("sk_live_{name}"),
        }
    }

    /// The name of a cookie that belongs to this instance alone.
    pub(crate) fn suffixed(self, cookie: &str) -> String {
        let key = self.publishable_key();
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        let suffix = URL_SAFE_NO_PAD.encode(hash);
        format!("{cookie}_{}", &suffix[..8])
    }
}
