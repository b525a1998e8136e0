use std::{io, path::PathBuf};

use clerk_core::{PublishableKey, SecretKey, UnixTime};

use crate::{
    claims::{Issuer, TokenVersion},
    clock::EmulatorClock,
    directory::Directory,
    fault::Faults,
    hosts::Hosts,
    ids::Ids,
    journal::{Header, Journal, Keeper, Ledger, Unreadable},
    kept::{Kept, Parts},
    key_ring::KeyRing,
    request_log::RequestLog,
    webhooks::{Cause, Event, Outbox},
};

/// What an emulator is told once, when it is built.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) origin: String,
    /// Where browsers find pages of the instance: the origin, or that of the development host.
    pub(crate) frontend: String,
    pub(crate) development_host: Option<String>,
    /// Where Clerk's scripts are installed.
    pub(crate) scripts: Option<PathBuf>,
    /// By which address browsers come, where that is another or clerk-js is told one.
    pub(crate) proxy_url: Option<String>,
    pub(crate) hosts: Hosts,
    pub(crate) issuer: String,
    pub(crate) secret_key: SecretKey,
    pub(crate) publishable_key: PublishableKey,
    pub(crate) token_version: TokenVersion,
    pub(crate) authorized_party: Option<String>,
    /// The domain of a production instance. Without it, the instance is one of development.
    pub(crate) domain: Option<String>,
    /// Beside those of this machine: where browsers may be sent back to.
    pub(crate) redirect_hosts: Vec<String>,
    /// Whether operations of which nothing is known but their description are refused.
    pub(crate) strict: bool,
    /// Whether browsers get refresh tokens.
    pub(crate) refresh_tokens: bool,
    /// The id of the one domain that the instance has.
    pub(crate) domain_id: String,
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
    pub(crate) clock: EmulatorClock,
    pub(crate) keys: KeyRing,
    pub(crate) directory: Directory,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    pub(crate) outbox: Outbox,
    /// Where a file keeps it.
    pub(crate) keeper: Option<Keeper>,
}

impl State {
    pub(crate) fn new(settings: &Settings, ids: Ids, outbox: Outbox) -> Self {
        Self {
            ids,
            clock: EmulatorClock::default(),
            keys: settings.first_keys.clone(),
            directory: settings.first_directory.clone(),
            faults: Faults::default(),
            log: RequestLog::default(),
            outbox,
            keeper: None,
        }
    }

    /// Back to the seed and the first key. Identifiers go on, so that none is given twice; so do
    /// the endpoints of webhooks, where a test may have said once that it listens.
    pub(crate) fn reset(&mut self, settings: &Settings) {
        let mut outbox = std::mem::take(&mut self.outbox);
        outbox.forget_deliveries();
        let mut keeper = self.keeper.take();
        if let Some(keeper) = &mut keeper {
            keeper.start_over();
        }
        *self = Self::new(settings, self.ids.clone(), outbox);
        self.keeper = keeper;
    }

    /// All that a file keeps of it. What is to go wrong, what was asked and what is on its way are of one run.
    pub(crate) fn parts(&mut self) -> Parts<'_> {
        let Self {
            // Each start has its own.
            ids: _,
            clock,
            keys,
            directory,
            faults: _,
            log: _,
            outbox,
            keeper: _,
        } = self;
        let mut parts = directory.parts();
        parts.extend([
            ("clock", clock as &mut dyn Kept),
            ("keys", keys),
            ("webhook_endpoints", outbox),
        ]);
        parts
    }

    /// Goes on from what a file says.
    pub(crate) fn replay(&mut self, journal: &Journal<'_>) -> Result<(), Unreadable> {
        self.directory = Directory::nothing_at(self.directory.images.clone());
        journal.replay(&mut self.parts())?;
        self.directory.move_images();
        Ok(())
    }

    /// Has itself kept there from now on.
    pub(crate) fn keep_in(&mut self, ledger: Box<dyn Ledger>, header: Header) -> io::Result<()> {
        self.ids = Ids::after_starts(header.identifiers, header.starts);
        self.keeper = Some(Keeper::new(ledger, header));
        self.keep()
    }

    /// Has the file say what has changed. Until that succeeds, nobody is told of it.
    pub(crate) fn keep(&mut self) -> io::Result<()> {
        let Some(mut keeper) = self.keeper.take() else {
            return Ok(());
        };
        let kept = keeper.keep(&mut self.parts());
        self.keeper = Some(keeper);
        kept
    }

    /// Tells the endpoints what a request has changed.
    pub(crate) fn post(
        &mut self,
        settings: &Settings,
        events: &[Event],
        (user_agent, at): (&str, UnixTime),
    ) {
        let cause = Cause {
            instance_id: &settings.first_keys.current().id,
            user_agent,
            at,
        };
        for event in events {
            self.outbox.post(event, cause, &mut self.ids);
        }
    }

    /// Publishes the key that is to sign next, and returns its id.
    pub(crate) fn announce_key(&mut self) -> String {
        self.keys.announce(&mut self.ids).to_owned()
    }

    /// Lets another key sign, under a new id.
    pub(crate) fn rotate_keys(&mut self, keep_old: bool) {
        self.keys.rotate(keep_old, &mut self.ids);
    }
}
