//! What the methods are called with.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use crate::outcome::Stopped;

/// One of the files beside the clients.
pub(super) fn file(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/clients/methods")).join(name)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Members of classes, as `Class.member`, that Clerk does not always send.
    #[serde(default)]
    pub(super) optional: BTreeSet<String>,
    pub(super) calls: Vec<Row>,
}

/// One call; `clients/methods/node.toml` says what the columns mean.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Row {
    pub(super) call: String,
    pub(super) with: Value,
    pub(super) key: Option<String>,
    pub(super) keep: Option<String>,
    pub(super) is: Option<String>,
    pub(super) gives: Option<Value>,
    pub(super) differs: BTreeSet<String>,
    pub(super) lacks: BTreeSet<String>,
    pub(super) refused: Option<String>,
    pub(super) since: u32,
}

impl Table {
    pub(super) fn read(name: &str) -> Result<Self, Stopped> {
        let text = fs::read_to_string(file(name))?;
        Ok(toml::from_str(&text)?)
    }

    /// The rows for this version of the client, if they name only what it has.
    pub(super) fn rows(
        &self,
        version: u32,
        methods: &BTreeSet<String>,
    ) -> Result<Vec<&Row>, Stopped> {
        let rows: Vec<_> = self
            .calls
            .iter()
            .filter(|row| row.since <= version)
            .collect();
        match rows.iter().find(|row| !methods.contains(&row.call)) {
            None => Ok(rows),
            Some(row) => {
                let call = &row.call;
                let problem =
                    format!("the table of calls names `{call}`, which the client has not");
                Err(Stopped::Failed(problem))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_can_be_read() {
        for name in ["node.toml", "python.toml"] {
            let table = Table::read(name).unwrap();
            assert!(!table.calls.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_row_is_for_versions_that_have_the_method_and_for_nothing_else() {
        let row = |call: &str, since| Row {
            call: call.to_owned(),
            since,
            ..Row::default()
        };
        let table = Table {
            optional: BTreeSet::new(),
            calls: vec![row("old", 0), row("new", 7)],
        };
        let calls = |version, methods: &[&str]| {
            let methods = methods.iter().map(|&name| name.to_owned()).collect();
            let rows = table.rows(version, &methods).ok()?;
            Some(rows.iter().map(|row| row.call.clone()).collect::<Vec<_>>())
        };
        assert_eq!(calls(6, &["old"]), Some(vec!["old".to_owned()]));
        assert_eq!(calls(7, &["old", "new"]).map(|calls| calls.len()), Some(2));
        assert_eq!(calls(7, &["old"]), None);
    }
}
