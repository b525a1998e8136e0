use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use clerk_webhooks::{ComputeHmacAsync, ComputingHmac, Hmac, HmacError, NoRandomness, Provider};
use js_sys::{Array, JsString, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

use crate::{
    WebCrypto,
    engine::{self, object},
};

/// A signing secret, imported once.
struct Secret {
    /// Until the engine has taken it.
    bytes: Mutex<Option<Zeroizing<Vec<u8>>>>,
    /// A value, and no promise of one: requests of an isolate cannot wait for each other's.
    imported: OnceLock<SendWrapper<Imported>>,
}

/// What the engine hashes with. The name is kept, too: a string would be made for each HMAC.
#[derive(Clone)]
struct Imported {
    algorithm: JsString,
    key: JsValue,
}

impl Secret {
    async fn hash(&self, message: &[u8]) -> Result<[u8; 32], HmacError> {
        let imported = match self.imported.get() {
            Some(imported) => Imported::clone(imported),
            None => self.import().await.map_err(|_| IMPORT)?,
        };
        let asked = engine::sign(&imported.algorithm, &imported.key, message);
        let promise = asked.map_err(|_| HASHING)?;
        let answer = JsFuture::from(promise).await.map_err(|_| HASHING)?;
        let bytes = Uint8Array::new(&answer).to_vec();
        bytes.try_into().map_err(|_| HASHING)
    }

    async fn import(&self) -> Result<Imported, JsValue> {
        let algorithm = JsString::from("HMAC");
        let how = object(&[("name", &algorithm), ("hash", &"SHA-256".into())])?;
        let usages = Array::of1(&"sign".into());
        let promise = match &*self.bytes() {
            Some(bytes) => engine::import_raw_key("raw", bytes, &how, false, &usages)?,
            None => return Err(JsValue::UNDEFINED),
        };
        let key = JsFuture::from(promise).await?;
        let imported = Imported { algorithm, key };
        // Another request may have imported it meanwhile; the keys are the same.
        let _ = self.imported.set(SendWrapper::new(imported.clone()));
        *self.bytes() = None;
        Ok(imported)
    }

    fn bytes(&self) -> MutexGuard<'_, Option<Zeroizing<Vec<u8>>>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ComputeHmacAsync for Secret {
    fn compute<'a>(&'a self, message: &'a [&'a [u8]]) -> ComputingHmac<'a> {
        Box::pin(SendWrapper::new(async move {
            match message {
                [whole] => self.hash(whole).await,
                parts => self.hash(&parts.concat()).await,
            }
        }))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

const IMPORT: HmacError = HmacError::new(
    "this engine's WebCrypto did not take the secret; is there a `crypto.subtle`? otherwise take ring",
);
const HASHING: HmacError = HmacError::new("this engine's WebCrypto failed; otherwise take ring");

impl Provider for WebCrypto {
    fn hmac_sha256(&self, secret: &[u8]) -> Hmac {
        Hmac::Awaited(Arc::new(Secret {
            bytes: Mutex::new(Some(Zeroizing::new(secret.to_vec()))),
            imported: OnceLock::new(),
        }))
    }

    /// # Errors
    ///
    /// The engine has none to give: there is no `crypto`, or the module is still being started.
    fn random(&self) -> Result<[u8; 16], NoRandomness> {
        let mut random = [0; 16];
        let filled = engine::fill_at_random(&mut random);
        filled.map(|_| random).map_err(|_| NoRandomness)
    }
}

#[cfg(test)]
mod tests {
    use clerk_core::UnixTime;
    use clerk_webhooks::{Error, SigningSecrets};

    use super::*;

    #[test]
    fn a_signing_secret_is_awaited_and_not_shown() {
        let secret = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
        let secrets = SigningSecrets::new_with(secret, WebCrypto).unwrap();
        assert!(secrets.is_awaited());
        let refused = secrets.sign("msg_1", UnixTime::from_secs(1_800_000_000), b"{}");
        assert!(matches!(refused, Err(Error::Unchecked { .. })));
        let shown = format!("{:?}", WebCrypto.hmac_sha256(b"planted"));
        assert_eq!(shown, "Awaited(Secret([redacted]))");
    }
}
