//! An instance without a network.

#![allow(dead_code, reason = "no test needs all of it")]

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use clerk_auth::{AcceptedTokens, Authenticator, OrganizationSync, Settings};
use clerk_core::{ManualClock, UnixTime};
use clerk_emulator::{Emulator, InProcess};
use clerk_http::Client;
use clerk_jwks::StaticKeys;

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

pub(crate) struct Instance {
    pub(crate) emulator: Emulator,
    pub(crate) transport: InProcess,
    client: Client,
}

impl Instance {
    pub(crate) fn new() -> Self {
        let emulator = Emulator::builder().build().unwrap();
        let transport = InProcess::new(emulator.clone(), Arc::new(ManualClock::at(NOW)));
        let client = Client::builder(transport.clone(), NoRuntime)
            .base_url(emulator.url())
            .secret_key(emulator.secret_key().clone())
            .retry(clerk_http::Retry::none())
            .clock(ManualClock::at(NOW))
            .build()
            .unwrap();
        Self {
            emulator,
            transport,
            client,
        }
    }

    pub(crate) fn authenticator(&self) -> Authenticator {
        let settings = Settings::builder()
            .publishable_key(self.emulator.publishable_key().clone())
            .accepts(AcceptedTokens::Any)
            .ignore_machine_scopes()
            .organization_sync(OrganizationSync::new(["/orgs/:slug"], ["/me"]).unwrap());
        let keys = StaticKeys::from_pem(&self.emulator.public_key_pem()).unwrap();
        Authenticator::new(settings.build().unwrap(), keys, self.client.clone())
    }

    pub(crate) fn admin(&self) -> String {
        let token = self.emulator.token().user("ada@example.com");
        format!("Bearer {}", token.organization("acme").sign(NOW))
    }

    pub(crate) fn member(&self) -> String {
        let token = self.emulator.token().user("bob@example.com");
        format!("Bearer {}", token.organization("acme").sign(NOW))
    }
}

/// Nothing here waits.
#[derive(Debug)]
struct NoRuntime;

#[async_trait::async_trait]
impl clerk_http::Runtime for NoRuntime {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}
