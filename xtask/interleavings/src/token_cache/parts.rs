use std::{mem, ops::Deref, sync::Arc};

use loom::sync::Mutex;
pub(super) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// arc-swap's slot as its documentation has it: loads and swaps of one happen one after the other, and
/// whoever sees a value sees all that was written before it.
#[derive(Debug)]
pub(super) struct Slot<T>(Mutex<Option<Arc<T>>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Slot<T> {
    pub(super) fn load(&self) -> Loaded<T> {
        Loaded(self.0.lock().unwrap().clone())
    }

    pub(super) fn swap(&self, value: Option<Arc<T>>) -> Option<Arc<T>> {
        mem::replace(&mut self.0.lock().unwrap(), value)
    }
}

pub(super) struct Loaded<T>(Option<Arc<T>>);

impl<T> Deref for Loaded<T> {
    type Target = Option<Arc<T>>;

    fn deref(&self) -> &Option<Arc<T>> {
        &self.0
    }
}
