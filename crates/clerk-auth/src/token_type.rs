use std::fmt;

/// The types of token a request can authenticate with, under Clerk's names.
///
/// ```
/// use clerk_auth::TokenType;
///
/// assert_eq!(TokenType::M2m.as_str(), "m2m_token");
/// assert_eq!(TokenType::from_name("api_key"), Some(TokenType::ApiKey));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// A user's session: a JWT in a cookie or in the `Authorization` header.
    Session,
    /// An API key, `ak_…`, of a user or an organization.
    ApiKey,
    /// A machine-to-machine token: `mt_…`, or a JWT whose subject is a machine.
    M2m,
    /// An OAuth access token: `oat_…`, or a JWT of type `at+jwt` (RFC 9068).
    OAuth,
}

impl TokenType {
    /// Every type there is.
    pub const ALL: [Self; 4] = [Self::Session, Self::ApiKey, Self::M2m, Self::OAuth];

    /// Clerk's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::ApiKey => "api_key",
            Self::M2m => "m2m_token",
            Self::OAuth => "oauth_token",
        }
    }

    /// The type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Whether machines hold tokens of this type, not browsers.
    pub const fn is_machine(self) -> bool {
        !matches!(self, Self::Session)
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which types of token a request may authenticate with. Default: session tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AcceptedTokens {
    /// Session tokens, from the header or from cookies.
    #[default]
    Session,
    /// Machine tokens of one type, from the header. Cookies are not looked at.
    Machine(MachineTokenType),
    /// Tokens of any of these types; none where there are none.
    OneOf(Vec<TokenType>),
    /// Tokens of every type.
    Any,
}

impl AcceptedTokens {
    /// Whether tokens of this type are accepted.
    pub fn contains(&self, token_type: TokenType) -> bool {
        match self {
            Self::Session => token_type == TokenType::Session,
            Self::Machine(machine) => token_type == TokenType::from(*machine),
            Self::OneOf(types) => types.contains(&token_type),
            Self::Any => true,
        }
    }
}

/// The types of token that machines hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MachineTokenType {
    /// See [`TokenType::ApiKey`].
    ApiKey,
    /// See [`TokenType::M2m`].
    M2m,
    /// See [`TokenType::OAuth`].
    OAuth,
}

impl From<MachineTokenType> for TokenType {
    fn from(machine: MachineTokenType) -> Self {
        match machine {
            MachineTokenType::ApiKey => Self::ApiKey,
            MachineTokenType::M2m => Self::M2m,
            MachineTokenType::OAuth => Self::OAuth,
        }
    }
}

impl TokenType {
    /// The machine's type; `None` for session tokens.
    pub const fn machine(self) -> Option<MachineTokenType> {
        match self {
            Self::Session => None,
            Self::ApiKey => Some(MachineTokenType::ApiKey),
            Self::M2m => Some(MachineTokenType::M2m),
            Self::OAuth => Some(MachineTokenType::OAuth),
        }
    }
}

impl From<TokenType> for AcceptedTokens {
    fn from(one: TokenType) -> Self {
        one.machine().map_or(Self::Session, Self::Machine)
    }
}

impl FromIterator<TokenType> for AcceptedTokens {
    fn from_iter<I: IntoIterator<Item = TokenType>>(types: I) -> Self {
        Self::OneOf(types.into_iter().collect())
    }
}
