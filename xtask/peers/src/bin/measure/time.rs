//! Rows, interleaved.

use std::io;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use peers::{Clock, Fixture, ROWS, Row, Run, users};
use serde_json::json;

use crate::median;

/// Short enough that a disturbance spoils few samples, long enough that reading the clock is nothing.
const SAMPLE: Duration = Duration::from_millis(1);

/// Odd, so that the median is one of them.
const ROUNDS: usize = 401;

struct Candidate {
    row: &'static Row,
    run: Run,
    /// How many runs make a sample.
    batch: u32,
    /// Nanoseconds a run, one for each round.
    samples: Vec<f64>,
}

impl Candidate {
    fn new(row: &'static Row, fixture: &Fixture) -> Self {
        let mut candidate = Self {
            row,
            run: (row.prepare)(fixture),
            batch: 1,
            samples: Vec::with_capacity(ROUNDS),
        };
        while candidate.spent() < SAMPLE {
            candidate.batch *= 2;
        }
        candidate
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "a clock is what it measures with"
    )]
    fn spent(&mut self) -> Duration {
        let (thread, wall) = (ThreadTime::now(), Instant::now());
        for _ in 0..self.batch {
            (self.run)();
        }
        match self.row.clock {
            Clock::Thread => thread.elapsed(),
            Clock::Wall => wall.elapsed(),
        }
    }

    fn sample(&mut self) {
        // What the row before left in the caches, or let fall asleep, is not this one's to pay for.
        (self.run)();
        let nanoseconds = self.spent().as_secs_f64() * 1e9;
        self.samples.push(nanoseconds / f64::from(self.batch));
    }
}

pub(super) fn measure(names: &[String]) {
    let fixture = Fixture::new();
    let named = |row: &Row| names.is_empty() || names.iter().any(|name| name == row.name);
    let wanted = |row: &Row| {
        named(row)
            || ROWS
                .iter()
                .any(|other| named(other) && other.reference == row.name)
    };
    let rows = ROWS.iter().filter(|row| wanted(row));
    let mut candidates: Vec<Candidate> = rows.map(|row| Candidate::new(row, &fixture)).collect();
    for _ in 0..ROUNDS {
        candidates.iter_mut().for_each(Candidate::sample);
    }
    for Candidate { row, samples, .. } in &candidates {
        let reference = candidates
            .iter()
            .find(|other| other.row.name == row.reference);
        let reference = reference.expect("references are measured, too");
        // Neighbours in time share their disturbances, so a ratio is taken within its round.
        let pairs = samples.iter().zip(&reference.samples);
        let ratio = median(pairs.map(|(own, reference)| own / reference).collect());
        println!(
            "{}",
            json!({ "name": row.name, "median_ns": median(samples.clone()), "ratio": ratio })
        );
    }
}

/// Only runs a row, for a profiler to watch.
pub(super) fn iterate(name: &str, count: u32) {
    let row = ROWS.iter().find(|row| row.name == name);
    let row = row.unwrap_or_else(|| panic!("no row is called `{name}`"));
    let mut fixture = Fixture::new();
    // Signing thousands takes minutes under a profiler, and it counts the same for a few.
    fixture.live_tokens = 64;
    let mut run = (row.prepare)(&fixture);
    for _ in 0..count {
        run();
    }
}

/// Prints what the rows are given, for programs in other languages, and serves one user until the
/// program's own input ends.
pub(super) fn show_fixture() {
    let fixture = Fixture::new();
    println!(
        "{}",
        json!({
            "token": fixture.token,
            "jwk": fixture.jwk(),
            "webhook": fixture.delivery().to_json(),
            "users": users(500),
            "api": fixture.api(),
        })
    );
    io::copy(&mut io::stdin(), &mut io::sink()).expect("input that ends");
}
