//! What is counted while a day passes, and what must hold of it.

use std::time::Duration;

use clerk_jwks::CachePolicy;

use crate::{
    day::{self, MIDNIGHT, Moment, Published, Window},
    place::Place,
    policies::Verdict,
    tokens::{Kind, Token},
};

/// Valid tokens that were refused, by whose fault it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The instance has fetched their key, not longer ago than the stale window allows.
    pub(crate) within_window: u64,
    /// The instance has fetched nothing yet, or not for longer than that, and the key server is away, or has just come back.
    pub(crate) in_outage: u64,
    /// The same at any other time.
    pub(crate) without_keys: u64,
    /// Their key was published since the instance last fetched.
    pub(crate) new_key: u64,
    /// The instance's clock is off by more than is forgiven.
    pub(crate) wrong_clock: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// Fetches that arrive at the key server, second by second.
    load: Vec<u32>,
    /// Tokens of users.
    pub(crate) presented: u64,
    pub(crate) refused: Refused,
    /// Tokens of the attacker's.
    pub(crate) attacks: u64,
    pub(crate) forged_accepted: u64,
    /// Expired tokens that were accepted where the clock is off by more than is forgiven.
    pub(crate) accepted_by_wrong_clock: u64,
    /// For how long after it was withdrawn a key was accepted, where tokens keep coming.
    pub(crate) stale: Duration,
    /// The same where a token comes in ten minutes.
    pub(crate) stale_if_idle: Duration,
    /// Fetches of one instance under way at once.
    pub(crate) most_at_once: u32,
}

/// What is known about a token's judge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge<'p> {
    pub(crate) place: &'p Place,
    /// What it last fetched, and when.
    pub(crate) fetched: Option<(Moment, Published)>,
    /// For how long that may serve.
    pub(crate) serves: Duration,
}

fn is_away(at: Moment) -> bool {
    day::OUTAGE.contains(at) || day::RECOVERY.contains(at)
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            load: vec![0; MIDNIGHT.as_secs() as usize],
            presented: 0,
            refused: Refused::default(),
            attacks: 0,
            forged_accepted: 0,
            accepted_by_wrong_clock: 0,
            stale: Duration::ZERO,
            stale_if_idle: Duration::ZERO,
            most_at_once: 0,
        }
    }

    /// A fetch arrives, or as many.
    pub(crate) fn arrive(&mut self, at: Moment, count: u32) {
        if let Some(second) = self.load.get_mut(at.as_secs() as usize) {
            *second += count;
        }
    }

    /// A token is judged, or as many of its kind.
    pub(crate) fn judge(
        &mut self,
        at: Moment,
        token: &Token,
        verdict: Verdict,
        by: Judge<'_>,
        count: u64,
    ) {
        match token.kind {
            Kind::User => self.presented += count,
            Kind::Stolen | Kind::MadeUpKey | Kind::BadSignature | Kind::Expired => {
                self.attacks += count;
            }
        }
        let is_published = token.key.is_some_and(|key| Published::at(at).has(key));
        match (token.kind, verdict) {
            (Kind::User, Verdict::Refused) if is_published => self.refuse(at, token, by, count),
            (Kind::User | Kind::Stolen, Verdict::Accepted) => self.accept(at, token, by),
            (Kind::Expired, Verdict::Accepted) if by.place.is_clock_wrong(at) => {
                self.accepted_by_wrong_clock += count;
            }
            (Kind::MadeUpKey | Kind::BadSignature | Kind::Expired, Verdict::Accepted) => {
                self.forged_accepted += count;
            }
            (_, Verdict::Refused) => {}
        }
    }

    fn accept(&mut self, at: Moment, token: &Token, by: Judge<'_>) {
        let withdrawn = token.key.and_then(day::withdrawn_at);
        let Some(age) = withdrawn.and_then(|withdrawn| at.checked_sub(withdrawn)) else {
            return;
        };
        let longest = if by.place.is_idle {
            &mut self.stale_if_idle
        } else {
            &mut self.stale
        };
        *longest = age.max(*longest);
    }

    fn refuse(&mut self, at: Moment, token: &Token, by: Judge<'_>, count: u64) {
        let known = by.fetched.filter(|(when, _)| at - *when < by.serves);
        let cause = match known {
            _ if by.place.is_clock_wrong(at) => &mut self.refused.wrong_clock,
            None if is_away(at) => &mut self.refused.in_outage,
            None => &mut self.refused.without_keys,
            Some((_, keys)) if token.key.is_some_and(|key| keys.has(key)) => {
                &mut self.refused.within_window
            }
            Some(_) => &mut self.refused.new_key,
        };
        *cause += count;
    }

    /// The most fetches that arrived in one second of the window.
    pub(crate) fn peak(&self, window: Window) -> u32 {
        self.seconds(window).iter().copied().max().unwrap_or(0)
    }

    /// Fetches a second.
    pub(crate) fn mean(&self, window: Window) -> f64 {
        let seconds = self.seconds(window);
        let sum: u64 = seconds.iter().map(|count| u64::from(*count)).sum();
        sum as f64 / seconds.len().max(1) as f64
    }

    pub(crate) fn seconds(&self, window: Window) -> &[u32] {
        let range = window.from.as_secs() as usize..window.to.as_secs() as usize;
        self.load.get(range).unwrap_or_default()
    }

    /// What does not hold and must, a sentence each.
    pub(crate) fn violations(&self, policy: &CachePolicy) -> Vec<String> {
        let longest = policy.time_to_live + policy.stale_window;
        let rules = [
            (
                self.refused.within_window == 0,
                format!(
                    "{} valid tokens were refused within the stale window",
                    self.refused.within_window
                ),
            ),
            (
                self.forged_accepted == 0,
                format!("{} invalid tokens were accepted", self.forged_accepted),
            ),
            (
                self.stale <= policy.time_to_live,
                format!(
                    "a withdrawn key was accepted for {:.1?} under traffic, and its time to live is {:?}",
                    self.stale, policy.time_to_live
                ),
            ),
            (
                self.stale_if_idle <= longest,
                format!(
                    "a withdrawn key was accepted for {:.1?} at an idle instance, and the longest is {longest:?}",
                    self.stale_if_idle
                ),
            ),
            (
                self.most_at_once <= 1,
                format!(
                    "{} fetches of one instance were under way at once",
                    self.most_at_once
                ),
            ),
        ];
        let broken = rules.into_iter().filter(|(holds, _)| !holds);
        broken.map(|(_, what)| what).collect()
    }
}
