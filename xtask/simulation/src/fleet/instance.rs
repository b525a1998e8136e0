//! One instance of a fleet: a process, or an isolate, and the next one in its place.

use clerk_core::MonotonicTime;

use crate::{
    day::{Moment, Published},
    place::{Hosting, Place},
    policies::Now,
    random::Chance,
    tokens::Token,
};

pub(super) struct Instance<K> {
    pub(super) place: Place,
    /// How many processes there were before this one.
    pub(super) life: u32,
    began: Moment,
    pub(super) ends: Moment,
    pub(super) keys: K,
    /// Tokens that wait for a fetch together.
    pub(super) waiting: Vec<Token>,
    pub(super) in_flight: u32,
    /// How many fetches are done.
    pub(super) ended: u64,
    /// What the key server last answered with.
    pub(super) answered: Published,
    /// The last keys that were taken, and when.
    pub(super) fetched: Option<(Moment, Published)>,
}

impl<K> Instance<K> {
    pub(super) fn start(place: Place, hosting: Hosting, cold: K, chance: &mut Chance) -> Self {
        let began = place.starts;
        Self {
            ends: place.ends(hosting, began, chance),
            place,
            life: 0,
            began,
            keys: cold,
            waiting: Vec::new(),
            in_flight: 0,
            ended: 0,
            answered: Published::default(),
            fetched: None,
        }
    }

    /// A new process takes its place, which knows nothing. Says when it ends.
    pub(super) fn restart(
        &mut self,
        at: Moment,
        hosting: Hosting,
        cold: K,
        chance: &mut Chance,
    ) -> Moment {
        self.life += 1;
        self.began = at;
        self.ends = self.place.ends(hosting, at, chance);
        self.keys = cold;
        self.waiting.clear();
        self.in_flight = 0;
        self.fetched = None;
        self.ends
    }

    pub(super) fn now(&self, at: Moment) -> Now {
        Now {
            monotonic: MonotonicTime::from_start(at.saturating_sub(self.began)),
            wall: self.place.wall(at),
        }
    }

    /// Until when it is the same process, with the same error of its clock.
    pub(super) fn same_until(&self, at: Moment) -> Moment {
        self.ends.min(self.place.clock_until(at))
    }
}
