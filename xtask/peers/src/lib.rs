//! Rows of the benchmark: each verifies the same token, or does part of that.
//!
//! Two programs share them. `time` measures, and `count` counts allocations; they are apart
//! because counting costs time, and most to the row that allocates most.

mod fixture;
mod futures;
mod key_server;
mod rows;

pub use fixture::Fixture;
pub use rows::{ROWS, Row, Run};
