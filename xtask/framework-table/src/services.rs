use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_auth::{AcceptedTokens, Authenticator, MachineTokenType, PendingSessions, Settings};
use clerk_core::{Clock, ManualClock, PublishableKey, UnixTime};
use clerk_emulator::{Emulator, Fault, InProcess};
use clerk_http::{BlockingRuntime, Client, Runtime, blocking};
use clerk_jwks::{CachePolicy, KeySource, RemoteKeys, StaticKeys};

use crate::{Row, Service, credentials::Credentials};

/// The time at which all of it happens.
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// The host of the instance's Frontend API, which nothing here calls.
pub(crate) const FRONTEND_API: &str = "clerk.example.com";

/// Where the application that is a protected resource says how to ask for tokens.
const RESOURCE_METADATA: &str = "https://app.example.com/.well-known/oauth-protected-resource/mcp";

/// The applications' authenticators, with an emulator behind them and no network.
pub(crate) struct Services {
    credentials: Credentials,
    development: Authenticator,
    production: Authenticator,
    allowed_origins: Authenticator,
    resource: Authenticator,
    pending_sessions: Authenticator,
    any: Authenticator,
    outage: Authenticator,
    busy: Authenticator,
    wrong_secret: Authenticator,
}

impl Services {
    pub(crate) fn new() -> Self {
        let emulator = Emulator::builder()
            .issuer(format!("https://{FRONTEND_API}"))
            .deterministic(1)
            .build()
            .expect("the emulator's own settings are valid");
        let development = publishable_key("pk_test");
        let credentials = Credentials::of(&emulator, &development.cookie_suffix(), NOW);
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW));
        let here = InProcess::new(emulator.clone(), Arc::clone(&clock));
        let away = InProcess::new(emulator.clone(), Arc::clone(&clock));
        away.pause();
        let busy = Emulator::builder().build();
        let busy = busy.expect("the emulator's own settings are valid");
        busy.add_fault(Fault::status(503).retry_after(20));
        let busy = InProcess::new(busy, clock);
        let secret = emulator.secret_key().expose();

        let sessions = settings(development.clone(), AcceptedTokens::Session);
        let allowed_origins = Settings::builder()
            .publishable_key(development.clone())
            .allowed_origins(["https://app.example.com"])
            .build()
            .expect("the settings are complete");
        let resource = Settings::builder()
            .publishable_key(development.clone())
            .accepts(AcceptedTokens::Machine(MachineTokenType::OAuth))
            .resource_metadata(RESOURCE_METADATA)
            .build()
            .expect("the settings are complete");
        let pending_sessions = Settings::builder()
            .publishable_key(development.clone())
            .pending_sessions(PendingSessions::SignedIn)
            .build()
            .expect("the settings are complete");
        let any = settings(development, AcceptedTokens::Any);
        Self {
            development: authenticator(sessions, here.clone(), secret),
            production: authenticator(
                settings(publishable_key("pk_live"), AcceptedTokens::Session),
                here.clone(),
                secret,
            ),
            allowed_origins: authenticator(allowed_origins, here.clone(), secret),
            resource: authenticator(resource, here.clone(), secret),
            pending_sessions: authenticator(pending_sessions, here.clone(), secret),
            any: authenticator(any.clone(), here.clone(), secret),
            outage: authenticator(any.clone(), away, secret),
            busy: authenticator(any.clone(), busy, secret),
            wrong_secret: authenticator(any, here, "sk_test_nobodys0key"),
            credentials,
        }
    }

    /// The row with its credentials in place of their names.
    pub(crate) fn fill(&self, mut row: Row) -> Row {
        let fill = |text: &mut String| *text = self.credentials.fill(text);
        fill(&mut row.target);
        for (_, value) in &mut row.headers {
            fill(value);
        }
        row.answer.location.iter_mut().for_each(fill);
        row.answer.cookies.iter_mut().for_each(fill);
        row
    }

    pub(crate) fn authenticator(&self, service: Service) -> Option<Authenticator> {
        let authenticator = match service {
            Service::Sessions => &self.development,
            Service::Production => &self.production,
            Service::AllowedOrigins => &self.allowed_origins,
            Service::Resource => &self.resource,
            Service::PendingSessions => &self.pending_sessions,
            Service::Any => &self.any,
            Service::Outage => &self.outage,
            Service::Busy => &self.busy,
            Service::WrongSecret => &self.wrong_secret,
            Service::NoLayer => return None,
        };
        Some(authenticator.clone())
    }
}

/// The machine that the application is, where others call it.
pub(crate) const OWN_MACHINE: &str = "mch_application";

pub(crate) fn publishable_key(kind: &str) -> PublishableKey {
    let host = STANDARD.encode(format!("{FRONTEND_API}$"));
    PublishableKey::new(format!("{kind}_{host}")).expect("it is a publishable key")
}

fn settings(publishable_key: PublishableKey, accepts: AcceptedTokens) -> Settings {
    Settings::builder()
        .publishable_key(publishable_key)
        .accepts(accepts)
        .machine_id(OWN_MACHINE)
        .build()
        .expect("the settings are complete")
}

fn authenticator(settings: Settings, transport: InProcess, secret_key: &str) -> Authenticator {
    let client = client(transport, secret_key);
    let keys = RemoteKeys::new(
        client.clone(),
        KeySource::BackendApi,
        CachePolicy::default(),
    );
    Authenticator::new(settings, keys, client)
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
