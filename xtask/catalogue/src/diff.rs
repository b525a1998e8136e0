//! What changed between two catalogues, and what that means for programs that talk to the API.

mod fields;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::ir::{Api, Arm, Authorization, Body, Content, Enum, Event, Model, Operation, Shape};
use fields::Direction;

/// A difference, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What it means for a program written for the old catalogue.
    pub effect: Effect,
    /// The address of what changed: `op.users.list.query.limit`, `model.User.banned`.
    pub place: String,
    /// What changed, in a few words.
    pub change: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = match self.effect {
            Effect::Breaking => "breaking",
            Effect::Loosening => "loosening",
            Effect::Additive => "additive",
        };
        write!(formatter, "{effect:<10}{}: {}", self.place, self.change)
    }
}

/// What a difference means for a program written for the old catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Something it sends may be refused, or something it reads may be gone.
    Breaking,
    /// More is accepted than before, or less is promised: a tolerant reader does not notice.
    Loosening,
    /// There is more than before.
    Additive,
}

/// The differences from `old` to `new`, the worst first.
#[must_use]
pub fn diff(old: &Api, new: &Api) -> Vec<Difference> {
    let mut report = Report::default();
    let key = |o: &Operation| format!("op.{}.{}", o.group, o.name);
    let (before, after): (Vec<_>, Vec<_>) =
        (old.operations().collect(), new.operations().collect());
    report.pairs(&before, &after, |o| key(o), operation);
    let key = |model: &Model| format!("model.{}", model.name);
    report.pairs(&refs(&old.models), &refs(&new.models), |m| key(m), model);
    let key = |found: &Enum| format!("enum.{}", found.name);
    report.pairs(
        &refs(&old.enums),
        &refs(&new.enums),
        |e| key(e),
        enumeration,
    );
    let key = |event: &Event| format!("event.{}", event.wire);
    report.pairs(&refs(&old.events), &refs(&new.events), |e| key(e), event);
    report.differences.sort();
    report.differences
}

fn refs<T>(items: &[T]) -> Vec<&T> {
    items.iter().collect()
}

#[derive(Debug, Default)]
struct Report {
    differences: Vec<Difference>,
}

impl Report {
    fn add(&mut self, effect: Effect, place: &str, change: impl Into<String>) {
        self.differences.push(Difference {
            effect,
            place: place.to_owned(),
            change: change.into(),
        });
    }

    /// Compares what has the same key on both sides; what is on one side only came or went.
    fn pairs<'a, T>(
        &mut self,
        old: &[&'a T],
        new: &[&'a T],
        key: impl Fn(&T) -> String,
        compare: impl Fn(&mut Self, &str, &'a T, &'a T),
    ) {
        for before in old {
            let place = key(before);
            match new.iter().find(|after| key(after) == place) {
                Some(after) => compare(self, &place, before, after),
                None => self.add(Effect::Breaking, &place, "gone"),
            }
        }
        for after in new {
            let place = key(after);
            if !old.iter().any(|before| key(before) == place) {
                self.add(Effect::Additive, &place, "new");
            }
        }
    }
}

fn operation(report: &mut Report, place: &str, old: &Operation, new: &Operation) {
    if (old.verb, &old.path) != (new.verb, &new.path) {
        let change = format!(
            "was {} {}, is {} {}",
            old.verb, old.path, new.verb, new.path
        );
        report.add(Effect::Breaking, place, change);
    }
    match (&old.answer.content, &new.answer.content) {
        (before, after) if before == after => {}
        (Content::Empty, _) => report.add(Effect::Additive, place, "answers with something now"),
        _ => report.add(Effect::Breaking, place, "answers with something else"),
    }
    if old.paging != new.paging {
        report.add(Effect::Breaking, place, "is paged differently");
    }
    match (old.authorization, new.authorization) {
        (before, after) if before == after => {}
        (_, Authorization::Public) => report.add(Effect::Loosening, place, "needs no key any more"),
        _ => report.add(Effect::Breaking, place, "needs another key"),
    }
    if old.errors != new.errors {
        report.add(Effect::Additive, place, "documents other errors");
    }
    if new.deprecated && !old.deprecated {
        report.add(Effect::Additive, place, "is deprecated");
    }
    let request = Direction::Request;
    report.fields(
        &format!("{place}.path"),
        &old.parameters,
        &new.parameters,
        request,
    );
    report.fields(&format!("{place}.query"), &old.query, &new.query, request);
    body(report, &format!("{place}.body"), &old.body, &new.body);
}

fn body(report: &mut Report, place: &str, old: &Body, new: &Body) {
    match (old, new) {
        (Body::Object(before), Body::Object(after)) | (Body::Form(before), Body::Form(after)) => {
            report.fields(place, before, after, Direction::Request);
        }
        (
            Body::List { item, items },
            Body::List {
                item: after,
                items: most,
            },
        ) => {
            if item != after {
                report.add(Effect::Breaking, place, "is a list of something else");
            }
            report.bounds(place, "how many", *items, *most);
        }
        (Body::Empty, Body::Empty) => {}
        (Body::Empty, after) if !after.fields().iter().any(|field| field.required) => {
            report.add(Effect::Additive, place, "new");
        }
        _ => report.add(Effect::Breaking, place, "is of another kind"),
    }
}

fn model(report: &mut Report, place: &str, old: &Model, new: &Model) {
    match (&old.shape, &new.shape) {
        (Shape::Object(before), Shape::Object(after)) => {
            let direction = match (new.usage.request, new.usage.response) {
                (true, true) => Direction::Both,
                (true, false) => Direction::Request,
                (false, _) => Direction::Response,
            };
            report.fields(place, before, after, direction);
        }
        (Shape::Choice(before), Shape::Choice(after)) => {
            let key = |arm: &Arm| format!("{place}.{}", arm.name);
            report.pairs(
                &refs(before),
                &refs(after),
                key,
                |report, place, old, new| {
                    if old != new {
                        report.add(
                            Effect::Breaking,
                            place,
                            "holds or is told by something else",
                        );
                    }
                },
            );
        }
        _ => report.add(Effect::Breaking, place, "is of another kind"),
    }
}

fn event(report: &mut Report, place: &str, old: &Event, new: &Event) {
    if old.data != new.data {
        report.add(Effect::Breaking, place, "tells of something else");
    }
}

fn enumeration(report: &mut Report, place: &str, old: &Enum, new: &Enum) {
    let has = |found: &Enum, wire: &str| found.values.iter().any(|value| value.wire == wire);
    for value in old.values.iter().filter(|value| !has(new, &value.wire)) {
        // What is never answered any more harms nobody; what is sent may now be refused.
        let effect = match new.usage.request {
            true => Effect::Breaking,
            false => Effect::Loosening,
        };
        report.add(effect, &format!("{place}.{}", value.wire), "gone");
    }
    for value in new.values.iter().filter(|value| !has(old, &value.wire)) {
        report.add(Effect::Additive, &format!("{place}.{}", value.wire), "new");
    }
}
