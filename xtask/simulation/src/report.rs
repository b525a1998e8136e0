//! What the day came to, for people and for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    day::{self, Window},
    fleet::Fleet,
    options::Options,
    place::Hosting,
    policies::{backend::Backend, clerk_rs::ClerkRs, ours::Ours},
    tally::Tally,
};

pub(crate) const OURS: &str = "clerk";

/// The parts of the day that are told apart.
pub(crate) const PARTS: [(&str, Window); 10] = [
    ("calm", day::CALM),
    ("planned rotation", day::PLANNED),
    ("attack", day::ATTACK),
    ("deploy", day::DEPLOY),
    ("outage", day::OUTAGE),
    ("recovery", day::RECOVERY),
    ("packet loss", day::LOSSY),
    ("urgent rotation", day::URGENT),
    ("after it", day::AFTERMATH),
    ("whole day", day::WHOLE),
];

pub(crate) struct Report {
    pub(crate) options: Options,
    pub(crate) fleets: Vec<FleetReport>,
}

pub(crate) struct FleetReport {
    pub(crate) hosting: Hosting,
    pub(crate) tallies: Vec<(&'static str, Tally)>,
}

impl Report {
    pub(crate) fn of(options: &Options) -> Self {
        let hostings = [Hosting::Servers, Hosting::Isolates];
        let fleets = hostings.map(|hosting| FleetReport::of(options, hosting));
        Self {
            options: options.clone(),
            fleets: fleets.into(),
        }
    }

    /// What does not hold of our policy and must.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        for fleet in &self.fleets {
            let of_this = fleet.ours().violations(&self.options.policy);
            violations.extend(
                of_this
                    .into_iter()
                    .map(|what| format!("{}: {what}", fleet.name())),
            );
        }
        violations
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for fleet in &self.fleets {
            fleet.write(&self.options, &mut text);
        }
        text
    }

    /// A line for each fleet and policy.
    pub(crate) fn json(&self) -> String {
        let lines = self.fleets.iter().flat_map(|fleet| {
            let of_fleet = |(name, tally): &(&str, Tally)| {
                let mut line = self.line(name, tally);
                line["fleet"] = fleet.name().into();
                format!("{line}\n")
            };
            fleet.tallies.iter().map(of_fleet).collect::<Vec<_>>()
        });
        lines.collect()
    }

    fn line(&self, name: &str, tally: &Tally) -> Value {
        let load = PARTS.map(|(part, window)| {
            json!({ "part": part, "peak": tally.peak(window), "mean": tally.mean(window) })
        });
        let refused = tally.refused;
        let mut line = json!({
            "policy": name,
            "instances": self.options.instances,
            "rate": self.options.rate,
            "seed": self.options.seed,
            "fetches_per_second": load,
            "fetches_per_instance": fetches_each(tally, self.options.instances),
            "valid_presented": tally.presented,
            "valid_refused_within_stale_window": refused.within_window,
            "valid_refused_without_keys_in_outage": refused.in_outage,
            "valid_refused_without_keys_otherwise": refused.without_keys,
            "valid_refused_new_key": refused.new_key,
            "valid_refused_by_wrong_clock": refused.wrong_clock,
            "fetches_at_once": tally.most_at_once,
        });
        if name == OURS {
            line["attacks"] = tally.attacks.into();
            line["invalid_accepted"] = tally.forged_accepted.into();
            line["expired_accepted_by_wrong_clock"] = tally.accepted_by_wrong_clock.into();
            line["withdrawn_key_accepted_s"] = tally.stale.as_secs_f64().into();
            line["withdrawn_key_accepted_if_idle_s"] = tally.stale_if_idle.as_secs_f64().into();
        }
        line
    }
}

fn fetches_each(tally: &Tally, instances: usize) -> f64 {
    tally.mean(day::WHOLE) * day::MIDNIGHT.as_secs_f64() / instances as f64
}

