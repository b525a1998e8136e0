//! The key server and the way to it: when an attempt arrives, what is answered, and when.

use std::time::Duration;

use crate::{
    day::{self, Moment, OUTAGE, Published},
    random::Chance,
};

/// The least time that an attempt takes, there and back.
const FASTEST: Duration = Duration::from_millis(30);
/// What it takes on top, on average.
const SLOWER_BY: Duration = Duration::from_millis(20);
/// TCP waits for a second before it sends a packet again (RFC 6298), and twice as long each time.
const FIRST_RESEND: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Keys(Published),
    /// 503.
    Unavailable,
}

/// One attempt, from its beginning to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    pub(crate) arrives: Moment,
    pub(crate) answered: Moment,
    pub(crate) answer: Answer,
}

impl Exchange {
    pub(crate) fn begin(at: Moment, chance: &mut Chance) -> Self {
        let way = (FASTEST + chance.gap(SLOWER_BY)) / 2;
        let arrives = at + way + delay(at, chance);
        let answer = if OUTAGE.contains(arrives) {
            Answer::Unavailable
        } else {
            Answer::Keys(Published::at(arrives))
        };
        Self {
            arrives,
            answered: arrives + way + delay(arrives, chance),
            answer,
        }
    }
}

/// How much later a packet comes for having been lost.
fn delay(at: Moment, chance: &mut Chance) -> Duration {
    let mut delay = Duration::ZERO;
    let mut resend = FIRST_RESEND;
    while chance.happens(day::loss(at)) {
        delay += resend;
        resend *= 2;
    }
    delay
}
