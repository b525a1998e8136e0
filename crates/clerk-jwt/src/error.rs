use core::fmt;

use clerk_core::UnixTime;

use crate::{Algorithm, Fault, InvalidKey, NumericDate, Reason, TokenKind};

/// Why a token was not accepted.
///
/// [`reason`](VerifyError::reason) is the stable part; the text is for people. No text repeats
/// anything of the token but dates and names of registered things.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It is not a JSON Web Token in compact form.
    #[error("the token is malformed: {0}")]
    Malformed(Malformed),
    /// `typ` is not what this kind of token has.
    #[error(
        "the token's typ is not the one expected here; send a Clerk session token, whose typ is JWT"
    )]
    Type,
    /// The header names extensions that must be understood (RFC 7515 §4.1.11), and none is.
    #[error("the token's crit header asks for extensions that are not understood")]
    Critical,
    /// The header names an algorithm other than RS256, RS384 and RS512, or none.
    #[error("the token's alg is not RS256, RS384 or RS512, with which Clerk signs")]
    Algorithm,
    /// The key is for another algorithm than the one the header names.
    #[error("the token says {header}, but its key is for {key} alone")]
    KeyAlgorithm {
        /// What the header names.
        header: Algorithm,
        /// What the key is for.
        key: Algorithm,
    },
    /// There is a key of that id, but it may not or cannot verify this token.
    #[error("the token's key cannot be used: {0}")]
    Key(InvalidKey),
    /// The signature does not belong to this token and key.
    #[error(
        "the token's signature is not valid; if it is so with every token, the key \
         (CLERK_JWT_KEY, where it is set) is of another instance than the front end's publishable key"
    )]
    Signature,
    /// The signature could not be checked, for a reason that is not the token's.
    #[error("the token's signature could not be checked: {0}")]
    Unchecked(&'static str),
    /// The token is genuine, and of another kind than asked for.
    #[error("expected a {expected}, got {}", found.article())]
    Kind {
        /// What was asked for.
        expected: TokenKind,
        /// What it is.
        found: TokenKind,
    },
    /// Machine-to-machine tokens are not verified as a user's.
    #[error("machine-to-machine tokens cannot be used here; verify them as M2mClaims")]
    Machine,
    /// A machine-to-machine token is for other machines than this one.
    #[error(
        "the token's scopes do not name this machine; the machine that calls has to name it when \
         it asks for the token"
    )]
    OtherMachine,
    /// It has not been said for whom machine-to-machine tokens have to be.
    #[error(
        "it is not known which machine this service is, so tokens of machines cannot be judged; \
         set its id, mch_… (CLERK_MACHINE_ID), or ignore the scopes to let every machine of the \
         instance call"
    )]
    MachineUndecided,
    /// A claim is missing, of the wrong type or not acceptable.
    #[error("the token's {claim} claim {problem}")]
    Claim {
        /// The claim's name.
        claim: &'static str,
        /// What is wrong with it.
        problem: ClaimProblem,
    },
    /// `azp` is not one of the authorized parties.
    #[error(
        "the token's azp claim is not an authorized party; add the origin that asked for it to the \
         authorized parties"
    )]
    AuthorizedParty,
    /// There is no `azp`, and one of the authorized parties is required.
    #[error(
        "the token has no azp claim, and one of the authorized parties is required; tokens in \
         cookies may have none: AuthorizedParties::match_if_present accepts those, and still \
         refuses other parties"
    )]
    AuthorizedPartyMissing,
    /// `iss` is not an accepted issuer.
    #[error(
        "the token's iss claim is not an accepted issuer; does the publishable key belong to the instance that issued it?"
    )]
    Issuer,
    /// `exp` has passed.
    #[error("the token expired at {}, and now is {now}", exp.as_secs())]
    Expired {
        /// The claim.
        exp: NumericDate,
        /// The time it was judged at.
        now: UnixTime,
    },
    /// `nbf` lies ahead.
    #[error("the token is not active before {}, and now is {now}; are the clocks in sync?", nbf.as_secs())]
    NotActiveYet {
        /// The claim.
        nbf: NumericDate,
        /// The time it was judged at.
        now: UnixTime,
    },
    /// `iat` lies ahead.
    #[error("the token was issued at {}, and now is {now}; are the clocks in sync?", iat.as_secs())]
    IssuedInTheFuture {
        /// The claim.
        iat: NumericDate,
        /// The time it was judged at.
        now: UnixTime,
    },
}

/// What keeps a text from being a JSON Web Token in compact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It is longer than allowed; nothing of it was decoded.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// It is not three parts with a dot between them (RFC 7515 §3.1).
    #[error("it does not have three parts")]
    Parts,
    /// The named part is not canonical base64url without padding (RFC 7515 §2).
    #[error("its {0} is not base64url")]
    Base64(&'static str),
    /// The named part is not a JSON object.
    #[error("its {0} is not a JSON object")]
    Json(&'static str),
    /// The named part has the same member twice, which two readers may read differently.
    #[error("its {0} names a member twice")]
    Duplicate(&'static str),
}

/// What is wrong with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimProblem {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It is of another type than its definition says, or out of range.
    #[error("is not {0}")]
    Type(&'static str),
    /// Its value is none of those accepted.
    #[error("names none of the accepted values")]
    NotAccepted,
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyError({self})")
    }
}

impl From<Malformed> for VerifyError {
    fn from(problem: Malformed) -> Self {
        Self::Malformed(problem)
    }
}

impl From<InvalidKey> for VerifyError {
    fn from(problem: InvalidKey) -> Self {
        Self::Key(problem)
    }
}

impl VerifyError {
    /// The name under which Clerk's own SDKs report this.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Malformed(_) | Self::Type | Self::Critical | Self::Machine => {
                Reason::TokenInvalid
            }
            Self::Algorithm => Reason::TokenInvalidAlgorithm,
            Self::KeyAlgorithm { .. }
            | Self::Key(_)
            | Self::Unchecked(_)
            | Self::OtherMachine
            | Self::MachineUndecided
            | Self::Claim { .. } => Reason::TokenVerificationFailed,
            Self::Signature => Reason::TokenInvalidSignature,
            Self::Kind { .. } => Reason::TokenTypeMismatch,
            Self::AuthorizedParty | Self::AuthorizedPartyMissing => {
                Reason::TokenInvalidAuthorizedParties
            }
            Self::Issuer => Reason::TokenInvalidIssuer,
            Self::Expired { .. } => Reason::TokenExpired,
            Self::NotActiveYet { .. } => Reason::TokenNotActiveYet,
            Self::IssuedInTheFuture { .. } => Reason::TokenIatInTheFuture,
        }
    }

    /// Whose fault it is, and so which HTTP status fits: the caller's, unless nobody has said what
    /// the caller's token has to be, or nothing here can check it.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::MachineUndecided | Self::Unchecked(_) => Fault::Configuration,
            error => error.reason().fault(),
        }
    }

    pub(crate) const fn missing(claim: &'static str) -> Self {
        Self::Claim {
            claim,
            problem: ClaimProblem::Missing,
        }
    }

    pub(crate) const fn not(claim: &'static str, wanted: &'static str) -> Self {
        Self::Claim {
            claim,
            problem: ClaimProblem::Type(wanted),
        }
    }
}
