use core::fmt;

/// What a token says it is for: the `cat` of its header, which Clerk stamps on what it signs.
///
/// All kinds of token of an instance are signed with the same key, so a good signature says
/// nothing about the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// Session tokens, and handshake tokens.
    Session,
    /// Tokens made from a JWT template, whose claims the application's developers choose.
    Template,
    /// Machine-to-machine tokens.
    M2m,
    /// Stamped on every kind by instances that opted out of categories: says nothing.
    Unspecified,
    /// A value that is not known.
    Other,
}

impl Category {
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "cl_B7d4PD111AAA" => Self::Session,
            "cl_B7d4PD222AAA" => Self::Template,
            "cl_B7d4PD333AAA" => Self::M2m,
            "cl_I7d4PD111III" => Self::Unspecified,
            _ => Self::Other,
        }
    }
}

/// The kinds of token Clerk signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// A user's session. See <https://clerk.com/docs/backend-requests/resources/session-tokens>.
    Session,
    /// Made from a JWT template. See <https://clerk.com/docs/backend-requests/jwt-templates>.
    Template,
    /// Machine to machine. See <https://clerk.com/docs/machine-auth/m2m-tokens>.
    M2m,
    /// An OAuth access token (RFC 9068). See <https://clerk.com/docs/oauth/overview>.
    OAuthAccess,
    /// None of these.
    Unknown,
}

impl TokenKind {
    pub(crate) const fn article(self) -> &'static str {
        match self {
            Self::Session => "a session token",
            Self::Template => "a JWT template token",
            Self::M2m => "a machine-to-machine token",
            Self::OAuthAccess => "an OAuth access token",
            Self::Unknown => "a token of an unknown kind",
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session => "session token",
            Self::Template => "JWT template token",
            Self::M2m => "machine-to-machine token",
            Self::OAuthAccess => "OAuth access token",
            Self::Unknown => "token of an unknown kind",
        })
    }
}
