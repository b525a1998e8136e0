//! What deliveries tell where nothing else is given.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// By type of event.
const SAMPLES: &str = include_str!("samples.json");

/// The instance that all of them are of.
pub(super) const INSTANCE: &str = "ins_HKzmtF1wZKry8AfovjRDmwYD4NH";

/// The data of an event, by its type.
pub(super) struct Samples(BTreeMap<&'static str, &'static RawValue>);

impl Samples {
    pub(super) fn read() -> serde_json::Result<Self> {
        serde_json::from_str(SAMPLES).map(Self)
    }

    pub(super) fn data(&self, event: &str) -> Option<&'static RawValue> {
        self.0.get(event).copied()
    }

    /// The types of events, in order.
    pub(super) fn types(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// The three types whose names are most like `event`.
    pub(super) fn near(&self, event: &str) -> Vec<&'static str> {
        let event = event.to_lowercase();
        let mut types: Vec<_> = self
            .types()
            .map(|known| (strsim::levenshtein(&event, &known.to_lowercase()), known))
            .collect();
        types.sort_unstable();
        types.into_iter().take(3).map(|(_, known)| known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_mistyped_are_near() {
        let samples = Samples::read().unwrap();
        for (typed, meant) in [
            ("user.create", "user.created"),
            ("users.created", "user.created"),
            ("USER.DELETED", "user.deleted"),
            (
                "organization_membership.created",
                "organizationMembership.created",
            ),
            ("subscription.past_due", "subscription.pastDue"),
        ] {
            assert_eq!(samples.near(typed).first(), Some(&meant), "{typed}");
        }
        assert_eq!(samples.near(&"x".repeat(1000)).len(), 3);
    }

    #[test]
    fn all_samples_are_of_the_same_instance() {
        let instances: Vec<&str> = SAMPLES
            .split('"')
            .filter(|text| text.starts_with("ins_"))
            .collect();
        assert!(instances.len() > 10);
        assert!(instances.iter().all(|instance| *instance == INSTANCE));
    }
}
