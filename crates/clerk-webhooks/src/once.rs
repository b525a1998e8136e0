//! Acting once: what both drivers decide, in the order in which they ask.

use crate::{Claim, ClaimError, Claimant, Rejection, WorkError, metrics, report};

/// One attempt to act on a delivery: it is made by whoever has been the first to claim all of its keys.
#[derive(Debug)]
pub(crate) struct Attempt<'d> {
    id: &'d str,
    by: Claimant,
    keys: &'d [String],
    /// How many of them are claimed.
    held: usize,
    /// Why it is not made.
    refusal: Option<Refusal>,
}

#[derive(Debug)]
enum Refusal {
    ActedOn,
    Rejected(Rejection),
}

impl<'d> Attempt<'d> {
    pub(crate) fn new(
        id: &'d str,
        keys: &'d [String],
        by: Result<Claimant, ClaimError>,
    ) -> Result<Self, Rejection> {
        Ok(Self {
            id,
            by: by.map_err(|error| report::failed(Rejection::Undecided(error), id))?,
            keys,
            held: 0,
            refusal: None,
        })
    }

    pub(crate) const fn by(&self) -> Claimant {
        self.by
    }

    /// The key to claim next.
    pub(crate) fn to_claim(&self) -> Option<&'d str> {
        let next = self.keys.get(self.held).map(String::as_str);
        next.filter(|_| self.refusal.is_none())
    }

    /// What became of that.
    pub(crate) fn claimed(&mut self, claimed: Result<Claim, ClaimError>) {
        let id = self.id;
        self.refusal = match claimed {
            Ok(Claim::First) => {
                self.held = self.held.saturating_add(1);
                return;
            }
            Ok(Claim::Done) => {
                report::repeated(id);
                Some(Refusal::ActedOn)
            }
            Ok(Claim::InProgress) => {
                let rejection = report::postponed(Rejection::InProgress, id);
                Some(Refusal::Rejected(rejection))
            }
            Err(error) => {
                let rejection = report::failed(Rejection::Undecided(error), id);
                Some(Refusal::Rejected(rejection))
            }
        };
    }

    /// Whether the work is to be done.
    pub(crate) const fn is_first(&self) -> bool {
        self.refusal.is_none()
    }

    /// The keys that the store is to be told of.
    pub(crate) fn held(&self) -> &'d [String] {
        self.keys.get(..self.held).unwrap_or_default()
    }

    /// What became of that. That the store could not be told is no reason to have the delivery sent
    /// again where the work is done, and changes nothing where it is not: the lease ends by itself.
    pub(crate) fn recorded(&self, recorded: Result<(), ClaimError>) {
        if let Err(error) = recorded {
            report::unrecorded(&error, self.id);
        }
    }

    /// What is answered.
    pub(crate) fn conclude<T>(
        self,
        outcome: Option<Result<T, WorkError>>,
    ) -> Result<Option<T>, Rejection> {
        match (self.refusal, outcome) {
            (Some(Refusal::Rejected(rejection)), _) => Err(rejection),
            (Some(Refusal::ActedOn), _) | (None, None) => Ok(None),
            (None, Some(Ok(done))) => {
                metrics::done();
                Ok(Some(done))
            }
            (None, Some(Err(error))) => {
                let cause = error.into_cause();
                // Whoever made that, such as `Delivery::event`, has told operators.
                let is_told = cause.is::<Rejection>();
                let rejection = Rejection::Failed(cause);
                Err(if is_told {
                    rejection
                } else {
                    report::failed(rejection, self.id)
                })
            }
        }
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

/// A claim that the work was not done for, or failed, is given up.
pub(crate) const fn change<T>(outcome: &Option<Result<T, WorkError>>) -> Change {
    match outcome {
        Some(Ok(_)) => Change::Complete,
        Some(Err(_)) | None => Change::Release,
    }
}
