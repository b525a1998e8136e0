//! Cryptography libraries that answer later, as that of a JavaScript engine does.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

use clerk_webhooks::{
    ComputeHmacAsync, ComputingHmac, Hmac, HmacError, NoRandomness, Provider, Ring,
};

#[derive(Clone, Copy, Debug)]
pub(super) enum Later {
    /// Ring's answers.
    Answers,
    Fails,
}

impl Provider for Later {
    fn hmac_sha256(&self, secret: &[u8]) -> Hmac {
        Hmac::Awaited(Arc::new(Key(*self, Ring.hmac_sha256(secret))))
    }

    fn random(&self) -> Result<[u8; 16], NoRandomness> {
        Ring.random()
    }
}

#[derive(Debug)]
struct Key(Later, Hmac);

impl ComputeHmacAsync for Key {
    fn compute<'a>(&'a self, message: &'a [&'a [u8]]) -> ComputingHmac<'a> {
        Box::pin(async move {
            a_turn_later().await;
            match self {
                Self(Later::Answers, Hmac::AtOnce(key)) => Ok(key.compute(message)),
                _ => Err(HmacError::new("the library is at hsm.internal")),
            }
        })
    }
}

async fn a_turn_later() {
    let mut is_later = false;
    poll_fn(|context: &mut Context<'_>| {
        if is_later {
            return Poll::Ready(());
        }
        is_later = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
