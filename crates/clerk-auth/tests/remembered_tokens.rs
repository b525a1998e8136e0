//! Requests whose token was verified before.

use std::sync::Arc;

use bytes::Bytes;
use clerk_auth::{RequestHead, Settings, blocking::Authenticator};
use clerk_core::{ManualClock, UnixTime};
use clerk_emulator::Emulator;
use clerk_http::{BlockingRuntime, blocking::Client, blocking_transport_fn};
use clerk_jwks::{StaticKeys, VerifiedTokenCache};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// Two instances share a cache, and the second says that it is the first: it has all but its keys.
#[test]
fn a_remembered_token_signs_nobody_in_under_other_keys() {
    let [ours, other] = [(); 2].map(|()| Emulator::builder().build().unwrap());
    other.rotate_keys(false);
    let cache = Arc::new(VerifiedTokenCache::new(8));
    let authenticator = |keys: &Emulator| {
        let settings = Settings::builder()
            .publishable_key(ours.publishable_key().clone())
            .token_cache(Arc::clone(&cache))
            .build()
            .unwrap();
        let transport = blocking_transport_fn(|_| Ok(http::Response::new(Bytes::new())));
        let client = Client::builder(transport, OneThread)
            .clock(ManualClock::at(NOW))
            .build()
            .unwrap();
        let keys = StaticKeys::from_pem(&keys.public_key_pem()).unwrap();
        Authenticator::new(settings, keys, client)
    };
    let bearer = format!("Bearer {}", ours.token().sign(NOW));
    let head =
        RequestHead::new("GET", "https://example.com/").header("authorization", bearer.as_bytes());
    let said = |authenticator: &Authenticator| {
        let state = authenticator.authenticate(&head).unwrap();
        let reason = state.reason().map(ToString::to_string);
        (state.status(), reason.unwrap_or_default())
    };
    let (ours, other) = (authenticator(&ours), authenticator(&other));
    let signed_in = ("signed-in", String::new());
    assert_eq!((said(&ours), cache.hits()), (signed_in.clone(), 0));
    assert_eq!((said(&ours), cache.hits()), (signed_in.clone(), 1));
    let refused = ("signed-out", "token-invalid-signature".to_owned());
    assert_eq!(said(&other), refused);
    assert_eq!(said(&ours), signed_in);
}

#[derive(Debug)]
struct OneThread;

impl BlockingRuntime for OneThread {
    fn sleep(&self, _: std::time::Duration) {}

    fn spawn(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}
