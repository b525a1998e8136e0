//! The kinds of token as types: asking for one is what refuses the others.

use alloc::{borrow::Cow, vec::Vec};

use crate::{
    Category, Claims, Header, Policy, SessionClaims, TokenKind, VerifyError, claims::Name,
};

/// Claims of one kind of token, for [`UnverifiedToken::verify`](crate::UnverifiedToken::verify).
///
/// | type | accepts |
/// |---|---|
/// | [`SessionClaims`] | session tokens |
/// | [`TemplateClaims`] | tokens made from a JWT template |
/// | [`M2mClaims`] | machine-to-machine tokens |
/// | [`OAuthClaims`] | OAuth access tokens |
/// | [`UserClaims`] | all but the machine-to-machine category |
/// | [`Claims`] | every kind |
///
/// The trait is sealed: a kind that accepts more than one of these would be a hole.
pub trait TokenClaims: AsRef<Claims> + Sized + sealed::Kind {
    /// What tokens of this kind are called where they are counted: `session_token` and the like, by Clerk's names
    /// where it has some.
    const TOKEN: &'static str;
}

mod sealed {
    use super::{Claims, Header, Policy, VerifyError};

    pub trait Kind: Sized {
        /// Judges what the header says of the kind, before a key is looked for.
        fn check_header(header: &Header, policy: &Policy) -> Result<(), VerifyError>;

        /// Takes claims whose signature is good, if they are of this kind.
        fn from_claims(claims: Claims, header: &Header) -> Result<Self, VerifyError>;

        /// Judges the claims that other kinds do not have, once the registered ones are good.
        fn check_own_claims(&self, _policy: &Policy) -> Result<(), VerifyError> {
            Ok(())
        }
    }
}

pub(crate) use sealed::Kind;

impl TokenClaims for Claims {
    const TOKEN: &'static str = "any_token";
}

impl Kind for Claims {
    fn check_header(header: &Header, policy: &Policy) -> Result<(), VerifyError> {
        policy.check_typ(header)
    }

    fn from_claims(claims: Claims, _header: &Header) -> Result<Self, VerifyError> {
        Ok(claims)
    }
}

impl AsRef<Claims> for Claims {
    fn as_ref(&self) -> &Claims {
        self
    }
}

/// Claims of any token but those of the machine-to-machine category.
///
/// A token made from a JWT template passes, and its claims are whatever the template's author
/// wrote; to sign somebody in, ask for [`SessionClaims`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserClaims(Claims);

impl TokenClaims for UserClaims {
    const TOKEN: &'static str = "user_token";
}

impl Kind for UserClaims {
    fn check_header(header: &Header, policy: &Policy) -> Result<(), VerifyError> {
        if header.category() == Some(Category::M2m) {
            return Err(VerifyError::Machine);
        }
        policy.check_typ(header)
    }

    fn from_claims(claims: Claims, _header: &Header) -> Result<Self, VerifyError> {
        Ok(Self(claims))
    }
}

impl TokenClaims for SessionClaims {
    const TOKEN: &'static str = "session_token";
}

impl Kind for SessionClaims {
    fn check_header(header: &Header, policy: &Policy) -> Result<(), VerifyError> {
        check_category(header, TokenKind::Session, |category| {
            matches!(category, Category::Session | Category::Unspecified)
        })?;
        policy.check_typ(header)
    }

    fn from_claims(claims: Claims, header: &Header) -> Result<Self, VerifyError> {
        check_kind(&claims, header, TokenKind::Session)?;
        Ok(Self::new(claims))
    }
}

/// Claims of a token made from a JWT template, which hold what the template's author wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateClaims(Claims);

impl TokenClaims for TemplateClaims {
    const TOKEN: &'static str = "template_token";
}

impl Kind for TemplateClaims {
    fn check_header(header: &Header, policy: &Policy) -> Result<(), VerifyError> {
        check_category(header, TokenKind::Template, |category| {
            matches!(category, Category::Template | Category::Unspecified)
        })?;
        policy.check_typ(header)
    }

    fn from_claims(claims: Claims, header: &Header) -> Result<Self, VerifyError> {
        check_kind(&claims, header, TokenKind::Template)?;
        Ok(Self(claims))
    }
}

/// Claims of a machine-to-machine token.
///
/// They are verified once the policy says for whom such tokens have to be: see
/// [`MachineScopes`](crate::MachineScopes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct M2mClaims(Claims);

impl M2mClaims {
    /// The machine that holds the token: `mch_…`.
    pub fn machine_id(&self) -> &str {
        self.0.subject().unwrap_or_default()
    }

    /// The machines the token is for: `scopes`, or `aud` where there are none.
    ///
    /// The policy compares them: see [`MachineScopes`](crate::MachineScopes).
    pub fn scopes(&self) -> Vec<Cow<'_, str>> {
        match self.0.text(Name::Scopes) {
            Some(scopes) => split(scopes),
            // Scopes that cannot be read are none. `aud` does not stand in for them.
            None if self.0.raw(Name::Scopes).is_some_and(|raw| raw != "null") => Vec::new(),
            None => self.0.audience(),
        }
    }
}

