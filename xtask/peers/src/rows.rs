//! What is measured.

mod others;
mod ours;

use crate::Fixture;

/// One verification. It panics if the answer is not the expected one.
pub type Run = Box<dyn FnMut()>;

/// A line of the table.
pub struct Row {
    /// How the row is called on the command line.
    pub name: &'static str,
    /// What need not be repeated: keys parsed, caches filled.
    pub prepare: fn(&Fixture) -> Run,
}

/// Every row; the first is what the others are compared with.
pub const ROWS: &[Row] = &[
    Row {
        name: "raw-ring",
        prepare: others::raw_ring,
    },
    Row {
        name: "verify-ring",
        prepare: ours::verify_ring,
    },
    Row {
        name: "verifier-cached-key",
        prepare: ours::verifier_cached_key,
    },
    Row {
        name: "refuse-malformed",
        prepare: ours::refuse_malformed,
    },
    Row {
        name: "refuse-oversize",
        prepare: ours::refuse_oversize,
    },
    Row {
        name: "refuse-wrong-algorithm",
        prepare: ours::refuse_wrong_algorithm,
    },
    Row {
        name: "refuse-unknown-key",
        prepare: ours::refuse_unknown_key,
    },
    Row {
        name: "jsonwebtoken-9",
        prepare: others::jsonwebtoken_9,
    },
    Row {
        name: "jsonwebtoken-11-aws-lc",
        prepare: others::jsonwebtoken_11,
    },
    Row {
        name: "clerk-rs-key-given",
        prepare: others::clerk_rs_key_given,
    },
    Row {
        name: "clerk-rs-cached-key",
        prepare: others::clerk_rs_cached_key,
    },
];
