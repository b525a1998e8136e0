//! Claims as views into the payload they came in.

use alloc::{borrow::Cow, boxed::Box, string::String, sync::Arc, vec::Vec};
use core::fmt;

use crate::{Header, Malformed, NumericDate, json};

/// The claims of a token (RFC 7519 §4): the payload's text, and where in it each claim stands.
///
/// Nothing is copied out of the payload; a claim is read when it is asked for. A claim of another
/// type than its definition says reads as missing here. Whether that is acceptable was decided
/// when the token was verified.
///
/// For claims of your own, read the payload into a type of yours with [`custom`](Claims::custom).
/// Cheap to clone.
#[derive(Clone)]
pub struct Claims(Arc<Payload>);

/// The same text is the same claims, under the same header.
impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text && self.0.header == other.0.header
    }
}

impl Eq for Claims {}

struct Payload {
    /// That of the token they came in, which is so in one place with them.
    header: Header,
    text: String,
    members: [Span; NAMES],
    /// Strings written with escapes: their text stands nowhere in the payload.
    unescaped: Vec<(Name, Box<str>)>,
    /// They are judged each time a token comes, so they are read once.
    dates: Dates,
}

#[derive(Clone, Copy)]
struct Dates {
    expires_at: Option<NumericDate>,
    not_before: Option<NumericDate>,
    issued_at: Option<NumericDate>,
}

/// From where to where in the payload a claim's value stands; nowhere if that is empty, as no
/// JSON value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    from: u32,
    to: u32,
}

impl Span {
    const NOWHERE: Self = Self { from: 0, to: 0 };

    /// Where `part`, which was read out of `whole`, stands in it.
    fn of(part: &str, whole: &str) -> Self {
        let from = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
        let to = from.wrapping_add(part.len());
        match (u32::try_from(from), u32::try_from(to)) {
            (Ok(from), Ok(to)) => Self { from, to },
            _ => Self::NOWHERE,
        }
    }
}

/// The claims that something in this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Iss,
    Sub,
    Aud,
    Exp,
    Nbf,
    Iat,
    Jti,
    Azp,
    Sid,
    Sts,
    V,
    Fva,
    Act,
    Org,
    OrgId,
    OrgSlug,
    OrgRole,
    OrgPermissions,
    Features,
    Plans,
    ClientId,
    Scope,
    Scp,
    Scopes,
}

const NAMES: usize = Name::Scopes as usize + 1;

impl Name {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "iss" => Self::Iss,
            "sub" => Self::Sub,
            "aud" => Self::Aud,
            "exp" => Self::Exp,
            "nbf" => Self::Nbf,
            "iat" => Self::Iat,
            "jti" => Self::Jti,
            "azp" => Self::Azp,
            "sid" => Self::Sid,
            "sts" => Self::Sts,
            "v" => Self::V,
            "fva" => Self::Fva,
            "act" => Self::Act,
            "o" => Self::Org,
            "org_id" => Self::OrgId,
            "org_slug" => Self::OrgSlug,
            "org_role" => Self::OrgRole,
            "org_permissions" => Self::OrgPermissions,
            "fea" => Self::Features,
            "pla" => Self::Plans,
            "client_id" => Self::ClientId,
            "scope" => Self::Scope,
            "scp" => Self::Scp,
            "scopes" => Self::Scopes,
            _ => return None,
        })
    }
}

impl Claims {
    /// Reads the claims of `payload`, which is not trusted by being read.
    pub(crate) fn read(payload: Vec<u8>, header: Header) -> Result<Self, Malformed> {
        const PART: &str = "payload";
        let text = String::from_utf8(payload).map_err(|_| Malformed::Json(PART))?;
        let mut members = [Span::NOWHERE; NAMES];
        let mut unescaped = Vec::new();
        json::members(&text, |name, raw| {
            let Some(name) = Name::of(name) else {
                return Ok(());
            };
            let Some(slot) = members.get_mut(name as usize) else {
                return Ok(());
            };
            if *slot != Span::NOWHERE {
                return Err(json::NotReadable::Duplicate);
            }
            *slot = Span::of(raw, &text);
            if raw.starts_with('"') {
                match json::text(raw).ok_or(json::NotReadable::Syntax)? {
                    Cow::Borrowed(_) => {}
                    Cow::Owned(written) => unescaped.push((name, written.into_boxed_str())),
                }
            }
            Ok(())
        })
        .map_err(|problem| match problem {
            json::NotReadable::Syntax => Malformed::Json(PART),
            json::NotReadable::Duplicate => Malformed::Duplicate(PART),
        })?;
        let date = |name| NumericDate::from_json(raw(&text, &members, name)?);
        let dates = Dates {
            expires_at: date(Name::Exp),
            not_before: date(Name::Nbf),
            issued_at: date(Name::Iat),
        };
        Ok(Self(Arc::new(Payload {
            header,
            text,
            members,
            unescaped,
            dates,
        })))
    }

