//! Chance, drawn from a seed: the same seed, the same day.

use std::time::Duration;

/// A stream of random numbers. Streams of different seeds have nothing in common.
#[derive(Clone, Debug)]
pub(crate) struct Chance(fastrand::Rng);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// One of the numbers below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0.u64(..end)
    }

    /// From 0 to 1, without 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.0.f64()
    }

    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// The time until the next event of a Poisson process with this mean between events.
    pub(crate) fn gap(&mut self, mean: Duration) -> Duration {
        // One minus the fraction is never zero, so the logarithm is finite.
        let means = -(1.0 - self.fraction()).ln();
        Duration::from_nanos((mean.as_nanos() as f64 * means) as u64)
    }

    /// How many events a Poisson process has where it has `mean` on average.
    pub(crate) fn count(&mut self, mean: f64) -> u64 {
        if mean > 64.0 {
            let rounded = (mean + self.normal() * mean.sqrt()).round();
            return rounded.max(0.0) as u64;
        }
        let limit = (-mean).exp();
        let mut product = self.fraction();
        let mut count = 0;
        while product > limit {
            product *= self.fraction();
            count += 1;
        }
        count
    }

    /// Normally distributed, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.fraction()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.fraction()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_has_the_mean_it_should_have() {
        let mut chance = Chance::new(7);
        for mean in [0.5, 20.0, 2_400.0] {
            let sum: u64 = (0..4_000).map(|_| chance.count(mean)).sum();
            let found = sum as f64 / 4_000.0;
            assert!((found / mean - 1.0).abs() < 0.05, "{found} for {mean}");
        }
        let second = Duration::from_secs(1);
        let sum: Duration = (0..4_000).map(|_| chance.gap(second)).sum();
        assert!((sum.as_secs_f64() / 4_000.0 - 1.0).abs() < 0.05);
    }

    #[test]
    fn a_seed_is_a_stream() {
        let draw = |seed| Chance::new(seed).number();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
