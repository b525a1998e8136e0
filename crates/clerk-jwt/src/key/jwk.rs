use alloc::{borrow::Cow, string::String, vec::Vec};

use serde_json::value::RawValue;

use super::{InvalidKey, KeyId, Provider, RsaPublicKey, VerifyingKey};
use crate::{Algorithm, base64url, json};

/// A JSON Web Key (RFC 7517) that verifies signatures: an RSA public key and what it is for.
#[derive(Clone, Debug)]
pub struct Jwk {
    id: Option<KeyId>,
    algorithm: Option<Algorithm>,
    key: RsaPublicKey,
}

impl Jwk {
    /// Reads a JWK from its JSON text.
    ///
    /// `use`, `key_ops` and `alg` are honoured where present (RFC 7517 §4.2–§4.4); members that
    /// are not known are ignored (§4).
    ///
    /// # Errors
    ///
    /// It is not a key, holds a private key, is of another type than RSA, is meant for something
    /// else than verifying, or its numbers are not acceptable.
    pub fn from_json(json: &str) -> Result<Self, InvalidKey> {
        Members::read(json)?.into_jwk()
    }

    /// The key's name.
    pub const fn id(&self) -> Option<&KeyId> {
        self.id.as_ref()
    }

    /// The one algorithm the key is for, where it says so.
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The key's numbers.
    pub const fn public_key(&self) -> &RsaPublicKey {
        &self.key
    }

    /// The key, to be verified with by `provider`.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::Unsupported`]: `provider` cannot verify with it.
    pub fn into_verifying_key(self, provider: &dyn Provider) -> Result<VerifyingKey, InvalidKey> {
        let key = VerifyingKey::of_numbers(self.key, provider)?;
        Ok(match self.algorithm {
            Some(algorithm) => key.with_algorithm(algorithm),
            None => key,
        })
    }
}

/// A key set's key: its name, and the key or why it cannot be used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PublishedKey {
    /// The key's name. A key without one is found by no token.
    pub id: Option<KeyId>,
    /// The key, or why no signature can be verified with it.
    pub key: Result<VerifyingKey, InvalidKey>,
}

/// A JWK Set (RFC 7517 §5).
///
/// A key that cannot be used does not spoil the set: it stands there with the reason. So the day
/// an instance publishes a key of a new type beside the old one is a day like any other.
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_jwt::{JwkSet, Ring};
///
/// let set = JwkSet::from_json(r#"{"keys":[{"kty":"AKP","kid":"ins_1","alg":"ML-DSA-65"}]}"#, &Ring)?;
/// assert_eq!(set.keys().len(), 1);
/// assert!(set.keys()[0].key.is_err());
/// # }
/// # Ok::<(), clerk_jwt::InvalidJwkSet>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct JwkSet {
    keys: Vec<PublishedKey>,
}

/// Why a text is not a JWK Set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JWK Set: an object with a keys array was expected")]
pub struct InvalidJwkSet;

impl JwkSet {
    /// Reads a key set from its JSON text, to be verified with by `provider`.
    ///
    /// # Errors
    ///
    /// The text is not an object with an array of objects under `keys`.
    pub fn from_json(json: &str, provider: &dyn Provider) -> Result<Self, InvalidJwkSet> {
        let mut array = None;
        json::members(json, |name, raw| match name {
            "keys" => json::once(&mut array, raw),
            _ => Ok(()),
        })
        .map_err(|_| InvalidJwkSet)?;
        let published_keys: Vec<&RawValue> = array
            .and_then(|raw| serde_json::from_str(raw).ok())
            .ok_or(InvalidJwkSet)?;
        let keys = published_keys
            .into_iter()
            .map(|key| published(key.get(), provider))
            .collect();
        Ok(Self { keys })
    }

    /// The keys, in the order they are published in.
    pub fn keys(&self) -> &[PublishedKey] {
        &self.keys
    }

    /// The keys.
    pub fn into_keys(self) -> Vec<PublishedKey> {
        self.keys
    }
}

