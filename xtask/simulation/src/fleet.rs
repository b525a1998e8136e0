//! A fleet that goes through the day under a virtual clock.
//!
//! Instances share nothing, and what the key server answers depends on the time alone, so each goes through the day by
//! itself, and what they ask is added up. Most of what happens in a day is that a token is judged by a key at hand,
//! and nothing follows from it. A policy says for how long that is so. The requests of such a time are
//! counted by one draw, which is exact for a Poisson process, and one of them is judged. All others are events.

mod event;
mod fetches;
mod instance;
mod requests;

use std::time::Duration;

use crate::{
    day::{self, Moment},
    place::{Hosting, Place},
    policies::{Policy, Verdict},
    queue::Queue,
    random::Chance,
    tally::{Judge, Tally},
    tokens::{Issuer, Token},
};
use event::Event;
use instance::Instance;

/// A fleet's size and traffic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fleet {
    pub(crate) instances: usize,
    /// Requests a second to each instance.
    pub(crate) rate: f64,
    pub(crate) seed: u64,
    pub(crate) hosting: Hosting,
    /// For how long what was fetched may serve, by our policy: tokens that are refused within it are counted apart.
    pub(crate) serves: Duration,
}

/// What an idle instance has between requests on average, and a thief between visits to it.
const IDLE: Duration = Duration::from_secs(600);
const BETWEEN_ATTACKS: Duration = Duration::from_secs(1);
const BETWEEN_THEFTS: Duration = Duration::from_secs(60);

/// The day of one instance.
struct Course<'f, P: Policy> {
    fleet: Fleet,
    policy: &'f P,
    chance: Chance,
    issuer: &'f mut Issuer,
    instance: Instance<P::Keys>,
    /// On average.
    between_requests: Duration,
    queue: Queue<Event<P::Call>>,
    tally: &'f mut Tally,
}

impl Fleet {
    /// Goes through the day with this policy.
    pub(crate) fn run<P: Policy>(self, policy: &P) -> Tally {
        let mut issuer = Issuer::new();
        let mut tally = Tally::new();
        for number in 0..self.instances {
            let own = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut chance = Chance::new(self.seed ^ own);
            let place = Place::draw(number, &mut chance);
            let between_requests = if place.is_idle {
                IDLE
            } else {
                Duration::from_secs_f64(1.0 / self.rate)
            };
            let instance = Instance::start(place, self.hosting, policy.cold(), &mut chance);
            let course = Course {
                fleet: self,
                policy,
                chance,
                issuer: &mut issuer,
                between_requests,
                instance,
                queue: Queue::new(),
                tally: &mut tally,
            };
            course.run();
        }
        tally
    }
}

impl<P: Policy> Course<'_, P> {
    fn run(mut self) {
        let first = self.instance.place.starts + self.gap();
        self.queue.push(first, Event::Request);
        self.queue.push(self.instance.ends, Event::Restart);
        self.push_attack(Moment::ZERO);
        self.push_theft(Moment::ZERO);
        while let Some((at, event)) = self.queue.pop() {
            self.happen(at, event);
        }
    }

    fn happen(&mut self, at: Moment, event: Event<P::Call>) {
        match event {
            Event::Request => self.request(at),
            Event::Attack => {
                let token = self.issuer.of_attacker(at, &mut self.chance);
                self.present(at, token);
                self.push_attack(at);
            }
            Event::Theft => {
                let token = self.issuer.of_thief(at);
                self.present(at, token);
                self.push_theft(at);
            }
            Event::Restart => {
                let hosting = self.fleet.hosting;
                let cold = self.policy.cold();
                let ends = self.instance.restart(at, hosting, cold, &mut self.chance);
                self.queue.push(ends, Event::Restart);
            }
            Event::Ended(flight, outcome) => self.ended(at, *flight, outcome),
            Event::Waited(flight) => self.waited(at, *flight),
            Event::Look(waiter) => self.look(at, *waiter),
        }
    }

    fn gap(&mut self) -> Duration {
        self.chance.gap(self.between_requests)
    }

    fn push_attack(&mut self, after: Moment) {
        let mut next = after + self.chance.gap(BETWEEN_ATTACKS);
        if !day::is_attack(next) {
            next = day::next_attack(next) + self.chance.gap(BETWEEN_ATTACKS);
        }
        self.queue.push(next, Event::Attack);
    }

    fn push_theft(&mut self, after: Moment) {
        let between = if self.instance.place.is_idle {
            IDLE
        } else {
            BETWEEN_THEFTS
        };
        let mut next = after + self.chance.gap(between);
        if !day::is_theft(next) {
            next = day::next_theft(next) + self.chance.gap(between);
        }
        self.queue.push(next, Event::Theft);
    }

    fn judge(&mut self, at: Moment, token: &Token, verdict: Verdict, count: u64) {
        let instance = &self.instance;
        let judge = Judge {
            place: &instance.place,
            fetched: instance.fetched,
            serves: self.fleet.serves,
        };
        self.tally.judge(at, token, verdict, judge, count);
    }
}
