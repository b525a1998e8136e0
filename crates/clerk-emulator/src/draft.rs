use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::{key_ring::NamedKey, signing_key::Digest, template_key::TemplateKey};

/// A token before it is signed: nothing in it is fixed yet.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    /// Signs in place of the instance's key.
    own_key: Option<TemplateKey>,
}

impl Draft {
    pub(crate) fn new(typ: &str, kid: &str, claims: Map<String, Value>) -> Self {
        let header = Map::from_iter([
            ("alg".to_owned(), json!("RS256")),
            ("typ".to_owned(), json!(typ)),
            ("kid".to_owned(), json!(kid)),
        ]);
        Self {
            header,
            claims,
            own_key: None,
        }
    }

    /// With the header parameter `cat`.
    pub(crate) fn category(mut self, category: &str) -> Self {
        self.header.insert("cat".into(), json!(category));
        self
    }

    /// Signed with a key that no key set has, so that there is no `kid`.
    pub(crate) fn with_own_key(mut self, key: TemplateKey) -> Self {
        self.header.insert("alg".into(), json!(key.algorithm()));
        self.header.remove("kid");
        self.own_key = Some(key);
        self
    }

    /// The header as it is signed.
    pub(crate) fn header_json(&self) -> String {
        Value::Object(self.header.clone()).to_string()
    }

    /// The payload as it is signed.
    pub(crate) fn claims_json(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    /// The digest that goes with the header.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of_algorithm(self.header.get("alg").and_then(Value::as_str))
    }

    /// The signed token, in compact form (RFC 7515 §7.1).
    pub(crate) fn sign(&self, key: &NamedKey) -> String {
        let input = signing_input(self.header_json().as_bytes(), self.claims_json().as_bytes());
        let signature = match &self.own_key {
            Some(own) => own.sign(input.as_bytes()),
            None => key.key.sign(self.digest(), input.as_bytes()),
        };
        with_signature(&input, &signature)
    }
}

/// What a JWS signature is over (RFC 7515 §5.1).
pub(crate) fn signing_input(header: &[u8], payload: &[u8]) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    )
}

/// The compact form.
pub(crate) fn with_signature(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
