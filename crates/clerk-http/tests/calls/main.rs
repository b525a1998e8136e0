//! Both drivers and the machine they share, against a scripted network.

mod world;

use std::time::Duration;

use clerk_http::{Attempts, FirstDelay, Operation, Retry, TransportErrorKind};
use proptest::prelude::*;
use world::{Entry, Exchange, Extended, Outcome, Probe, Run, run_async, run_blocking, within};

const TIMEOUT: Duration = Duration::from_secs(30);

fn answer(status: u16) -> Outcome {
    Outcome::Answer {
        status,
        retry_after: None,
    }
}

fn asks_to_wait(status: u16, seconds: u64) -> Outcome {
    Outcome::Answer {
        status,
        retry_after: Some(seconds),
    }
}

fn run<O: Operation<Output = u16> + Sync>(operation: &O, outcomes: &[Outcome]) -> Run {
    let script: Vec<Exchange> = outcomes.iter().cloned().map(Exchange::from).collect();
    run_blocking(
        operation,
        &script,
        &Retry::default().jitter_seed(1),
        TIMEOUT,
    )
}

fn sends(transcript: &[Entry]) -> usize {
    let sent = |entry: &&Entry| matches!(entry, Entry::Sent { .. });
    transcript.iter().filter(sent).count()
}

fn sleeps(transcript: &[Entry]) -> Vec<Duration> {
    transcript
        .iter()
        .filter_map(|entry| match entry {
            Entry::Slept(duration) => Some(*duration),
            _ => None,
        })
        .collect()
}

#[test]
fn what_is_sent_again_and_what_is_final() {
    use TransportErrorKind as Kind;
    for (first, idempotent, other) in [
        (answer(200), 1, 1),
        (answer(204), 1, 1),
        (answer(302), 1, 1),
        (answer(400), 1, 1),
        (answer(401), 1, 1),
        (answer(404), 1, 1),
        (answer(408), 1, 1),
        (answer(409), 1, 1),
        (answer(422), 1, 1),
        (answer(429), 2, 2),
        (answer(500), 2, 1),
        (answer(503), 2, 1),
        (answer(529), 2, 1),
        (Outcome::Failure(Kind::Connect), 2, 2),
        (Outcome::Failure(Kind::Timeout), 2, 1),
        (Outcome::Failure(Kind::Broken), 2, 1),
        (Outcome::Failure(Kind::Other), 2, 1),
        (Outcome::Failure(Kind::TooLarge), 1, 1),
        (Outcome::Failure(Kind::Request), 1, 1),
    ] {
        let outcomes = [first.clone(), answer(200)];
        let (transcript, _) = run(&Probe::<true>, &outcomes);
        assert_eq!(sends(&transcript), idempotent, "idempotent, {first:?}");
        let (transcript, _) = run(&Probe::<false>, &outcomes);
        assert_eq!(sends(&transcript), other, "not idempotent, {first:?}");
    }
}

#[test]
fn the_last_answer_is_the_result() {
    let (transcript, end) = run(&Probe::<true>, &[answer(500), answer(502), answer(503)]);
    assert_eq!(sends(&transcript), 3);
    assert_eq!(end, Ok(503));

    let broken = Outcome::Failure(TransportErrorKind::Broken);
    let (_, end) = run(&Probe::<true>, &[answer(500), answer(502), broken]);
    assert_eq!(end, Err(TransportErrorKind::Broken));
}

#[test]
fn waits_double_and_are_lengthened_by_up_to_half() {
    let script = vec![Exchange::from(answer(500)); 8];
    let retry = Retry::default().attempts(8).jitter_seed(7);
    let (transcript, _) = run_blocking(&Probe::<true>, &script, &retry, TIMEOUT);
    let expected = [250, 500, 1000, 2000, 4000, 8000, 10_000].map(Duration::from_millis);
    let slept = sleeps(&transcript);
    assert_eq!(slept.len(), expected.len());
    for (slept, expected) in slept.into_iter().zip(expected) {
        assert!(slept >= expected, "{slept:?} < {expected:?}");
        assert!(slept <= expected + expected / 2, "{slept:?}");
    }
}

#[test]
fn seeds_spread_the_waits() {
    let script = vec![Exchange::from(answer(500)); 2];
    let waits: std::collections::BTreeSet<Duration> = (0..100)
        .flat_map(|seed| {
            let retry = Retry::default().attempts(2).jitter_seed(seed);
            sleeps(&run_blocking(&Probe::<true>, &script, &retry, TIMEOUT).0)
        })
        .collect();
    let (shortest, longest) = (waits.first().unwrap(), waits.last().unwrap());
    assert_eq!(waits.len(), 100);
    assert!(*longest - *shortest > Duration::from_millis(100));

    let unset = Retry::default();
    assert_ne!(unset.seed(), unset.seed());
}

