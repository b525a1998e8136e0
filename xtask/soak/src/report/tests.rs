//! What must not pass, each alone in a run that is well otherwise.

use super::*;
use crate::{
    history::{At, Span},
    traffic::{Answer, Response},
};

const MINUTE: u64 = 60;

fn page() -> Answer {
    Answer::Response(Response {
        status: 200,
        reason: None,
        body: String::new(),
    })
}

/// So many milliseconds from when it was due, and less from when it was sent.
fn count(tally: &mut Tally, class: Class, verdict: Verdict, (due, sent): (u64, u64)) {
    let answered = At::from_millis(10_000);
    let span = Span {
        sent: answered - Duration::from_millis(sent),
        answered,
    };
    let due = answered - Duration::from_millis(due);
    tally.count(class, (&page(), verdict), (due, span, true));
}

/// Half an hour with `ENOUGH` answers of each class, all alike.
fn well(milliseconds_with: (u64, u64), memory: impl Fn(u64) -> u64) -> Report {
    let mut tally = Tally::default();
    for class in Class::ALL {
        let takes = if class.is_authenticated() {
            milliseconds_with
        } else {
            (10, 10)
        };
        for _ in 0..ENOUGH {
            count(&mut tally, class, Verdict::Expected, takes);
        }
    }
    count(&mut tally, Class::MadeUp, Verdict::Injected, (10, 10));
    let sample = |second| Sample {
        at: Duration::from_secs(second),
        memory: memory(second),
        threads: 3,
        descriptors: 30,
    };
    let sent = tally.answers.values().sum();
    Report {
        whole: Duration::from_secs(30 * MINUTE),
        cycle: Duration::from_secs(6 * MINUTE),
        rate: 1000,
        seed: 1,
        is_timed: true,
        lateness: Latencies::new(),
        faults: vec!["keys down".to_owned()],
        rotations: 3,
        services: vec![Service {
            name: "a service",
            sent,
            tally,
            samples: (0..30 * MINUTE).map(sample).collect(),
            descriptors: (9, 9),
            never_found: Vec::new(),
        }],
        is_interrupted: false,
    }
}

fn flat() -> Report {
    well((19, 19), |_| 10_000)
}

#[track_caller]
fn fails_for(report: &Report, why: &str) {
    let violations = report.violations();
    assert!(
        matches!(violations.as_slice(), [one] if one.contains(why)),
        "{why}: {violations:?}"
    );
    assert!(report.json().contains(why), "programs are told, too");
}

#[test]
fn what_is_within_its_bounds_passes() {
    assert_eq!(flat().violations(), Vec::<String>::new());
    let grown = well(
        (19, 19),
        |second| if second < 900 { 10_000 } else { 10_500 },
    );
    assert_eq!(grown.violations(), Vec::<String>::new());
}

#[test]
fn a_slow_route_is_seen_from_either_moment() {
    fails_for(&well((21, 10), |_| 10_000), "from when requests were due");
    fails_for(
        &well((19, 19), |_| 10_000).slowed_from_sent(),
        "from when requests were sent",
    );
}

impl Report {
    /// As if this program had been so late that it hides what the service takes.
    fn slowed_from_sent(mut self) -> Self {
        let mut tally = Tally::default();
        for class in Class::ALL {
            let sent = if class.is_authenticated() { 21 } else { 10 };
            for _ in 0..ENOUGH {
                count(&mut tally, class, Verdict::Expected, (1_000, sent));
            }
        }
        count(&mut tally, Class::MadeUp, Verdict::Injected, (1_000, 10));
        self.services[0].tally = tally;
        self
    }
}

#[test]
fn a_leak_of_memory_is_seen() {
    fails_for(
        &well((19, 19), |second| 10_000 + second / 2),
        "it has grown",
    );
}

#[test]
fn a_leak_of_connections_is_seen() {
    let mut report = flat();
    report.services[0].descriptors = (9, 9 + KEPT_OPEN);
    assert_eq!(report.violations(), Vec::<String>::new());
    report.services[0].descriptors = (9, 10 + KEPT_OPEN);
    fails_for(&report, "descriptors are open");
}

#[test]
fn one_answer_that_was_not_injected_is_seen() {
    let mut report = flat();
    let service = &mut report.services[0];
    service.sent += 1;
    count(
        &mut service.tally,
        Class::Cookie,
        Verdict::Unexpected,
        (10, 10),
    );
    fails_for(&report, "1 answers were unexpected");
    assert!(
        report
            .text()
            .contains("unexpected at 9.990 s, after 10.0ms: signed in, cookie: 200")
    );
}

#[test]
fn a_request_that_was_never_answered_is_seen() {
    let mut report = flat();
    report.services[0].sent += 1;
    fails_for(&report, "requests were answered");
}

#[test]
fn a_key_that_was_never_found_is_seen() {
    let mut report = flat();
    report.services[0].never_found.push("ins_1".into());
    fails_for(&report, "no token was ever accepted under ins_1");
}

#[test]
fn a_run_in_which_nothing_happened_proves_nothing() {
    let mut calm = flat();
    calm.faults.clear();
    fails_for(&calm, "nothing has happened to the instance");
    let mut unmoved = flat();
    let answers = &mut unmoved.services[0].tally.answers;
    answers.retain(|(_, verdict, _), _| *verdict != Verdict::Injected);
    unmoved.services[0].sent -= 1;
    fails_for(&unmoved, "no answer shows a fault");
    let mut alone = flat();
    let service = &mut alone.services[0];
    service
        .tally
        .answers
        .retain(|(class, ..), _| *class != Class::Refresh);
    service.sent -= ENOUGH;
    fails_for(&alone, "nobody came: refreshed session");
    let mut brief = flat();
    brief.services[0].tally.latencies.remove(&Class::Plain);
    fails_for(&brief, "fewer than 1000 answers to compare");
    let mut blind = flat();
    blind.services[0].samples.clear();
    fails_for(&blind, "nothing is known of its memory");
}

#[test]
fn who_stops_it_has_not_seen_it_pass() {
    let mut report = flat();
    report.is_interrupted = true;
    fails_for(&report, "told to stop before its time");
}

#[test]
fn without_time_what_was_answered_counts_all_the_same() {
    let mut report = well((500, 500), |second| 10_000 + second);
    report.is_timed = false;
    assert_eq!(report.violations(), Vec::<String>::new());
    count(
        &mut report.services[0].tally,
        Class::Plain,
        Verdict::Unexpected,
        (10, 10),
    );
    report.services[0].sent += 1;
    fails_for(&report, "1 answers were unexpected");
}