    pub(crate) fn header(&self) -> &Header {
        &self.0.header
    }

    /// The payload's JSON text, as it was signed.
    pub fn as_json(&self) -> &str {
        &self.0.text
    }

    /// Reads the payload into a type of the application's own.
    ///
    /// ```
    /// # use clerk_jwt::{danger, Claims};
    /// #[derive(serde::Deserialize)]
    /// struct Subscription {
    ///     tier: String,
    /// }
    ///
    /// # let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJ0aWVyIjoiZ29sZCJ9.AA";
    /// # let (_, claims) = danger::decode_unverified(token)?;
    /// // `claims` come from a verified token.
    /// let subscription: Subscription = claims.custom()?;
    /// assert_eq!(subscription.tier, "gold");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The payload does not have the shape of `T`.
    pub fn custom<'c, T: serde::Deserialize<'c>>(&'c self) -> Result<T, InvalidClaims> {
        serde_json::from_str(&self.0.text).map_err(InvalidClaims)
    }

    /// `sub`: whom the token is about.
    pub fn subject(&self) -> Option<&str> {
        self.text(Name::Sub)
    }

    /// `iss`: the Frontend API of the instance that issued the token.
    pub fn issuer(&self) -> Option<&str> {
        self.text(Name::Iss)
    }

    /// `azp`: the origin that asked for the token.
    pub fn authorized_party(&self) -> Option<&str> {
        self.text(Name::Azp)
    }

    /// `jti`: the token's own id.
    pub fn token_id(&self) -> Option<&str> {
        self.text(Name::Jti)
    }

    /// `sid`: the session the token belongs to.
    pub fn session_id(&self) -> Option<&str> {
        self.text(Name::Sid).filter(|sid| !sid.is_empty())
    }

    /// `aud`: whom the token is for. Empty where the claim is missing or of another type.
    pub fn audience(&self) -> Vec<Cow<'_, str>> {
        self.texts(Name::Aud).unwrap_or_default()
    }

    /// `exp`: when the token stops being valid.
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.0.dates.expires_at
    }

    /// `nbf`: when the token starts being valid.
    pub fn not_before(&self) -> Option<NumericDate> {
        self.0.dates.not_before
    }

    /// `iat`: when the token was issued.
    pub fn issued_at(&self) -> Option<NumericDate> {
        self.0.dates.issued_at
    }

    /// The JSON text of a claim. `None` where it is missing.
    pub(crate) fn raw(&self, name: Name) -> Option<&str> {
        raw(&self.0.text, &self.0.members, name)
    }

    /// The text of a claim that is a string.
    pub(crate) fn text(&self, name: Name) -> Option<&str> {
        let written = self.raw(name)?.strip_prefix('"')?.strip_suffix('"')?;
        let unescaped = self.0.unescaped.iter().find(|(of, _)| *of == name);
        Some(unescaped.map_or(written, |(_, text)| text))
    }

    /// The strings of a claim that is a string, or an array of nothing but strings.
    pub(crate) fn texts(&self, name: Name) -> Option<Vec<Cow<'_, str>>> {
        if let Some(one) = self.text(name) {
            return Some([Cow::Borrowed(one)].into());
        }
        let many = json::texts(self.raw(name)?)?;
        Some(many.into_iter().map(Cow::Owned).collect())
    }
}

/// The JSON text of a claim.
fn raw<'p>(text: &'p str, members: &[Span; NAMES], name: Name) -> Option<&'p str> {
    let span = members.get(name as usize)?;
    let raw = text.get(span.from as usize..span.to as usize)?;
    (!raw.is_empty()).then_some(raw)
}

impl fmt::Debug for Claims {
    /// Shows whom the token is about and until when; not what an application put into it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("sub", &self.subject())
            .field("sid", &self.session_id())
            .field("iss", &self.issuer())
            .field("exp", &self.expires_at().map(NumericDate::as_secs))
            .finish_non_exhaustive()
    }
}

/// The payload does not have the shape that was asked for. How, its
/// [`source`](core::error::Error::source) says; that may repeat a claim, which the text does not.
#[derive(Debug, thiserror::Error)]
#[error("the token's claims do not have the expected shape")]
pub struct InvalidClaims(#[source] serde_json::Error);
