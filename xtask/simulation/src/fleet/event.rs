//! What can happen to an instance.

use std::time::Duration;

use crate::{policies::Outcome, tokens::Token};

pub(super) enum Event<C> {
    Request,
    Attack,
    Theft,
    Restart,
    /// An attempt ends.
    Ended(Box<Flight<C>>, Outcome),
    /// A wait before the next attempt is over.
    Waited(Box<Flight<C>>),
    /// Who waits for another's fetch, and cannot be woken, looks.
    Look(Box<Waiter>),
}

/// A fetch.
pub(super) struct Flight<C> {
    /// Of which process: what belongs to an earlier one is gone.
    pub(super) life: u32,
    pub(super) call: C,
    /// Who waits for this one alone.
    pub(super) token: Option<Token>,
}

/// A request that cannot be woken.
pub(super) struct Waiter {
    pub(super) life: u32,
    pub(super) token: Token,
    /// How many fetches had ended when the wait began.
    pub(super) ended: u64,
    pub(super) waited: Duration,
}
