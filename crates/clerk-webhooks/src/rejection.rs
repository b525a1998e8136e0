use std::{error::Error as StdError, fmt};

use clerk_core::WithCauses;

use crate::{ClaimError, Error};

/// Why a delivery was not acted on, and how to answer. Whatever the status, it is not one of
/// success, so Clerk sends the delivery again.
///
/// | status | when |
/// |---|---|
/// | 400 | it is not from Clerk, or nothing that Clerk sends |
/// | 409 | it is being acted on |
/// | 413 | it is too large |
/// | 500 | acting on it failed, it cannot be read or checked, or this service is set up wrongly |
/// | 503 | the store of deliveries cannot be asked |
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// The delivery was not signed by Clerk, or not lately.
    Refused(Error),
    /// The signatures could not be checked: [`Error::Unchecked`]. It may be a good delivery.
    Unchecked(Error),
    /// The body is larger than it may be.
    #[non_exhaustive]
    TooLarge {
        /// The most bytes that it may have.
        limit: usize,
    },
    /// The body broke off.
    #[non_exhaustive]
    Incomplete,
    /// The body is no event, though it was signed as one.
    #[cfg(feature = "events")]
    NoEvent(crate::events::EventError),
    /// The event is of a type that is known, and its data is not as that type has it.
    #[cfg(feature = "events")]
    Unreadable(crate::events::EventError),
    /// Somebody else has begun to act on the same delivery, and may yet fail.
    InProgress,
    /// It cannot be told whether it was acted on already.
    Undecided(ClaimError),
    /// Acting on it failed, for this reason.
    Failed(Box<dyn StdError + Send + Sync>),
    /// The application has no [`Receiver`](crate::Receiver) where the extractor looks for one.
    #[non_exhaustive]
    NotConfigured,
}

impl Rejection {
    /// The status of the response.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused(error) | Self::Unchecked(error) => error.status(),
            Self::Incomplete => 400,
            #[cfg(feature = "events")]
            Self::NoEvent(_) => 400,
            #[cfg(feature = "events")]
            Self::Unreadable(_) => 500,
            Self::InProgress => 409,
            Self::TooLarge { .. } => 413,
            Self::Failed(_) | Self::NotConfigured => 500,
            Self::Undecided(_) => 503,
        }
    }

    /// A stable name, for logs, metrics and other programs. For [`Rejection::Refused`] and
    /// [`Rejection::Unchecked`] it is [`Error::reason`].
    ///
    /// ```
    /// use clerk_webhooks::{Error, Rejection};
    ///
    /// let rejection = Rejection::from(Error::MissingHeader { name: "svix-id" });
    /// assert_eq!((rejection.status(), rejection.reason()), (400, "header-missing"));
    /// ```
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Refused(error) | Self::Unchecked(error) => error.reason(),
            Self::TooLarge { .. } => "body-too-large",
            Self::Incomplete => "body-incomplete",
            #[cfg(feature = "events")]
            Self::NoEvent(_) => "body-not-an-event",
            #[cfg(feature = "events")]
            Self::Unreadable(_) => "event-unreadable",
            Self::InProgress => "delivery-in-progress",
            Self::Undecided(_) => "store-unavailable",
            Self::Failed(_) => "handler-failed",
            Self::NotConfigured => "receiver-missing",
        }
    }

    /// The body of the response, plain text: what Clerk's dashboard shows beside the attempt.
    ///
    /// It says what is wrong with the delivery, and nothing of what is wrong here.
    pub fn body(&self) -> String {
        match self {
            Self::Failed(_)
            | Self::NotConfigured
            | Self::Refused(Error::Unchecked { .. })
            | Self::Unchecked(_) => "the delivery was not handled".to_owned(),
            Self::Undecided(_) => "the delivery cannot be handled right now".to_owned(),
            shown => shown.to_string(),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) | Self::Unchecked(error) => error.fmt(f),
            Self::TooLarge { limit } => write!(f, "the body has more than {limit} bytes"),
            Self::Incomplete => f.write_str("the body broke off"),
            #[cfg(feature = "events")]
            Self::NoEvent(error) | Self::Unreadable(error) => error.fmt(f),
            Self::InProgress => {
                f.write_str("the same delivery is being handled; send it again later")
            }
            Self::Undecided(error) => error.fmt(f),
            Self::Failed(cause) => {
                write!(f, "acting on the delivery failed: {}", WithCauses(&**cause))
            }
            Self::NotConfigured => f.write_str(
                "there is no webhook receiver; give the application a `Receiver`, as the adapter's page on webhooks shows",
            ),
        }
    }
}

impl StdError for Rejection {}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        match error {
            Error::Unchecked { .. } => Self::Unchecked(error),
            sent => Self::Refused(sent),
        }
    }
}

#[cfg(feature = "events")]
impl From<crate::events::EventError> for Rejection {
    fn from(error: crate::events::EventError) -> Self {
        Self::NoEvent(error)
    }
}