#[test]
fn a_retry_after_is_waited_for_if_it_fits() {
    let (transcript, end) = run(&Probe::<true>, &[asks_to_wait(429, 20), answer(200)]);
    assert_eq!(end, Ok(200));
    let [slept] = sleeps(&transcript)[..] else {
        panic!("one wait: {transcript:?}");
    };
    assert!(slept >= Duration::from_secs(20));
    assert!(slept < Duration::from_secs(21));

    for seconds in [60, 3600, u64::MAX] {
        let (transcript, end) = run(&Probe::<true>, &[asks_to_wait(429, seconds)]);
        assert_eq!(end, Ok(429));
        assert_eq!(sleeps(&transcript), []);
    }
}

#[test]
fn later_attempts_are_cut_off_where_the_budget_ends() {
    let slow = Exchange {
        takes: Duration::from_secs(50),
        ..answer(503).into()
    };
    let script = [slow, answer(200).into()];
    let retry = Retry::default().jitter_seed(1);
    let (transcript, _) = run_blocking(&Probe::<true>, &script, &retry, Duration::from_secs(55));
    let timeouts: Vec<Duration> = transcript
        .iter()
        .filter_map(|entry| match entry {
            Entry::Sent { timeout } => Some(*timeout),
            _ => None,
        })
        .collect();
    let [first, second] = timeouts[..] else {
        panic!("two attempts: {transcript:?}");
    };
    assert_eq!(first, Duration::from_secs(55));
    assert_eq!(second, Duration::from_secs(10) - sleeps(&transcript)[0]);
}

#[test]
fn a_wait_that_lasted_past_the_budget_ends_the_call_with_the_answer_it_had() {
    let script = [Exchange {
        oversleep: Duration::from_secs(90),
        ..answer(503).into()
    }];
    let retry = Retry::default();
    let (transcript, end) = run_blocking(&Probe::<true>, &script, &retry, TIMEOUT);
    assert_eq!(sends(&transcript), 1);
    assert_eq!(end, Ok(503));
}

#[test]
fn writes_in_a_loop_lose_nothing_to_a_limited_rate() {
    let write = |number: u64| {
        let limited = [asks_to_wait(429, 7), answer(200)];
        let outcomes = if number % 50 == 0 {
            &limited[..]
        } else {
            &limited[1..]
        };
        run(&Probe::<false>, outcomes)
    };
    let runs: Vec<Run> = (1..=250).map(write).collect();
    let lost = runs.iter().filter(|(_, end)| *end != Ok(200)).count();
    assert_eq!(lost, 0);
    let waits = runs.iter().flat_map(|(transcript, _)| sleeps(transcript));
    let waited = waits.sum::<Duration>();
    assert!(waited >= Duration::from_secs(5 * 7) && waited < Duration::from_secs(5 * 8));
}

/// Every attempt's timeout, and the time that all of it took.
fn timeouts_and_total(transcript: &[Entry]) -> (Vec<Duration>, Duration) {
    let timeouts = transcript.iter().filter_map(|entry| match entry {
        Entry::Sent { timeout } => Some(*timeout),
        _ => None,
    });
    let total = transcript.iter().map(|entry| match entry {
        Entry::Slept(duration) | Entry::Took(duration) => *duration,
        _ => Duration::ZERO,
    });
    (timeouts.collect(), total.sum())
}

#[test]
fn a_deadline_bounds_the_first_attempt_too() {
    let hangs = Exchange {
        takes: Duration::MAX,
        ..answer(200).into()
    };
    let operation = within(Probe::<true>, Duration::from_secs(5));
    let (transcript, end) = run_blocking(&operation, &[hangs], &Retry::default(), TIMEOUT);
    assert_eq!(end, Err(TransportErrorKind::Timeout));
    let five_seconds = Duration::from_secs(5);
    assert_eq!(
        timeouts_and_total(&transcript),
        (vec![five_seconds], five_seconds)
    );
}

#[test]
fn a_deadline_is_shared_by_attempts_and_waits() {
    let slow = Exchange {
        takes: Duration::from_millis(1900),
        ..answer(503).into()
    };
    let operation = within(Probe::<true>, Duration::from_secs(5));
    let script = [slow.clone(), slow.clone(), slow];
    let (transcript, end) = run_blocking(&operation, &script, &Retry::default(), TIMEOUT);
    assert_eq!(end, Err(TransportErrorKind::Timeout));
    let (timeouts, total) = timeouts_and_total(&transcript);
    assert_eq!(timeouts.len(), 3);
    assert_eq!(timeouts[0], Duration::from_secs(5));
    assert!(timeouts[2] < Duration::from_secs(1), "{timeouts:?}");
    assert_eq!(total, Duration::from_secs(5));
}

