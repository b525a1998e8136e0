//! Small fleets through the whole day: what must hold of ours, and that it would be noticed if it did not.

use std::time::Duration;

use clerk_http::Settings;
use clerk_jwks::CachePolicy;

use crate::{
    day::{self, Published},
    fleet::Fleet,
    options::Options,
    place::Hosting,
    plot,
    policies::{
        Ask, Next, Now, Outcome, Policy, Verdict,
        backend::Backend,
        clerk_rs::ClerkRs,
        ours::{self, Ours},
    },
    report::Report,
    tally::Tally,
    tokens::{Kind, Token},
};

fn small(hosting: Hosting, seed: u64) -> Fleet {
    let policy = CachePolicy::default();
    Fleet {
        instances: 10,
        rate: 2.0,
        seed,
        hosting,
        serves: policy.time_to_live + policy.stale_window,
    }
}

fn violations(tally: &Tally) -> Vec<String> {
    tally.violations(&CachePolicy::default())
}

#[test]
fn the_same_seed_has_the_same_result_byte_for_byte_and_another_has_not() {
    let all = |seed| {
        let report = Report::of(&Options {
            instances: 3,
            rate: 1.0,
            seed,
            ..Options::default()
        });
        let (text, drawing) = (report.text(), plot::svg(&report));
        (text, report.json(), drawing)
    };
    let (one, again, other) = (all(1), all(1), all(2));
    assert!(one == again);
    assert!(one.1 != other.1);
    assert_eq!(one.1.lines().count(), 5);
    assert!(one.2.ends_with("</svg>\n"));
}

#[test]
fn what_must_hold_holds_of_ours_and_was_tried() {
    let settings = crate::settings();
    let policy = Ours::new(&settings, CachePolicy::default());
    for hosting in [Hosting::Servers, Hosting::Isolates] {
        for seed in 1..3 {
            let tally = small(hosting, seed).run(&policy);
            assert_eq!(violations(&tally), [""; 0], "{hosting:?} {seed}");
            assert_eq!(tally.refused.new_key, 0);
            // Whoever starts gets keys, but for what the hour of packet loss takes.
            assert!(tally.refused.without_keys < tally.presented / 10_000);
            assert!(tally.presented > 1_000_000);
            assert!(tally.attacks > 5_000);
            // Whoever came with a withdrawn key was let in for a while.
            assert!(tally.stale > Duration::from_secs(30), "{:?}", tally.stale);
            assert_eq!(tally.most_at_once, 1);
        }
    }
}

#[test]
fn an_instance_asks_about_as_often_as_its_keys_have_to_be_refreshed() {
    let settings = crate::settings();
    let policy = Ours::new(&settings, CachePolicy::default());
    let tally = small(Hosting::Servers, 1).run(&policy);
    let each = tally.mean(day::CALM) / 10.0 * 3600.0;
    // Every 210 seconds on average.
    assert!((15.0..17.0).contains(&each), "{each} an hour");
}

#[test]
fn a_shorter_stale_window_has_users_refused_in_the_outage() {
    let settings = crate::settings();
    let mut policy = CachePolicy::default();
    policy.stale_window = Duration::ZERO;
    let tally = small(Hosting::Servers, 1).run(&Ours::new(&settings, policy));
    assert!(tally.refused.within_window > 10_000);
}

#[test]
fn the_peers_policies_are_told_from_ours_by_the_same_checks() {
    let fleet = small(Hosting::Servers, 1);
    for tally in [fleet.run(&ClerkRs), fleet.run(&Backend)] {
        assert!(tally.refused.within_window > 1_000);
        let found = violations(&tally).join("; ");
        assert!(found.contains("within the stale window"), "{found}");
        assert!(found.contains("at once"), "{found}");
    }
}

#[test]
fn what_happens_to_all_at_once_leaves_no_herd_behind() {
    let settings = crate::settings();
    let fleet = Fleet {
        instances: 200,
        rate: 10.0,
        ..small(Hosting::Servers, 1)
    };
    let tally = fleet.run(&Ours::new(&settings, CachePolicy::default()));
    // Since the attack, nothing else has happened.
    let quiet = day::Window::new(day::hours(7, 0), day::hours(9, 0));
    let (peak, mean) = (tally.peak(quiet), tally.mean(quiet));
    assert!(
        f64::from(peak) < 10.0 * mean.max(1.0),
        "{peak} at once, {mean} on average"
    );
}

#[test]
fn in_the_outage_each_peer_asks_a_hundred_times_as_much() {
    let settings = crate::settings();
    let fleet = Fleet {
        instances: 100,
        rate: 10.0,
        ..small(Hosting::Servers, 1)
    };
    let ours = fleet.run(&Ours::new(&settings, CachePolicy::default()));
    for peer in [fleet.run(&ClerkRs), fleet.run(&Backend)] {
        let (peer, ours) = (peer.mean(day::OUTAGE), ours.mean(day::OUTAGE));
        assert!(peer > 100.0 * ours, "{peer} and {ours} a second on average");
    }
    // So few are lumpier than ten thousand, of which a hundred times as many ask within the worst second, too.
    let (peak, mean) = (ours.peak(day::OUTAGE), ours.mean(day::OUTAGE));
    assert!(
        f64::from(peak) < 5.0 * mean,
        "{peak} at once, {mean} on average"
    );
}

