//! THE TABLE: the ways in which a token can be good or bad, and what is said of each (but for rows
//! that [differ](Row::differs), what `@clerk/backend` 3.25.0 said when the row was written).
//!
//! Every way to have a token verified is a door, and all doors must give each row's answer. The tests of `clerk-dev` have
//! the doors of a machine; `cargo xtask ci edge` asks the same of Workers, which have this crate without the
//! feature `rows`: a [`Question`] is what they are sent, and [`Said`] what they answer.

#[cfg(feature = "rows")]
mod claims;
#[cfg(feature = "rows")]
mod divergences;
#[cfg(feature = "rows")]
mod forms;
#[cfg(feature = "rows")]
mod headers;
#[cfg(feature = "rows")]
mod keys;
#[cfg(feature = "rows")]
mod policies;
mod question;
#[cfg(feature = "rows")]
mod row;

pub use question::{Keys, Question, Said, on_one_line};
#[cfg(feature = "rows")]
pub use row::{NOW, Row, Table, instance};

/// The key that was configured is none: a mistake of ours, not of the token.
pub const CONFIGURATION: &str = "configuration";
/// No key was configured.
pub const NO_KEY: &str = "jwk-failed-to-resolve";
/// The key that the token names is none of those that there are.
pub const UNKNOWN_KEY: &str = "jwk-kid-mismatch";

/// The table.
#[cfg(feature = "rows")]
#[must_use]
pub fn table() -> Table {
    let mut table = Table::new();
    claims::rows(&mut table);
    headers::rows(&mut table);
    forms::rows(&mut table);
    keys::rows(&mut table);
    policies::rows(&mut table);
    table.differing(divergences::rows);
    table
}
