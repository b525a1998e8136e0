//! The day that every fleet goes through, whatever its policy: when keys change, when the key server is
//! away, who attacks, which instances restart, and how wrong their clocks are.
//!
//! What is assumed:
//!
//! - An instance has `rate` requests a second, by a Poisson process; one in a hundred is idle, and has one in ten minutes.
//! - The planned rotation publishes the new key ten minutes before the first token is signed with it, and
//!   withdraws the old one ten minutes after. In the urgent one, as after a leak, the old key is replaced by the new one at
//!   once. After both, a thief goes on signing with the key that was withdrawn, for longer than any key may be kept.
//! - During the outage the key server answers 503 at its usual speed. It has all the capacity in the world: that
//!   herds slow a server down, and grow by it, is left out, in favour of policies with herds.
//! - A lost packet is sent again by TCP, after 1, 3, 7, … seconds. Half a percent of packets are lost, and ten
//!   in one hour of the afternoon.
//! - Deploys restart the fleet in twenty waves, 30 seconds apart; during the outage, one instance in twenty
//!   restarts. Isolates live ten minutes on average, each by its own chance.
//! - Wall clocks are wrong by up to 4 seconds. One in a hundred is set wrong by up to ten minutes, once, and set right
//!   five minutes later.

use std::time::Duration;

use clerk_core::UnixTime;

/// A moment of the virtual day, since midnight.
pub(crate) type Moment = Duration;

pub(crate) const MIDNIGHT: Moment = hours(24, 0);
const MIDNIGHT_BEFORE: i64 = 1_800_057_600;

pub(crate) const fn hours(hours: u64, minutes: u64) -> Moment {
    Duration::from_secs(hours * 3600 + minutes * 60)
}

/// From its beginning to just before its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
}

impl Window {
    pub(crate) const fn new(from: Moment, to: Moment) -> Self {
        Self { from, to }
    }

    pub(crate) fn contains(self, at: Moment) -> bool {
        self.from <= at && at < self.to
    }
}

const PUBLISHED: Moment = hours(2, 25);
const SWITCHED: Moment = hours(2, 35);
const WITHDRAWN: Moment = hours(2, 45);
pub(crate) const LEAKED: Moment = hours(18, 0);

pub(crate) const WHOLE: Window = Window::new(Moment::ZERO, MIDNIGHT);
pub(crate) const CALM: Window = Window::new(hours(4, 0), hours(6, 0));
pub(crate) const PLANNED: Window = Window::new(SWITCHED, WITHDRAWN);
pub(crate) const ATTACK: Window = Window::new(hours(6, 0), hours(6, 10));
pub(crate) const DEPLOY: Window = Window::new(hours(9, 0), hours(9, 15));
pub(crate) const OUTAGE: Window = Window::new(hours(12, 30), hours(13, 30));
pub(crate) const RECOVERY: Window = Window::new(hours(13, 30), hours(13, 45));
pub(crate) const LOSSY: Window = Window::new(hours(15, 0), hours(16, 0));
pub(crate) const URGENT: Window = Window::new(LEAKED, hours(18, 15));
pub(crate) const AFTERMATH: Window = Window::new(hours(18, 15), hours(21, 0));

/// When random key ids, bad signatures and expired tokens come, one a second to each instance.
const ATTACKS: [Window; 2] = [ATTACK, Window::new(hours(12, 50), hours(12, 55))];
/// Whoever stole a key that was withdrawn tries each instance about once a minute, for longer than any key may be kept.
const THEFTS: [Window; 2] = [
    Window::new(WITHDRAWN, hours(4, 0)),
    Window::new(LEAKED, hours(19, 15)),
];

/// When a deploy begins.
pub(crate) const DEPLOYS: [Moment; 2] = [DEPLOY.from, hours(21, 0)];
/// Which of the day's keys; further ids are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyName(pub(crate) u8);

pub(crate) const KEYS: usize = 3;

/// What the key server publishes, a bit for each key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Published(pub(crate) u8);

impl Published {
    pub(crate) fn at(at: Moment) -> Self {
        Self(match at {
            at if at < PUBLISHED => 0b001,
            at if at < WITHDRAWN => 0b011,
            at if at < LEAKED => 0b010,
            _ => 0b100,
        })
    }

    pub(crate) fn has(self, key: KeyName) -> bool {
        self.0 & (1 << key.0) != 0
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

/// The key that tokens are signed with.
pub(crate) fn signer(at: Moment) -> KeyName {
    KeyName(match at {
        at if at < SWITCHED => 0,
        at if at < LEAKED => 1,
        _ => 2,
    })
}

/// When a key is published no more.
pub(crate) fn withdrawn_at(key: KeyName) -> Option<Moment> {
    match key.0 {
        0 => Some(WITHDRAWN),
        1 => Some(LEAKED),
        _ => None,
    }
}

/// The key that a thief has.
pub(crate) fn last_withdrawn(at: Moment) -> KeyName {
    KeyName(if at < LEAKED { 0 } else { 1 })
}

/// How old users' tokens are at most. They are valid for a minute, and replaced before.
pub(crate) const OLDEST_TOKEN: Duration = Duration::from_secs(40);

/// The keys of users' tokens, and until when it is these.
pub(crate) fn signers(at: Moment) -> (Published, Moment) {
    let of = |at| Published(1 << signer(at).0);
    let changes = [SWITCHED, LEAKED].into_iter();
    let boundaries = changes.flat_map(|change| [change, change + OLDEST_TOKEN]);
    let until = boundaries.filter(|change| at < *change).min();
    let keys = of(at.saturating_sub(OLDEST_TOKEN)).and(of(at));
    (keys, until.unwrap_or(MIDNIGHT))
}

pub(crate) fn is_attack(at: Moment) -> bool {
    ATTACKS.iter().any(|window| window.contains(at))
}

pub(crate) fn is_theft(at: Moment) -> bool {
    THEFTS.iter().any(|window| window.contains(at))
}

/// When an attacker who comes as a Poisson process comes first.
pub(crate) fn first_of(windows: impl Fn(Moment) -> bool, after: Moment) -> Moment {
    let starts = ATTACKS.iter().chain(&THEFTS).map(|window| window.from);
    let next = starts.filter(|start| windows(*start) && *start >= after);
    next.min().unwrap_or(MIDNIGHT)
}

pub(crate) fn next_attack(after: Moment) -> Moment {
    first_of(is_attack, after)
}

pub(crate) fn next_theft(after: Moment) -> Moment {
    first_of(is_theft, after)
}

/// How likely a packet is lost.
pub(crate) fn loss(at: Moment) -> f64 {
    if LOSSY.contains(at) { 0.1 } else { 0.005 }
}

/// The time by a clock that is right.
pub(crate) fn time_of(at: Moment) -> UnixTime {
    UnixTime::from_secs(MIDNIGHT_BEFORE).saturating_add(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_signed_with_what_is_published_and_one_key_follows_another() {
        for minute in 0..24 * 60 {
            let at = hours(0, minute);
            assert!(Published::at(at).has(signer(at)), "{at:?}");
            let (keys, until) = signers(at);
            assert!(until > at && keys.has(signer(at)), "{at:?}");
        }
        assert_eq!(
            signers(SWITCHED),
            (Published(0b011), SWITCHED + OLDEST_TOKEN)
        );
        assert_eq!(signers(LEAKED + OLDEST_TOKEN).0, Published(0b100));
    }
}
