//! The table of `docs/divergences.md`.

use crate::outcome::Stopped;

const TEXT: &str = include_str!("../../../docs/divergences.md");

/// What the page lists.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    pub(crate) rules: Vec<Rule>,
}

/// A rule of our own. What other software makes of its inputs is not said, and not tried: no suite
/// of this program holds it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) held_by: Vec<Holder>,
}

/// A deliberate difference between Clerk's own SDK and us.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) direction: Direction,
    pub(crate) held_by: Vec<Holder>,
}

/// What we do, compared with the SDK. What we refuse and the SDK does not is a [`Rule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
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
    page().map(|page| page.entries)
}

pub(crate) fn page() -> Result<Page, Stopped> {
    parse(TEXT).map_err(|problem| Stopped::Failed(format!("docs/divergences.md: {problem}")))
}

/// The rows of all tables whose first cell is an id: entries have six cells,
/// `` | `id` | SDK | here | why | direction | held by | ``, and rules have four.
fn parse(text: &str) -> Result<Page, String> {
    let mut page = Page::default();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let line = line.trim_matches('|');
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let Some(empty) = cells.iter().position(|cell| cell.is_empty()) {
            return Err(format!("cell {} is empty: {line}", empty + 1));
        }
        match cells[..] {
            [id, _sdk, _here, _why, direction, held_by] => page.entries.push(Entry {
                id: id.trim_matches('`').to_owned(),
                direction: direction_of(direction).map_err(|why| format!("{why}: {line}"))?,
                held_by: holders(held_by).ok_or_else(|| format!("nothing holds it: {line}"))?,
            }),
            [id, _here, _why, held_by] => page.rules.push(Rule {
                id: id.trim_matches('`').to_owned(),
                held_by: holders(held_by)
                    .filter(|all| all.iter().all(|one| matches!(one, Holder::Test { .. })))
                    .ok_or_else(|| format!("tests of ours alone hold a rule of ours: {line}"))?,
            }),
            _ => return Err(format!("six cells were expected, or four: {line}")),
        }
    }
    Ok(page)
}

fn direction_of(cell: &str) -> Result<Direction, &'static str> {
    match cell {
        "looser" => Ok(Direction::Looser),
        "different" => Ok(Direction::Different),
        "stricter" => Err("a rule of our own stands in a table of such, without the SDK's answer"),
        _ => Err("that is no direction"),
    }
}

fn holders(cell: &str) -> Option<Vec<Holder>> {
    let holders: Vec<Holder> = cell.split(", ").filter_map(holder).collect();
    (!holders.is_empty()).then_some(holders)
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

    #[test]
    fn ids_are_unique() {
        let page = parse(TEXT).unwrap();
        let entries = page.entries.iter().map(|entry| entry.id.as_str());
        let rules = page.rules.iter().map(|rule| rule.id.as_str());
        let mut ids: Vec<&str> = entries.chain(rules).collect();
        let count = ids.len();
        assert!(count > 20);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn whatever_holds_an_entry_or_a_rule_exists() {
        let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let page = parse(TEXT).unwrap();
        let of_entries = page.entries.into_iter().flat_map(|entry| entry.held_by);
        let of_rules = page.rules.into_iter().flat_map(|rule| rule.held_by);
        for holder in of_entries.chain(of_rules) {
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

    #[test]
    fn a_row_that_is_not_complete_is_refused() {
        let row = |line: &str| parse(line).map(|page| (page.entries.len(), page.rules.len()));
        assert_eq!(
            row("| `a` | x | y | z | looser | suite `tokens` |"),
            Ok((1, 0))
        );
        assert_eq!(row("| `a` | y | z | [`f`](../f.rs) |"), Ok((0, 1)));
        assert_eq!(
            row("| a | x | y | z | looser | suite `tokens` |"),
            Ok((0, 0))
        );
        for broken in [
            "| `a` | x | y | z | looser |",
            "| `a` | x |  | z | looser | suite `tokens` |",
            "| `a` | x | y | z | odd | suite `tokens` |",
            "| `a` | x | y | z | looser | somewhere |",
            "| `a` | y | z | somewhere |",
        ] {
            assert!(row(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_rule_of_ours_stands_without_what_others_make_of_it() {
        let stricter = parse("| `a` | x | y | z | stricter | suite `tokens` |").unwrap_err();
        assert!(stricter.contains("a rule of our own"), "{stricter}");
        let shown = parse("| `a` | y | z | [`f`](../f.rs), suite `tokens` |").unwrap_err();
        assert!(shown.contains("tests of ours alone"), "{shown}");
    }
}
