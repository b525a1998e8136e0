use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use clerk_auth::Authenticator;
use clerk_core::{Clock, ManualClock};
use clerk_emulator::{Builder, Emulator, Fault, InProcess};
use clerk_http::{BlockingRuntime, Client, Runtime, blocking};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys, StaticKeys};

use crate::{
    Row, Service,
    application::{FRONTEND_API, NOW, publishable_key, settings},
    credentials::Credentials,
};

/// The applications' authenticators, with an emulator behind them and no network.
pub(crate) struct Services {
    credentials: Credentials,
    authenticators: BTreeMap<Service, Authenticator>,
}

/// The instance that the applications are of.
pub(crate) fn instance() -> Builder {
    Emulator::builder()
        .issuer(format!("https://{FRONTEND_API}"))
        .deterministic(1)
}

/// The key of an application whose secret key nobody accepts.
pub(crate) const NOBODYS_KEY: &str = "sk_test_nobodys0key";

/// What Clerk does to a busy application.
pub(crate) fn busy() -> Fault {
    Fault::status(503).retry_after(20)
}

pub(crate) fn credentials(emulator: &Emulator) -> Credentials {
    let suffix = publishable_key("pk_test").cookie_suffix();
    Credentials::of(emulator, &suffix, NOW)
}

impl Services {
    pub(crate) fn new() -> Self {
        let build = |builder: Builder| builder.build().expect("its own settings are valid");
        let emulator = build(instance());
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW));
        let here = InProcess::new(emulator.clone(), Arc::clone(&clock));
        let away = InProcess::new(emulator.clone(), Arc::clone(&clock));
        away.pause();
        let overloaded = build(Emulator::builder());
        overloaded.add_fault(busy());
        let overloaded = InProcess::new(overloaded, clock);
        let secret = emulator.secret_key().expose();

        let authenticators = Service::ALL.into_iter().filter_map(|service| {
            let (transport, secret) = match service {
                Service::Outage => (&away, secret),
                Service::Busy => (&overloaded, secret),
                Service::WrongSecret => (&here, NOBODYS_KEY),
                _ => (&here, secret),
            };
            let client = client(transport.clone(), secret);
            let (source, policy) = (KeySource::BackendApi, CachePolicy::default());
            let keys = RemoteKeys::new(client.clone(), source, policy);
            let authenticator = Authenticator::new(settings(service)?, keys, client);
            Some((service, authenticator))
        });
        Self {
            authenticators: authenticators.collect(),
            credentials: credentials(&emulator),
        }
    }

    /// The row with its credentials in place of their names.
    pub(crate) fn fill(&self, row: Row) -> Row {
        self.credentials.fill_row(row)
    }

    pub(crate) fn authenticator(&self, service: Service) -> Option<Authenticator> {
        self.authenticators.get(&service).cloned()
    }
}

pub(crate) fn client(transport: InProcess, secret_key: &str) -> Client {
    let url = transport.emulator().url().to_owned();
    Client::builder(transport, Tokio)
        .clock(ManualClock::at(NOW))
        .base_url(url)
        .secret_key(secret_key.parse().expect("it is a secret key"))
        .retry(clerk_http::Retry::none())
        .build()
        .expect("the settings are complete")
}

pub(crate) fn blocking_client(transport: InProcess, secret_key: &str) -> blocking::Client {
    let url = transport.emulator().url().to_owned();
    blocking::Client::builder(transport, Threads)
        .clock(ManualClock::at(NOW))
        .base_url(url)
        .secret_key(secret_key.parse().expect("it is a secret key"))
        .retry(clerk_http::Retry::none())
        .build()
        .expect("the settings are complete")
}

/// Keys that are at hand whether Clerk is or not.
pub(crate) fn static_keys(emulator: &Emulator) -> StaticKeys {
    StaticKeys::from_pem(&emulator.public_key_pem()).expect("it is a key")
}

/// Nothing is sent again here, so nothing waits.
#[derive(Debug)]
struct Threads;

impl BlockingRuntime for Threads {
    fn sleep(&self, _: Duration) {}

    fn spawn(&self, task: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(task);
    }
}

#[derive(Debug)]
struct Tokio;

#[async_trait::async_trait]
impl Runtime for Tokio {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}
