//! What the run came to, for people and for programs, and what of it does not hold and must.

use std::{fmt::Write as _, time::Duration};

use serde_json::{Value, json};

use crate::{
    history::Verdict,
    process::{Growth, Sample},
    tally::{Latencies, Pair, Tally},
    traffic::{Class, Kid},
};

/// How much larger the p99 of the route with authentication may be than that of the one without.
const SLOWER: f64 = 2.0;
/// How much larger a process may be at the end than after it has warmed up.
const LARGER: f64 = 1.05;
/// Percentiles of fewer values say little.
const ENOUGH: u64 = 1000;
/// So many descriptors may stay open when nobody is connected any more: connections to Clerk are kept for a while.
pub(crate) const KEPT_OPEN: u64 = 8;

/// Of the samples, which are a second apart, programs are told every tenth.
const EVERY: usize = 10;

const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

pub(crate) struct Report {
    pub(crate) whole: Duration,
    /// Memory is compared over stretches of this length.
    pub(crate) cycle: Duration,
    pub(crate) rate: u32,
    pub(crate) seed: u64,
    pub(crate) is_timed: bool,
    /// How late requests were sent.
    pub(crate) lateness: Latencies,
    /// What was out of order, in its order.
    pub(crate) faults: Vec<String>,
    pub(crate) rotations: usize,
    pub(crate) services: Vec<Service>,
    /// It was told to stop before its time.
    pub(crate) is_interrupted: bool,
}

pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) sent: u64,
    pub(crate) tally: Tally,
    pub(crate) samples: Vec<Sample>,
    /// Before the first request, and after the last connection was closed.
    pub(crate) descriptors: (u64, u64),
    pub(crate) never_found: Vec<Kid>,
}

impl Service {
    fn growth(&self, report: &Report) -> Option<Growth> {
        Growth::of(&self.samples, (report.whole, report.cycle))
    }

    /// p99 with authentication, p99 without, in microseconds: from due, then from sent.
    fn p99(&self) -> Option<[(u64, u64); 2]> {
        let plain = self.tally.latencies.get(&Class::Plain)?;
        let signed_in = self.tally.authenticated();
        let is_enough = plain.from_due.count().min(signed_in.from_due.count()) >= ENOUGH;
        let of = |pair: &Pair| [pair.from_due.at(0.99), pair.from_sent.at(0.99)];
        let ([due, sent], [plain_due, plain_sent]) = (of(&signed_in), of(plain));
        is_enough.then_some([(due, plain_due), (sent, plain_sent)])
    }

    fn violations(&self, report: &Report) -> Vec<String> {
        let mut violations = Vec::new();
        let unexpected = self.tally.answers_of(Verdict::Unexpected);
        if unexpected > 0 {
            violations.push(format!("{unexpected} answers were unexpected, see above"));
        }
        let answered: u64 = self.tally.answers.values().sum();
        if answered != self.sent {
            let sent = self.sent;
            violations.push(format!("{answered} of {sent} requests were answered"));
        }
        if !report.is_interrupted {
            let has_come = |class: &Class| self.tally.answers.keys().any(|(of, ..)| of == class);
            if self.tally.answers_of(Verdict::Injected) == 0 {
                violations.push("no answer shows a fault, an attack or a rotation".to_owned());
            }
            for class in Class::ALL.iter().filter(|class| !has_come(class)) {
                violations.push(format!("nobody came: {}", class.name()));
            }
        }
        for kid in &self.never_found {
            violations.push(format!("no token was ever accepted under {kid}"));
        }
        let (before, after) = self.descriptors;
        if after > before + KEPT_OPEN {
            violations.push(format!(
                "{after} descriptors are open when nobody is connected; there were {before}"
            ));
        }
        if report.is_timed && !report.is_interrupted {
            violations.extend(self.timing(report));
        }
        violations
    }

