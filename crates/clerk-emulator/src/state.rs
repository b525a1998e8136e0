use clerk_core::{PublishableKey, SecretKey};

use crate::{
    claims::{Issuer, TokenVersion},
    directory::Directory,
    fault::Faults,
    ids::Ids,
    key_ring::KeyRing,
    request_log::RequestLog,
};

/// What an emulator is told once, when it is built.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) origin: String,
    pub(crate) issuer: String,
    pub(crate) secret_key: SecretKey,
    pub(crate) publishable_key: PublishableKey,
    pub(crate) token_version: TokenVersion,
    pub(crate) authorized_party: Option<String>,
    /// Beside those of this machine: where browsers may be sent back to.
    pub(crate) redirect_hosts: Vec<String>,
    /// Whether browsers get refresh tokens.
    pub(crate) refresh_tokens: bool,
    /// What a reset brings back.
    pub(crate) first_directory: Directory,
    pub(crate) first_keys: KeyRing,
}

impl Settings {
    pub(crate) fn issuer(&self) -> Issuer<'_> {
        Issuer {
            url: &self.issuer,
            authorized_party: self.authorized_party.as_deref(),
        }
    }
}

/// What changes while an emulator runs.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) keys: KeyRing,
    pub(crate) directory: Directory,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
}

impl State {
    pub(crate) fn new(settings: &Settings, ids: Ids) -> Self {
        Self {
            ids,
            keys: settings.first_keys.clone(),
            directory: settings.first_directory.clone(),
            faults: Faults::default(),
            log: RequestLog::default(),
        }
    }

    /// Back to the seed and the first key. Identifiers go on, so that none is given twice.
    pub(crate) fn reset(&mut self, settings: &Settings) {
        *self = Self::new(settings, self.ids.clone());
    }

    /// Lets another key sign, under a new id.
    pub(crate) fn rotate_keys(&mut self, keep_old: bool) {
        self.keys.rotate(keep_old, &mut self.ids);
    }
}
