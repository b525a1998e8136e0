//! The policy of clerk-rs 0.5.0, modelled from the source of its `MemoryCacheJwksProvider` with its defaults.
//!
//! | rule | where it is from |
//! |---|---|
//! | Keys are kept for an hour. A request that finds none, or expired ones, fetches, and is refused if that fails | `get_key`: `is_uninitialized`, `is_expired`, `refresh().await?` |
//! | Requests that come meanwhile fetch, too | there is no lock and no flight shared: fifty requests were fifty fetches when it was run |
//! | An unknown key id leads to a fetch if the keys are older than five minutes | `RefreshOnUnknown::Ratelimit`, by the time of the last success |
//! | What is fetched replaces what there was | `state.swap` |
//! | A fetch is one attempt, without a limit of time | `get_jwks` with the `reqwest::Client` of `ClerkConfiguration` |
//! | Ages are measured on the wall clock, and a step back expires the keys | `SystemTime::elapsed`, whose error counts as expired |
//!
//! Assumed: one provider for each instance, as its documentation has it, though its examples make one for each worker;
//! and a connection that TCP keeps alive for as long as it takes.

use std::time::Duration;

use clerk_core::UnixTime;

use super::{Ask, Next, Now, Outcome, Policy, Verdict, judge};
use crate::{day::Published, key_server::Answer, tokens::Token};

const EXPIRE_AFTER: Duration = Duration::from_secs(3600);
const RATE_LIMIT: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(crate) struct ClerkRs;

#[derive(Debug, Default)]
pub(crate) struct State {
    keys: Published,
    last_updated: Option<UnixTime>,
}

impl State {
    /// For how long they are younger than `age`; not at all if they are not, or the clock went back.
    fn younger_for(&self, age: Duration, now: Now) -> Option<Duration> {
        let updated = self.last_updated.filter(|updated| *updated <= now.wall)?;
        let elapsed = now.wall.saturating_duration_since(updated);
        age.checked_sub(elapsed).filter(|left| !left.is_zero())
    }

    fn has(&self, token: &Token) -> bool {
        token.key.is_some_and(|key| self.keys.has(key))
    }
}

impl Policy for ClerkRs {
    type Keys = State;
    type Call = ();
    type Fetched = Option<Published>;

    fn cold(&self) -> State {
        State::default()
    }

    fn ask(&self, state: &mut State, token: &Token, now: Now) -> Ask {
        if state.younger_for(EXPIRE_AFTER, now).is_none() {
            Ask::FetchAlone
        } else if state.has(token) {
            Ask::Judged(judge(token, now))
        } else if state.younger_for(RATE_LIMIT, now).is_some() {
            Ask::Judged(Verdict::Refused)
        } else {
            Ask::FetchAlone
        }
    }

    fn after_fetch(&self, state: &State, token: &Token, now: Now) -> Verdict {
        if state.has(token) {
            judge(token, now)
        } else {
            Verdict::Refused
        }
    }

    fn begin(&self, _: &State, _: u64, _: Now) -> Next<(), Self::Fetched> {
        Next::Send((), None)
    }

    fn ended(&self, (): (), outcome: Outcome, _: Now) -> Next<(), Self::Fetched> {
        Next::Done(match outcome {
            Outcome::Answered(Answer::Keys(published)) => Some(published),
            Outcome::Answered(Answer::Unavailable) | Outcome::TimedOut => None,
        })
    }

    fn waited(&self, (): (), _: Now) -> Next<(), Self::Fetched> {
        Next::Done(None)
    }

    fn complete(&self, state: &mut State, fetched: Self::Fetched, now: Now) -> bool {
        if let Some(keys) = fetched {
            *state = State {
                keys,
                last_updated: Some(now.wall),
            };
        }
        fetched.is_some()
    }

    fn is_settled_for(&self, state: &State, names: Published, now: Now) -> Option<Duration> {
        let left = state.younger_for(EXPIRE_AFTER, now)?;
        state.keys.has_all(names).then_some(left)
    }

    fn fetches_for_each(&self, state: &State, now: Now) -> bool {
        state.younger_for(EXPIRE_AFTER, now).is_none()
    }
}
