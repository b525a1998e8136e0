//! How a fetch goes on, and what becomes of those who wait for it.

use std::time::Duration;

use super::{
    Course,
    event::{Event, Flight, Waiter},
};
use crate::{
    day::Moment,
    key_server::{Answer, Exchange},
    place::Hosting,
    policies::{Ask, Next, Outcome, Policy, Verdict},
    tokens::Token,
};

/// How often who cannot be woken looks whether another's fetch is done. `RemoteKeys` does every 2 to 32 milliseconds;
/// doing so less often delays answers, which nothing here depends on.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// How long he looks: as long as `RemoteKeys` does.
const LONGEST_WAIT: Duration = Duration::from_secs(12);
/// How likely an isolate is a fetch that nobody hears of again.
const VANISHES: f64 = 0.001;

impl<P: Policy> Course<'_, P> {
    pub(super) fn wait(&mut self, at: Moment, token: Token) {
        let instance = &mut self.instance;
        if self.fleet.hosting == Hosting::Servers {
            instance.waiting.push(token);
            return;
        }
        let waiter = Waiter {
            life: instance.life,
            token,
            ended: instance.ended,
            waited: Duration::ZERO,
        };
        self.sleep(at, waiter);
    }

    fn sleep(&mut self, at: Moment, mut waiter: Waiter) {
        waiter.waited += BETWEEN_LOOKS;
        self.queue
            .push(at + BETWEEN_LOOKS, Event::Look(Box::new(waiter)));
    }

    pub(super) fn look(&mut self, at: Moment, waiter: Waiter) {
        let instance = &mut self.instance;
        if instance.life != waiter.life {
            return;
        }
        let (now, token) = (instance.now(at), &waiter.token);
        let verdict = if instance.ended != waiter.ended {
            self.policy.after_fetch(&instance.keys, token, now)
        } else if waiter.waited >= LONGEST_WAIT {
            Verdict::Refused
        } else {
            match self.policy.ask(&mut instance.keys, token, now) {
                Ask::Judged(verdict) => verdict,
                Ask::JudgedAndFetch(verdict) => {
                    self.fetch(at, None);
                    verdict
                }
                Ask::FetchForAll | Ask::FetchAlone => {
                    self.fetch(at, None);
                    return self.sleep(at, waiter);
                }
                Ask::Wait => return self.sleep(at, waiter),
            }
        };
        self.judge(at, &waiter.token, verdict, 1);
    }

    pub(super) fn fetch(&mut self, at: Moment, token: Option<Token>) {
        let vanishes = self.fleet.hosting == Hosting::Isolates && self.chance.happens(VANISHES);
        let seed = self.chance.number();
        let instance = &mut self.instance;
        let next = self.policy.begin(&instance.keys, seed, instance.now(at));
        if vanishes {
            let arrives = Exchange::begin(at, &mut self.chance).arrives;
            return self.tally.arrive(arrives, 1);
        }
        instance.in_flight += 1;
        self.tally.most_at_once = self.tally.most_at_once.max(instance.in_flight);
        let life = instance.life;
        self.go_on(at, (life, token), next);
    }

    fn go_on(
        &mut self,
        at: Moment,
        (life, token): (u32, Option<Token>),
        next: Next<P::Call, P::Fetched>,
    ) {
        let flight = |call| {
            Box::new(Flight {
                life,
                call,
                token: token.clone(),
            })
        };
        match next {
            Next::Send(call, limit) => {
                let exchange = Exchange::begin(at, &mut self.chance);
                let given_up = limit.map(|limit| at + limit);
                self.tally.arrive(exchange.arrives, 1);
                let (ends, outcome) = match given_up {
                    Some(end) if end < exchange.answered => (end, Outcome::TimedOut),
                    _ => (exchange.answered, Outcome::Answered(exchange.answer)),
                };
                let flight = flight(call);
                self.queue.push(ends, Event::Ended(flight, outcome));
            }
            Next::Wait(duration, call) => {
                let flight = flight(call);
                self.queue.push(at + duration, Event::Waited(flight));
            }
            Next::Done(fetched) => self.complete(at, token, fetched),
        }
    }

    pub(super) fn ended(&mut self, at: Moment, flight: Flight<P::Call>, outcome: Outcome) {
        let instance = &mut self.instance;
        if instance.life != flight.life {
            return;
        }
        if let Outcome::Answered(Answer::Keys(keys)) = outcome {
            instance.answered = keys;
        }
        let next = self.policy.ended(flight.call, outcome, instance.now(at));
        self.go_on(at, (flight.life, flight.token), next);
    }

    pub(super) fn waited(&mut self, at: Moment, flight: Flight<P::Call>) {
        let instance = &self.instance;
        if instance.life != flight.life {
            return;
        }
        let next = self.policy.waited(flight.call, instance.now(at));
        self.go_on(at, (flight.life, flight.token), next);
    }

    fn complete(&mut self, at: Moment, token: Option<Token>, fetched: P::Fetched) {
        let instance = &mut self.instance;
        let now = instance.now(at);
        instance.in_flight -= 1;
        instance.ended += 1;
        if self.policy.complete(&mut instance.keys, fetched, now) {
            instance.fetched = Some((at, instance.answered));
        }
        let waiting = std::mem::take(&mut instance.waiting);
        for token in token.into_iter().chain(waiting) {
            let keys = &self.instance.keys;
            let verdict = self.policy.after_fetch(keys, &token, now);
            self.judge(at, &token, verdict, 1);
        }
    }
}
