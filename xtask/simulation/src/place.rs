//! Where an instance is, and what is its own about the day.

use std::time::Duration;

use clerk_core::UnixTime;

use crate::{
    day::{DEPLOYS, MIDNIGHT, Moment, Window, hours, time_of},
    random::Chance,
};

const WAVES: u64 = 20;
const BETWEEN_WAVES: Duration = Duration::from_secs(30);
const RESTART_IN_OUTAGE: Moment = hours(13, 10);
/// The fleet is started over the time in which keys are refreshed.
const STARTED_WITHIN: Duration = Duration::from_secs(240);
const ISOLATE_LIVES: Duration = Duration::from_secs(600);

/// How instances live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hosting {
    /// Processes, which end with deploys.
    Servers,
    /// Isolates, which come and go, and whose requests cannot wait for each other.
    Isolates,
}

/// One instance: what is its own about the day.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) is_idle: bool,
    pub(crate) starts: Moment,
    wave: u64,
    restarts_in_outage: bool,
    /// Milliseconds.
    skew: i64,
    wrong: Window,
    wrong_by: i64,
}

impl Place {
    /// The place of that number.
    pub(crate) fn draw(number: usize, chance: &mut Chance) -> Self {
        let starts = STARTED_WITHIN.mul_f64(chance.fraction());
        let wrong_from = if chance.happens(0.01) {
            hours(1, 0) + hours(22, 0).mul_f64(chance.fraction())
        } else {
            MIDNIGHT
        };
        Self {
            is_idle: number % 100 == 5,
            starts,
            wave: chance.below(WAVES),
            restarts_in_outage: chance.happens(0.05),
            skew: (chance.normal() * 1_500.0).clamp(-4_000.0, 4_000.0) as i64,
            wrong: Window::new(wrong_from, wrong_from + hours(0, 5)),
            wrong_by: chance.below(1_200_000) as i64 - 600_000,
        }
    }

    /// When the process that runs from `now` on ends.
    pub(crate) fn ends(&self, hosting: Hosting, now: Moment, chance: &mut Chance) -> Moment {
        if hosting == Hosting::Isolates {
            return now + chance.gap(ISOLATE_LIVES);
        }
        let delay = BETWEEN_WAVES * self.wave as u32;
        let deploys = DEPLOYS.map(|deploy| deploy + delay);
        let in_outage = self.restarts_in_outage.then_some(RESTART_IN_OUTAGE);
        let ends = deploys.into_iter().chain(in_outage);
        ends.filter(|end| now < *end).min().unwrap_or(MIDNIGHT)
    }

    /// How far its clock is off, in milliseconds.
    fn error(&self, at: Moment) -> i64 {
        let wrong = if self.wrong.contains(at) {
            self.wrong_by
        } else {
            0
        };
        self.skew + wrong
    }

    /// What its clock shows.
    pub(crate) fn wall(&self, at: Moment) -> UnixTime {
        UnixTime::from_millis(time_of(at).as_millis() + self.error(at))
    }

    /// Whether its clock is off by more than verifiers allow for.
    pub(crate) fn is_clock_wrong(&self, at: Moment) -> bool {
        self.error(at).abs() > 5_000
    }

    /// Until when the clock is as right or wrong as it is.
    pub(crate) fn clock_until(&self, at: Moment) -> Moment {
        let changes = [self.wrong.from, self.wrong.to].into_iter();
        changes
            .filter(|change| at < *change)
            .min()
            .unwrap_or(MIDNIGHT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::DEPLOY;

    #[test]
    fn a_clock_that_is_set_wrong_is_set_right_again() {
        let mut chance = Chance::new(1);
        let places = (0..2_000).map(|number| Place::draw(number, &mut chance));
        let set: Vec<Place> = places.filter(|place| place.wrong.from < MIDNIGHT).collect();
        assert!((5..60).contains(&set.len()), "{}", set.len());
        let place = set
            .iter()
            .find(|place| place.wrong_by.abs() > 10_000)
            .unwrap();
        assert!(place.is_clock_wrong(place.wrong.from));
        assert!(!place.is_clock_wrong(place.wrong.to));
        assert_eq!(place.clock_until(place.wrong.from), place.wrong.to);
    }

    #[test]
    fn processes_end_with_deploys_and_isolates_when_they_will() {
        let mut chance = Chance::new(1);
        let place = Place::draw(3, &mut chance);
        let end = place.ends(Hosting::Servers, Moment::ZERO, &mut chance);
        assert!(DEPLOY.contains(end), "{end:?}");
        let lives = (0..1_000).map(|_| place.ends(Hosting::Isolates, Moment::ZERO, &mut chance));
        let mean = lives.sum::<Duration>() / 1_000;
        assert!((500..700).contains(&mean.as_secs()), "{mean:?}");
    }
}
