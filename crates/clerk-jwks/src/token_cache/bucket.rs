use std::{array, ops::Deref, sync::Arc};

use super::parts::{AtomicU32, AtomicU64, Relaxed, Slot};

/// A few values that readers find without a lock, whatever writers do meanwhile.
///
/// What it takes to find one is read and counted in the bucket itself, so that cores hardly disturb each
/// other. A tag tells a value from most others; whoever asks says which value it is. So a tag that a
/// writer has set before its value, or that is another writer's, costs a search and nothing else.
#[repr(align(64))]
pub(crate) struct Bucket<T, const PLACES: usize> {
    tags: [AtomicU32; PLACES],
    /// Which place is taken next.
    next: AtomicU32,
    hits: AtomicU64,
    misses: AtomicU64,
    values: [Slot<T>; PLACES],
}

impl<T, const PLACES: usize> Default for Bucket<T, PLACES> {
    fn default() -> Self {
        Self {
            tags: array::from_fn(|_| AtomicU32::new(0)),
            next: AtomicU32::new(0),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            values: array::from_fn(|_| Slot::default()),
        }
    }
}

impl<T, const PLACES: usize> Bucket<T, PLACES> {
    /// The value of which `is_it` is true. It stays whole for whoever holds it.
    pub(crate) fn find(
        &self,
        tag: u32,
        is_it: impl Fn(&T) -> bool,
    ) -> Option<impl Deref<Target = Option<Arc<T>>>> {
        let mut places = self.tags.iter().zip(&self.values);
        places.find_map(|(its_tag, value)| {
            let value = (its_tag.load(Relaxed) == tag).then(|| value.load())?;
            value.as_ref().is_some_and(|it| is_it(it)).then_some(value)
        })
    }

    /// Keeps `value`: where the one is of which `is_it` is true, or else in the place of the one that
    /// has been here for longest. What was there is given back.
    pub(crate) fn insert(&self, tag: u32, value: T, is_it: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let is_there = |place: &Slot<T>| place.load().as_ref().is_some_and(|it| is_it(it));
        let own = self.values.iter().position(is_there);
        let next = || (self.next.fetch_add(1, Relaxed) as usize).checked_rem(PLACES);
        let at = own.or_else(next)?;
        let (its_tag, place) = (self.tags.get(at)?, self.values.get(at)?);
        its_tag.store(tag, Relaxed);
        place.swap(Some(Arc::new(value)))
    }

    /// Counts a search.
    pub(crate) fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Relaxed);
    }

    pub(crate) fn hits(&self) -> u64 {
        self.hits.load(Relaxed)
    }

    pub(crate) fn misses(&self) -> u64 {
        self.misses.load(Relaxed)
    }

    pub(crate) fn len(&self) -> usize {
        let values = self.values.iter();
        values.filter(|value| value.load().is_some()).count()
    }
}
