//! Metadata, wherever it hangs: merged or replaced, and no larger than Clerk keeps.

use serde_json::{Map, Value};

use crate::{call::Input, refusal::Refusal};

/// Clerk's limit for metadata, in bytes of JSON.
const MAX_SIZE: usize = 8 * 1024;

/// What a request does to metadata that is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// Members are added at every depth, and taken away where the request has `null`.
    Merge,
    Replace,
}

/// Takes each of `fields` from the input. They change together or, where one is refused, not at
/// all; those that the input lacks stay as they are.
pub(super) fn change(
    input: &mut Input,
    change: Change,
    fields: &mut [(&str, &mut Map<String, Value>)],
) -> Result<(), Refusal> {
    let mut changed = Vec::new();
    for (name, current) in fields.iter() {
        changed.push(match (input.object(name)?, change) {
            (None, _) => (*current).clone(),
            (Some(new), Change::Replace) => new,
            (Some(new), Change::Merge) => {
                let mut merged = (*current).clone();
                merge(&mut merged, new);
                merged
            }
        });
    }
    for ((name, _), new) in fields.iter().zip(&changed) {
        check_size(name, new)?;
    }
    for ((_, current), new) in fields.iter_mut().zip(changed) {
        **current = new;
    }
    Ok(())
}

/// Refuses metadata that is larger than Clerk keeps.
pub(crate) fn check_size(name: &str, metadata: &Map<String, Value>) -> Result<(), Refusal> {
    let size = serde_json::to_string(metadata).map_or(0, |text| text.len());
    if size > MAX_SIZE {
        return Err(Refusal::form_param_exceeds_allowed_size(name, MAX_SIZE));
    }
    Ok(())
}

fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(&name);
            }
            Value::Object(patch) => {
                let slot = target.entry(name).or_insert(Value::Null);
                let mut members = match slot.take() {
                    Value::Object(members) => members,
                    _ => Map::new(),
                };
                merge(&mut members, patch);
                *slot = Value::Object(members);
            }
            value => {
                target.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merging_goes_to_every_depth() {
        for (target, patch, expected) in [
            (json!({}), json!({}), json!({})),
            (
                json!({ "a": 1 }),
                json!({ "b": [2] }),
                json!({ "a": 1, "b": [2] }),
            ),
            (
                json!({ "a": 1, "b": 2 }),
                json!({ "a": null }),
                json!({ "b": 2 }),
            ),
            (
                json!({ "a": { "b": 1, "c": 2 } }),
                json!({ "a": { "b": null, "d": 3 } }),
                json!({ "a": { "c": 2, "d": 3 } }),
            ),
            (
                json!({ "a": [1, 2] }),
                json!({ "a": [3] }),
                json!({ "a": [3] }),
            ),
            (
                json!({ "a": 1 }),
                json!({ "a": { "b": { "c": null, "d": 4 } } }),
                json!({ "a": { "b": { "d": 4 } } }),
            ),
            (json!({}), json!({ "a": null }), json!({})),
        ] {
            let mut merged = target.as_object().unwrap().clone();
            merge(&mut merged, patch.as_object().unwrap().clone());
            assert_eq!(Value::Object(merged), expected, "{target} and {patch}");
        }
    }
}
