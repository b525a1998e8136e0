//! The same for programs without an async runtime. Same names, same behaviour, no `.await`.

mod layered;
#[cfg(not(target_family = "wasm"))]
mod remote;
mod verifier;

pub use layered::Layered;
#[cfg(not(target_family = "wasm"))]
pub use remote::RemoteKeys;
pub use verifier::Verifier;
