use alloc::{borrow::Cow, boxed::Box, collections::BTreeSet, string::String, sync::Arc};
use core::str;

use crate::{Algorithm, Category, KeyId, Malformed, VerifyError, base64url, json};

/// A token's protected header (RFC 7515 §4), as far as anything depends on it.
///
/// It comes from the token, so it is a claim like any other until the signature has been checked.
/// Members that would bring a key along (`jwk`, `jku`, `x5c`, `x5u`) are not read at all. Cheap to
/// clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header(Arc<Parameters>);

#[derive(Debug, PartialEq, Eq)]
struct Parameters {
    algorithm: Option<Algorithm>,
    typ: Typ,
    key_id: Option<KeyId>,
    category: Option<Category>,
    critical: bool,
}

/// The `typ` of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Typ {
    Absent,
    Jwt,
    Other(Box<str>),
    NotAString,
}

/// Clerk's own headers take some 120 bytes.
const USUAL_LENGTH: usize = 384;

impl Header {
    pub(crate) fn decode(segment: &[u8]) -> Result<Self, Malformed> {
        const PART: &str = "header";
        let mut buffer = [0; USUAL_LENGTH];
        let bytes = match base64url::decode_into(segment, &mut buffer) {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(base64url::decode(segment).ok_or(Malformed::Base64(PART))?),
        };
        let json = str::from_utf8(&bytes).map_err(|_| Malformed::Json(PART))?;
        Self::from_json(json).map_err(|problem| match problem {
            json::NotReadable::Syntax => Malformed::Json(PART),
            json::NotReadable::Duplicate => Malformed::Duplicate(PART),
        })
    }

    fn from_json(json: &str) -> Result<Self, json::NotReadable> {
        let (mut alg, mut typ, mut kid, mut cat, mut crit) = (None, None, None, None, None);
        let mut others = BTreeSet::new();
        json::members(json, |name, raw| match name {
            "alg" => json::once(&mut alg, raw),
            "typ" => json::once(&mut typ, raw),
            "kid" => json::once(&mut kid, raw),
            "cat" => json::once(&mut cat, raw),
            "crit" => json::once(&mut crit, raw),
            _ if others.insert(String::from(name)) => Ok(()),
            _ => Err(json::NotReadable::Duplicate),
        })?;
        Ok(Self(Arc::new(Parameters {
            algorithm: alg
                .and_then(json::text)
                .and_then(|name| Algorithm::from_name(&name)),
            typ: match typ.map(json::text) {
                None => Typ::Absent,
                Some(Some(typ)) if typ == "JWT" => Typ::Jwt,
                Some(Some(typ)) => Typ::Other(typ.into()),
                Some(None) => Typ::NotAString,
            },
            key_id: kid.and_then(json::text).map(KeyId::new),
            category: cat.map(|raw| {
                json::text(raw).map_or(Category::Other, |name| Category::from_name(&name))
            }),
            critical: crit.is_some(),
        })))
    }

    /// The algorithm `alg` names, if it is one of those accepted.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.0.algorithm
    }

    /// The key `kid` names, if it is a string.
    pub fn key_id(&self) -> Option<&KeyId> {
        self.0.key_id.as_ref()
    }

    /// Clerk's token category (`cat`), if the header has one.
    pub fn category(&self) -> Option<Category> {
        self.0.category
    }

    /// The `typ`, if it is a string.
    pub fn typ(&self) -> Option<&str> {
        match &self.0.typ {
            Typ::Jwt => Some("JWT"),
            Typ::Other(typ) => Some(typ),
            Typ::Absent | Typ::NotAString => None,
        }
    }

    /// `typ` may be missing; where it is there it is `JWT` (RFC 7519 §5.1).
    pub(crate) fn check_typ_is_jwt_or_absent(&self) -> Result<(), VerifyError> {
        match self.0.typ {
            Typ::Absent | Typ::Jwt => Ok(()),
            Typ::Other(_) | Typ::NotAString => Err(VerifyError::Type),
        }
    }

    /// `typ` is there, and one of `accepted`.
    pub(crate) fn check_typ_is_one_of<T: AsRef<str>>(
        &self,
        accepted: &[T],
    ) -> Result<(), VerifyError> {
        let typ = self.typ();
        if accepted.iter().any(|one| typ == Some(one.as_ref())) {
            Ok(())
        } else {
            Err(VerifyError::Type)
        }
    }

    /// What has to hold of the header before any key is looked for.
    pub(crate) fn check_algorithm(&self) -> Result<Algorithm, VerifyError> {
        let algorithm = self.0.algorithm.ok_or(VerifyError::Algorithm)?;
        if self.0.critical {
            return Err(VerifyError::Critical);
        }
        Ok(algorithm)
    }
}