    fn timing(&self, report: &Report) -> Vec<String> {
        let mut violations = Vec::new();
        match self.p99() {
            None => violations.push(format!("fewer than {ENOUGH} answers to compare")),
            Some(pairs) => {
                for (since, (with, without)) in ["due", "sent"].into_iter().zip(pairs) {
                    let ratio = with as f64 / without.max(1) as f64;
                    if ratio > SLOWER {
                        violations.push(format!(
                            "from when requests were {since}, the p99 with authentication is {ratio:.2} × that without; it may be {SLOWER} ×"
                        ));
                    }
                }
            }
        }
        match self.growth(report) {
            None => violations.push("nothing is known of its memory".to_owned()),
            Some(growth) if growth.is_comparable && growth.ratio() > LARGER => {
                let Growth { warm, end, .. } = growth;
                violations.push(format!(
                    "it has grown from {warm} to {end} KiB, {:.3} ×; it may be {LARGER} ×",
                    growth.ratio()
                ));
            }
            Some(_) => {}
        }
        violations
    }

    fn write(&self, report: &Report, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\n{}: {} requests\n", self.name, self.sent)?;
        write!(text, "{:<24}{:>9}", "milliseconds", "answers")?;
        for (name, _) in QUANTILES {
            write!(text, "{name:>9}")?;
        }
        writeln!(text, "{:>9}{:>11}", "max", "p99 sent")?;
        for (class, pair) in &self.tally.latencies {
            write_latencies(class.name(), pair, text)?;
        }
        write_latencies("all who are signed in", &self.tally.authenticated(), text)?;
        if let Some(waits) = &self.tally.waits {
            write_latencies("waiting for a key", waits, text)?;
        }
        writeln!(
            text,
            "\n{:<24}{:>9}{:>9}{:>11}  answer",
            "", "expected", "injected", "unexpected"
        )?;
        for ((class, verdict, answer), count) in &self.tally.answers {
            let column = match verdict {
                Verdict::Expected => format!("{count:>9}{:>9}{:>11}", "", ""),
                Verdict::Injected => format!("{:>9}{count:>9}{:>11}", "", ""),
                Verdict::Unexpected => format!("{:>9}{:>9}{count:>11}", "", ""),
            };
            writeln!(text, "{:<24}{column}  {answer}", class.name())?;
        }
        for line in &self.tally.unexpected {
            writeln!(text, "unexpected {line}")?;
        }
        text.push('\n');
        if let Some([(due, plain_due), (sent, plain_sent)]) = self.p99() {
            let ratio = |with: u64, without: u64| with as f64 / without.max(1) as f64;
            writeln!(
                text,
                "p99 with authentication: {:.2} × that without it, and {:.2} × from when requests were sent",
                ratio(due, plain_due),
                ratio(sent, plain_sent)
            )?;
        }
        if let Some(growth) = self.growth(report) {
            let Growth {
                warm,
                end,
                is_comparable,
            } = growth;
            let note = if is_comparable {
                ""
            } else {
                " (not judged: that takes 18 minutes)"
            };
            writeln!(
                text,
                "memory: {warm} KiB when warm, {end} KiB at the end, {:.3} ×{note}",
                growth.ratio()
            )?;
        }
        let most = |number: fn(&Sample) -> u64| self.samples.iter().map(number).max().unwrap_or(0);
        let (threads, open) = (
            most(|sample| sample.threads),
            most(|sample| sample.descriptors),
        );
        let (before, after) = self.descriptors;
        writeln!(
            text,
            "descriptors: {before} at first, {open} at most, {after} when nobody is connected; threads: {threads} at most"
        )
    }

