//! Answers that are kept for later calls, and what has to be in an answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Answers under their names.
#[derive(Debug, Default)]
pub(super) struct Kept(BTreeMap<String, Value>);

/// A value whose references are replaced.
#[derive(Debug, PartialEq)]
pub(super) struct Resolved {
    pub(super) value: Value,
    /// The references that lead nowhere, for which something was made up.
    pub(super) unprepared: BTreeSet<String>,
}

impl Kept {
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Replaces texts such as `$ada.id` by what was kept there.
    pub(super) fn resolve(&self, value: &Value) -> Resolved {
        let mut unprepared = BTreeSet::new();
        let value = self.replaced(value, &mut unprepared);
        Resolved { value, unprepared }
    }

    fn replaced(&self, value: &Value, unprepared: &mut BTreeSet<String>) -> Value {
        match value {
            Value::String(text) => match reference(text) {
                None => value.clone(),
                Some(path) => self.at(path).cloned().unwrap_or_else(|| {
                    unprepared.insert(text.clone());
                    json!(format!("unprepared_{}", "0".repeat(27)))
                }),
            },
            Value::Array(items) => {
                let replaced = items.iter().map(|item| self.replaced(item, unprepared));
                Value::Array(replaced.collect())
            }
            Value::Object(members) => {
                let replaced = |(name, member): (&String, &Value)| {
                    (name.clone(), self.replaced(member, unprepared))
                };
                Value::Object(members.iter().map(replaced).collect())
            }
            _ => value.clone(),
        }
    }

    fn at(&self, path: &str) -> Option<&Value> {
        let mut steps = path.split('.');
        let kept = self.0.get(steps.next()?)?;
        let found = steps.try_fold(kept, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => value.get(step),
        })?;
        Some(found).filter(|value| !value.is_null())
    }
}

/// Names begin with a letter: a digest of a password such as `$2a$…` is no reference.
fn reference(text: &str) -> Option<&str> {
    let path = text.strip_prefix('$')?;
    path.starts_with(|first: char| first.is_ascii_lowercase())
        .then_some(path)
}

/// What of `pattern` does not hold of `value`, a line for each member.
pub(super) fn mismatches(pattern: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", pattern, value, &mut found);
    found
}

fn compare(at: &str, pattern: &Value, value: &Value, found: &mut Vec<String>) {
    let mut wrong = |wanted: &dyn std::fmt::Display| {
        let at = if at.is_empty() { "the answer" } else { at };
        found.push(format!("{at} is {} instead of {wanted}", shown(value)));
    };
    match pattern {
        Value::Object(members) => match value {
            Value::Object(is) => members_of(at, members, is, found),
            _ => wrong(&"an object"),
        },
        Value::Array(items) => match value {
            Value::Array(is) if items.is_empty() && !is.is_empty() => wrong(&"an empty list"),
            Value::Array(is) => {
                let held = |item| is.iter().any(|value| mismatches(item, value).is_empty());
                if let Some(item) = items.iter().find(|item| !held(item)) {
                    wrong(&format!("a list with {item}"));
                }
            }
            _ => wrong(&"a list"),
        },
        Value::String(text) => match (text.strip_suffix('*'), value) {
            (Some(""), value) if !value.is_null() => {}
            (Some(start), Value::String(is)) if is.starts_with(start) => {}
            (None, Value::String(is)) if is == text => {}
            _ => wrong(pattern),
        },
        _ if same(pattern, value) => {}
        _ => wrong(pattern),
    }
}

fn members_of(
    at: &str,
    wanted: &Map<String, Value>,
    is: &Map<String, Value>,
    found: &mut Vec<String>,
) {
    for (name, pattern) in wanted {
        let at = match at {
            "" => name.clone(),
            at => format!("{at}.{name}"),
        };
        match is.get(name) {
            Some(value) => compare(&at, pattern, value, found),
            None => found.push(format!("{at} is missing")),
        }
    }
}

/// Numbers are the same however they are written.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// As much of `value` as a line has room for.
fn shown(value: &Value) -> String {
    const ROOM: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_into_what_was_kept() {
        let mut kept = Kept::default();
        kept.keep(
            "ada",
            json!({ "id": "user_1", "mails": [{ "id": "idn_1" }], "none": null }),
        );
        let resolved = |value| kept.resolve(&value);
        assert_eq!(
            resolved(json!([{ "a": "$ada.id" }, "$ada.mails.0.id"])).value,
            json!([{ "a": "user_1" }, "idn_1"])
        );
        assert_eq!(resolved(json!("$ada")).value["id"], "user_1");
        for text in ["ada.id", "$2a$10$digest", "$"] {
            let all = resolved(json!(text));
            assert_eq!((all.value, all.unprepared.len()), (json!(text), 0));
        }
    }

    #[test]
    fn a_reference_that_leads_nowhere_is_told_of() {
        let mut kept = Kept::default();
        kept.keep("ada", json!({ "none": null, "list": [] }));
        for text in [
            "$bob.id",
            "$ada.id",
            "$ada.none",
            "$ada.list.0",
            "$ada.list.x",
        ] {
            let resolved = kept.resolve(&json!([text]));
            assert_eq!(resolved.unprepared, [text.to_owned()].into());
            assert_ne!(resolved.value, json!([text]));
        }
    }

    #[test]
    fn patterns() {
        let value = json!({ "id": "user_1", "n": 10.0, "on": true, "no": null, "list": [{ "a": 1 }, { "a": 2, "b": 3 }], "empty": [] });
        for holds in [
            json!({}),
            json!({ "id": "user_1" }),
            json!({ "id": "user_*" }),
            json!({ "id": "*", "n": "*", "list": "*" }),
            json!({ "n": 10, "on": true, "empty": [] }),
            json!({ "list": [{ "a": 2 }] }),
            json!({ "list": [{ "a": 2 }, { "a": 1 }] }),
        ] {
            assert_eq!(
                mismatches(&holds, &value),
                <[&str; 0]>::default(),
                "{holds}"
            );
        }
        for (fails, said) in [
            (
                json!({ "id": "org_*" }),
                "id is \"user_1\" instead of \"org_*\"",
            ),
            (
                json!({ "id": "user_" }),
                "id is \"user_1\" instead of \"user_\"",
            ),
            (json!({ "no": "*" }), "no is null instead of \"*\""),
            (json!({ "not": 1 }), "not is missing"),
            (json!({ "n": 11 }), "n is 10.0 instead of 11"),
            (json!({ "n": "1*" }), "n is 10.0 instead of \"1*\""),
            (json!({ "on": 1 }), "on is true instead of 1"),
            (
                json!({ "id": { "a": 1 } }),
                "id is \"user_1\" instead of an object",
            ),
            (json!({ "id": [] }), "id is \"user_1\" instead of a list"),
            (
                json!({ "empty": [1] }),
                "empty is [] instead of a list with 1",
            ),
        ] {
            assert_eq!(mismatches(&fails, &value), [said], "{fails}");
        }
        assert_eq!(mismatches(&json!({ "list": [] }), &value).len(), 1);
        assert_eq!(
            mismatches(&json!([1]), &json!([2])),
            ["the answer is [2] instead of a list with 1"]
        );
    }
}
