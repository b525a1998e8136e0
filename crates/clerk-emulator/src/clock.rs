//! The emulator's own time, which a test moves on instead of sleeping.

use std::time::Duration;

use clerk_core::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

use crate::kept::Kept;

/// How the emulator's time stands to that of everybody else.
///
/// What the instance keeps is dated by its own time. What others judge by theirs (the times in tokens, in cookies and
/// of webhooks' signatures) is told in theirs, so that a verifier does not find itself in the past.
#[derive(Clone, Debug)]
pub(crate) struct EmulatorClock {
    /// Everybody else's time, as it was told last.
    outside: UnixTime,
    /// By how many milliseconds the emulator is ahead.
    ahead: i64,
    is_frozen: bool,
    /// Whether tokens, too, are dated by the emulator's time.
    moves_tokens: bool,
    /// Whether somebody has set it.
    changed: bool,
}

/// A clock as a state file has it. As it runs, nothing of it changes.
#[derive(Deserialize, Serialize)]
struct KeptClock {
    ahead: i64,
    /// Where it stands still, if it does.
    stands_at: Option<UnixTime>,
    moves_tokens: bool,
}

impl Default for EmulatorClock {
    fn default() -> Self {
        Self {
            outside: UnixTime::EPOCH,
            ahead: 0,
            is_frozen: false,
            moves_tokens: false,
            changed: false,
        }
    }
}

impl EmulatorClock {
    /// What time it is here when it is `outside` everywhere else.
    pub(crate) fn tell(&mut self, outside: UnixTime) -> UnixTime {
        if self.is_frozen {
            let passed = outside.as_millis().saturating_sub(self.outside.as_millis());
            self.ahead = self.ahead.saturating_sub(passed);
        }
        self.outside = outside;
        self.inside(outside)
    }

    /// Everybody else's time.
    pub(crate) fn outside_now(&self) -> UnixTime {
        self.outside
    }

    /// The time by which tokens are dated.
    pub(crate) fn now_in_tokens(&self) -> UnixTime {
        self.in_tokens(self.inside(self.outside))
    }

    /// A time of the emulator's, as tokens have it.
    pub(crate) fn in_tokens(&self, time: UnixTime) -> UnixTime {
        match self.moves_tokens {
            true => time,
            false => moved(time, self.ahead.saturating_neg()),
        }
    }

    /// The same of what has happened already: never after now, even where the clock was put back since.
    pub(crate) fn past_in_tokens(&self, time: UnixTime) -> UnixTime {
        self.in_tokens(time).min(self.now_in_tokens())
    }

    /// What tokens have, as a time of the emulator's.
    pub(crate) fn of_tokens(&self, time: UnixTime) -> UnixTime {
        match self.moves_tokens {
            true => time,
            false => self.inside(time),
        }
    }

    /// When it will be `time` here, for everybody else. Never, while the clock stands still before it.
    pub(crate) fn outside_at(&self, time: UnixTime) -> Option<UnixTime> {
        let is_reached = time <= self.inside(self.outside);
        let comes = is_reached || !self.is_frozen;
        comes.then(|| moved(time, self.ahead.saturating_neg()))
    }

    /// Everybody else's time again.
    pub(crate) fn reset(&mut self) {
        *self = Self {
            outside: self.outside,
            changed: true,
            ..Self::default()
        };
    }

    pub(crate) fn advance(&mut self, milliseconds: i64) {
        self.changed = true;
        self.ahead = self.ahead.saturating_add(milliseconds);
    }

    pub(crate) fn put_ahead(&mut self, milliseconds: i64) {
        self.changed = true;
        self.ahead = milliseconds;
    }

    pub(crate) fn freeze(&mut self, is_frozen: bool) {
        self.changed = true;
        self.is_frozen = is_frozen;
    }

    pub(crate) fn move_tokens(&mut self, moves: bool) {
        self.changed = true;
        self.moves_tokens = moves;
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "now": self.inside(self.outside).as_millis(),
            "outside": self.outside.as_millis(),
            "ahead_ms": self.ahead,
            "frozen": self.is_frozen,
            "move_tokens": self.moves_tokens,
        })
    }

    fn inside(&self, outside: UnixTime) -> UnixTime {
        moved(outside, self.ahead)
    }
}

impl Kept for EmulatorClock {
    fn watch(&mut self) {
        self.changed = false;
    }

    fn has_changed(&self) -> bool {
        self.changed
    }

    fn all(&self) -> serde_json::Result<Vec<Box<RawValue>>> {
        let stands_at = self.is_frozen.then(|| self.inside(self.outside));
        let kept = KeptClock {
            ahead: if self.is_frozen { 0 } else { self.ahead },
            stands_at,
            moves_tokens: self.moves_tokens,
        };
        Ok(vec![to_raw_value(&kept)?])
    }

    fn apply(&mut self, changes: &RawValue) -> serde_json::Result<()> {
        let kept: KeptClock = serde_json::from_str(changes.get())?;
        *self = Self {
            outside: kept.stands_at.unwrap_or(self.outside),
            ahead: kept.ahead,
            is_frozen: kept.stands_at.is_some(),
            moves_tokens: kept.moves_tokens,
            changed: false,
        };
        Ok(())
    }
}

fn moved(time: UnixTime, by: i64) -> UnixTime {
    let distance = Duration::from_millis(by.unsigned_abs());
    match by < 0 {
        true => time.saturating_sub(distance),
        false => time.saturating_add(distance),
    }
}
