use std::sync::Arc;

use ring::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};

use super::{ComputeHmac, Hmac, NoRandomness, Provider, TAG_LENGTH};

/// HMAC and random bytes of [ring](https://docs.rs/ring).
#[derive(Clone, Copy, Debug, Default)]
pub struct Ring;

impl Provider for Ring {
    fn hmac_sha256(&self, secret: &[u8]) -> Hmac {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Hmac::AtOnce(Arc::new(RingHmac(key)))
    }

    fn random(&self) -> Result<[u8; 16], NoRandomness> {
        let mut random = [0; 16];
        let filled = SystemRandom::new().fill(&mut random);
        filled.map(|()| random).map_err(|_| NoRandomness)
    }
}

/// `Debug` of ring's key shows the algorithm alone.
#[derive(Debug)]
struct RingHmac(hmac::Key);

impl ComputeHmac for RingHmac {
    fn compute(&self, message: &[&[u8]]) -> [u8; TAG_LENGTH] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in message {
            context.update(part);
        }
        let mut tag = [0; TAG_LENGTH];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}
