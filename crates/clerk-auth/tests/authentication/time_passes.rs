//! Time goes by while a signature is checked, by a library that answers later.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_auth::{Authenticator, RequestHead, Settings};
use clerk_core::{ManualClock, UnixTime};
use clerk_emulator::Emulator;
use clerk_http::{Client, Runtime, transport_fn};
use clerk_jwks::StaticKeys;
use clerk_jwt::{
    Algorithm, InvalidKey, Provider, RsaPublicKey, SignatureVerifier, VerifySignatureAsync,
    VerifyingSignature,
};

use crate::awaited::{Later, block_on};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// More than what is forgiven on a developer's machine.
const WAIT: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// A handshake brings a token that is good when it comes, and not any more when its turn has come.
#[test]
fn what_expires_while_another_signature_is_awaited_signs_nobody_in() {
    for (wait, status) in [(Duration::ZERO, "signed-in"), (WAIT, "handshake")] {
        let emulator = Emulator::builder().build().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let slow = Slow(Arc::clone(&clock), wait);
        let keys = StaticKeys::from_pem_with(&emulator.public_key_pem(), &slow).unwrap();
        let settings = Settings::builder().publishable_key(emulator.publishable_key().clone());
        let transport = transport_fn(async |_| Ok(http::Response::new(Bytes::new())));
        let client = Client::builder(transport, Alone).clock(Arc::clone(&clock));
        let authenticator =
            Authenticator::new(settings.build().unwrap(), keys, client.build().unwrap());
        let session = emulator.token().sign(NOW);
        let header = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": emulator.key_id() });
        let payload = serde_json::json!({ "handshake": [format!("__session={session}; Path=/")] });
        let handshake = emulator.sign(&header, payload.to_string().as_bytes());
        let url = format!("https://example.com/?__clerk_handshake={handshake}");
        let head = RequestHead::new("GET", &url)
            .header("host", b"example.com")
            .header("sec-fetch-dest", b"document");
        let state = block_on(authenticator.authenticate(&head)).unwrap();
        let reason = state.reason().map(ToString::to_string);
        assert_eq!(state.status(), status, "{reason:?}");
    }
}

/// It answers later, and so much later.
#[derive(Debug)]
struct Slow(Arc<ManualClock>, Duration);

impl Provider for Slow {
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        let SignatureVerifier::Awaited(later) = Later.rsa(key)? else {
            unreachable!("it answers later");
        };
        let key = SlowKey(later, Arc::clone(&self.0), self.1);
        Ok(SignatureVerifier::Awaited(Arc::new(key)))
    }
}

#[derive(Debug)]
struct SlowKey(Arc<dyn VerifySignatureAsync>, Arc<ManualClock>, Duration);

impl VerifySignatureAsync for SlowKey {
    fn verify<'a>(
        &'a self,
        algorithm: Algorithm,
        message: &'a [u8],
        signature: &'a [u8],
    ) -> VerifyingSignature<'a> {
        Box::pin(async move {
            let verified = self.0.verify(algorithm, message, signature).await;
            self.1.advance(self.2);
            verified
        })
    }
}

#[derive(Debug)]
struct Alone;

#[async_trait::async_trait]
impl Runtime for Alone {
    async fn sleep(&self, _: Duration) {}

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {}
}
