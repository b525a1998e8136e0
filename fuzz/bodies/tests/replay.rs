//! Replays the seeds, whole and damaged, so that every toolchain tests what fuzzers look for.

#![allow(clippy::print_stdout, reason = "shown only with a failing test")]

use std::fs;
use std::path::Path;

use clerk_fuzz::{BODIES, Body};

fn seeds(name: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../seeds")
        .join(name);
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{directory:?}: {error}"));
    let paths = entries.map(|entry| entry.expect("a readable directory").path());
    paths
        .map(|path| {
            let bytes = fs::read(&path).expect("a readable seed");
            (path.display().to_string(), bytes)
        })
        .collect()
}

/// Shows what a body was given, should it panic.
struct Given<'a> {
    seed: &'a str,
    bytes: &'a [u8],
}

impl Drop for Given<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}, as {}", self.seed, self.bytes.escape_ascii());
        }
    }
}

fn run(body: Body, seed: &str, bytes: &[u8]) {
    let _given = Given { seed, bytes };
    body(bytes);
}

#[test]
fn every_program_has_a_body_and_seeds() {
    let manifest = include_str!("../../Cargo.toml");
    assert_eq!(manifest.matches("[[bin]]").count(), BODIES.len());
    for (name, _) in BODIES {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
        assert!(
            seeds(name).len() >= 2,
            "{name} has too few seeds to start from"
        );
    }
}

#[test]
fn every_seed_holds() {
    for (name, body) in BODIES {
        for (seed, bytes) in seeds(name) {
            run(*body, &seed, &bytes);
        }
    }
}

#[test]
fn every_beginning_of_a_seed_holds() {
    for (name, body) in BODIES {
        for (seed, bytes) in seeds(name) {
            for end in 0..bytes.len() {
                run(*body, &seed, &bytes[..end]);
            }
        }
    }
}

#[test]
fn every_seed_with_one_other_byte_holds() {
    for (name, body) in BODIES {
        for (seed, mut bytes) in seeds(name) {
            for position in 0..bytes.len() {
                let original = bytes[position];
                for other in [
                    b'"',
                    b'.',
                    b'9',
                    b'\\',
                    b'A',
                    0,
                    original ^ 1,
                    original ^ 0x80,
                ] {
                    bytes[position] = other;
                    run(*body, &seed, &bytes);
                }
                bytes[position] = original;
            }
        }
    }
}
