//! Records of one kind, in the order they were made, found by id and by what else names them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::{RawValue, to_raw_value};

use crate::kept::Kept;

/// What a [`Table`] holds.
pub(crate) trait Record {
    /// No other record of the table has it, and it never changes.
    fn id(&self) -> &str;

    /// What it is also found by. Several records may share a key.
    fn keys(&self, _add: &mut dyn FnMut(Key, &str)) {}
}

/// By what a record is found, beside its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// The id of what a browser has begun.
    Attempt,
    Client,
    /// The path under which something was made.
    Collection,
    /// What an enterprise signs in by.
    Connection,
    /// In lower case: Clerk tells no addresses apart by their case.
    EmailAddress,
    ExternalId,
    /// The id of what a user is reached by.
    Identification,
    Machine,
    Name,
    Organization,
    PhoneNumber,
    Permission,
    /// What a user is called with somebody else.
    ProviderUser,
    /// What new tokens are given for.
    Refresh,
    Role,
    RoleSet,
    /// The id of a SAML connection.
    Saml,
    /// What somebody shows to be let in.
    Secret,
    Slug,
    Subject,
    Type,
    Username,
    User,
    Web3Wallet,
}

/// Records in the order they were made. Finding, changing and removing one takes as long among ten thousand as
/// among ten.
#[derive(Clone)]
pub(crate) struct Table<R> {
    /// By when they were made. A copy of the table, such as what a reset brings back, shares those that neither has
    /// changed.
    records: BTreeMap<u64, Arc<R>>,
    positions: HashMap<Box<str>, u64>,
    keys: HashMap<Key, HashMap<Box<str>, Vec<u64>>>,
    next: u64,
    /// Where records were put, changed or removed, while somebody wants to know.
    changed: Option<BTreeSet<u64>>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            positions: HashMap::new(),
            keys: HashMap::new(),
            next: 0,
            changed: None,
        }
    }
}