#[test]
fn a_wait_that_does_not_fit_the_deadline_is_not_begun() {
    let operation = within(Probe::<true>, Duration::from_secs(5));
    let script = [Exchange::from(asks_to_wait(503, 20))];
    let (transcript, end) = run_blocking(&operation, &script, &Retry::default(), TIMEOUT);
    assert_eq!(end, Ok(503));
    assert_eq!(timeouts_and_total(&transcript).1, Duration::ZERO);
}

#[test]
fn the_shorter_of_deadline_and_budget_counts() {
    let operation = within(Probe::<true>, Duration::from_secs(50));
    let script = [Exchange::from(asks_to_wait(503, 20))];
    let retry = Retry::default().budget(Duration::from_secs(10));
    let (transcript, _) = run_blocking(&operation, &script, &retry, TIMEOUT);
    assert_eq!(sleeps(&transcript), []);
}

#[test]
fn none_and_zero_attempts_send_once() {
    let script = [Exchange::from(answer(500))];
    for retry in [Retry::none(), Retry::default().attempts(0)] {
        let (transcript, end) = run_blocking(&Probe::<true>, &script, &retry, TIMEOUT);
        assert_eq!(sends(&transcript), 1);
        assert_eq!(end, Ok(500));
    }
}

#[test]
fn the_fewer_of_the_operations_attempts_and_the_clients_count() {
    for (own, clients, sent) in [
        (0, 3, 1),
        (1, 3, 1),
        (2, 3, 2),
        (3, 3, 3),
        (9, 3, 3),
        (9, 1, 1),
    ] {
        for outcome in [answer(503), answer(429)] {
            let operation = Extended(Probe::<true>, Attempts(own));
            let script: Vec<Exchange> = vec![outcome.into(); 5];
            let retry = Retry::default().attempts(clients);
            let run = run_blocking(&operation, &script, &retry.jitter_seed(1), TIMEOUT);
            assert_eq!(sends(&run.0), sent, "{own} of {clients}");
            let retry = Retry::default().attempts(clients);
            assert_eq!(
                run,
                run_async(&operation, &script, &retry.jitter_seed(1), TIMEOUT)
            );
        }
    }
}

#[test]
fn the_longer_of_the_operations_first_delay_and_the_clients_counts() {
    for (own, clients, longest, waits) in [
        (1_000, 250, 10_000, [1_000, 2_000]),
        (100, 250, 10_000, [250, 500]),
        (1_000, 250, 500, [1_000, 1_000]),
    ] {
        let millis = Duration::from_millis;
        let operation = Extended(Probe::<true>, FirstDelay(millis(own)));
        let script: Vec<Exchange> = vec![answer(503).into(); 3];
        let retry = Retry::default().first_delay(millis(clients));
        let retry = retry.longest_delay(millis(longest)).jitter_seed(1);
        let run = run_blocking(&operation, &script, &retry, TIMEOUT);
        for (slept, wait) in sleeps(&run.0).into_iter().zip(waits) {
            assert!(
                (millis(wait)..=millis(wait * 3 / 2)).contains(&slept),
                "{slept:?}"
            );
        }
        assert_eq!(sleeps(&run.0).len(), 2);
        assert_eq!(run, run_async(&operation, &script, &retry, TIMEOUT));
    }
}

fn kinds() -> impl Strategy<Value = TransportErrorKind> {
    prop::sample::select(vec![
        TransportErrorKind::Connect,
        TransportErrorKind::Timeout,
        TransportErrorKind::Broken,
        TransportErrorKind::TooLarge,
        TransportErrorKind::Request,
        TransportErrorKind::Other,
    ])
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    let seconds = prop_oneof![4 => 0..90_u64, 1 => any::<u64>()];
    // Mostly what is sent again, or few scripts would get far.
    let statuses = prop_oneof![
        6 => prop::sample::select(vec![429_u16, 500, 502, 503, 504]),
        1 => 200..600_u16,
    ];
    prop_oneof![
        2 => (statuses, prop::option::of(seconds))
            .prop_map(|(status, retry_after)| Outcome::Answer { status, retry_after }),
        1 => kinds().prop_map(Outcome::Failure),
    ]
}

fn millis(most: u64) -> impl Strategy<Value = Duration> {
    (0..=most).prop_map(Duration::from_millis)
}

