use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::{Deserialize, Serialize, de::Error as _};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

use crate::{
    ids::{Ids, SEEDED_AT, object_of},
    kept::Kept,
    signing_key::{Digest, InvalidSigningKey, SigningKey},
};

/// The keys an emulator takes one after the other, published with their private halves. State files name them by their
/// place here.
const PUBLISHED: [&str; 3] = [
    include_str!("keys/signing-1.pem"),
    include_str!("keys/signing-2.pem"),
    include_str!("keys/signing-3.pem"),
];
const FOREIGN: &str = include_str!("keys/foreign.pem");

/// A signing key and the name it has in the key set.
#[derive(Clone, Debug)]
pub(crate) struct NamedKey {
    pub(crate) id: String,
    pub(crate) key: Arc<SigningKey>,
}

/// The instance's keys: the one that signs, the older ones still in the key set, and a foreign
/// one that never is.
#[derive(Clone, Debug)]
pub(crate) struct KeyRing {
    current: NamedKey,
    /// In the key set ahead of its use.
    announced: Option<NamedKey>,
    retired: Vec<NamedKey>,
    successors: Vec<Arc<SigningKey>>,
    rotations: usize,
    foreign: Arc<SigningKey>,
    changed: bool,
    /// What names of keys are made from beside the keys, where they are not to differ in each run.
    number: Option<u64>,
}

/// A ring as a state file has it: keys of one's own are not in there.
#[derive(Deserialize, Serialize)]
struct KeptRing {
    /// The modulus of the first key there was.
    first: String,
    current: KeptKey,
    announced: Option<KeptKey>,
    retired: Vec<KeptKey>,
    rotations: usize,
}

/// The name of a key, and its place among the successors.
type KeptKey = (String, usize);

impl KeyRing {
    /// A ring whose first key is `own`, or else the first of the published ones. With a number, the names of keys
    /// follow from it and from what they are.
    pub(crate) fn new(
        own: Option<SigningKey>,
        number: Option<u64>,
        ids: &mut Ids,
    ) -> Result<Self, InvalidSigningKey> {
        let mut successors = Vec::with_capacity(PUBLISHED.len() + 1);
        successors.extend(own.map(Arc::new));
        for pem in PUBLISHED {
            successors.push(Arc::new(SigningKey::from_pkcs8_pem(pem)?));
        }
        let current = named(Arc::clone(&successors[0]), (number, 0), ids);
        Ok(Self {
            current,
            announced: None,
            retired: Vec::new(),
            successors,
            rotations: 0,
            foreign: Arc::new(SigningKey::from_pkcs8_pem(FOREIGN)?),
            changed: false,
            number,
        })
    }

    /// The key that signs.
    pub(crate) fn current(&self) -> &NamedKey {
        &self.current
    }

    /// A key that is never in the key set.
    pub(crate) fn foreign(&self) -> &SigningKey {
        &self.foreign
    }

    /// Whether a key of the key set has signed this token. Such signatures have no randomness: a
    /// second one is the same.
    pub(crate) fn has_signed(&self, token: &str) -> bool {
        let Some((input, signature)) = token.rsplit_once('.') else {
            return false;
        };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
            return false;
        };
        std::iter::once(&self.current)
            .chain(&self.retired)
            .any(|named| named.key.sign(Digest::Sha256, input.as_bytes()) == signature)
    }

    /// Puts the next key into the key set, and returns its id. The current one goes on signing.
    pub(crate) fn announce(&mut self, ids: &mut Ids) -> &str {
        self.changed = true;
        let next = self.announced.take().unwrap_or_else(|| self.successor(ids));
        &self.announced.insert(next).id
    }

    fn successor(&mut self, ids: &mut Ids) -> NamedKey {
        self.rotations += 1;
        let key = Arc::clone(&self.successors[self.rotations % self.successors.len()]);
        named(key, (self.number, self.rotations), ids)
    }

    /// Puts the next key in the current one's place: the one that was announced, or else another, under a new id.
    pub(crate) fn rotate(&mut self, keep_old: bool, ids: &mut Ids) {
        self.changed = true;
        let next = self.announced.take().unwrap_or_else(|| self.successor(ids));
        let old = std::mem::replace(&mut self.current, next);
        if keep_old {
            self.retired.push(old);
        } else {
            self.retired.clear();
        }
    }

    /// The JSON Web Key Set (RFC 7517 §5): the current key first.
    pub(crate) fn jwks(&self) -> Value {
        let keys: Vec<Value> = std::iter::once(&self.current)
            .chain(&self.announced)
            .chain(self.retired.iter().rev())
            .map(|named| {
                json!({
                    "use": "sig",
                    "kty": "RSA",
                    "kid": named.id,
                    "alg": "RS256",
                    "n": named.key.modulus_base64url(),
                    "e": "AQAB",
                })
            })
            .collect();
        json!({ "keys": keys })
    }
}

