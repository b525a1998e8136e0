//! What happens to the instance while the service is under load: the same again in every cycle, but for the faults, which
//! take turns.

use std::time::Duration;

/// Something that is done to the instance, or by its visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The next key is published, and does not sign yet.
    AnnounceKey,
    /// Another key signs, and the old one stays published.
    Rotate,
    /// Another key signs, and all others are withdrawn.
    RotateUrgently,
    Break(Place, Ailment),
    Mend,
    /// Tokens with made-up key ids come, until that ends.
    BeginAttack,
    EndAttack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where keys are fetched.
    Keys,
    /// Where sessions are refreshed.
    Sessions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ailment {
    /// 503.
    Down,
    /// The connection is closed without an answer.
    Dropped,
    /// 429, with a wait of a second.
    Busy,
    /// Nothing listens, in either place.
    Refused,
    /// 200, and a page that is no JSON.
    Garbage,
    /// The answer takes longer than anybody waits.
    Hangs,
    /// The answer takes a second and a half, which is within the five that callers wait.
    Slow,
}

impl Ailment {
    /// The first has the most requests wait at once, so that what they take belongs to warming up.
    const ALL: [Self; 7] = [
        Self::Hangs,
        Self::Down,
        Self::Dropped,
        Self::Busy,
        Self::Refused,
        Self::Garbage,
        Self::Slow,
    ];

    /// Whether it keeps the service from getting what it asks for.
    pub(crate) const fn prevents(self) -> bool {
        !matches!(self, Self::Slow)
    }

    /// Whether it is in both places.
    pub(crate) const fn is_everywhere(self) -> bool {
        matches!(self, Self::Refused)
    }
}

/// Times in seconds within a cycle. Where something breaks, a number says which ailment it is in the first cycle.
type Line = (u64, Part);

#[derive(Clone, Copy, Debug)]
enum Part {
    Event(Event),
    /// In the first cycle at this time, and in others so many seconds later.
    Later(u64, Event),
    Break(Place, usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    seconds: u64,
    /// The age in seconds at which visitors have their tokens minted anew, so that a new key is in use before long.
    renewal: u64,
    lines: &'static [Line],
}

/// A process keeps the memory that its worst moment took. So the worst comes first, while it warms up: the first time, more
/// visitors have tokens under a key that cannot be fetched, and wait for it. Then all that grows is a leak.
///
/// The quiet from 115 on is long enough for keys to become due (three to four minutes after they were fetched, which is
/// at 160 at the latest), and they do while the key server is out of order: nobody may notice.
const LONG: Script = Script {
    seconds: 360,
    renewal: 50,
    lines: &[
        (10, Part::Event(Event::Rotate)),
        (20, Part::Break(Place::Keys, 0)),
        (33, Part::Later(6, Event::Rotate)),
        (45, Part::Event(Event::Mend)),
        (85, Part::Event(Event::AnnounceKey)),
        (87, Part::Event(Event::BeginAttack)),
        (95, Part::Event(Event::Rotate)),
        (100, Part::Event(Event::RotateUrgently)),
        (115, Part::Event(Event::EndAttack)),
        (160, Part::Break(Place::Sessions, 1)),
        (190, Part::Event(Event::Mend)),
        (290, Part::Break(Place::Keys, 3)),
        (340, Part::Event(Event::Mend)),
    ],
};

/// Something of everything, for whoever wants to see that it runs. Keys are out of reach for longer than a fetch is tried.
const SHORT: Script = Script {
    seconds: 15,
    renewal: 5,
    lines: &[
        (1, Part::Break(Place::Keys, 1)),
        (1, Part::Event(Event::Rotate)),
        (8, Part::Event(Event::Mend)),
        (8, Part::Event(Event::AnnounceKey)),
        (9, Part::Event(Event::BeginAttack)),
        (10, Part::Event(Event::Rotate)),
        (11, Part::Event(Event::RotateUrgently)),
        (12, Part::Event(Event::EndAttack)),
        (12, Part::Break(Place::Sessions, 2)),
        (14, Part::Event(Event::Mend)),
    ],
};

impl Script {
    /// The long one where it has time to go on for half of a cycle.
    pub(crate) fn for_run_of(whole: Duration) -> Self {
        if whole * 2 >= LONG.cycle() {
            LONG
        } else {
            SHORT
        }
    }

    /// Where memory is compared, whole cycles of this length are: what is at its beginning has not seen its worst.
    pub(crate) const fn long_cycle() -> Duration {
        LONG.cycle()
    }

    pub(crate) const fn renewal(&self) -> Duration {
        Duration::from_secs(self.renewal)
    }

    const fn cycle(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The event of this number, and when it is due. There is no last one.
    pub(crate) fn event(&self, number: usize) -> (Duration, Event) {
        let cycle = number / self.lines.len();
        let (seconds, part) = self.lines[number % self.lines.len()];
        let (later, event) = match part {
            Part::Event(event) => (0, event),
            Part::Later(seconds, event) if cycle > 0 => (seconds, event),
            Part::Later(_, event) => (0, event),
            Part::Break(place, first) => {
                let ailment = Ailment::ALL[(first + cycle) % Ailment::ALL.len()];
                (0, Event::Break(place, ailment))
            }
        };
        let before = self.cycle() * u32::try_from(cycle).unwrap_or(u32::MAX);
        (before + Duration::from_secs(seconds + later), event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(script: Script, cycles: usize) -> Vec<(Duration, Event)> {
        let numbers = 0..script.lines.len() * cycles;
        numbers.map(|number| script.event(number)).collect()
    }

    #[test]
    fn every_fault_has_its_turn_in_both_places_and_ends() {
        for script in [LONG, SHORT] {
            let events = events(script, Ailment::ALL.len());
            assert!(events.is_sorted_by_key(|(at, _)| *at));
            for place in [Place::Keys, Place::Sessions] {
                for ailment in Ailment::ALL {
                    let begins =
                        (events.iter()).any(|(_, event)| *event == Event::Break(place, ailment));
                    assert!(begins, "{place:?} {ailment:?}");
                }
            }
            let mut broken = false;
            for (at, event) in events {
                match event {
                    Event::Break(..) => assert!(!std::mem::replace(&mut broken, true), "{at:?}"),
                    Event::Mend => assert!(std::mem::replace(&mut broken, false), "{at:?}"),
                    _ => {}
                }
            }
            assert!(!broken);
        }
    }

    #[test]
    fn fewer_have_to_wait_for_a_key_than_the_first_time() {
        let events = events(LONG, 3);
        let mended = (events.iter()).filter(|(_, event)| *event == Event::Mend);
        let first_of_cycle = mended.step_by(3);
        let waits = first_of_cycle.map(|(mended, _)| {
            let before = |(at, event): &&(Duration, Event)| *event == Event::Rotate && at < mended;
            let (rotated, _) = events.iter().rev().find(before).unwrap();
            (*mended - *rotated).as_secs()
        });
        assert_eq!(waits.collect::<Vec<_>>(), [12, 6, 6]);
    }

    #[test]
    fn a_run_of_three_minutes_has_time_for_the_long_one() {
        let seconds = |script: Script| script.cycle().as_secs();
        assert_eq!(seconds(Script::for_run_of(Duration::from_secs(180))), 360);
        assert_eq!(seconds(Script::for_run_of(Duration::from_secs(179))), 15);
    }
}
