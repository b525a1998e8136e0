//! What becomes of requests.

use std::time::Duration;

use super::{Course, event::Event};
use crate::{
    day::{self, Moment, OUTAGE},
    key_server::Exchange,
    policies::{Ask, Next, Outcome, Policy, Verdict},
    tokens::Token,
};

/// While a policy fetches for each request and fails, so many are simulated by one.
const STANDS_FOR: u32 = 10;
/// How long it takes until what was sent before the outage is no longer answered, and what is sent before its end is.
const MARGIN: Duration = Duration::from_secs(15);

impl<P: Policy> Course<'_, P> {
    pub(super) fn request(&mut self, at: Moment) {
        let token = self.issuer.of_user(at, &mut self.chance);
        let next = if let Some(until) = self.settled_until(at) {
            self.requests_until(at, until, token)
        } else if let Some(until) = self.fails_until(at) {
            self.failures_until(at, until, &token)
        } else {
            self.present(at, token);
            at + self.gap()
        };
        self.queue.push(next, Event::Request);
    }

    /// Until when users' tokens are all judged alike, and nothing follows.
    fn settled_until(&self, at: Moment) -> Option<Moment> {
        let instance = &self.instance;
        let (names, same_signers_until) = day::signers(at);
        let now = instance.now(at);
        let settled = self.policy.is_settled_for(&instance.keys, names, now)?;
        let until = (at + settled).min(same_signers_until);
        Some(until.min(instance.same_until(at)))
    }

    fn requests_until(&mut self, at: Moment, until: Moment, token: Token) -> Moment {
        let mean = self.between_requests;
        let others = (until - at).as_secs_f64() / mean.as_secs_f64();
        let others = self.chance.count(others);
        let instance = &mut self.instance;
        let now = instance.now(at);
        match self.policy.ask(&mut instance.keys, &token, now) {
            Ask::Judged(verdict) => self.judge(at, &token, verdict, 1 + others),
            other => self.act(at, token, other),
        }
        until + self.gap()
    }

    /// Until when every request leads to a fetch of its own that fails.
    fn fails_until(&self, at: Moment) -> Option<Moment> {
        let instance = &self.instance;
        let until = (OUTAGE.to - MARGIN).min(instance.same_until(at));
        let fails = OUTAGE.from + MARGIN <= at && at < until;
        let now = instance.now(at);
        (fails && self.policy.fetches_for_each(&instance.keys, now)).then_some(until)
    }

    fn failures_until(&mut self, mut at: Moment, until: Moment, token: &Token) -> Moment {
        let mean = self.between_requests * STANDS_FOR;
        while at < until {
            self.judge(at, token, Verdict::Refused, STANDS_FOR.into());
            self.fail(at);
            at += self.chance.gap(mean);
        }
        at
    }

    /// A fetch that fails, from its beginning to its end.
    fn fail(&mut self, mut at: Moment) {
        let seed = self.chance.number();
        let instance = &self.instance;
        let mut next = self.policy.begin(&instance.keys, seed, instance.now(at));
        loop {
            next = match next {
                Next::Send(call, _) => {
                    let exchange = Exchange::begin(at, &mut self.chance);
                    self.tally.arrive(exchange.arrives, STANDS_FOR);
                    at = exchange.answered;
                    let outcome = Outcome::Answered(exchange.answer);
                    self.policy.ended(call, outcome, instance.now(at))
                }
                Next::Wait(duration, call) => {
                    at += duration;
                    self.policy.waited(call, instance.now(at))
                }
                Next::Done(_) => return,
            };
        }
    }

    pub(super) fn present(&mut self, at: Moment, token: Token) {
        let instance = &mut self.instance;
        let now = instance.now(at);
        let ask = self.policy.ask(&mut instance.keys, &token, now);
        self.act(at, token, ask);
    }

    fn act(&mut self, at: Moment, token: Token, ask: Ask) {
        match ask {
            Ask::Judged(verdict) => self.judge(at, &token, verdict, 1),
            Ask::JudgedAndFetch(verdict) => {
                self.judge(at, &token, verdict, 1);
                self.fetch(at, None);
            }
            Ask::FetchForAll => {
                self.wait(at, token);
                self.fetch(at, None);
            }
            Ask::FetchAlone => self.fetch(at, Some(token)),
            Ask::Wait => self.wait(at, token),
        }
    }
}
