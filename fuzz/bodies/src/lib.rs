//! What holds for any bytes whatever.
//!
//! Each function panics where it does not hold. `cargo fuzz` looks for such bytes; the tests of
//! this crate replay the seeds, and damaged copies of them, on any toolchain.

mod keys;
mod requests;
mod tokens;
mod webhooks;

pub use keys::{jwk, jwk_set, pem};
pub use requests::{authenticate, cookies, handshake, request_head};
pub use tokens::{claims, header, token};
pub use webhooks::{event, signing_secret, webhook};

/// A function that any bytes may be given.
pub type Body = fn(&[u8]);

/// Every body, under the name of its program and of its directory of seeds.
pub const BODIES: &[(&str, Body)] = &[
    ("authenticate", authenticate),
    ("claims", claims),
    ("cookies", cookies),
    ("event", event),
    ("handshake", handshake),
    ("header", header),
    ("jwk", jwk),
    ("jwk_set", jwk_set),
    ("pem", pem),
    ("request_head", request_head),
    ("signing_secret", signing_secret),
    ("token", token),
    ("webhook", webhook),
];
