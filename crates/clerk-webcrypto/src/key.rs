use std::{fmt, sync::OnceLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clerk_jwt::{
    Algorithm, RsaPublicKey, SignatureError, VerifySignatureAsync, VerifyingSignature,
};
use js_sys::{Array, JsString, Object};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::engine::{self, object};

const RSASSA: &str = "RSASSA-PKCS1-v1_5";

/// An RSA key, imported once for each hash that it is used with.
pub(crate) struct RsaKey {
    numbers: RsaPublicKey,
    sha256: Kept,
    sha384: Kept,
    sha512: Kept,
}

/// A value, and no promise of one: requests of an isolate cannot wait for each other's.
type Kept = OnceLock<SendWrapper<Imported>>;

/// What the engine verifies with. The name is kept, too: a string would be made for each signature.
#[derive(Clone)]
struct Imported {
    algorithm: JsString,
    key: JsValue,
}

impl RsaKey {
    pub(crate) const fn new(numbers: RsaPublicKey) -> Self {
        Self {
            numbers,
            sha256: OnceLock::new(),
            sha384: OnceLock::new(),
            sha512: OnceLock::new(),
        }
    }

    async fn check(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let (kept, hash) = match algorithm {
            Algorithm::Rs256 => (&self.sha256, "SHA-256"),
            Algorithm::Rs384 => (&self.sha384, "SHA-384"),
            Algorithm::Rs512 => (&self.sha512, "SHA-512"),
            _ => return Err(ALGORITHM),
        };
        let ask = |with: &Imported| engine::verify(&with.algorithm, &with.key, signature, message);
        let asked = match kept.get() {
            Some(imported) => ask(imported),
            None => ask(&self.import(kept, hash).await.map_err(|_| IMPORT)?),
        };
        let promise = asked.map_err(|_| VERIFICATION)?;
        let answer = JsFuture::from(promise).await.map_err(|_| VERIFICATION)?;
        match answer.as_bool() {
            Some(true) => Ok(()),
            Some(false) => Err(SignatureError::Mismatch),
            None => Err(VERIFICATION),
        }
    }

    async fn import(&self, kept: &Kept, hash: &str) -> Result<Imported, JsValue> {
        let usages = Array::of1(&"verify".into());
        let algorithm = JsString::from(RSASSA);
        let how = object(&[("name", &algorithm), ("hash", &hash.into())])?;
        let promise = engine::import_key("jwk", &self.jwk()?, &how, false, &usages)?;
        let key = JsFuture::from(promise).await?;
        let imported = Imported { algorithm, key };
        // Another request may have imported it meanwhile; the keys are the same.
        let _ = kept.set(SendWrapper::new(imported.clone()));
        Ok(imported)
    }

    /// The members that a public RSA key has (RFC 7518 §6.3.1).
    fn jwk(&self) -> Result<Object, JsValue> {
        let modulus = URL_SAFE_NO_PAD.encode(self.numbers.modulus());
        let exponent = URL_SAFE_NO_PAD.encode(self.numbers.exponent());
        object(&[
            ("kty", &"RSA".into()),
            ("n", &modulus.into()),
            ("e", &exponent.into()),
        ])
    }
}

impl VerifySignatureAsync for RsaKey {
    fn verify<'a>(
        &'a self,
        algorithm: Algorithm,
        message: &'a [u8],
        signature: &'a [u8],
    ) -> VerifyingSignature<'a> {
        // Of another length it cannot match (RFC 8017 §8.2.2), and engines need not be asked.
        if signature.len() != self.numbers.modulus().len() {
            return Box::pin(std::future::ready(Err(SignatureError::Mismatch)));
        }
        Box::pin(SendWrapper::new(self.check(algorithm, message, signature)))
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey")
            .field("numbers", &self.numbers)
            .finish_non_exhaustive()
    }
}

const IMPORT: SignatureError = SignatureError::Unchecked(
    "this engine's WebCrypto did not take the key; is there a `crypto.subtle`? otherwise verify with ring",
);
const ALGORITHM: SignatureError = SignatureError::Unchecked(
    "this version of clerk-webcrypto does not know the algorithm; update it",
);
const VERIFICATION: SignatureError =
    SignatureError::Unchecked("this engine's WebCrypto failed; otherwise verify with ring");

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn a_signature_of_another_length_is_refused_without_asking_the_engine() {
        let numbers = RsaPublicKey::from_components(&[0xC5; 256], &[1, 0, 1]).unwrap();
        let key = RsaKey::new(numbers);
        for length in [0, 255, 257, 1024] {
            let signature = vec![1; length];
            let mut answer = key.verify(Algorithm::Rs256, b"message", &signature);
            let polled = answer
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(
                polled,
                Poll::Ready(Err(SignatureError::Mismatch)),
                "{length}"
            );
        }
    }
}
