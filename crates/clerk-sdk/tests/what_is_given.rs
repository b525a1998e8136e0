//! What the builder is given takes the place of what it would have by a feature; with neither, it says what to do.
//! `cargo xtask ci features` runs this without features, too.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use clerk::{
    BuildError, Builder, Clerk, Clock as _, ManualClock, UnixTime,
    http::{Runtime, Transport, TransportError, TransportErrorKind},
    jwt::{InvalidKey, Provider, RsaPublicKey, SignatureVerifier},
};
use clerk_emulator::{Emulator, InProcess};
use http::{Request, Response};

const PUBLISHABLE: &str = "pk_test_Y2xlcmsuY2xlcmsuZGV2JA";
const PEM: &str = include_str!("../../clerk-jwt/tests/keys/a.public.pem");

/// Carries nothing, and takes no key.
#[derive(Debug)]
struct Nothing;

#[async_trait::async_trait]
impl Transport for Nothing {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::Broken, &request))
    }
}

#[async_trait::async_trait]
impl Runtime for Nothing {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}

impl Provider for Nothing {
    fn rsa(&self, _: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        Err(InvalidKey::Unsupported("no key is good enough"))
    }
}

/// Waits for nothing in a test that succeeds.
#[derive(Debug)]
struct Tasks;

#[async_trait::async_trait]
impl Runtime for Tasks {
    async fn sleep(&self, _: Duration) {
        std::future::pending::<()>().await;
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}

/// With these, features are not asked.
fn carried() -> Builder<Clerk> {
    Clerk::builder().transport(Nothing, Nothing)
}

#[test]
fn a_provider_that_is_given_reads_the_keys_in_any_order() {
    for builder in [
        carried().provider(Nothing).jwt_key(PEM),
        carried().jwt_key(PEM).provider(Arc::new(Nothing)),
    ] {
        let refused = builder.build().unwrap_err();
        assert!(
            matches!(refused, BuildError::JwtKey(InvalidKey::Unsupported(_))),
            "{refused}"
        );
    }
    let fetched = carried().provider(Nothing).publishable_key(PUBLISHABLE);
    assert!(fetched.build().is_ok());
}

#[tokio::test]
async fn a_provider_that_is_given_verifies_with_keys_that_are_fetched() {
    let clock = Arc::new(ManualClock::at(UnixTime::from_secs(1_800_000_000)));
    let emulator = Emulator::builder().build().unwrap();
    let token = emulator.token().sign(clock.now());
    let builder = || {
        let network = InProcess::new(emulator.clone(), clock.clone());
        let builder = Clerk::builder().transport(network, Tasks);
        builder.clock(clock.clone()).provider(Nothing)
    };
    for builder in [
        builder()
            .secret_key(emulator.secret_key())
            .api_url(emulator.url()),
        builder().publishable_key(emulator.publishable_key().as_str()),
    ] {
        let clerk = builder.build().unwrap();
        let refused = clerk.verify_token(&token).await.unwrap_err();
        let refused = refused.to_string();
        assert!(refused.contains("no key is good enough"), "{refused}");
    }
}

#[test]
fn without_a_provider_nothing_is_verified() {
    for builder in [
        carried().publishable_key(PUBLISHABLE),
        carried().secret_key("sk_test_abc"),
        carried().jwt_key(PEM),
    ] {
        let refusal = builder.build().err();
        let is_told = matches!(refusal, Some(BuildError::NoProvider));
        let has_own = cfg!(feature = "ring") && refusal.is_none();
        assert_ne!(is_told, has_own, "{refusal:?}");
    }
}

#[test]
fn without_a_transport_nothing_is_sent() {
    let builder = Clerk::builder()
        .provider(Nothing)
        .publishable_key(PUBLISHABLE);
    let refusal = builder.build().err();
    let is_told = matches!(refusal, Some(BuildError::NoTransport));
    let has_own = cfg!(feature = "async") && refusal.is_none();
    assert_ne!(is_told, has_own, "{refusal:?}");
}
