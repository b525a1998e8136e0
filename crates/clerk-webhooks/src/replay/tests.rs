use super::*;

const fn at(seconds: u64) -> MonotonicTime {
    MonotonicTime::from_start(Duration::from_secs(seconds))
}

#[test]
fn an_id_is_first_once_until_it_is_forgotten() {
    let mut deliveries = RecentDeliveries::new(10, Duration::from_secs(60));
    for (id, seconds, claim) in [
        ("a", 0, Claim::First),
        ("a", 0, Claim::Repeated),
        ("b", 30, Claim::First),
        ("a", 60, Claim::Repeated),
        ("a", 61, Claim::First),
        ("b", 61, Claim::Repeated),
        // A clock that should never go back, and does: nothing is forgotten for it.
        ("b", 0, Claim::Repeated),
        ("b", 91, Claim::First),
    ] {
        assert_eq!(
            deliveries.claim(id, at(seconds)),
            claim,
            "{id} at {seconds}"
        );
    }
}

#[test]
fn what_failed_is_first_again() {
    let mut deliveries = RecentDeliveries::new(2, Duration::from_secs(60));
    assert_eq!(deliveries.claim("a", at(0)), Claim::First);
    deliveries.release("a");
    deliveries.release("never claimed");
    assert_eq!(deliveries.claim("a", at(50)), Claim::First);
    // The first claim's time is over, the second's is not.
    assert_eq!(deliveries.claim("a", at(70)), Claim::Repeated);
}

#[test]
fn it_stays_within_its_bounds() {
    let mut deliveries = RecentDeliveries::new(3, Duration::MAX);
    for number in 0..100 {
        let id = number.to_string();
        assert_eq!(deliveries.claim(&id, at(0)), Claim::First);
        if number % 2 == 0 {
            deliveries.release(&id);
        }
        assert!(deliveries.claims.len() <= 3 && deliveries.made.len() <= 3);
    }
    assert_eq!(deliveries.claim("99", at(0)), Claim::Repeated);

    let mut one = RecentDeliveries::new(0, Duration::ZERO);
    assert_eq!(one.claim("a", at(0)), Claim::First);
    assert_eq!(one.claim("a", at(0)), Claim::Repeated);
}

#[test]
fn of_many_threads_one_is_the_first() {
    let deliveries = Arc::new(Mutex::new(RecentDeliveries::default()));
    let firsts: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| deliveries.claim("msg", at(0)).unwrap() == Claim::First))
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
