use serde_json::Value;

use super::{Directory, Key, Record};

/// Something that operations made of which nothing but the description is known.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Described {
    key: String,
    /// The path under which it was made.
    collection: String,
    /// What is known of it: what it was made of, and what was made up.
    pub(crate) value: Value,
}

impl Described {
    pub(crate) fn new(collection: String, id: &str, value: Value) -> Self {
        Self {
            key: Self::key(&collection, id),
            collection,
            value,
        }
    }

    /// What it is found by: ids of different collections may be the same.
    pub(crate) fn key(collection: &str, id: &str) -> String {
        format!("{collection}/{id}")
    }
}

impl Record for Described {
    fn id(&self) -> &str {
        &self.key
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Collection, &self.collection);
    }
}

impl Directory {
    /// What was made under a path, oldest first.
    pub(crate) fn described_in(
        &self,
        collection: &str,
    ) -> impl DoubleEndedIterator<Item = &Described> {
        self.described.by(Key::Collection, collection)
    }
}
