//! What is measured.

mod calling;
mod decoding;
mod libraries;
mod others;
mod ours;
mod routes;
mod webhooks;

use crate::Fixture;

/// One verification, one page read, one user fetched. It panics if the answer is not the expected one.
pub type Run = Box<dyn FnMut()>;

/// A [`Run`] that another thread can do.
pub type SharedRun = Box<dyn FnMut() + Send>;

/// A run for each of two threads.
pub type Threads = [SharedRun; 2];

/// What two threads do: with a client each, and with one for both.
type Pair = (&'static str, fn(&Fixture) -> (Threads, Threads));

/// Every pair.
pub const PAIRS: &[Pair] = &[
    ("two-threads-verify", ours::verifying_apart_and_together),
    (
        "two-threads-known-token",
        ours::recognising_apart_and_together,
    ),
    ("two-threads-same-token", ours::recognising_the_same),
];

/// A line of the table.
pub struct Row {
    /// How the row is called on the command line.
    pub name: &'static str,
    /// The row it is compared with.
    pub reference: &'static str,
    /// How it is timed.
    pub clock: Clock,
    /// What need not be repeated: keys parsed, caches filled.
    pub prepare: fn(&Fixture) -> Run,
}

/// What passes while a row runs.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The time this thread computes, which a busy neighbour does not lengthen.
    Thread,
    /// The time on the wall, for rows that wait for another thread.
    Wall,
}

/// Every row. References come before the rows that are compared with them.
pub const ROWS: &[Row] = &[
    Row {
        name: "raw-ring",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::raw_ring,
    },
    Row {
        name: "raw-aws-lc",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: libraries::raw_aws_lc,
    },
    Row {
        name: "raw-graviola",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: libraries::raw_graviola,
    },
    Row {
        name: "verify-ring",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: ours::verify_ring,
    },
    Row {
        name: "verify-aws-lc",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: libraries::verify_aws_lc,
    },
    Row {
        name: "verify-graviola",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: libraries::verify_graviola,
    },
    Row {
        name: "verifier-cached-key",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: ours::verifier_cached_key,
    },
    Row {
        name: "verifier-known-token",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: ours::verifier_known_token,
    },
    Row {
        name: "authenticate-cookie",
        reference: "verifier-cached-key",
        clock: Clock::Thread,
        prepare: ours::authenticate_cookie,
    },
    Row {
        name: "authenticate-header",
        reference: "verifier-cached-key",
        clock: Clock::Thread,
        prepare: ours::authenticate_header,
    },
    Row {
        name: "authenticate-cookie-known",
        reference: "authenticate-cookie",
        clock: Clock::Thread,
        prepare: ours::authenticate_cookie_known,
    },
    Row {
        name: "authenticate-header-known",
        reference: "authenticate-header",
        clock: Clock::Thread,
        prepare: ours::authenticate_header_known,
    },
    Row {
        name: "refuse-malformed",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: ours::refuse_malformed,
    },
    Row {
        name: "refuse-oversize",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: ours::refuse_oversize,
    },
    Row {
        name: "refuse-wrong-algorithm",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: ours::refuse_wrong_algorithm,
    },
    Row {
        name: "refuse-unknown-key",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: ours::refuse_unknown_key,
    },
    Row {
        name: "jsonwebtoken-9",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::jsonwebtoken_9,
    },
    Row {
        name: "jsonwebtoken-11-aws-lc",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::jsonwebtoken_11,
    },
    Row {
        name: "jsonwebtoken-12-aws-lc",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::jsonwebtoken_12,
    },
    Row {
        name: "jwt-simple",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::jwt_simple,
    },
    #[cfg(feature = "openssl")]
    Row {
        name: "josekit",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::josekit,
    },
    Row {
        name: "clerk-rs-key-given",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::clerk_rs_key_given,
    },
    Row {
        name: "clerk-rs-cached-key",
        reference: "raw-ring",
        clock: Clock::Thread,
        prepare: others::clerk_rs_cached_key,
    },
    Row {
        name: "route-axum",
        reference: "route-axum",
        clock: Clock::Thread,
        prepare: routes::axum,
    },
    Row {
        name: "route-authenticate",
        reference: "route-authenticate",
        clock: Clock::Thread,
        prepare: routes::authenticating,
    },
    Row {
        name: "route-clerk",
        reference: "route-authenticate",
        clock: Clock::Thread,
        prepare: routes::clerk_layer,
    },
    Row {
        name: "route-clerk-known",
        reference: "route-authenticate",
        clock: Clock::Thread,
        prepare: routes::clerk_known,
    },
    Row {
        name: "route-clerk-rs",
        reference: "route-authenticate",
        clock: Clock::Thread,
        prepare: routes::clerk_rs,
    },
    Row {
        name: "webhook-raw-ring",
        reference: "webhook-raw-ring",
        clock: Clock::Thread,
        prepare: webhooks::raw_ring,
    },
    Row {
        name: "webhook-verify",
        reference: "webhook-raw-ring",
        clock: Clock::Thread,
        prepare: webhooks::verify,
    },
    Row {
        name: "webhook-refused",
        reference: "webhook-raw-ring",
        clock: Clock::Thread,
        prepare: webhooks::refuse,
    },
    Row {
        name: "webhook-standardwebhooks",
        reference: "webhook-raw-ring",
        clock: Clock::Thread,
        prepare: webhooks::standardwebhooks,
    },
    Row {
        name: "decode-500-users-serde",
        reference: "decode-500-users-serde",
        clock: Clock::Thread,
        prepare: decoding::by_hand,
    },
    Row {
        name: "decode-500-users-serde-bytes",
        reference: "decode-500-users-serde",
        clock: Clock::Thread,
        prepare: decoding::by_hand_of_bytes,
    },
    Row {
        name: "decode-500-users",
        reference: "decode-500-users-serde",
        clock: Clock::Thread,
        prepare: decoding::ours,
    },
    Row {
        name: "decode-500-users-clerk-rs",
        reference: "decode-500-users-serde",
        clock: Clock::Thread,
        prepare: decoding::clerk_rs,
    },
    Row {
        name: "get-user-clerk-rs",
        reference: "get-user-clerk-rs",
        clock: Clock::Wall,
        prepare: calling::clerk_rs,
    },
    Row {
        name: "get-user-reqwest-alone",
        reference: "get-user-clerk-rs",
        clock: Clock::Wall,
        prepare: calling::reqwest_alone,
    },
    Row {
        name: "get-user-reqwest",
        reference: "get-user-clerk-rs",
        clock: Clock::Wall,
        prepare: calling::reqwest,
    },
    Row {
        name: "get-user-ureq",
        reference: "get-user-clerk-rs",
        clock: Clock::Wall,
        prepare: calling::ureq,
    },
];