#[test]
fn made_up_keys_have_an_instance_ask_ever_less() {
    let settings = crate::settings();
    let fleet = Fleet {
        instances: 50,
        ..small(Hosting::Servers, 1)
    };
    let ours = fleet.run(&Ours::new(&settings, CachePolicy::default()));
    let each = ours.mean(day::ATTACK) * 600.0 / 50.0;
    assert!(each < 16.0, "{each} fetches of an instance in ten minutes");
}

/// Ways to break a policy.
#[derive(Clone, Copy, Debug)]
enum Defect {
    KeepsWithdrawnKeys,
    ChecksNoSignature,
    FetchesForEach,
    RefusesAfterFailures,
}

/// Ours, broken.
struct Broken<'s> {
    ours: Ours<'s>,
    defect: Defect,
}

struct BrokenKeys {
    cache: ours::Cache,
    seen: Published,
    failed: bool,
}

impl<'s> Broken<'s> {
    fn new(settings: &'s Settings, defect: Defect) -> Self {
        let ours = Ours::new(settings, CachePolicy::default());
        Self { ours, defect }
    }

    fn distort(&self, keys: &BrokenKeys, token: &Token, verdict: Verdict) -> Verdict {
        let accepts = match self.defect {
            Defect::KeepsWithdrawnKeys => {
                token.kind == Kind::Stolen && token.key.is_some_and(|key| keys.seen.has(key))
            }
            Defect::ChecksNoSignature => token.kind == Kind::BadSignature,
            Defect::FetchesForEach | Defect::RefusesAfterFailures => false,
        };
        let refuses = matches!(self.defect, Defect::RefusesAfterFailures) && keys.failed;
        match verdict {
            Verdict::Refused if accepts => Verdict::Accepted,
            Verdict::Accepted if refuses => Verdict::Refused,
            verdict => verdict,
        }
    }
}

impl<'s> Policy for Broken<'s> {
    type Keys = BrokenKeys;
    type Call = ours::Call<'s>;
    type Fetched = ours::Fetched;

    fn cold(&self) -> BrokenKeys {
        BrokenKeys {
            cache: self.ours.cold(),
            seen: Published::default(),
            failed: false,
        }
    }

    fn ask(&self, keys: &mut BrokenKeys, token: &Token, now: Now) -> Ask {
        if let (Kind::User, Some(key)) = (token.kind, token.key) {
            keys.seen = keys.seen.and(Published(1 << key.0));
        }
        match self.ours.ask(&mut keys.cache, token, now) {
            Ask::Judged(verdict) => Ask::Judged(self.distort(keys, token, verdict)),
            Ask::JudgedAndFetch(verdict) => Ask::JudgedAndFetch(self.distort(keys, token, verdict)),
            Ask::Wait if matches!(self.defect, Defect::FetchesForEach) => Ask::FetchAlone,
            ask => ask,
        }
    }

    fn after_fetch(&self, keys: &BrokenKeys, token: &Token, now: Now) -> Verdict {
        let verdict = self.ours.after_fetch(&keys.cache, token, now);
        self.distort(keys, token, verdict)
    }

    fn begin(&self, keys: &BrokenKeys, seed: u64, now: Now) -> Next<Self::Call, Self::Fetched> {
        self.ours.begin(&keys.cache, seed, now)
    }

    fn ended(
        &self,
        call: Self::Call,
        outcome: Outcome,
        now: Now,
    ) -> Next<Self::Call, Self::Fetched> {
        self.ours.ended(call, outcome, now)
    }

    fn waited(&self, call: Self::Call, now: Now) -> Next<Self::Call, Self::Fetched> {
        self.ours.waited(call, now)
    }

    fn complete(&self, keys: &mut BrokenKeys, fetched: Self::Fetched, now: Now) -> bool {
        let brought = self.ours.complete(&mut keys.cache, fetched, now);
        keys.failed = !brought;
        brought
    }

    fn is_settled_for(&self, keys: &BrokenKeys, names: Published, now: Now) -> Option<Duration> {
        self.ours.is_settled_for(&keys.cache, names, now)
    }

    fn fetches_for_each(&self, keys: &BrokenKeys, now: Now) -> bool {
        self.ours.fetches_for_each(&keys.cache, now)
    }
}

#[test]
fn each_defect_is_found_by_the_check_that_is_there_for_it() {
    let settings = crate::settings();
    let rows = [
        (Defect::KeepsWithdrawnKeys, "a withdrawn key was accepted"),
        (Defect::ChecksNoSignature, "invalid tokens were accepted"),
        (Defect::FetchesForEach, "under way at once"),
        (Defect::RefusesAfterFailures, "within the stale window"),
    ];
    for (defect, expected) in rows {
        let tally = small(Hosting::Servers, 1).run(&Broken::new(&settings, defect));
        let found = violations(&tally);
        let as_expected = found.iter().all(|what| what.contains(expected));
        assert!(!found.is_empty() && as_expected, "{defect:?}: {found:?}");
    }
}