fn published(json: &str, provider: &dyn Provider) -> PublishedKey {
    match Members::read(json) {
        Ok(members) => PublishedKey {
            id: members.kid.clone(),
            key: members
                .into_jwk()
                .and_then(|jwk| jwk.into_verifying_key(provider)),
        },
        Err(error) => PublishedKey {
            id: None,
            key: Err(error),
        },
    }
}

/// A JWK's members as they stand there.
#[derive(Default)]
struct Members<'j> {
    kid: Option<KeyId>,
    kty: Option<Cow<'j, str>>,
    public_use: Option<&'j str>,
    key_ops: Option<&'j str>,
    alg: Option<&'j str>,
    n: Option<Cow<'j, str>>,
    e: Option<Cow<'j, str>>,
    private: bool,
}

impl<'j> Members<'j> {
    fn read(json: &'j str) -> Result<Self, InvalidKey> {
        let mut found = Self::default();
        let mut seen = Vec::new();
        json::members(json, |name, raw| {
            let known = [
                "kid", "kty", "use", "key_ops", "alg", "n", "e", "d", "p", "q", "dp", "dq", "qi",
                "oth", "k",
            ];
            let Some(name) = known.into_iter().find(|known| *known == name) else {
                return Ok(());
            };
            if seen.contains(&name) {
                return Err(json::NotReadable::Duplicate);
            }
            seen.push(name);
            match name {
                "kid" => found.kid = json::text(raw).map(|kid| KeyId::new(String::from(kid))),
                "kty" => found.kty = json::text(raw),
                "use" => found.public_use = Some(raw),
                "key_ops" => found.key_ops = Some(raw),
                "alg" => found.alg = Some(raw),
                "n" => found.n = json::text(raw),
                "e" => found.e = json::text(raw),
                _ => found.private = true,
            }
            Ok(())
        })
        .map_err(|problem| {
            InvalidKey::Jwk(match problem {
                json::NotReadable::Syntax => "an object was expected",
                json::NotReadable::Duplicate => "it names a member twice",
            })
        })?;
        Ok(found)
    }

    fn into_jwk(self) -> Result<Jwk, InvalidKey> {
        match self.kty.as_deref() {
            None => return Err(InvalidKey::Jwk("kty is missing or not a string")),
            Some("RSA") => {}
            Some(_) => return Err(InvalidKey::KeyType),
        }
        if self.private {
            return Err(InvalidKey::Private);
        }
        self.check_use()?;
        let algorithm = match self.alg {
            None => None,
            Some(raw) => {
                let name = json::text(raw).ok_or(InvalidKey::Jwk("alg is not a string"))?;
                Some(Algorithm::from_name(&name).ok_or(InvalidKey::Algorithm)?)
            }
        };
        let modulus = number(self.n, "n is missing or not base64url")?;
        let exponent = number(self.e, "e is missing or not base64url")?;
        Ok(Jwk {
            id: self.kid,
            algorithm,
            key: RsaPublicKey::from_components(&modulus, &exponent)?,
        })
    }

    fn check_use(&self) -> Result<(), InvalidKey> {
        if let Some(raw) = self.public_use {
            if json::text(raw).ok_or(InvalidKey::Jwk("use is not a string"))? != "sig" {
                return Err(InvalidKey::Use("use"));
            }
        }
        if let Some(raw) = self.key_ops {
            let operations =
                json::texts(raw).ok_or(InvalidKey::Jwk("key_ops is not an array of strings"))?;
            let repeated = operations.iter().enumerate().any(|(at, operation)| {
                operations.iter().take(at).any(|before| before == operation)
            });
            if repeated || !operations.iter().any(|operation| operation == "verify") {
                return Err(InvalidKey::Use("key_ops"));
            }
            let signing = |operation: &String| operation == "verify" || operation == "sign";
            if self.public_use.is_some() && !operations.iter().all(signing) {
                return Err(InvalidKey::Use("use and key_ops disagree"));
            }
        }
        Ok(())
    }
}

fn number(text: Option<Cow<'_, str>>, problem: &'static str) -> Result<Vec<u8>, InvalidKey> {
    text.and_then(|text| base64url::decode(text.as_bytes()))
        .ok_or(InvalidKey::Jwk(problem))
}