impl<R: Record + Clone> Table<R> {
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        self.at(*self.positions.get(id)?)
    }

    fn at(&self, position: u64) -> Option<&R> {
        self.records.get(&position).map(Arc::as_ref)
    }

    /// Oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> + Clone {
        self.records.values().map(Arc::as_ref)
    }

    /// Those with this key, oldest first.
    pub(crate) fn by(&self, key: Key, value: &str) -> impl DoubleEndedIterator<Item = &R> + Clone {
        self.positions_by(key, value)
            .iter()
            .filter_map(|position| self.at(*position))
    }

    /// How many have this key.
    pub(crate) fn count(&self, key: Key, value: &str) -> usize {
        self.positions_by(key, value).len()
    }

    fn positions_by(&self, key: Key, value: &str) -> &[u64] {
        self.keys
            .get(&key)
            .and_then(|values| values.get(value))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Adds a record at the end. One with the same id is replaced, where it stands.
    pub(crate) fn put(&mut self, record: R) {
        let position = match self.positions.get(record.id()) {
            Some(position) => *position,
            None => {
                let position = self.next;
                self.next = self.next.saturating_add(1);
                self.positions.insert(record.id().into(), position);
                position
            }
        };
        self.replace(position, Arc::new(record));
    }

    fn replace(&mut self, position: u64, record: Arc<R>) {
        self.note(position);
        if let Some(old) = self.records.remove(&position) {
            self.forget_keys(position, &old);
        }
        record.keys(&mut |key, value| {
            let values = self.keys.entry(key).or_default();
            let positions = match values.get_mut(value) {
                Some(positions) => positions,
                None => values.entry(value.into()).or_default(),
            };
            if let Err(place) = positions.binary_search(&position) {
                positions.insert(place, position);
            }
        });
        self.records.insert(position, record);
    }

    fn note(&mut self, position: u64) {
        if let Some(changed) = &mut self.changed {
            changed.insert(position);
        }
    }

    fn forget_keys(&mut self, position: u64, record: &R) {
        record.keys(&mut |key, value| {
            let Some(values) = self.keys.get_mut(&key) else {
                return;
            };
            let Some(positions) = values.get_mut(value) else {
                return;
            };
            if let Ok(place) = positions.binary_search(&position) {
                positions.remove(place);
            }
            if positions.is_empty() {
                values.remove(value);
            }
        });
    }

    /// Changes the record with this id, and gives back what `change` does.
    pub(crate) fn update<T>(&mut self, id: &str, change: impl FnOnce(&mut R) -> T) -> Option<T> {
        let position = *self.positions.get(id)?;
        let mut record = self.records.remove(&position)?;
        // Before the change, while it still has the keys that it is found by.
        self.forget_keys(position, &record);
        let outcome = change(Arc::make_mut(&mut record));
        self.replace(position, record);
        Some(outcome)
    }

    /// Changes those with this key.
    pub(crate) fn update_by(&mut self, key: Key, value: &str, mut change: impl FnMut(&mut R)) {
        for position in self.positions_by(key, value).to_vec() {
            if let Some(mut record) = self.records.remove(&position) {
                self.forget_keys(position, &record);
                change(Arc::make_mut(&mut record));
                self.replace(position, record);
            }
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<R> {
        let position = self.positions.remove(id)?;
        let record = self.records.remove(&position)?;
        self.note(position);
        self.forget_keys(position, &record);
        Some(Arc::unwrap_or_clone(record))
    }

    /// Removes those with this key, and gives them back, oldest first.
    pub(crate) fn remove_by(&mut self, key: Key, value: &str) -> Vec<R> {
        let positions = self.positions_by(key, value).to_vec();
        let ids: Vec<String> = positions
            .iter()
            .filter_map(|position| Some(self.at(*position)?.id().to_owned()))
            .collect();
        ids.iter().filter_map(|id| self.remove(id)).collect()
    }

    /// Removes those that `unwanted` says, of however many there are: for tables that stay small.
    pub(crate) fn remove_if(&mut self, unwanted: impl Fn(&R) -> bool) {
        let records = self.iter().filter(|record| unwanted(record));
        let ids: Vec<String> = records.map(|record| record.id().to_owned()).collect();
        for id in ids {
            self.remove(&id);
        }
    }
}

/// Changes are records by position, and `null` where one was removed.
impl<R: Record + Clone + Serialize + DeserializeOwned> Kept for Table<R> {
    fn watch(&mut self) {
        self.changed = Some(BTreeSet::new());
    }

    fn has_changed(&self) -> bool {
        self.changed
            .as_ref()
            .is_some_and(|changed| !changed.is_empty())
    }

    fn changes(&self) -> serde_json::Result<Option<Box<RawValue>>> {
        if !self.has_changed() {
            return Ok(None);
        }
        let with_record = |position: &u64| (*position, self.at(*position));
        let changes: BTreeMap<_, _> = self.changed.iter().flatten().map(with_record).collect();
        to_raw_value(&changes).map(Some)
    }

    fn all(&self) -> serde_json::Result<Vec<Box<RawValue>>> {
        let records = self.records.iter();
        records
            .map(|(position, record)| to_raw_value(&BTreeMap::from([(position, record.as_ref())])))
            .collect()
    }

    fn apply(&mut self, changes: &RawValue) -> serde_json::Result<()> {
        let changes: BTreeMap<u64, Option<R>> = serde_json::from_str(changes.get())?;
        for (position, record) in changes {
            let known = self.at(position).map(|known| known.id().to_owned());
            known.and_then(|id| self.remove(&id));
            if let Some(record) = record {
                self.positions.insert(record.id().into(), position);
                self.replace(position, Arc::new(record));
                self.next = self.next.max(position.saturating_add(1));
            }
        }
        Ok(())
    }
}

impl<R> fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records", self.records.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Card {
        id: &'static str,
        colours: Vec<&'static str>,
    }

    impl Record for Card {
        fn id(&self) -> &str {
            self.id
        }

        fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
            for colour in &self.colours {
                add(Key::Name, colour);
            }
        }
    }

    fn table() -> Table<Card> {
        let mut table = Table::default();
        for (id, colours) in [
            ("a", vec!["red"]),
            ("b", vec!["blue", "blue"]),
            ("c", vec!["red", "blue"]),
        ] {
            table.put(Card { id, colours });
        }
        table
    }

    fn ids(table: &Table<Card>, colour: &str) -> String {
        table.by(Key::Name, colour).map(|card| card.id).collect()
    }

    #[test]
    fn records_are_found_by_what_they_are_called_now() {
        let mut table = table();
        assert_eq!(
            (ids(&table, "red"), ids(&table, "blue")),
            ("ac".into(), "bc".into())
        );
        table.update("a", |card| card.colours = vec!["blue"]);
        assert_eq!(
            (ids(&table, "red"), ids(&table, "blue")),
            ("c".into(), "abc".into())
        );
        table.put(Card {
            id: "b",
            colours: vec!["green"],
        });
        assert_eq!(
            (ids(&table, "blue"), ids(&table, "green")),
            ("ac".into(), "b".into())
        );
        assert_eq!(table.iter().map(|card| card.id).collect::<String>(), "abc");
        table.update_by(Key::Name, "blue", |card| card.colours = vec!["green"]);
        assert_eq!(
            (ids(&table, "blue"), ids(&table, "green")),
            (String::new(), "abc".into())
        );
    }

    #[test]
    fn a_copy_shares_what_neither_has_changed() {
        let first = table();
        let mut copy = first.clone();
        copy.update("a", |card| card.colours = vec!["green"]);
        copy.remove("b");
        assert_eq!(
            (ids(&first, "red"), ids(&first, "blue")),
            ("ac".into(), "bc".into())
        );
        assert_eq!(
            (ids(&copy, "red"), ids(&copy, "green")),
            ("c".into(), "a".into())
        );
        let is_shared = |id: &str| match (first.get(id), copy.get(id)) {
            (Some(own), Some(copied)) => std::ptr::eq(own, copied),
            _ => false,
        };
        assert_eq!(["a", "b", "c"].map(is_shared), [false, false, true]);
    }

    #[test]
    fn what_is_removed_is_found_by_nothing() {
        let mut table = table();
        assert_eq!(table.remove("c").map(|card| card.id), Some("c"));
        assert_eq!(
            (ids(&table, "red"), table.count(Key::Name, "blue")),
            ("a".into(), 1)
        );
        let removed = table.remove_by(Key::Name, "blue");
        assert_eq!(removed.len(), 1);
        assert_eq!((table.len(), table.get("b")), (1, None));
        assert_eq!(table.update("b", |_| ()), None);
    }
}