impl KeyRing {
    fn to_kept(&self) -> serde_json::Result<Box<RawValue>> {
        let keep = |named: &NamedKey| {
            let mut successors = self.successors.iter();
            let place = successors.position(|key| Arc::ptr_eq(key, &named.key));
            (named.id.clone(), place.unwrap_or_default())
        };
        to_raw_value(&KeptRing {
            first: self.first_modulus(),
            current: keep(&self.current),
            announced: self.announced.as_ref().map(keep),
            retired: self.retired.iter().map(keep).collect(),
            rotations: self.rotations,
        })
    }

    fn first_modulus(&self) -> String {
        let first = self.successors.first();
        first.map(|key| key.modulus_base64url()).unwrap_or_default()
    }

    fn read_key(
        (id, place): KeptKey,
        successors: &[Arc<SigningKey>],
    ) -> serde_json::Result<NamedKey> {
        let key = successors.get(place).map(Arc::clone);
        let key = key.ok_or_else(|| serde_json::Error::custom("there is no such signing key"))?;
        Ok(NamedKey { id, key })
    }
}

impl Kept for KeyRing {
    fn watch(&mut self) {
        self.changed = false;
    }

    fn has_changed(&self) -> bool {
        self.changed
    }

    fn all(&self) -> serde_json::Result<Vec<Box<RawValue>>> {
        Ok(vec![self.to_kept()?])
    }

    fn apply(&mut self, changes: &RawValue) -> serde_json::Result<()> {
        let kept: KeptRing = serde_json::from_str(changes.get())?;
        if kept.first != self.first_modulus() {
            let problem =
                "its tokens are signed with another signing key, which has to be given again";
            return Err(serde_json::Error::custom(problem));
        }
        let named = |key| Self::read_key(key, &self.successors);
        let announced = kept.announced.map(named).transpose()?;
        let retired: Result<Vec<NamedKey>, _> = kept.retired.into_iter().map(named).collect();
        (self.current, self.retired) = (named(kept.current)?, retired?);
        (self.announced, self.rotations) = (announced, kept.rotations);
        Ok(())
    }
}

/// A key that so many others have signed before, and the name it has by that.
fn named(
    key: Arc<SigningKey>,
    (number, rotations): (Option<u64>, usize),
    ids: &mut Ids,
) -> NamedKey {
    let id = match number {
        None => ids.object("ins_"),
        Some(number) => {
            let text = format!("{number} {rotations} {}", key.modulus_base64url());
            let digest = digest::digest(&digest::SHA256, text.as_bytes());
            let number = |bytes: &[u8]| {
                bytes
                    .iter()
                    .fold(0, |all, byte| all << 8 | u64::from(*byte))
            };
            let mut numbers = digest.as_ref().chunks_exact(8).map(number);
            let mut next = || numbers.next().unwrap_or_default();
            object_of("ins_", SEEDED_AT, [next(), next()])
        }
    };
    NamedKey { id, key }
}
