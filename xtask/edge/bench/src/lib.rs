//! The Worker that is measured: the same protected route in several ways. It has no ring in it, and needs no clang.

#[cfg(feature = "authenticate")]
mod authenticate;
#[cfg(feature = "measure")]
mod measure;
#[cfg(feature = "axum")]
mod router;
mod settings;
mod verify;
#[cfg(feature = "axum")]
#[path = "../../worker/src/web.rs"]
mod web;
