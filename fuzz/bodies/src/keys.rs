//! Keys: what is accepted is an RSA key of a sound size, and the same key however it is written.

use std::str;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_jwt::{
    InvalidKey, Jwk, JwkSet, Provider, Ring, RsaPublicKey, SignatureVerifier, VerifyingKey,
};
use serde_json::Value;

/// The bytes are the JSON of a key.
pub fn jwk(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(jwk) = Jwk::from_json(text) else {
        return;
    };
    assert_is_sound(jwk.public_key());
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let member = |name: &str| value.get(name).and_then(Value::as_str);
    assert_eq!(member("kty"), Some("RSA"));
    assert_eq!(jwk.id().map(|kid| kid.as_str()), member("kid"));
    let modulus = URL_SAFE_NO_PAD.decode(member("n").unwrap_or_default());
    assert!(modulus.is_ok_and(|modulus| modulus.ends_with(jwk.public_key().modulus())));
}

/// The bytes are the JSON of a set of keys.
pub fn jwk_set(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(set) = JwkSet::from_json(text, &Ring) else {
        return;
    };
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let published = value.get("keys").and_then(Value::as_array);
    let published = published.expect("an object with an array");
    assert_eq!(
        set.keys().len(),
        published.len(),
        "a bad key hides the others"
    );
    for (read, written) in set.keys().iter().zip(published) {
        // A key that cannot be used may well have a name that cannot be read.
        if read.key.is_ok() {
            let kid = written.get("kid").and_then(Value::as_str);
            assert_eq!(read.id.as_ref().map(|kid| kid.as_str()), kid);
        }
    }
}

/// The bytes are a key in PEM.
pub fn pem(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Some(key) = read_pem(text) else {
        return;
    };
    assert_is_sound(&key);
    // The forms that environment variables leave it in.
    let text = text.trim().trim_matches(['"', '\'']);
    for form in [
        text.replace('\n', "\\n"),
        text.replace('\n', "\r\n"),
        format!("\"{text}\""),
    ] {
        assert_eq!(read_pem(&form).as_ref(), Some(&key), "{form:?}");
    }
}

fn assert_is_sound(key: &RsaPublicKey) {
    assert!((256..=1024).contains(&key.modulus().len()));
    assert!(key.modulus().first().is_some_and(|first| *first != 0));
    assert!(key.exponent().last().is_some_and(|last| last % 2 == 1));
}

/// Keeps the key it is asked to prepare.
#[derive(Debug, Default)]
struct Keep(Mutex<Option<RsaPublicKey>>);

impl Provider for Keep {
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        *self.0.lock().expect("no panic while it is held") = Some(key.clone());
        Ring.rsa(key)
    }
}

fn read_pem(text: &str) -> Option<RsaPublicKey> {
    let keep = Keep::default();
    VerifyingKey::from_pem_with(text, &keep).ok()?;
    keep.0.into_inner().expect("no panic while it was held")
}
