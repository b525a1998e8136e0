use std::fmt;

use crate::HmacError;

/// Why a delivery is not one to act on.
///
/// Its text names headers and never shows a value: anybody may have written it. [`Error::status`] says how to
/// answer: all that is the sender's with 400; whoever sent the delivery will not learn more from another status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A header is missing, or there is nothing in it.
    MissingHeader {
        /// Which one.
        name: &'static str,
    },
    /// A header came more than once. Which of its values counts would depend on who reads it.
    RepeatedHeader {
        /// Which one.
        name: &'static str,
    },
    /// A header is not what it should be.
    InvalidHeader {
        /// Which one.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// There are more signatures than anybody sends. None was looked at.
    TooManySignatures {
        /// Where they are.
        name: &'static str,
    },
    /// The delivery was signed too long ago.
    TooOld {
        /// The header that says so.
        name: &'static str,
    },
    /// The delivery says that it was signed in the future.
    TooNew {
        /// The header that says so.
        name: &'static str,
    },
    /// Under no secret is any of the signatures that of this id, timestamp and body.
    NoMatchingSignature {
        /// Where the signatures are.
        name: &'static str,
    },
    /// The signatures could not be checked, which says nothing about them: the cryptography library failed, or
    /// answers later and was not awaited.
    Unchecked {
        /// Where the signatures are.
        name: &'static str,
        /// Why, and what to do.
        why: &'static str,
    },
}

impl Error {
    pub(crate) const fn unchecked(name: &'static str, error: HmacError) -> Self {
        let why = error.why();
        Self::Unchecked { name, why }
    }

    /// The status of the response: 500 for [`Error::Unchecked`], so that a good delivery is sent again, and 400 for
    /// all others.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Unchecked { .. } => 500,
            _ => 400,
        }
    }

    /// A stable name, for logs, metrics and other programs.
    ///
    /// ```
    /// let error = clerk_webhooks::Error::MissingHeader { name: "svix-id" };
    /// assert_eq!(error.reason(), "header-missing");
    /// ```
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::MissingHeader { .. } => "header-missing",
            Self::RepeatedHeader { .. } => "header-repeated",
            Self::InvalidHeader { .. } => "header-invalid",
            Self::TooManySignatures { .. } => "too-many-signatures",
            Self::TooOld { .. } => "timestamp-too-old",
            Self::TooNew { .. } => "timestamp-too-new",
            Self::NoMatchingSignature { .. } => "signature-mismatch",
            Self::Unchecked { .. } => "signature-unchecked",
        }
    }

    /// The header that is missing or wrong, or could not be checked, in lower case.
    pub const fn header(&self) -> &'static str {
        match self {
            Self::MissingHeader { name }
            | Self::RepeatedHeader { name }
            | Self::InvalidHeader { name, .. }
            | Self::TooManySignatures { name }
            | Self::TooOld { name }
            | Self::TooNew { name }
            | Self::NoMatchingSignature { name }
            | Self::Unchecked { name, .. } => name,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader { name } => write!(
                f,
                "the header {name} is missing or empty; does something before this service drop it?"
            ),
            Self::RepeatedHeader { name } => write!(f, "the header {name} came more than once"),
            Self::InvalidHeader { name, expected } => {
                write!(f, "the header {name} is not {expected}")
            }
            Self::TooManySignatures { name } => {
                write!(
                    f,
                    "the header {name} holds more signatures than anybody sends"
                )
            }
            Self::TooOld { name } => write!(
                f,
                "by the header {name} this was signed too long ago; it was held up or is sent again by somebody else, or this machine's clock is ahead"
            ),
            Self::TooNew { name } => write!(
                f,
                "by the header {name} this was signed in the future; is this machine's clock behind?"
            ),
            Self::NoMatchingSignature { name } => write!(
                f,
                "no signature in the header {name} is right; take the signing secret from this endpoint's page in the Clerk dashboard, and hand over the body's bytes as they arrived"
            ),
            Self::Unchecked { name, why } => {
                write!(
                    f,
                    "the signatures in the header {name} could not be checked: {why}"
                )
            }
        }
    }
}

impl std::error::Error for Error {}
