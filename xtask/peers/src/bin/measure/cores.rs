//! Two threads that share a `Clerk`, beside two that share nothing.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use cpu_time::ThreadTime;
use peers::{Fixture, PAIRS, SharedRun};
use serde_json::json;

use crate::median;

/// Odd, so that the median is one of them.
const ROUNDS: usize = 101;

/// What a thread computes in a sample: long enough that both are under way for nearly all of it.
const SAMPLE: Duration = Duration::from_millis(5);

/// Nanoseconds of a run, with both threads at it. A thread that waits for the other's cache lines computes for
/// longer, so neighbours who take the processor away do not count.
fn spent(runs: &mut [SharedRun; 2], times: u32) -> f64 {
    let (start, [one, other]) = (Barrier::new(2), runs);
    let timed = |run: &mut SharedRun| {
        start.wait();
        let began = ThreadTime::now();
        for _ in 0..times {
            run();
        }
        began.elapsed()
    };
    let both = thread::scope(|scope| {
        let one = scope.spawn(|| timed(one));
        timed(other) + one.join().expect("a run that ends")
    });
    both.as_secs_f64() * 1e9 / f64::from(2 * times)
}

pub(super) fn measure() {
    let fixture = Fixture::new();
    for (name, prepare) in PAIRS {
        let (mut apart, mut shared) = prepare(&fixture);
        let mut times = 1;
        while Duration::from_nanos(spent(&mut apart, times) as u64) * times < SAMPLE {
            times *= 2;
        }
        let (mut ratios, mut samples) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let apart = spent(&mut apart, times);
            let shared = spent(&mut shared, times);
            ratios.push(shared / apart);
            samples.push(shared);
        }
        println!(
            "{}",
            json!({ "name": name, "median_ns": median(samples), "ratio": median(ratios) })
        );
    }
}
