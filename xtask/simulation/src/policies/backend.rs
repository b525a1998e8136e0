//! The policy of `@clerk/backend` 3, modelled from what it was seen to do and from the source of its `tokens/keys.ts`.
//!
//! | rule | where it is from |
//! |---|---|
//! | Keys are kept for 300 seconds, then dropped. A request that finds none fetches, and is refused if that fails | `cacheHasExpired` |
//! | Requests that come meanwhile fetch, too | the promise is not kept: five verifications on a cold cache were five fetches |
//! | Every unknown key id leads to a fetch | `!cache.keys[kid]`, with no pause and no memory of failures |
//! | What is fetched is added to what there is, and counts as fresh from then on | `keys.forEach`, `lastUpdatedAt` |
//! | A fetch is up to five attempts, after any failure, without a limit of time; before the next one it waits 125 ms, twice as long each time, lengthened at random by up to as much | `retry` of `@clerk/shared`, with its defaults |
//! | Ages are measured on the wall clock | `Date.now()` |
//!
//! Assumed: one process for each instance, and one client in it.

use std::time::Duration;

use clerk_core::UnixTime;

use super::{Ask, Next, Now, Outcome, Policy, Verdict, judge};
use crate::{day::Published, key_server::Answer, random::Chance, tokens::Token};

const TIME_TO_LIVE: Duration = Duration::from_secs(300);
const ATTEMPTS: u32 = 5;
const FIRST_DELAY: Duration = Duration::from_millis(125);

#[derive(Debug)]
pub(crate) struct Backend;

#[derive(Debug, Default)]
pub(crate) struct RemoteCache {
    keys: Published,
    last_updated: Option<UnixTime>,
}

impl RemoteCache {
    fn fresh_for(&self, now: Now) -> Option<Duration> {
        let updated = self.last_updated?;
        let age = now.wall.saturating_duration_since(updated);
        let ahead = updated.saturating_duration_since(now.wall);
        let left = (TIME_TO_LIVE + ahead).checked_sub(age);
        left.filter(|left| !left.is_zero())
    }

    fn has(&self, token: &Token) -> bool {
        token.key.is_some_and(|key| self.keys.has(key))
    }
}

#[derive(Debug)]
pub(crate) struct Call {
    attempts: u32,
    chance: Chance,
}

impl Policy for Backend {
    type Keys = RemoteCache;
    type Call = Call;
    type Fetched = Option<Published>;

    fn cold(&self) -> RemoteCache {
        RemoteCache::default()
    }

    fn ask(&self, cache: &mut RemoteCache, token: &Token, now: Now) -> Ask {
        if cache.fresh_for(now).is_none() {
            cache.keys = Published::default();
            Ask::FetchAlone
        } else if cache.has(token) {
            Ask::Judged(judge(token, now))
        } else {
            Ask::FetchAlone
        }
    }

    fn after_fetch(&self, cache: &RemoteCache, token: &Token, now: Now) -> Verdict {
        if cache.has(token) {
            judge(token, now)
        } else {
            Verdict::Refused
        }
    }

    fn begin(&self, _: &RemoteCache, seed: u64, _: Now) -> Next<Call, Self::Fetched> {
        let call = Call {
            attempts: 1,
            chance: Chance::new(seed),
        };
        Next::Send(call, None)
    }

    fn ended(&self, mut call: Call, outcome: Outcome, _: Now) -> Next<Call, Self::Fetched> {
        if let Outcome::Answered(Answer::Keys(published)) = outcome {
            return Next::Done(Some(published));
        }
        if call.attempts == ATTEMPTS {
            return Next::Done(None);
        }
        let delay = FIRST_DELAY * 2_u32.pow(call.attempts - 1);
        Next::Wait(delay.mul_f64(1.0 + call.chance.fraction()), call)
    }

    fn waited(&self, call: Call, _: Now) -> Next<Call, Self::Fetched> {
        let call = Call {
            attempts: call.attempts + 1,
            ..call
        };
        Next::Send(call, None)
    }

    fn complete(&self, cache: &mut RemoteCache, fetched: Self::Fetched, now: Now) -> bool {
        if let Some(published) = fetched {
            cache.keys = cache.keys.and(published);
            cache.last_updated = Some(now.wall);
        }
        fetched.is_some()
    }

    fn is_settled_for(&self, cache: &RemoteCache, names: Published, now: Now) -> Option<Duration> {
        let left = cache.fresh_for(now)?;
        cache.keys.has_all(names).then_some(left)
    }

    fn fetches_for_each(&self, cache: &RemoteCache, now: Now) -> bool {
        cache.fresh_for(now).is_none()
    }
}
