//! What is going to happen, in order.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::day::{MIDNIGHT, Moment};

/// Things that are due at moments. What is due at the same moment comes in the order in which it was put in.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    heap: BinaryHeap<Due<T>>,
    count: u64,
}

#[derive(Debug)]
struct Due<T> {
    at: Moment,
    order: u64,
    what: T,
}

impl<T> Queue<T> {
    pub(crate) const fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            count: 0,
        }
    }

    /// What would be due after midnight is left out.
    pub(crate) fn push(&mut self, at: Moment, what: T) {
        if at < MIDNIGHT {
            let order = self.count;
            self.count += 1;
            self.heap.push(Due { at, order, what });
        }
    }

    pub(crate) fn pop(&mut self) -> Option<(Moment, T)> {
        self.heap.pop().map(|due| (due.at, due.what))
    }
}

impl<T> Ord for Due<T> {
    /// The heap gives the greatest first, and that is to be the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl<T> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Due<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Due<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_at_one_moment_the_first_put_in() {
        let mut queue = Queue::new();
        for (second, name) in [(3, 'd'), (1, 'a'), (2, 'b'), (2, 'c'), (90_000, 'z')] {
            queue.push(Moment::from_secs(second), name);
        }
        let names: String = std::iter::from_fn(|| queue.pop())
            .map(|due| due.1)
            .collect();
        assert_eq!(names, "abcd");
    }
}
