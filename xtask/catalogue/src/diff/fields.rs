use super::{Effect, Report};
use crate::ir::{Bounds, Field, Ty};
use crate::notation::{print_range, print_type};

/// Which way fields travel, which decides whether more freedom helps or harms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
    Both,
}

impl Direction {
    fn sends(self) -> bool {
        self != Self::Response
    }

    fn reads(self) -> bool {
        self != Self::Request
    }

    /// What it means that a value is asked for or promised where it was not: a demand is a burden, a
    /// promise is none.
    fn bound(self) -> Effect {
        match self.sends() {
            true => Effect::Breaking,
            false => Effect::Additive,
        }
    }
}

impl Report {
    pub(super) fn fields(&mut self, place: &str, old: &[Field], new: &[Field], way: Direction) {
        for before in old {
            let place = format!("{place}.{}", before.wire);
            match new.iter().find(|after| after.wire == before.wire) {
                Some(after) => self.field(&place, before, after, way),
                None => self.add(Effect::Breaking, &place, "gone"),
            }
        }
        let is_new = |after: &&Field| !old.iter().any(|before| before.wire == after.wire);
        for after in new.iter().filter(is_new) {
            let place = format!("{place}.{}", after.wire);
            match after.required && way.sends() {
                true => self.add(Effect::Breaking, &place, "new and required"),
                false => self.add(Effect::Additive, &place, "new"),
            }
        }
    }

    fn field(&mut self, place: &str, old: &Field, new: &Field, way: Direction) {
        if old.ty != new.ty {
            let (before, after) = (print_type(&old.ty), print_type(&new.ty));
            let widened = (&old.ty, &new.ty) == (&Ty::Int, &Ty::Number);
            let effect = match widened && !way.reads() {
                true => Effect::Loosening,
                false => Effect::Breaking,
            };
            self.add(effect, place, format!("was {before}, is {after}"));
        }
        match (old.required, new.required) {
            (true, false) => self.add(Effect::Loosening, place, "is optional now"),
            (false, true) => self.add(way.bound(), place, "is required now"),
            _ => {}
        }
        match (old.nullable, new.nullable) {
            (false, true) => self.add(Effect::Loosening, place, "may be null now"),
            (true, false) => self.add(way.bound(), place, "is never null now"),
            _ => {}
        }
        if new.deprecated && !old.deprecated {
            self.add(Effect::Additive, place, "is deprecated");
        }
        if way.sends() {
            self.input(place, old, new);
        }
    }

    /// What is a fact of inputs only.
    fn input(&mut self, place: &str, old: &Field, new: &Field) {
        if old.default != new.default {
            self.add(Effect::Breaking, place, "defaults to something else");
        }
        if old.comma != new.comma {
            self.add(Effect::Breaking, place, "is written differently");
        }
        match (&old.only, &new.only) {
            (before, after) if before == after => {}
            (Some(_), None) => self.add(Effect::Loosening, place, "takes other values now"),
            _ => self.add(Effect::Breaking, place, "takes one value only"),
        }
        self.bounds(place, "range", old.range, new.range);
        self.bounds(place, "length", old.length, new.length);
        self.bounds(place, "how many", old.items, new.items);
    }

    pub(super) fn bounds(&mut self, place: &str, what: &str, old: Bounds, new: Bounds) {
        if old == new {
            return;
        }
        let effect = match new.contains(&old) {
            true => Effect::Loosening,
            false => Effect::Breaking,
        };
        let (before, after) = (print_range(old), print_range(new));
        self.add(effect, place, format!("{what} was {before}, is {after}"));
    }
}
