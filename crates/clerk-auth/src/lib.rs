//! Tell who a request comes from, and what they may do.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod token_type;

pub use token_type::{AcceptedTokens, MachineTokenType, TokenType};
