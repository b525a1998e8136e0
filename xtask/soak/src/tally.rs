//! What was answered, counted.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;

use crate::{
    history::{At, Span, Verdict},
    traffic::{Answer, Class},
};

/// Durations in microseconds, from one to ten minutes, to three digits.
#[derive(Clone, Debug)]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    const HIGHEST: u64 = 600_000_000;

    pub(crate) fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, Self::HIGHEST, 3);
        Self(histogram.unwrap_or_else(|error| unreachable!("the bounds are sound: {error}")))
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(Self::HIGHEST);
        self.0.saturating_record(micros.max(1));
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let added = self.0.add(&other.0);
        added.unwrap_or_else(|error| unreachable!("both have the same bounds: {error}"));
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// In microseconds.
    pub(crate) fn at(&self, quantile: f64) -> u64 {
        self.0.value_at_quantile(quantile)
    }

    pub(crate) fn max(&self) -> u64 {
        self.0.max()
    }
}

/// How long answers took.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// From when the request was due: a server that stalls makes all that come meanwhile wait, and those count.
    pub(crate) from_due: Latencies,
    /// From when it was sent: without what this program was late by.
    pub(crate) from_sent: Latencies,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self {
            from_due: Latencies::new(),
            from_sent: Latencies::new(),
        }
    }

    fn record(&mut self, due: At, span: Span) {
        self.from_due.record(span.answered.saturating_sub(due));
        self.from_sent
            .record(span.answered.saturating_sub(span.sent));
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.from_due.add(&other.from_due);
        self.from_sent.add(&other.from_sent);
    }
}

/// As many unexpected answers are shown.
const SHOWN: usize = 20;

/// Of one service.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Where keys were at hand, or none was needed.
    pub(crate) latencies: BTreeMap<Class, Pair>,
    /// Where one had to be fetched, or could not be.
    pub(crate) waits: Option<Pair>,
    pub(crate) answers: BTreeMap<(Class, Verdict, String), u64>,
    pub(crate) unexpected: Vec<String>,
}

impl Tally {
    pub(crate) fn count(
        &mut self,
        class: Class,
        (answer, verdict): (&Answer, Verdict),
        (due, span, is_at_hand): (At, Span, bool),
    ) {
        let pair = match is_at_hand {
            true => self.latencies.entry(class).or_insert_with(Pair::new),
            false => self.waits.get_or_insert_with(Pair::new),
        };
        pair.record(due, span);
        let counted = (class, verdict, answer.to_string());
        *self.answers.entry(counted).or_insert(0) += 1;
        if verdict == Verdict::Unexpected && self.unexpected.len() < SHOWN {
            let (at, took) = (
                span.sent.as_secs_f64(),
                span.answered.saturating_sub(span.sent),
            );
            let name = class.name();
            self.unexpected
                .push(format!("at {at:.3} s, after {took:.1?}: {name}: {answer}"));
        }
    }

    pub(crate) fn answers_of(&self, wanted: Verdict) -> u64 {
        let of_kind = self
            .answers
            .iter()
            .filter(|((_, verdict, _), _)| *verdict == wanted);
        of_kind.map(|(_, count)| count).sum()
    }

    /// Of the classes that are compared with the plain route.
    pub(crate) fn authenticated(&self) -> Pair {
        let mut all = Pair::new();
        for (_, pair) in self
            .latencies
            .iter()
            .filter(|(class, _)| class.is_authenticated())
        {
            all.add(pair);
        }
        all
    }
}
