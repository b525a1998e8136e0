use std::time::Duration;

use clerk_core::UnixTime;

use crate::Emulator;

/// A clock of its own. Sessions, tickets, codes, invitations and handshakes grow old by it, and webhooks are sent
/// again by it. Tokens, cookies and the signatures of webhooks go by the time that is given to the emulator, as whoever
/// verifies them does; see [`move_tokens`](Self::move_tokens).
///
/// ```
/// use clerk_core::UnixTime;
/// use clerk_emulator::Emulator;
/// use std::time::Duration;
///
/// let now = UnixTime::from_secs(1_800_000_000);
/// let emulator = Emulator::builder().build()?;
/// let begun = emulator.token().issued_ago(Duration::from_secs(1)).sign(now);
/// emulator.advance_clock(Duration::from_secs(8 * 24 * 60 * 60)); // every session ends within a week
/// assert_eq!(emulator.time(now).as_secs(), 1_800_691_200);
/// # let _ = begun;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
impl Emulator {
    /// What time it is for the emulator when it is `now` for everybody else.
    pub fn time(&self, now: UnixTime) -> UnixTime {
        self.with_state(|_, state| state.clock.tell(now))
    }

    /// Lets so much time pass at once, whether the clock stands still or not. [`reset`](Self::reset) takes it back,
    /// too.
    pub fn advance_clock(&self, by: Duration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.with_state(|_, state| state.clock.advance(milliseconds));
        self.bell().ring();
    }

    /// Lets the emulator's time stand still from `now` on, until [`reset_clock`](Self::reset_clock).
    ///
    /// ```
    /// # use clerk_core::UnixTime;
    /// # use clerk_emulator::Emulator;
    /// let emulator = Emulator::builder().build()?;
    /// emulator.freeze_clock(UnixTime::from_secs(1_800_000_000));
    /// assert_eq!(emulator.time(UnixTime::from_secs(1_800_000_999)).as_secs(), 1_800_000_000);
    /// emulator.reset_clock();
    /// assert_eq!(emulator.time(UnixTime::from_secs(1_800_000_999)).as_secs(), 1_800_000_999);
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn freeze_clock(&self, now: UnixTime) {
        self.with_state(|_, state| {
            state.clock.tell(now);
            state.clock.freeze(true);
        });
    }

    /// Whether tokens, cookies and signatures of webhooks are dated by the emulator's time instead of everybody
    /// else's. After [`advance_clock`](Self::advance_clock) they are from the future then, for all who were not moved
    /// along: of use where the program under test was, or is to be shown a clock that is wrong.
    pub fn move_tokens(&self, moves: bool) {
        self.with_state(|_, state| state.clock.move_tokens(moves));
    }

    /// Back to everybody else's time, which runs.
    pub fn reset_clock(&self) {
        self.with_state(|_, state| state.clock.reset());
        self.bell().ring();
    }
}