fn exchanges() -> impl Strategy<Value = Exchange> {
    let oversleep = prop_oneof![9 => Just(Duration::ZERO), 1 => millis(90_000)];
    (outcomes(), millis(20_000), oversleep).prop_map(|(outcome, takes, oversleep)| Exchange {
        takes,
        outcome,
        oversleep,
    })
}

const MOST_ATTEMPTS: u32 = 8;
const LONGEST_DELAY: Duration = Duration::from_secs(15);

fn policies() -> impl Strategy<Value = (Retry, u32, Duration)> {
    let delays = prop_oneof![9 => millis(20_000), 1 => Just(Duration::MAX)];
    (0..=MOST_ATTEMPTS, delays, millis(120_000), any::<u64>()).prop_map(
        |(attempts, first, budget, seed)| {
            let retry = Retry::default()
                .attempts(attempts)
                .first_delay(first)
                .longest_delay(LONGEST_DELAY)
                .budget(budget)
                .jitter_seed(seed);
            (retry, attempts.max(1), budget)
        },
    )
}

fn script() -> impl Strategy<Value = Vec<Exchange>> {
    prop::collection::vec(exchanges(), MOST_ATTEMPTS as usize)
}

fn may_have_been_carried_out(outcome: &Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::Failure(TransportErrorKind::Connect) | Outcome::Answer { status: 429, .. }
    )
}

/// What every transcript has to keep, whatever the network did.
fn check(run: &Run, idempotent: bool, most: u32, budget: Duration) {
    let (transcript, end) = run;
    assert!(sends(transcript) <= most as usize);
    assert!(sleeps(transcript).iter().sum::<Duration>() <= budget);

    let mut before: Option<&Outcome> = None;
    for entry in transcript {
        match (entry, before) {
            (Entry::Sent { .. }, Some(before)) => {
                assert!(idempotent || !may_have_been_carried_out(before));
            }
            (Entry::Slept(slept), Some(Outcome::Answer { retry_after, .. })) => {
                let asked = Duration::from_secs(retry_after.unwrap_or_default());
                assert!(*slept >= asked);
                assert!(*slept <= asked.max(LONGEST_DELAY) + LONGEST_DELAY / 2);
            }
            (Entry::Slept(slept), Some(Outcome::Failure(_))) => {
                assert!(*slept <= LONGEST_DELAY + LONGEST_DELAY / 2);
            }
            (Entry::Slept(_), None) => panic!("waited before anything was sent"),
            (Entry::Got(outcome), _) => before = Some(outcome),
            (Entry::Sent { .. }, None) | (Entry::Took(_), _) => {}
        }
    }
    let last = match before.unwrap() {
        Outcome::Answer { status, .. } => Ok(*status),
        Outcome::Failure(kind) => Err(*kind),
    };
    assert_eq!(*end, last, "the result is how the last exchange ended");
}

proptest! {
    #[test]
    fn both_drivers_keep_the_rules_and_agree(
        script in script(),
        (retry, most, budget) in policies(),
        timeout in millis(20_000),
    ) {
        let blocking = run_blocking(&Probe::<true>, &script, &retry, timeout);
        check(&blocking, true, most, budget);
        prop_assert_eq!(&blocking, &run_async(&Probe::<true>, &script, &retry, timeout));

        let blocking = run_blocking(&Probe::<false>, &script, &retry, timeout);
        check(&blocking, false, most, budget);
        prop_assert_eq!(&blocking, &run_async(&Probe::<false>, &script, &retry, timeout));
    }

    /// A first attempt has its own timeout; from then on the budget holds, sleeps included.
    #[test]
    fn no_call_outlasts_its_budget(
        mut script in script(),
        (retry, _, budget) in policies(),
        timeout in millis(20_000),
    ) {
        for exchange in &mut script {
            exchange.oversleep = Duration::ZERO;
        }
        let (transcript, _) = run_blocking(&Probe::<true>, &script, &retry, timeout);
        prop_assert!(timeouts_and_total(&transcript).1 <= budget.max(timeout));
    }

    /// A deadline holds from the first moment on.
    #[test]
    fn no_call_outlasts_its_deadline(
        mut script in script(),
        (retry, _, _) in policies(),
        timeout in millis(20_000),
        deadline in millis(20_000),
    ) {
        for exchange in &mut script {
            exchange.oversleep = Duration::ZERO;
        }
        let operation = within(Probe::<true>, deadline);
        let blocking = run_blocking(&operation, &script, &retry, timeout);
        prop_assert!(timeouts_and_total(&blocking.0).1 <= deadline);
        prop_assert_eq!(&blocking, &run_async(&operation, &script, &retry, timeout));
    }
}