    fn json(&self, report: &Report) -> Value {
        let latencies: Vec<Value> = self
            .tally
            .latencies
            .iter()
            .map(|(class, pair)| latencies_json(class.name(), pair))
            .chain([latencies_json(
                "all who are signed in",
                &self.tally.authenticated(),
            )])
            .chain(
                self.tally
                    .waits
                    .iter()
                    .map(|pair| latencies_json("waiting for a key", pair)),
            )
            .collect();
        let answers: Vec<Value> = self
            .tally
            .answers
            .iter()
            .map(|((class, verdict, answer), count)| {
                let verdict = format!("{verdict:?}").to_lowercase();
                json!({ "class": class.name(), "kind": verdict, "answer": answer, "count": count })
            })
            .collect();
        let growth = self.growth(report).map(|growth| {
            json!({
                "warm_kib": growth.warm, "end_kib": growth.end, "ratio": growth.ratio(),
                "is_judged": growth.is_comparable,
            })
        });
        let ratio = |(with, without): (u64, u64)| with as f64 / without.max(1) as f64;
        let samples = self.samples.iter().step_by(EVERY).map(|sample| {
            let Sample { at, memory, threads, descriptors } = sample;
            json!({ "s": at.as_secs(), "kib": memory, "threads": threads, "descriptors": descriptors })
        });
        json!({
            "service": self.name,
            "samples": samples.collect::<Vec<_>>(),
            "sent": self.sent,
            "latencies_us": latencies,
            "answers": answers,
            "unexpected": self.tally.unexpected,
            "p99_ratio": self.p99().map(|[due, sent]| json!({ "from_due": ratio(due), "from_sent": ratio(sent) })),
            "memory": growth,
            "descriptors": { "before": self.descriptors.0, "after": self.descriptors.1 },
            "violations": self.violations(report),
        })
    }
}

fn write_latencies(name: &str, pair: &Pair, text: &mut String) -> std::fmt::Result {
    let milliseconds = |micros: u64| Duration::from_micros(micros).as_secs_f64() * 1000.0;
    write!(text, "{name:<24}{:>9}", pair.from_due.count())?;
    for (_, quantile) in QUANTILES {
        write!(text, "{:>9.3}", milliseconds(pair.from_due.at(quantile)))?;
    }
    let max = milliseconds(pair.from_due.max());
    writeln!(
        text,
        "{max:>9.3}{:>11.3}",
        milliseconds(pair.from_sent.at(0.99))
    )
}

fn latencies_json(name: &str, pair: &Pair) -> Value {
    let of = |latencies: &Latencies| {
        let mut quantiles = json!({ "max": latencies.max() });
        for (name, quantile) in QUANTILES {
            quantiles[name] = latencies.at(quantile).into();
        }
        quantiles
    };
    let count = pair.from_due.count();
    json!({ "class": name, "count": count, "from_due": of(&pair.from_due), "from_sent": of(&pair.from_sent) })
}

impl Report {
    /// What does not hold and must.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        if self.is_interrupted {
            violations.push("it was told to stop before its time".to_owned());
        } else if self.faults.is_empty() || self.rotations == 0 {
            violations.push("nothing has happened to the instance".to_owned());
        }
        for service in &self.services {
            let of_this = service.violations(self);
            violations.extend(
                of_this
                    .into_iter()
                    .map(|what| format!("{}: {what}", service.name)),
            );
        }
        violations
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let written = self.write(&mut text);
        written.unwrap_or_else(|error| unreachable!("texts take everything: {error}"));
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let (minutes, rate, seed) = (self.whole.as_secs_f64() / 60.0, self.rate, self.seed);
        let services = self.services.len();
        writeln!(
            text,
            "{minutes} minutes, {rate} requests a second to {services} services together, seed {seed}"
        )?;
        writeln!(
            text,
            "{} rotations; faults: {}",
            self.rotations,
            self.faults.join(", ")
        )?;
        let (p50, p99) = (self.lateness.at(0.5), self.lateness.at(0.99));
        writeln!(
            text,
            "requests were sent {p50} µs late, and 99 of 100 at most {p99} µs"
        )?;
        for service in &self.services {
            service.write(self, text)?;
        }
        Ok(())
    }

    pub(crate) fn json(&self) -> String {
        let services: Vec<Value> = self
            .services
            .iter()
            .map(|service| service.json(self))
            .collect();
        let lateness = json!({ "p50": self.lateness.at(0.5), "p99": self.lateness.at(0.99), "max": self.lateness.max() });
        let report = json!({
            "seconds": self.whole.as_secs_f64(),
            "rate": self.rate,
            "seed": self.seed,
            "rotations": self.rotations,
            "faults": self.faults,
            "lateness_us": lateness,
            "services": services,
            "violations": self.violations(),
        });
        format!("{report}\n")
    }
}

#[cfg(test)]
mod tests;
