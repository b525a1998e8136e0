use toml::Value;

use crate::Error;

/// A TOML table whose every entry is asked for: one that is left over is a mistake.
#[derive(Debug)]
pub(crate) struct Table {
    place: String,
    entries: toml::Table,
}

impl Table {
    pub(crate) fn parse(place: &str, text: &str) -> Result<Self, Error> {
        let entries = text.parse::<toml::Table>();
        let entries = entries.map_err(|error| Error::new(error.to_string()).within(place))?;
        Ok(Self {
            place: place.to_owned(),
            entries,
        })
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> Error {
        Error::new(message).within(&self.place)
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    fn wrong(&self, key: &str, wanted: &str) -> Error {
        self.error(format!("`{key}` is not {wanted}"))
    }

    fn missing(&self, key: &str) -> Error {
        self.error(format!("`{key}` is missing"))
    }

    pub(crate) fn optional(&mut self, key: &str) -> Result<Option<String>, Error> {
        match self.entries.remove(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(key, "a text")),
        }
    }

    pub(crate) fn text(&mut self, key: &str) -> Result<String, Error> {
        self.optional(key)?.ok_or_else(|| self.missing(key))
    }

    pub(crate) fn flag(&mut self, key: &str) -> Result<Option<bool>, Error> {
        match self.entries.remove(key) {
            None => Ok(None),
            Some(Value::Boolean(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.wrong(key, "true or false")),
        }
    }

    pub(crate) fn count(&mut self, key: &str) -> Result<usize, Error> {
        let value = self.entries.remove(key);
        let number = value.as_ref().and_then(Value::as_integer);
        let count = number.and_then(|number| usize::try_from(number).ok());
        count.ok_or_else(|| self.wrong(key, "a count"))
    }

    pub(crate) fn number(&mut self, key: &str) -> Result<Option<i64>, Error> {
        match self.entries.remove(key) {
            None => Ok(None),
            Some(Value::Integer(number)) => Ok(Some(number)),
            Some(_) => Err(self.wrong(key, "a whole number")),
        }
    }

    pub(crate) fn texts(&mut self, key: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(value) = self.entries.remove(key) else {
            return Ok(None);
        };
        let items = match value {
            Value::Array(items) => items,
            _ => return Err(self.wrong(key, "a list of texts")),
        };
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) => Ok(text),
            _ => Err(self.wrong(key, "a list of texts")),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// A table inside this one; empty if there is none.
    pub(crate) fn table(&mut self, key: &str) -> Result<Self, Error> {
        let place = format!("{} [{key}]", self.place);
        match self.entries.remove(key) {
            None => Ok(Self {
                place,
                entries: toml::Table::new(),
            }),
            Some(Value::Table(entries)) => Ok(Self { place, entries }),
            Some(_) => Err(self.wrong(key, "a table")),
        }
    }

    pub(crate) fn tables(&mut self, key: &str) -> Result<Vec<Self>, Error> {
        let items = match self.entries.remove(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.wrong(key, "a list of tables")),
        };
        let numbered = items.into_iter().enumerate();
        let tables = numbered.map(|(index, item)| match item {
            Value::Table(entries) => Ok(Self {
                place: format!("{} [[{key}]] {}", self.place, index + 1),
                entries,
            }),
            _ => Err(self.wrong(key, "a list of tables")),
        });
        tables.collect()
    }

    /// Whether `key` holds a table, a list, or something else.
    pub(crate) fn holds_table(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(Value::is_table)
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The names that are left, in the order of the file.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// All that is left, as texts by name.
    pub(crate) fn into_texts(mut self) -> Result<Vec<(String, String)>, Error> {
        let keys = self.keys();
        let texts = keys.into_iter().map(|key| {
            let text = self.text(&key)?;
            Ok((key, text))
        });
        texts.collect()
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.entries.keys().next() {
            None => Ok(()),
            Some(key) => Err(self.error(format!("`{key}` means nothing here"))),
        }
    }
}
