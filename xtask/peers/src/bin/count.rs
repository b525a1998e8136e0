//! Counts the allocations of a run of each row and prints a line of JSON for each.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::alloc::System;

use peers::{Fixture, ROWS};
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// More than one, so that what a cache allocates now and then shows.
const RUNS: usize = 64;

fn main() {
    let fixture = Fixture::new();
    for row in ROWS {
        let mut run = (row.prepare)(&fixture);
        run();
        let region = Region::new(ALLOCATOR);
        for _ in 0..RUNS {
            run();
        }
        let change = region.change();
        let allocations = (change.allocations + change.reallocations) as f64 / RUNS as f64;
        println!("{}", json!({ "name": row.name, "allocs": allocations }));
    }
}
