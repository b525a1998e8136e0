//! What a bucket is made of. Tests that try out every order of events have models of these.

pub(super) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

pub(super) use arc_swap::ArcSwapOption as Slot;
