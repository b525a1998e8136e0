//! The same for programs without an async runtime. Same names, same behaviour, no `.await`.

mod layered;
mod remote;
mod verifier;

pub use layered::Layered;
pub use remote::RemoteKeys;
pub use verifier::Verifier;
