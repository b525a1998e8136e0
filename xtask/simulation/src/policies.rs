//! What a policy is: how keys are kept, when they are fetched, and what a token is told meanwhile.

pub(crate) mod backend;
pub(crate) mod clerk_rs;
pub(crate) mod ours;

use std::time::Duration;

use clerk_core::{MonotonicTime, UnixTime};

use crate::{day::Published, key_server::Answer, tokens::Token};

/// What an instance knows of the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// Since the process began.
    pub(crate) monotonic: MonotonicTime,
    /// Wrong, on some.
    pub(crate) wall: UnixTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
}

impl Verdict {
    pub(crate) fn accepted_if(good: bool) -> Self {
        if good { Self::Accepted } else { Self::Refused }
    }
}

/// What becomes of a token that has just come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// It is judged.
    Judged(Verdict),
    /// It is judged, and a fetch begins beside.
    JudgedAndFetch(Verdict),
    /// A fetch begins, and whoever comes meanwhile waits for it.
    FetchForAll,
    /// A fetch begins, for this token alone.
    FetchAlone,
    /// It waits for the fetch that is under way.
    Wait,
}

/// What a fetch needs next.
#[derive(Debug)]
pub(crate) enum Next<C, F> {
    /// An attempt, given up after this time, if there is a limit.
    Send(C, Option<Duration>),
    Wait(Duration, C),
    Done(F),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered(Answer),
    TimedOut,
}

/// One way of keeping keys. The value has what all instances have in common.
pub(crate) trait Policy {
    /// What an instance keeps.
    type Keys;
    /// A fetch that is under way.
    type Call;
    /// What a fetch brings.
    type Fetched;

    /// An instance that has just started.
    fn cold(&self) -> Self::Keys;

    /// A token has come.
    fn ask(&self, keys: &mut Self::Keys, token: &Token, now: Now) -> Ask;

    /// The fetch that a token waited for is done.
    fn after_fetch(&self, keys: &Self::Keys, token: &Token, now: Now) -> Verdict;

    /// A fetch begins that these keys led to.
    fn begin(&self, keys: &Self::Keys, seed: u64, now: Now) -> Next<Self::Call, Self::Fetched>;

    /// An attempt has ended.
    fn ended(
        &self,
        call: Self::Call,
        outcome: Outcome,
        now: Now,
    ) -> Next<Self::Call, Self::Fetched>;

    /// A wait is over.
    fn waited(&self, call: Self::Call, now: Now) -> Next<Self::Call, Self::Fetched>;

    /// A fetch is done. Says whether it has brought keys.
    fn complete(&self, keys: &mut Self::Keys, fetched: Self::Fetched, now: Now) -> bool;

    /// For how long from now tokens under any of these keys are judged at once, all alike, and change nothing, if
    /// they are at all.
    fn is_settled_for(&self, keys: &Self::Keys, names: Published, now: Now) -> Option<Duration>;

    /// Whether any token leads to a fetch of its own, which changes nothing if it fails.
    fn fetches_for_each(&self, keys: &Self::Keys, now: Now) -> bool;
}

/// How a policy that is modelled judges a token whose key it has. The peers' checks are not the point here, so they are
/// taken to be as strict as ours.
fn judge(token: &Token, now: Now) -> Verdict {
    Verdict::accepted_if(token.is_signed() && token.is_current(now.wall))
}
