//! Each rule with the answer that it lets pass, and the same answer where it must not.

use super::*;
use crate::traffic::{EXPIRED, Response, Settled, made_up, without_token};

const OLD: &str = "ins_old";
const NEW: &str = "ins_new";

fn seconds(seconds: u64) -> At {
    Duration::from_secs(seconds)
}

/// A request that was answered within a second.
fn at(sent: u64) -> Span {
    Span {
        sent: seconds(sent),
        answered: seconds(sent + 1),
    }
}

fn token(class: Class, kid: &str, settled: Settled) -> Asked {
    Asked {
        class,
        key: KeyOf::Instance(kid.into()),
        settled,
    }
}

fn valid(kid: &str) -> Asked {
    token(Class::Bearer, kid, Settled::page("user_1\n"))
}

fn sleeper(kid: &str) -> Asked {
    token(Class::Refresh, kid, Settled::page("user_1\n"))
}

fn answer(status: u16, reason: Option<&str>, body: &str) -> Answer {
    Answer::Response(Response {
        status,
        reason: reason.map(str::to_owned),
        body: body.to_owned(),
    })
}

fn welcome() -> Answer {
    answer(200, None, "user_1\n")
}

fn unknown_key() -> Answer {
    answer(401, Some("jwk-kid-mismatch"), "")
}

fn no_keys() -> Answer {
    answer(503, Some("jwk-remote-failed-to-load"), "")
}

fn not_refreshed() -> Answer {
    answer(401, Some("session-token-expired-refresh-fetch-error"), "")
}

struct Scene {
    history: History,
    knowledge: Knowledge,
}

impl Scene {
    /// The first key signs, and the service has it.
    fn new() -> Self {
        let mut scene = Self {
            history: History::default(),
            knowledge: Knowledge::default(),
        };
        scene.history.sign_with(&OLD.into(), seconds(0), false);
        scene.learns(&valid(OLD), &welcome(), 1);
        scene
    }

    fn learns(&mut self, asked: &Asked, answer: &Answer, at: u64) {
        self.knowledge
            .learn(&self.history, asked, answer, seconds(at));
    }

    fn judge(&self, asked: &Asked, answer: &Answer, span: Span) -> Verdict {
        self.history.judge(&self.knowledge, asked, answer, span)
    }

    #[track_caller]
    fn holds(&self, asked: &Asked, answer: &Answer, sent: u64, expected: Verdict) {
        assert_eq!(
            self.judge(asked, answer, at(sent)),
            expected,
            "at {sent}: {answer}"
        );
    }
}

#[test]
fn whoever_is_somebody_else_is_unexpected() {
    let scene = Scene::new();
    scene.holds(&valid(OLD), &welcome(), 10, Verdict::Expected);
    let other = answer(200, None, "user_2\n");
    scene.holds(&valid(OLD), &other, 10, Verdict::Unexpected);
    let failed = Answer::Failed("the connection was closed");
    scene.holds(&valid(OLD), &failed, 10, Verdict::Unexpected);
    scene.holds(
        &without_token(Class::Absent),
        &welcome(),
        10,
        Verdict::Unexpected,
    );
    let expired = token(Class::Expired, OLD, Settled::refusal(EXPIRED));
    scene.holds(
        &expired,
        &answer(401, Some(EXPIRED), ""),
        10,
        Verdict::Expected,
    );
    scene.holds(&expired, &welcome(), 10, Verdict::Unexpected);
}

#[test]
fn a_key_that_the_service_has_serves_whatever_is_out_of_order() {
    let mut scene = Scene::new();
    scene
        .history
        .break_down(Place::Keys, Ailment::Down, seconds(10));
    scene.history.begin_attack(seconds(10));
    scene.history.sign_with(&NEW.into(), seconds(12), false);
    for refusal in [no_keys(), unknown_key()] {
        scene.holds(&valid(OLD), &refusal, 15, Verdict::Unexpected);
    }
    scene.holds(&valid(OLD), &welcome(), 15, Verdict::Expected);
}

