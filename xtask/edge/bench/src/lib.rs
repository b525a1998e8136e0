//! The Worker that is measured: the same protected route in several ways. It has no ring in it, and needs no clang.

#[cfg(feature = "authenticate")]
pub mod authenticate;
#[cfg(feature = "bare")]
pub mod bare;
#[cfg(any(feature = "bare", feature = "keys", feature = "pem"))]
mod exchange;
#[cfg(feature = "authenticate")]
#[path = "../../../../docs/examples/worker-axum/src/headers.rs"]
mod headers;
#[cfg(feature = "measure")]
pub mod measure;
#[cfg(feature = "pem")]
pub mod pem;
#[cfg(feature = "axum")]
pub mod router;
#[cfg(any(feature = "keys", feature = "pem"))]
mod settings;
#[cfg(feature = "keys")]
pub mod verify;
#[cfg(feature = "axum")]
#[path = "../../../../docs/examples/worker-axum/src/web.rs"]
mod web;
