//! ring, as a library that answers later, and a library that fails.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake},
};

use clerk_jwt::{
    Algorithm, InvalidKey, Provider, Ring, RsaPublicKey, SignatureError, SignatureVerifier,
    VerifySignatureAsync, VerifyingSignature,
};

/// Each of its answers takes two turns.
#[derive(Debug)]
pub(crate) struct Later;

impl Provider for Later {
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        let at_once = Ring.rsa(key)?;
        Ok(SignatureVerifier::Awaited(Arc::new(LaterKey(at_once))))
    }
}

#[derive(Debug)]
struct LaterKey(SignatureVerifier);

impl VerifySignatureAsync for LaterKey {
    fn verify<'a>(
        &'a self,
        algorithm: Algorithm,
        message: &'a [u8],
        signature: &'a [u8],
    ) -> VerifyingSignature<'a> {
        Box::pin(async move {
            let mut turns = 2;
            poll_fn(|context| {
                if turns == 0 {
                    return Poll::Ready(());
                }
                turns -= 1;
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            match &self.0 {
                SignatureVerifier::AtOnce(key) => Ok(key.verify(algorithm, message, signature)?),
                SignatureVerifier::Awaited(_) => unreachable!("ring answers at once"),
            }
        })
    }
}

/// Answers at once, that it cannot tell.
#[derive(Debug)]
pub(crate) struct Broken;

impl Provider for Broken {
    fn rsa(&self, _: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        Ok(SignatureVerifier::Awaited(Arc::new(Self)))
    }
}

impl VerifySignatureAsync for Broken {
    fn verify<'a>(&'a self, _: Algorithm, _: &'a [u8], _: &'a [u8]) -> VerifyingSignature<'a> {
        Box::pin(async { Err(SignatureError::Unchecked("the library is out of order")) })
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Polls as often as the future asks to be, and no oftener.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Arc::clone(&woken).into();
    let mut future: Pin<&mut F> = pin!(future);
    while woken.0.swap(false, Ordering::Relaxed) {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
    }
    panic!("nobody will wake it");
}
