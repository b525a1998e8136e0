use alloc::{sync::Arc, vec::Vec};

use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RsaPublicKeyComponents,
};

use super::{
    InvalidKey, Provider, RsaPublicKey, SignatureMismatch, SignatureVerifier, VerifySignature,
};
use crate::Algorithm;

/// Signature verification with [ring](https://docs.rs/ring).
#[derive(Clone, Copy, Debug, Default)]
pub struct Ring;

impl Provider for Ring {
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        Ok(SignatureVerifier::AtOnce(Arc::new(RingRsa(
            RsaPublicKeyComponents {
                n: key.modulus().to_vec(),
                e: key.exponent().to_vec(),
            },
        ))))
    }
}

#[derive(Debug)]
struct RingRsa(RsaPublicKeyComponents<Vec<u8>>);

impl VerifySignature for RingRsa {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureMismatch> {
        let parameters = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        };
        self.0
            .verify(parameters, message, signature)
            .map_err(|_| SignatureMismatch)
    }
}
