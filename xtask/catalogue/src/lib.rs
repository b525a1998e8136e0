//! The catalogue of Clerk's Backend API: facts that the generated code is made of.
//!
//! Clerk describes its API in an OpenAPI file. That file is not part of this project; what is, is a
//! catalogue of the facts in it: names, verbs, paths, types, limits, statuses. It is TOML with one
//! line a field ([`notation`]), written by the importer and never by hand. Beside it stands
//! the overlay, which is written by hand: names, corrections with reasons, and documentation.
//!
//! ```text
//! OpenAPI file + names ── import ──► catalogue + corrections + docs ── load ──► ir::Api ──► generator, tests
//! ```

mod address;
mod check;
mod corrections;
mod derive;
mod diff;
mod docs;
mod error;
pub mod files;
#[cfg(feature = "import")]
pub mod import;
pub mod ir;
mod load;
pub mod notation;
#[cfg(feature = "import")]
pub mod prose;

pub use diff::{Difference, Effect, diff};
pub use error::Error;
pub use load::{Overlay, apply, load};
