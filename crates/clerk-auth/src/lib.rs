//! Tell who a request comes from, and what they may do.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod admission;
mod auth;
mod authentication;
mod authenticator;
pub mod blocking;
mod cookies;
mod debug_state;
mod error;
mod events;
mod guard;
pub mod interstitial;
mod machine_tokens;
mod organization_sync;
mod public_url;
mod reason;
mod redirects;
mod rejection;
mod request_head;
mod requirement;
mod settings;
#[cfg(test)]
mod specimen;
mod state;
mod token_type;

pub use admission::{Admission, RequestAuth};
pub use auth::{
    Auth, AuthView, MachineAuth, PendingSessions, SessionAuth, SessionToken, SignedOutAuth,
    UnexpectedClaims,
};
pub use authentication::{
    AwaitingKey, AwaitingResponse, BrowserEvidence, Evidence, HandshakeEvidence, NoRedirect, Place,
    Step, TokenEvidence,
};
pub use authenticator::Authenticator;
pub use debug_state::DebugRequestState;
pub use error::Error;
pub use guard::Guard;
pub use machine_tokens::{MachineTokenError, MachineTokenErrorCode};
pub use organization_sync::{InvalidPattern, OrganizationSync, OrganizationTarget};
pub use reason::{AuthReason, RefreshFailure};
pub use redirects::{InvalidRedirect, Redirects};
pub use rejection::Rejection;
pub use request_head::RequestHead;
pub use requirement::{Denied, FactorLevel, InvalidReverification, Requirement, Reverification};
pub use settings::{Builder, InvalidSettings, Settings};
pub use state::{Handshake, RequestState, SignedIn, SignedOut};
pub use token_type::{AcceptedTokens, MachineTokenType, TokenType};
