//! Suite `requests`: what `clerk-api` sends is what Clerk's own SDK sends for the same call.

mod differences;
mod rows;
mod sent;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use crate::{
    Settings,
    clients::Node,
    divergences,
    outcome::{Outcome, Passed, Stopped},
    programs,
};

use self::{sent::Sent, table::Table};

pub(crate) const NAME: &str = "requests";

/// What the script says about a call.
#[derive(Debug, Deserialize)]
struct Recorded {
    arrived: Vec<Sent>,
    /// What the call failed with, which is often that the answer it got says nothing.
    failed: Option<String>,
}

pub(crate) fn run(settings: &Settings) -> Outcome {
    let node = Node::set_up(&settings.directory)?;
    let mut table = Table::new()?;
    rows::all(&mut table);
    let recorded = record(&node, &table)?;
    judge(&table, &recorded)
}

/// What the SDK sends for each row.
fn record(node: &Node, table: &Table) -> Result<Vec<Recorded>, Stopped> {
    let client = json!({
        "secretKey": Table::SECRET_KEY,
        "machineSecretKey": Table::MACHINE_SECRET_KEY,
        "telemetry": { "disabled": true },
    });
    let mut input = String::new();
    for row in &table.rows {
        let (call, arguments) = (row.method, &row.arguments);
        let question = json!({ "client": client, "call": call, "arguments": arguments });
        input.push_str(&format!("{question}\n"));
    }
    let output = programs::answers(node.script("record_requests.mjs")?, &input)?;
    let recorded = output.lines().map(serde_json::from_str);
    Ok(recorded.collect::<Result<Vec<Recorded>, _>>()?)
}

fn judge(table: &Table, recorded: &[Recorded]) -> Outcome {
    let mut failures = table.failures.clone();
    if recorded.len() != table.rows.len() {
        let (asked, answered) = (table.rows.len(), recorded.len());
        failures.push(format!(
            "{asked} calls were asked for, {answered} were made"
        ));
    }
    let mut shown: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut operations: BTreeSet<&str> = BTreeSet::new();
    let mut differing: BTreeSet<&str> = BTreeSet::new();
    for (row, recorded) in table.rows.iter().zip(recorded) {
        operations.extend(&row.operations);
        if recorded.arrived.is_empty() {
            let why = recorded.failed.as_deref().unwrap_or("it says nothing");
            failures.push(format!(
                "{} {}: nothing arrived: {why}",
                row.method, row.arguments
            ));
            continue;
        }
        for difference in differences::all(row, &recorded.arrived) {
            differing.extend(&row.operations);
            match differences::explain(row, &difference) {
                Some(id) => shown.entry(id).or_default().extend(&row.operations),
                None => failures.push(format!("{} {}: {difference:?}", row.method, row.arguments)),
            }
        }
    }
    failures.extend(unlisted(&shown)?);
    let counts: Vec<String> = shown
        .iter()
        .map(|(id, operations)| format!("{id} {}", operations.len()))
        .collect();
    let summary = format!(
        "{} calls of {} operations; {} send the same, the others differ as listed: {}",
        table.rows.len(),
        operations.len(),
        operations.difference(&differing).count(),
        counts.join(", "),
    );
    if failures.is_empty() {
        Ok(Passed(summary))
    } else {
        let failures = failures.join("\n          ");
        Err(Stopped::Failed(format!("{summary}\n          {failures}")))
    }
}

/// Entries that the rows show and `docs/divergences.md` does not list, and the other way around.
fn unlisted(shown: &BTreeMap<&str, BTreeSet<&str>>) -> Result<Vec<String>, Stopped> {
    let entries = divergences::read()?;
    let listed: BTreeSet<&str> = entries
        .iter()
        .filter(|entry| entry.is_held_by(NAME))
        .map(|entry| entry.id.as_str())
        .collect();
    let shown: BTreeSet<&str> = shown.keys().copied().collect();
    let gone = listed.difference(&shown).map(|id| {
        format!("docs/divergences.md says that this suite holds `{id}`, which no row shows")
    });
    let new = shown
        .difference(&listed)
        .map(|id| format!("docs/divergences.md does not say that this suite holds `{id}`"));
    Ok(gone.chain(new).collect())
}
