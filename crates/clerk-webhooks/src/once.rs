//! Acting once: what both drivers decide, in the order in which they ask.

use std::error::Error as StdError;

use clerk_core::MonotonicTime;

use crate::{Claim, ClaimError, Policy, Rejection, report};

/// What the store is to be told after the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Complete,
    Release,
    None,
}

/// Whether the work is to be done; it is not if it was.
pub(crate) fn is_first(claimed: Result<Claim, ClaimError>, id: &str) -> Result<bool, Rejection> {
    match claimed {
        Ok(Claim::First) => Ok(true),
        Ok(Claim::Done) => {
            report::repeated(id);
            Ok(false)
        }
        Ok(Claim::InProgress) => Err(report::postponed(Rejection::InProgress, id)),
        Err(error) => Err(report::failed(Rejection::Undecided(error), id)),
    }
}

pub(crate) fn change<T, E>(
    outcome: &Result<T, E>,
    begun: MonotonicTime,
    now: MonotonicTime,
    policy: Policy,
) -> Change {
    match outcome {
        Ok(_) => Change::Complete,
        Err(_) if now.saturating_duration_since(begun) < policy.lease => Change::Release,
        // The lease is over, so the claim may be somebody else's by now.
        Err(_) => Change::None,
    }
}

/// What is answered. That the store could not be told is no reason to have the delivery sent again
/// where the work is done, and changes nothing where it is not: the lease ends by itself.
pub(crate) fn conclude<T, E: Into<Box<dyn StdError + Send + Sync>>>(
    outcome: Result<T, E>,
    recorded: Result<(), ClaimError>,
    id: &str,
) -> Result<Option<T>, Rejection> {
    if let Err(error) = recorded {
        report::unrecorded(&error, id);
    }
    match outcome {
        Ok(done) => Ok(Some(done)),
        Err(error) => Err(report::failed(Rejection::Failed(error.into()), id)),
    }
}