impl TokenClaims for M2mClaims {
    const TOKEN: &'static str = "m2m_token";
}

impl Kind for M2mClaims {
    fn check_header(header: &Header, policy: &Policy) -> Result<(), VerifyError> {
        check_category(header, TokenKind::M2m, |category| {
            matches!(category, Category::M2m | Category::Unspecified)
        })?;
        policy.check_typ(header)?;
        policy.check_machines()
    }

    /// The category alone does not make a machine: the subject has to name one too.
    fn from_claims(claims: Claims, header: &Header) -> Result<Self, VerifyError> {
        check_kind(&claims, header, TokenKind::M2m)?;
        if claims
            .subject()
            .is_some_and(|subject| subject.starts_with("mch_"))
        {
            Ok(Self(claims))
        } else {
            Err(VerifyError::not("sub", "a machine's id (mch_…)"))
        }
    }

    fn check_own_claims(&self, policy: &Policy) -> Result<(), VerifyError> {
        policy.check_machine_scopes(&self.scopes())
    }
}

/// Claims of an OAuth access token (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthClaims(Claims);

impl OAuthClaims {
    /// The user who granted access: `user_…`.
    pub fn user_id(&self) -> &str {
        self.0.subject().unwrap_or_default()
    }

    /// The application that access was granted to.
    pub fn client_id(&self) -> Option<&str> {
        self.0.text(Name::ClientId)
    }

    /// What was granted.
    pub fn scopes(&self) -> Vec<Cow<'_, str>> {
        if let Some(many) = self.0.texts(Name::Scp) {
            return many;
        }
        self.0.text(Name::Scope).map(split).unwrap_or_default()
    }
}

impl TokenClaims for OAuthClaims {
    const TOKEN: &'static str = "oauth_token";
}

impl Kind for OAuthClaims {
    fn check_header(header: &Header, _policy: &Policy) -> Result<(), VerifyError> {
        header.check_typ_is_one_of(&OAUTH_TYPES)
    }

    fn from_claims(claims: Claims, header: &Header) -> Result<Self, VerifyError> {
        check_kind(&claims, header, TokenKind::OAuthAccess)?;
        Ok(Self(claims))
    }

    /// An actor that cannot be read (RFC 8693 §4.1) must not pass for nobody.
    fn check_own_claims(&self, _policy: &Policy) -> Result<(), VerifyError> {
        match self.0.raw(Name::Act) {
            Some(act) if act != "null" && !act.starts_with('{') => {
                Err(VerifyError::not("act", "an object"))
            }
            _ => Ok(()),
        }
    }
}

impl TokenKind {
    /// The kind a token is by its header and claims together.
    ///
    /// The order matters where they disagree: whatever marks a machine decides first, so that no
    /// claim a template author can choose makes a session of something else.
    pub fn of(header: &Header, claims: &Claims) -> Self {
        if header.typ().is_some_and(|typ| OAUTH_TYPES.contains(&typ)) {
            return Self::OAuthAccess;
        }
        let machine = claims
            .subject()
            .is_some_and(|subject| subject.starts_with("mch_"));
        if machine {
            return Self::M2m;
        }
        match header.category() {
            Some(Category::M2m) => Self::M2m,
            Some(Category::Template) => Self::Template,
            Some(Category::Other) => Self::Unknown,
            Some(Category::Session | Category::Unspecified) | None => {
                if claims.session_id().is_some() {
                    Self::Session
                } else if header.category() == Some(Category::Session) {
                    Self::Unknown
                } else {
                    Self::Template
                }
            }
        }
    }
}

/// The `typ` values of an access token (RFC 9068 §2.1).
const OAUTH_TYPES: [&str; 2] = ["at+jwt", "application/at+jwt"];

macro_rules! views {
    ($($kind:ty),+) => {$(
        impl $kind {
            /// All claims, including the application's own: see [`Claims::custom`].
            pub const fn all(&self) -> &Claims {
                &self.0
            }
        }

        impl AsRef<Claims> for $kind {
            fn as_ref(&self) -> &Claims {
                &self.0
            }
        }
    )+};
}

views!(UserClaims, TemplateClaims, M2mClaims, OAuthClaims);

/// A category that is there and is another kind's settles the matter before any key is needed.
fn check_category(
    header: &Header,
    expected: TokenKind,
    fits: fn(Category) -> bool,
) -> Result<(), VerifyError> {
    let found = match header.category() {
        None => return Ok(()),
        Some(category) if fits(category) => return Ok(()),
        Some(Category::Session) => TokenKind::Session,
        Some(Category::Template) => TokenKind::Template,
        Some(Category::M2m) => TokenKind::M2m,
        Some(Category::Unspecified | Category::Other) => TokenKind::Unknown,
    };
    Err(VerifyError::Kind { expected, found })
}

fn check_kind(claims: &Claims, header: &Header, expected: TokenKind) -> Result<(), VerifyError> {
    let found = TokenKind::of(header, claims);
    if found == expected {
        Ok(())
    } else {
        Err(VerifyError::Kind { expected, found })
    }
}

fn split(scopes: &str) -> Vec<Cow<'_, str>> {
    scopes.split_whitespace().map(Cow::Borrowed).collect()
}