#[test]
fn a_new_key_is_refused_as_long_as_it_cannot_be_fetched_and_no_longer() {
    let mut scene = Scene::new();
    scene
        .history
        .break_down(Place::Keys, Ailment::Hangs, seconds(10));
    scene.history.sign_with(&NEW.into(), seconds(12), false);
    scene.history.mend(seconds(20));
    scene.holds(&valid(NEW), &no_keys(), 15, Verdict::Injected);
    // The longest pause after failures is half a minute, and the fetch takes its time.
    scene.holds(&valid(NEW), &no_keys(), 55, Verdict::Injected);
    scene.holds(&valid(NEW), &no_keys(), 57, Verdict::Unexpected);
    let across = Span {
        sent: seconds(8),
        answered: seconds(11),
    };
    assert_eq!(
        scene.judge(&valid(NEW), &no_keys(), across),
        Verdict::Injected
    );
    // From when it was accepted, it has to be.
    scene.learns(&valid(NEW), &welcome(), 30);
    scene.holds(&valid(NEW), &no_keys(), 29, Verdict::Injected);
    scene.holds(&valid(NEW), &no_keys(), 30, Verdict::Unexpected);
    let never = without_token(Class::Absent);
    scene.holds(&never, &no_keys(), 15, Verdict::Unexpected);
}

#[test]
fn what_only_takes_longer_is_no_excuse() {
    let mut scene = Scene::new();
    scene
        .history
        .break_down(Place::Keys, Ailment::Slow, seconds(10));
    scene.history.sign_with(&NEW.into(), seconds(12), false);
    scene.holds(&valid(NEW), &no_keys(), 15, Verdict::Unexpected);
    scene
        .history
        .break_down(Place::Sessions, Ailment::Down, seconds(10));
    scene.holds(&valid(NEW), &no_keys(), 15, Verdict::Unexpected);
    scene
        .history
        .break_down(Place::Sessions, Ailment::Refused, seconds(10));
    scene.holds(&valid(NEW), &no_keys(), 15, Verdict::Injected);
}

#[test]
fn a_new_key_is_found_at_once_or_within_a_minute_of_an_attack() {
    let mut calm = Scene::new();
    calm.history.sign_with(&NEW.into(), seconds(100), false);
    calm.holds(&valid(NEW), &unknown_key(), 104, Verdict::Injected);
    calm.holds(&valid(NEW), &unknown_key(), 107, Verdict::Unexpected);

    let mut attacked = Scene::new();
    attacked.history.begin_attack(seconds(70));
    attacked.history.end_attack(seconds(80));
    attacked.history.sign_with(&NEW.into(), seconds(100), false);
    attacked.holds(&valid(NEW), &unknown_key(), 166, Verdict::Injected);
    attacked.holds(&valid(NEW), &unknown_key(), 167, Verdict::Unexpected);
}

#[test]
fn a_withdrawn_key_is_gone_in_time_and_never_comes_back() {
    let mut scene = Scene::new();
    scene.history.sign_with(&NEW.into(), seconds(100), true);
    scene.holds(&valid(OLD), &welcome(), 101, Verdict::Expected);
    scene.holds(&valid(OLD), &unknown_key(), 101, Verdict::Injected);
    scene.holds(&valid(OLD), &welcome(), 406, Verdict::Expected);
    scene.holds(&valid(OLD), &welcome(), 407, Verdict::Unexpected);
    scene.learns(&valid(OLD), &unknown_key(), 120);
    scene.holds(&valid(OLD), &welcome(), 120, Verdict::Expected);
    scene.holds(&valid(OLD), &welcome(), 121, Verdict::Unexpected);
    // Its tokens look like made-up ones, so that the next key may have to wait.
    scene.holds(&valid(NEW), &unknown_key(), 160, Verdict::Injected);
}

