//! What the system says of a process: its memory and its descriptors.

use std::{fs, time::Duration};

use crate::history::At;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) at: At,
    /// The memory that is in use and in the machine (RSS), in KiB.
    pub(crate) memory: u64,
    pub(crate) threads: u64,
    pub(crate) descriptors: u64,
}

impl Sample {
    /// # Errors
    ///
    /// There is no such process, or no `/proc`.
    pub(crate) fn of(pid: u32, at: At) -> Result<Self, String> {
        let failed = |error| format!("cannot look at process {pid}, which takes Linux: {error}");
        let status = fs::read_to_string(format!("/proc/{pid}/status")).map_err(failed)?;
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd"))
            .map_err(failed)?
            .count();
        let number = |name| {
            let found = field(&status, name);
            found.ok_or_else(|| format!("process {pid} does not say {name}: it has ended"))
        };
        Ok(Self {
            at,
            memory: number("VmRSS")?,
            threads: number("Threads")?,
            descriptors: u64::try_from(descriptors).unwrap_or(u64::MAX),
        })
    }
}

/// The number in a line such as `VmRSS:     10240 kB`.
fn field(status: &str, name: &str) -> Option<u64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| *found == name)?;
    value.split_whitespace().next()?.parse().ok()
}

/// A process's memory after it has warmed up, and at the end: the medians of two stretches of the same length, which
/// are whole cycles where there is time for that. In KiB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Growth {
    pub(crate) warm: u64,
    pub(crate) end: u64,
    /// Whether both stretches are whole cycles. A part of one begins with less than comes later.
    pub(crate) is_comparable: bool,
}

impl Growth {
    /// Warming up takes a fifth of the run, or a cycle, if that is longer.
    pub(crate) fn of(samples: &[Sample], (whole, cycle): (Duration, Duration)) -> Option<Self> {
        let fifth = whole / 5;
        let is_comparable = whole >= fifth.max(cycle) + 2 * cycle;
        let (warm_up, stretch) = match is_comparable {
            true => (fifth.max(cycle), cycle),
            false => (fifth, fifth),
        };
        Some(Self {
            warm: median(samples, (warm_up, warm_up + stretch))?,
            end: median(samples, (whole.saturating_sub(stretch), whole))?,
            is_comparable,
        })
    }

    pub(crate) fn ratio(&self) -> f64 {
        self.end as f64 / self.warm.max(1) as f64
    }
}

fn median(samples: &[Sample], (from, until): (At, At)) -> Option<u64> {
    let within = samples
        .iter()
        .filter(|sample| (from..=until).contains(&sample.at));
    let mut sizes: Vec<u64> = within.map(|sample| sample.memory).collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// One a second.
    fn samples(minutes: u64, memory: impl Fn(u64) -> u64) -> Vec<Sample> {
        let sample = |second| Sample {
            at: Duration::from_secs(second),
            memory: memory(second),
            threads: 3,
            descriptors: 20,
        };
        (0..=minutes * 60).map(sample).collect()
    }

    #[test]
    fn the_system_is_read() {
        let status = "Name:\taxum\nVmHWM:\t   11000 kB\nVmRSS:\t   10240 kB\nThreads:\t3\n";
        assert_eq!(field(status, "VmRSS"), Some(10_240));
        assert_eq!(field(status, "Threads"), Some(3));
        assert_eq!(field(status, "RSS"), None);
        let own = Sample::of(std::process::id(), Duration::ZERO).unwrap();
        assert!(own.memory > 0 && own.threads > 0 && own.descriptors > 2);
        assert!(Sample::of(u32::MAX, Duration::ZERO).is_err());
    }

    #[test]
    fn what_is_taken_while_warming_up_is_no_growth() {
        let warming = samples(30, |second| {
            if second < 300 {
                4_000 + second * 20
            } else {
                10_000
            }
        });
        let growth = Growth::of(&warming, (30 * MINUTE, 6 * MINUTE)).unwrap();
        assert_eq!(
            (growth.warm, growth.end, growth.is_comparable),
            (10_000, 10_000, true)
        );
    }

    #[test]
    fn a_leak_is_seen() {
        // Half a kilobyte a second.
        let leaking = samples(30, |second| 10_000 + second / 2);
        let growth = Growth::of(&leaking, (30 * MINUTE, 6 * MINUTE)).unwrap();
        assert!(growth.is_comparable && growth.ratio() > 1.05, "{growth:?}");
    }

    #[test]
    fn a_peak_in_every_cycle_is_no_leak_and_a_short_run_cannot_tell() {
        let peaks = |second: u64| if second % 360 > 200 { 14_000 } else { 10_000 };
        let growth = Growth::of(&samples(30, peaks), (30 * MINUTE, 6 * MINUTE)).unwrap();
        assert!(growth.is_comparable && growth.ratio() == 1.0, "{growth:?}");
        let short = Growth::of(&samples(5, peaks), (5 * MINUTE, 6 * MINUTE)).unwrap();
        assert!(!short.is_comparable && short.ratio() > 1.05, "{short:?}");
        assert_eq!(Growth::of(&[], (5 * MINUTE, 6 * MINUTE)), None);
    }
}
