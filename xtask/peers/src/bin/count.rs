//! Counts the allocations of a run of each row and prints a line of JSON for each, and then what a
//! cache of tokens takes.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::alloc::System;

use clerk::VerifiedTokenCache;
use clerk_jwt::{Jwk, Ring, UnverifiedToken};
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
    let [place, token] = bytes_of_tokens_kept(&fixture);
    println!(
        "{}",
        json!({ "name": "verifier-known-token", "bytes_a_place": place, "bytes_a_token": token })
    );
}

/// What a cache takes for each place that it has, and for each token that is in one.
fn bytes_of_tokens_kept(fixture: &Fixture) -> [f64; 2] {
    let jwk = Jwk::from_json(&fixture.jwk().to_string()).expect("a JWK");
    let key = jwk.into_verifying_key(&Ring).expect("a good key");
    let tokens: Vec<String> = (0..fixture.live_tokens)
        .map(|number| fixture.another(number))
        .collect();
    let mut cache = None;
    let places = bytes_kept(|| cache = Some(VerifiedTokenCache::new(tokens.len())));
    let cache = cache.expect("made above");
    let kept = bytes_kept(|| {
        for token in &tokens {
            let token = UnverifiedToken::parse(token).expect("a token");
            cache.insert(&token.authenticate(&key).expect("a good token"));
        }
    });
    [places / cache.capacity() as f64, kept / cache.len() as f64]
}

fn bytes_kept(act: impl FnOnce()) -> f64 {
    let region = Region::new(ALLOCATOR);
    act();
    let change = region.change();
    change.bytes_allocated as f64 - change.bytes_deallocated as f64
}
