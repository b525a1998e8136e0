use serde_json::Value;

use crate::{
    Emulator,
    draft::{signing_input, with_signature},
    signing_key::Digest,
};

/// The keys that it signs with.
impl Emulator {
    /// The key set, as `GET /v1/jwks` answers it.
    pub fn jwks_json(&self) -> Value {
        self.lock().keys.jwks()
    }

    /// The current key's public half as SPKI in PEM: what goes into `CLERK_JWT_KEY`.
    pub fn public_key_pem(&self) -> String {
        self.lock().keys.current().key.public_pem()
    }

    /// The current key's `kid`. It differs in each run, unless the builder was told to
    /// [keep identifiers](crate::Builder::stable_ids).
    pub fn key_id(&self) -> String {
        self.lock().keys.current().id.clone()
    }

    /// Puts the next key into the key set, and returns its `kid`. The current one goes on signing until
    /// [`rotate_keys`](Self::rotate_keys). There is one such key at a time.
    ///
    /// ```
    /// let emulator = clerk_emulator::Emulator::builder().build()?;
    /// let next = emulator.announce_key();
    /// assert_ne!(emulator.key_id(), next);
    /// emulator.rotate_keys(true);
    /// assert_eq!(emulator.key_id(), next);
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn announce_key(&self) -> String {
        self.with_state(|_, state| state.announce_key())
    }

    /// Signs with another key from now on, under a new `kid`, and returns that: the key that was
    /// [announced](Self::announce_key), if one was. The old key stays in the key set if it is to be kept; otherwise
    /// the new one is alone there.
    pub fn rotate_keys(&self, keep_old: bool) -> String {
        self.with_state(|_, state| {
            state.rotate_keys(keep_old);
            state.keys.current().id.clone()
        })
    }

    /// A compact JWS (RFC 7515 §7.1) of any header and any payload, signed with the current key:
    /// RS256, or RS384 or RS512 where the header's `alg` says so. Nothing is added or checked.
    ///
    /// ```
    /// let emulator = clerk_emulator::Emulator::builder().build()?;
    /// let header = serde_json::json!({ "alg": "RS256", "kid": emulator.key_id() });
    /// let token = emulator.sign(&header, br#"{"handshake":["__client_uat=0"]}"#);
    /// assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn sign(&self, header: &Value, payload: &[u8]) -> String {
        let digest = Digest::of_algorithm(header.get("alg").and_then(Value::as_str));
        self.sign_with(digest, header.to_string().as_bytes(), payload)
    }

    /// As [`sign`](Self::sign), with a header that need not be JSON; always RS256.
    pub fn sign_bytes(&self, header: &[u8], payload: &[u8]) -> String {
        self.sign_with(Digest::Sha256, header, payload)
    }

    fn sign_with(&self, digest: Digest, header: &[u8], payload: &[u8]) -> String {
        let input = signing_input(header, payload);
        let signature = self
            .lock()
            .keys
            .current()
            .key
            .sign(digest, input.as_bytes());
        with_signature(&input, &signature)
    }
}
