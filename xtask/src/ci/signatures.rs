//! Foreign types in public signatures: each would make another library's major version one of ours.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{StepOutcome, Verdict, cargo, succeed};
use crate::repository::Metadata;

/// What the crates below the frameworks may show, beside the standard library and each other.
const SHARED: &[&str] = &["bytes", "http", "serde", "serde_core"];

/// The crates, and what else each may show.
const CRATES: &[(&str, &[&str])] = &[
    // What a `Timestamp` converts to, each behind a feature of its own.
    ("clerk-api", &["chrono", "jiff", "time"]),
    ("clerk-auth", &[]),
    ("clerk-aws-lc", &[]),
    ("clerk-core", &[]),
    // Walks as streams, behind a feature.
    ("clerk-http", &["futures_core"]),
    ("clerk-http-fetch", &["js_sys"]),
    ("clerk-http-reqwest", &["reqwest"]),
    ("clerk-http-ureq", &["ureq"]),
    ("clerk-jwks", &[]),
    ("clerk-jwt", &[]),
    ("clerk-webcrypto", &[]),
    ("clerk-webhooks", &[]),
    ("clerk-webhooks-redis", &["redis"]),
];

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let directory = metadata.target_directory.join("signatures");
    let mut findings = Vec::new();
    for package in &metadata.packages {
        let Some((name, own)) = CRATES.iter().find(|(name, _)| *name == package.name) else {
            continue;
        };
        let mut command = cargo(&["rustdoc", "--quiet", "--lib", "--all-features", "--locked"]);
        command
            .args(["--package", name, "--target-dir"])
            .arg(&directory);
        command.args(["--", "-Zunstable-options", "--output-format=json"]);
        // Stable compilers write this form too, when asked like this.
        command.env("RUSTC_BOOTSTRAP", "1");
        succeed(command)?;

        let written = directory
            .join("doc")
            .join(format!("{}.json", name.replace('-', "_")));
        let written =
            fs::read(&written).map_err(|error| format!("{}: {error}", written.display()))?;
        let documentation: Value =
            serde_json::from_slice(&written).map_err(|error| error.to_string())?;
        let allowed = |library: &str| {
            ["alloc", "core", "std"].contains(&library)
                || SHARED.contains(&library)
                || own.contains(&library)
                || metadata
                    .packages
                    .iter()
                    .any(|p| p.name.replace('-', "_") == library)
        };
        let shown = foreign_paths(&documentation)?;
        findings.extend(
            shown
                .iter()
                .filter(|path| !allowed(path.split("::").next().unwrap_or_default()))
                .map(|path| format!("`{name}` shows `{path}`; wrap it in a type of ours")),
        );
    }
    if findings.is_empty() {
        return Ok(Verdict::Passed);
    }
    Err(format!(
        "{}\nrepeat with: cargo xtask ci signatures",
        findings.join("\n")
    ))
}

/// The paths of all types and traits of other crates that public items refer to.
fn foreign_paths(documentation: &Value) -> Result<BTreeSet<String>, String> {
    let index = documentation.get("index").and_then(Value::as_object);
    let paths = documentation.get("paths").and_then(Value::as_object);
    let (Some(index), Some(paths)) = (index, paths) else {
        return Err(
            "rustdoc's JSON has another form than it had; adapt xtask/src/ci/signatures.rs"
                .to_owned(),
        );
    };
    let mut references = BTreeSet::new();
    for item in index.values().filter(|item| is_ours(item)) {
        collect_references(item, &mut references);
    }
    let foreign = references.iter().filter_map(|id| {
        let target = paths.get(id).filter(|target| !is_ours(target))?;
        let segments = target.get("path")?.as_array()?.iter();
        let segments: Vec<&str> = segments.filter_map(Value::as_str).collect();
        Some(segments.join("::"))
    });
    Ok(foreign.collect())
}

fn is_ours(item: &Value) -> bool {
    item.get("crate_id").and_then(Value::as_u64) == Some(0)
}

/// Gathers the ids of the paths in a type, however deep.
fn collect_references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let derived = members.get("is_synthetic").and_then(Value::as_bool) == Some(true);
            let blanket = members.get("blanket_impl").is_some_and(|of| !of.is_null());
            // Other crates implement these for every type, ours included.
            if derived || blanket {
                return;
            }
            if let (Some(id), Some(_), Some(_)) =
                (members.get("id"), members.get("path"), members.get("args"))
            {
                into.insert(id.to_string());
            }
            members
                .values()
                .for_each(|member| collect_references(member, into));
        }
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect_references(value, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_foreign_type_is_found_however_deep_it_stands() {
        let documentation = json!({
            "index": {
                "1": { "crate_id": 0, "inner": { "function": { "output": { "resolved_path": {
                    "path": "Option", "id": 7, "args": { "angle_bracketed": { "args": [
                        { "type": { "resolved_path": { "path": "Agent", "id": 8, "args": null } } },
                    ] } },
                } } } } },
                "2": { "crate_id": 0, "inner": { "impl": {
                    "blanket_impl": { "generic": "T" }, "is_synthetic": false,
                    "trait": { "path": "Instrument", "id": 9, "args": null },
                } } },
                "3": { "crate_id": 5, "inner": { "trait": { "path": "Other", "id": 9, "args": null } } },
            },
            "paths": {
                "7": { "crate_id": 1, "path": ["core", "option", "Option"] },
                "8": { "crate_id": 4, "path": ["ureq", "agent", "Agent"] },
                "9": { "crate_id": 5, "path": ["tracing", "Instrument"] },
            },
        });
        let found = foreign_paths(&documentation);
        let expected = ["core::option::Option", "ureq::agent::Agent"].map(str::to_owned);
        assert_eq!(found, Ok(BTreeSet::from(expected)));
    }

    #[test]
    fn another_form_of_the_documentation_is_not_taken_for_a_clean_one() {
        assert!(foreign_paths(&json!({ "items": [] })).is_err());
    }
}
