//! What a service's operators want to hear of, at the target `clerk::security`. Ids are shown once
//! they are verified, and bodies never.

#![allow(
    unused_variables,
    reason = "without the feature there is nobody to tell"
)]

use crate::{ClaimError, Rejection, metrics};

impl Rejection {
    /// For whoever reads the body: it has more than [`Receiver::body_limit`](crate::Receiver::body_limit).
    /// Operators are told.
    pub fn too_large(limit: usize) -> Self {
        refused(Self::TooLarge { limit })
    }

    /// For whoever reads the body: it broke off. Operators are told.
    pub fn incomplete() -> Self {
        refused(Self::Incomplete)
    }

    /// For extractors: the application has no [`Receiver`](crate::Receiver). Operators are told.
    pub fn not_configured() -> Self {
        misconfigured(Self::NotConfigured)
    }
}

/// Something came that Clerk has not sent, or not like that.
pub(crate) fn refused(rejection: Rejection) -> Rejection {
    metrics::refused(&rejection);
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "clerk::security",
        event = "webhook-refused",
        reason = rejection.reason(),
        error = %rejection,
    );
    rejection
}

/// Nothing can be told of any delivery.
pub(crate) fn misconfigured(rejection: Rejection) -> Rejection {
    metrics::undecided(&rejection);
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "clerk::security",
        event = "webhook-failed",
        reason = rejection.reason(),
        error = %rejection,
    );
    rejection
}

/// A good delivery came again.
pub(crate) fn repeated(id: &str) {
    metrics::repeated();
    #[cfg(feature = "tracing")]
    tracing::info!(target: "clerk::security", event = "webhook-repeated", id);
}

/// A good delivery came again before the first was dealt with.
pub(crate) fn postponed(rejection: Rejection, id: &str) -> Rejection {
    metrics::postponed(&rejection);
    #[cfg(feature = "tracing")]
    tracing::info!(
        target: "clerk::security",
        event = "webhook-postponed",
        reason = rejection.reason(),
        id,
    );
    rejection
}

/// A good delivery was not acted on.
pub(crate) fn failed(rejection: Rejection, id: &str) -> Rejection {
    metrics::failed(&rejection);
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "clerk::security",
        event = "webhook-failed",
        reason = rejection.reason(),
        error = %rejection,
        id,
    );
    rejection
}

/// A delivery was dealt with, and the store was not told.
pub(crate) fn unrecorded(error: &ClaimError, id: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "clerk::security",
        event = "webhook-unrecorded",
        error = %error,
        id,
    );
}