#[test]
fn whoever_has_a_key_that_replaced_others_has_these_no_longer() {
    let mut scene = Scene::new();
    scene.history.publish(NEW.into(), seconds(90));
    scene.history.sign_with(&NEW.into(), seconds(100), true);
    scene.learns(&valid(NEW), &welcome(), 110);
    // It was published beside the other, so that both may have been fetched.
    scene.holds(&valid(OLD), &welcome(), 120, Verdict::Expected);

    let mut scene = Scene::new();
    scene.history.sign_with(&NEW.into(), seconds(100), true);
    scene.learns(&valid(NEW), &welcome(), 110);
    scene.holds(&valid(OLD), &welcome(), 110, Verdict::Expected);
    scene.holds(&valid(OLD), &welcome(), 111, Verdict::Unexpected);
    scene.holds(&valid(OLD), &unknown_key(), 111, Verdict::Injected);
}

#[test]
fn made_up_keys_are_unknown_unless_nobody_can_tell() {
    let mut scene = Scene::new();
    scene.holds(&made_up(), &unknown_key(), 10, Verdict::Expected);
    scene.holds(&made_up(), &no_keys(), 10, Verdict::Unexpected);
    scene.holds(&made_up(), &welcome(), 10, Verdict::Unexpected);
    scene
        .history
        .break_down(Place::Keys, Ailment::Garbage, seconds(10));
    scene.holds(&made_up(), &no_keys(), 10, Verdict::Injected);
}

#[test]
fn a_session_is_refreshed_unless_clerk_is_out_of_reach() {
    let mut scene = Scene::new();
    scene.holds(&sleeper(OLD), &welcome(), 10, Verdict::Expected);
    scene.holds(&sleeper(OLD), &not_refreshed(), 10, Verdict::Unexpected);
    scene
        .history
        .break_down(Place::Sessions, Ailment::Dropped, seconds(10));
    scene.history.mend(seconds(20));
    scene.holds(&sleeper(OLD), &not_refreshed(), 10, Verdict::Injected);
    scene.holds(&sleeper(OLD), &no_keys(), 10, Verdict::Unexpected);
    scene.holds(&sleeper(OLD), &not_refreshed(), 27, Verdict::Unexpected);
    scene.holds(&valid(OLD), &not_refreshed(), 10, Verdict::Unexpected);
}

#[test]
fn a_refreshed_session_may_come_under_a_key_that_is_too_new() {
    let mut scene = Scene::new();
    scene.history.sign_with(&NEW.into(), seconds(100), false);
    scene.holds(&sleeper(OLD), &not_refreshed(), 102, Verdict::Injected);
    scene.holds(&sleeper(OLD), &no_keys(), 102, Verdict::Unexpected);
    scene.holds(&sleeper(OLD), &not_refreshed(), 110, Verdict::Unexpected);
    scene.learns(&valid(NEW), &welcome(), 102);
    scene.holds(&sleeper(OLD), &not_refreshed(), 103, Verdict::Unexpected);
}

#[test]
fn a_key_that_was_never_accepted_is_missed() {
    let mut scene = Scene::new();
    assert_eq!(
        scene.history.never_found(&scene.knowledge, seconds(500)),
        Vec::<Kid>::new()
    );
    scene.history.sign_with(&NEW.into(), seconds(500), false);
    assert_eq!(
        scene.history.never_found(&scene.knowledge, seconds(600)),
        Vec::<Kid>::new()
    );
    let missed = scene.history.never_found(&scene.knowledge, seconds(700));
    assert_eq!(missed, [Kid::from(NEW)]);
    let empty = Knowledge::default();
    assert_eq!(scene.history.never_found(&empty, seconds(700)).len(), 2);
}

#[test]
fn latencies_count_where_no_key_had_to_be_fetched() {
    let mut scene = Scene::new();
    let is_at_hand = |scene: &Scene, key: &KeyOf, sent| {
        scene
            .history
            .is_at_hand(&scene.knowledge, key, seconds(sent))
    };
    assert!(is_at_hand(&scene, &KeyOf::Nobody, 0));
    assert!(!is_at_hand(&scene, &KeyOf::MadeUp, 10));
    let old = valid(OLD).key;
    assert!(!is_at_hand(&scene, &old, 0) && is_at_hand(&scene, &old, 1));
    scene.history.sign_with(&NEW.into(), seconds(100), true);
    assert!(is_at_hand(&scene, &old, 99) && !is_at_hand(&scene, &old, 100));
    assert!(!is_at_hand(&scene, &valid(NEW).key, 110));
}
