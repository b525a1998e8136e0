//! Code that several threads run at once without a lock, tried in every order in which they can meet.
//!
//! The modules are those of the crates; what they are made of is replaced by loom's models, which remember
//! each order that was tried, and what memory may show a thread in it.

#[cfg(test)]
mod token_cache;
