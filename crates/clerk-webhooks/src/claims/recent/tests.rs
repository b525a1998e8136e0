use std::error::Error as _;

use super::*;
use Claim::{Done, First, InProgress};

const LEASE: Duration = Duration::from_secs(10);
const KEEP: Duration = Duration::from_secs(60);

const fn at(seconds: u64) -> MonotonicTime {
    MonotonicTime::from_start(Duration::from_secs(seconds))
}

fn somebody() -> Claimant {
    Claimant::new().unwrap()
}

fn claim(deliveries: &mut RecentDeliveries, id: &str, seconds: u64) -> Claim {
    deliveries.claim(id, somebody(), LEASE, at(seconds))
}

#[test]
fn an_id_is_first_once_until_its_lease_is_over() {
    let mut deliveries = RecentDeliveries::new(10);
    for (id, seconds, expected) in [
        ("a", 0, First),
        ("a", 0, InProgress),
        ("b", 5, First),
        ("a", 10, InProgress),
        ("a", 11, First),
        ("b", 11, InProgress),
        // A clock that should never go back, and does: nothing is forgotten for it.
        ("b", 0, InProgress),
        ("b", 16, First),
    ] {
        let claimed = claim(&mut deliveries, id, seconds);
        assert_eq!(claimed, expected, "{id} at {seconds}");
    }
}

#[test]
fn what_is_done_is_remembered_for_longer() {
    let mut deliveries = RecentDeliveries::new(10);
    assert_eq!(claim(&mut deliveries, "a", 0), First);
    deliveries.complete("a", KEEP, at(5));
    for (seconds, expected) in [(5, Done), (11, Done), (65, Done), (66, First)] {
        assert_eq!(claim(&mut deliveries, "a", seconds), expected, "{seconds}");
    }
    // Done after the lease was over, and even after it was forgotten: done.
    deliveries.complete("a", KEEP, at(100));
    deliveries.complete("never claimed", KEEP, at(100));
    assert_eq!(claim(&mut deliveries, "a", 160), Done);
    assert_eq!(claim(&mut deliveries, "never claimed", 160), Done);
}

#[test]
fn who_holds_a_claim_gives_it_up_and_nobody_else_does() {
    let mut deliveries = RecentDeliveries::new(2);
    let (one, other) = (somebody(), somebody());
    assert_eq!(deliveries.claim("a", one, LEASE, at(0)), First);
    deliveries.release("a", other);
    deliveries.release("never claimed", other);
    assert_eq!(claim(&mut deliveries, "a", 0), InProgress);
    deliveries.release("a", one);
    assert_eq!(deliveries.claim("a", other, LEASE, at(8)), First);
    // The first claim's time is over, the second's is not, and the first is late.
    deliveries.release("a", one);
    assert_eq!(claim(&mut deliveries, "a", 12), InProgress);
    deliveries.complete("a", KEEP, at(12));
    deliveries.release("a", other);
    assert_eq!(claim(&mut deliveries, "a", 12), Done);
}

#[test]
fn it_stays_within_its_bounds() {
    let mut deliveries = RecentDeliveries::new(3);
    for number in 0..100 {
        let (id, by) = (number.to_string(), somebody());
        assert_eq!(deliveries.claim(&id, by, Duration::MAX, at(0)), First);
        match number % 3 {
            0 => deliveries.release(&id, by),
            1 => deliveries.complete(&id, Duration::MAX, at(0)),
            _ => deliveries.complete("another", Duration::MAX, at(0)),
        }
        assert!(deliveries.claims.len() <= 3 && deliveries.made.len() <= 6);
    }
    assert_eq!(claim(&mut deliveries, "98", 0), InProgress);

    let mut one = RecentDeliveries::new(0);
    assert_eq!(one.claim("a", somebody(), Duration::ZERO, at(0)), First);
    assert_eq!(claim(&mut one, "a", 0), InProgress);
}

#[test]
fn failures_push_nothing_out() {
    let mut deliveries = RecentDeliveries::new(3);
    deliveries.complete("done", Duration::MAX, at(0));
    for _ in 0..100 {
        let by = somebody();
        assert_eq!(deliveries.claim("fails", by, LEASE, at(0)), First);
        deliveries.release("fails", by);
        assert!(deliveries.made.len() <= 6);
    }
    assert_eq!(claim(&mut deliveries, "done", 0), Done);
}

#[test]
fn of_many_threads_one_is_the_first() {
    let deliveries = Arc::new(Mutex::new(RecentDeliveries::default()));
    let claim = || BlockingClaimDelivery::claim(&deliveries, "msg", somebody(), LEASE, at(0));
    let firsts: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| claim().unwrap() == First))
            .collect();
        threads
            .into_iter()
            .map(|thread| usize::from(thread.join().unwrap()))
            .sum()
    });
    assert_eq!(firsts, 1);
}

#[test]
fn a_log_is_not_filled_with_ids() {
    let mut deliveries = RecentDeliveries::default();
    assert_eq!(claim(&mut deliveries, "msg_1", 0), First);
    let shown = format!("{deliveries:?}");
    assert_eq!(shown, "RecentDeliveries { capacity: 10000, claims: 1, .. }");
}

#[test]
fn a_store_says_what_went_wrong_once() {
    let error = ClaimError::new("connection refused");
    assert_eq!(error.cause().to_string(), "connection refused");
    assert!(
        error
            .to_string()
            .ends_with("could not be asked: connection refused")
    );
    assert!(error.source().is_none());
}
