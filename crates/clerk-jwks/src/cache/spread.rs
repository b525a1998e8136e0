//! Chance, so that caches to which the same happened at once do not go on together.

use std::time::Duration;

/// Draws numbers from the seed of whoever drives the cache.
#[derive(Debug, Default)]
pub(super) struct Spread {
    seed: Option<u64>,
    drawn: u64,
}

/// By how much a time is shortened: from nothing to a quarter of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share(u64);

/// Of SplitMix64, as its mixing is.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Spread {
    pub(super) const fn seed(&mut self, seed: u64) {
        self.seed = Some(seed);
    }

    /// Another one each time, also where the seed stays what it is; nothing without a seed.
    pub(super) fn draw(&mut self) -> Share {
        let Some(seed) = self.seed else {
            return Share::default();
        };
        self.drawn = self.drawn.wrapping_add(1);
        let mut mixed = seed.wrapping_add(STEP.wrapping_mul(self.drawn));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Share(mixed ^ (mixed >> 31))
    }
}

impl Share {
    /// More than three quarters of `time`, and all of it at the most.
    pub(super) fn shorten(self, time: Duration) -> Duration {
        let quarter = u64::try_from(time.as_nanos() >> 2).unwrap_or(u64::MAX);
        let less = u128::from(self.0).saturating_mul(u128::from(quarter)) >> 64;
        let less = Duration::from_nanos(u64::try_from(less).unwrap_or(quarter));
        time.saturating_sub(less)
    }
}