impl FleetReport {
    fn of(options: &Options, hosting: Hosting) -> Self {
        let policy = &options.policy;
        let fleet = Fleet {
            instances: options.instances,
            rate: options.rate,
            seed: options.seed,
            hosting,
            serves: policy.time_to_live + policy.stale_window,
        };
        let settings = crate::settings();
        let ours = fleet.run(&Ours::new(&settings, policy.clone()));
        let mut tallies = vec![(OURS, ours)];
        // It reads files with tokio, so it is not run in isolates.
        if hosting == Hosting::Servers {
            tallies.push(("clerk-rs 0.5", fleet.run(&ClerkRs)));
        }
        tallies.push(("@clerk/backend 3", fleet.run(&Backend)));
        Self { hosting, tallies }
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self.hosting {
            Hosting::Servers => "servers",
            Hosting::Isolates => "isolates",
        }
    }

    /// Our policy's is the first.
    fn ours(&self) -> &Tally {
        &self.tallies[0].1
    }

    fn write(&self, options: &Options, text: &mut String) {
        let _ = self.write_load(options, text);
        let _ = self.write_tokens(text);
    }

    fn write_load(&self, options: &Options, text: &mut String) -> std::fmt::Result {
        let (instances, seed) = (options.instances, options.seed);
        let rate = options.rate;
        writeln!(
            text,
            "{}: {instances} at once, {rate} requests a second to each, seed {seed}",
            self.name()
        )?;
        writeln!(
            text,
            "\nfetches a second at the key server: peak (mean), and how many times our peak\n"
        )?;
        write!(text, "{:<20}", "")?;
        for (name, _) in &self.tallies {
            write!(text, "{name:>20}{:>10}", "")?;
        }
        for (part, window) in PARTS {
            write!(text, "\n{part:<20}")?;
            for (index, (_, tally)) in self.tallies.iter().enumerate() {
                let load = format!("{} ({:.1})", tally.peak(window), tally.mean(window));
                let ratio =
                    f64::from(tally.peak(window)) / f64::from(self.ours().peak(window).max(1));
                let ratio = if index == 0 {
                    String::new()
                } else {
                    format!("{ratio:.1} ×")
                };
                write!(text, "{load:>20}{ratio:>10}")?;
            }
        }
        write!(text, "\n{:<20}", "per instance, a day")?;
        for (_, tally) in &self.tallies {
            write!(text, "{:>20.0}{:>10}", fetches_each(tally, instances), "")?;
        }
        text.push_str("\n\n");
        Ok(())
    }

    fn write_tokens(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "valid tokens refused\n")?;
        type Count = fn(&Tally) -> u64;
        let counts: [(&str, Count); 7] = [
            ("in the stale window", |tally| tally.refused.within_window),
            ("no keys, in outage", |tally| tally.refused.in_outage),
            ("no keys, otherwise", |tally| tally.refused.without_keys),
            ("for a new key", |tally| tally.refused.new_key),
            ("by a wrong clock", |tally| tally.refused.wrong_clock),
            ("of all presented", |tally| tally.presented),
            ("fetches at once", |tally| tally.most_at_once.into()),
        ];
        for (name, count) in counts {
            write!(text, "{name:<20}")?;
            for (_, tally) in &self.tallies {
                write!(text, "{:>20}{:>10}", count(tally), "")?;
            }
            text.push('\n');
        }
        let ours = self.ours();
        let (forged, attacks) = (ours.forged_accepted, ours.attacks);
        writeln!(
            text,
            "\ninvalid tokens accepted: {forged} of {attacks}; by clocks that are wrong, {} that had expired",
            ours.accepted_by_wrong_clock
        )?;
        let (stale, idle) = (ours.stale.as_secs_f64(), ours.stale_if_idle.as_secs_f64());
        writeln!(
            text,
            "a withdrawn key was accepted for at most {stale:.1} s, and for {idle:.1} s at idle instances\n"
        )
    }
}
