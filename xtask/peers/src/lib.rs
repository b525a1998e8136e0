//! Rows of the benchmark: each verifies the same token or the same webhook, or reads the same users,
//! or does part of that.
//!
//! Two programs share them. `measure` measures, and `count` counts allocations; they are apart
//! because counting costs time, and most to the row that allocates most.

// A user has more fields than `json!` expects of an object.
#![recursion_limit = "256"]

mod clients;
mod delivery;
mod fixture;
mod futures;
mod loopback;
mod rows;
mod services;
mod users;

pub use delivery::Delivery;
pub use fixture::Fixture;
pub use rows::{Clock, PAIRS, ROWS, Row, Run, SharedRun, Threads};
pub use services::{SERVICES, Service};
pub use users::users;
