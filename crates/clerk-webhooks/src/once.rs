//! Acting once: what both drivers decide, in the order in which they ask.

use std::error::Error as StdError;

use crate::{Claim, ClaimError, Claimant, Rejection, report};

pub(crate) fn claimant(id: &str) -> Result<Claimant, Rejection> {
    Claimant::new().map_err(|error| report::failed(Rejection::Undecided(error), id))
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

/// What the store is to be told after the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is done.
    Complete,
    /// It may be claimed again.
    Release,
}

pub(crate) const fn change<T, E>(outcome: &Result<T, E>) -> Change {
    match outcome {
        Ok(_) => Change::Complete,
        Err(_) => Change::Release,
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
