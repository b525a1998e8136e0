//! The table of `docs/divergences.md`.

use crate::outcome::Stopped;

const TEXT: &str = include_str!("../../../docs/divergences.md");

/// A deliberate difference between Clerk's own SDK and us.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) direction: Direction,
    pub(crate) held_by: Vec<Holder>,
}

/// What we do, compared with the SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Stricter,
    Looser,
    /// Neither: the same is refused, or the same is done in another way.
    Different,
}

/// What fails when an entry no longer holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A suite of this program.
    Suite(String),
    /// A test, and the file it stands in, as linked from `docs/`.
    Test { function: String, link: String },
}

impl Entry {
    pub(crate) fn is_held_by(&self, suite: &str) -> bool {
        self.held_by.contains(&Holder::Suite(suite.to_owned()))
    }
}

pub(crate) fn read() -> Result<Vec<Entry>, Stopped> {
    parse(TEXT).map_err(|problem| Stopped::Failed(format!("docs/divergences.md: {problem}")))
}

/// The rows of all tables whose first cell is an id: `` | `id` | SDK | here | why | direction | held by | ``.
fn parse(text: &str) -> Result<Vec<Entry>, String> {
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .map(row)
        .collect()
}

fn row(line: &str) -> Result<Entry, String> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [id, sdk, here, why, direction, held_by] = cells[..] else {
        return Err(format!("six cells were expected: {line}"));
    };
    if [sdk, here, why].iter().any(|cell| cell.is_empty()) {
        return Err(format!("a cell is empty: {line}"));
    }
    let direction = match direction {
        "stricter" => Direction::Stricter,
        "looser" => Direction::Looser,
        "different" => Direction::Different,
        other => return Err(format!("`{other}` is no direction: {line}")),
    };
    let held_by: Vec<Holder> = held_by.split(", ").filter_map(holder).collect();
    if held_by.is_empty() {
        return Err(format!("no suite and no test holds it: {line}"));
    }
    Ok(Entry {
        id: id.trim_matches('`').to_owned(),
        direction,
        held_by,
    })
}

fn holder(cell: &str) -> Option<Holder> {
    if let Some(suite) = cell.strip_prefix("suite `") {
        return Some(Holder::Suite(suite.strip_suffix('`')?.to_owned()));
    }
    let (function, link) = cell.strip_prefix('[')?.split_once("](")?;
    Some(Holder::Test {
        function: function.trim_matches('`').to_owned(),
        link: link.strip_suffix(')')?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::SUITES;

    fn entries() -> Vec<Entry> {
        parse(TEXT).unwrap()
    }

    #[test]
    fn ids_are_unique() {
        let entries = entries();
        let mut ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert!(ids.len() > 20);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), entries.len());
    }

    #[test]
    fn whatever_holds_an_entry_exists() {
        let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        for entry in entries() {
            for holder in entry.held_by {
                match holder {
                    Holder::Suite(name) => {
                        let mut suites = SUITES.iter();
                        assert!(suites.any(|suite| suite.name == name), "{name}");
                    }
                    Holder::Test { function, link } => {
                        let text = fs::read_to_string(documents.join(&link));
                        let text = text.unwrap_or_else(|error| panic!("{link}: {error}"));
                        let is_script = text.lines().any(|line| line == function);
                        assert!(
                            is_script || text.contains(&format!("fn {function}(")),
                            "{link}: {function}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_that_is_not_complete_is_refused() {
        let row = |line: &str| parse(line).map(|entries| entries.len());
        assert_eq!(
            row("| `a` | x | y | z | stricter | suite `tokens` |"),
            Ok(1)
        );
        assert_eq!(row("| a | x | y | z | stricter | suite `tokens` |"), Ok(0));
        for broken in [
            "| `a` | x | y | z | stricter |",
            "| `a` | x |  | z | stricter | suite `tokens` |",
            "| `a` | x | y | z | odd | suite `tokens` |",
            "| `a` | x | y | z | looser | somewhere |",
        ] {
            assert!(row(broken).is_err(), "{broken}");
        }
    }
}
