use std::error::Error as _;

use super::*;
use Claim::{Done, First, InProgress};

const LEASE: Duration = Duration::from_secs(10);
const KEEP: Duration = Duration::from_secs(60);

const fn at(seconds: u64) -> MonotonicTime {
    MonotonicTime::from_start(Duration::from_secs(seconds))
}

#[test]
fn an_id_is_first_once_until_its_lease_is_over() {
    let mut deliveries = RecentDeliveries::new(10);
    for (id, seconds, claim) in [
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
        let claimed = deliveries.claim(id, LEASE, at(seconds));
        assert_eq!(claimed, claim, "{id} at {seconds}");
    }
}

#[test]
fn what_is_done_is_remembered_for_longer() {
    let mut deliveries = RecentDeliveries::new(10);
    assert_eq!(deliveries.claim("a", LEASE, at(0)), First);
    deliveries.complete("a", KEEP, at(5));
    for (seconds, claim) in [(5, Done), (11, Done), (65, Done), (66, First)] {
        assert_eq!(
            deliveries.claim("a", LEASE, at(seconds)),
            claim,
            "{seconds}"
        );
    }
    deliveries.complete("a", KEEP, at(66));
    deliveries.release("a");
    assert_eq!(deliveries.claim("a", LEASE, at(66)), Done);
    // Done after the lease was over, and even after it was forgotten: done.
    deliveries.complete("a", KEEP, at(100));
    deliveries.complete("never claimed", KEEP, at(100));
    assert_eq!(deliveries.claim("a", LEASE, at(160)), Done);
    assert_eq!(deliveries.claim("never claimed", LEASE, at(160)), Done);
}

#[test]
fn what_failed_is_first_again() {
    let mut deliveries = RecentDeliveries::new(2);
    assert_eq!(deliveries.claim("a", LEASE, at(0)), First);
    deliveries.release("a");
    deliveries.release("never claimed");
    assert_eq!(deliveries.claim("a", LEASE, at(8)), First);
    // The first claim's time is over, the second's is not.
    assert_eq!(deliveries.claim("a", LEASE, at(12)), InProgress);
}

#[test]
fn it_stays_within_its_bounds() {
    let mut deliveries = RecentDeliveries::new(3);
    for number in 0..100 {
        let id = number.to_string();
        assert_eq!(deliveries.claim(&id, Duration::MAX, at(0)), First);
        match number % 3 {
            0 => deliveries.release(&id),
            1 => deliveries.complete(&id, Duration::MAX, at(0)),
            _ => deliveries.complete("another", Duration::MAX, at(0)),
        }
        assert!(deliveries.claims.len() <= 3 && deliveries.made.len() <= 3);
    }
    assert_eq!(deliveries.claim("98", LEASE, at(0)), InProgress);

    let mut one = RecentDeliveries::new(0);
    assert_eq!(one.claim("a", Duration::ZERO, at(0)), First);
    assert_eq!(one.claim("a", Duration::ZERO, at(0)), InProgress);
}

#[test]
fn of_many_threads_one_is_the_first() {
    let deliveries = Arc::new(Mutex::new(RecentDeliveries::default()));
    let claim = || BlockingClaimDelivery::claim(&deliveries, "msg", LEASE, at(0));
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
fn a_store_says_what_went_wrong_as_the_cause() {
    let error = ClaimError::new("connection refused");
    assert_eq!(error.source().unwrap().to_string(), "connection refused");
    assert!(!error.to_string().contains("refused"));
}
