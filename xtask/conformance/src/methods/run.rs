//! One client goes through its table.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client,
    judge::{Answer, Verdict, judge},
    scene::Scene,
    table::{Row, Table},
    values::Resolved,
};
use crate::{Settings, outcome::Stopped, programs::Conversation};

/// What was found of each method of a client.
pub(super) type Findings = BTreeMap<String, Finding>;

#[derive(Debug)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    /// What helps to see why, under titles.
    pub(super) facts: Vec<(&'static str, String)>,
}

#[derive(Debug, Deserialize)]
struct Method {
    name: String,
    /// The statuses and members that the client takes for an answer, where it can say so.
    expects: Option<String>,
}

pub(super) fn client(client: &Client, settings: &Settings) -> Result<Findings, Stopped> {
    let table = Table::read(client.table)?;
    let mut program = (client.start)(settings)?;
    let methods: Vec<Method> = serde_json::from_value(program.ask(&json!({ "methods": true }))?)?;
    let names = methods.iter().map(|method| method.name.clone()).collect();
    let mut scene = Scene::set()?;
    let mut found = Findings::new();
    for row in table.rows(client.version, &names)? {
        let finding = call(client, row, &table, &mut program, &mut scene)?;
        let earlier = found.get(&row.call).map(|earlier| &earlier.verdict);
        if earlier.is_none_or(|verdict| *verdict == Verdict::Passed) {
            found.insert(row.call.clone(), finding);
        }
    }
    for method in methods {
        let untried = || Finding {
            verdict: Verdict::Untried,
            facts: Vec::new(),
        };
        let finding = found.entry(method.name).or_insert_with(untried);
        let expects = method.expects.map(|expects| ("client takes", expects));
        finding.facts.extend(expects);
    }
    Ok(found)
}

fn call(
    client: &Client,
    row: &Row,
    table: &Table,
    program: &mut Conversation,
    scene: &mut Scene,
) -> Result<Finding, Stopped> {
    let given = scene.kept.resolve(&row.with);
    let key = row.key.as_ref().map(|key| scene.kept.resolve(&json!(key)));
    let before = scene.requests().len();
    let answer = program.ask(&json!({
        "client": (client.settings)(scene.url(), &secret(key.as_ref(), scene)),
        "call": row.call,
        "with": given.value,
    }))?;
    let answer: Answer = serde_json::from_value(answer)?;
    if let Some(name) = &row.keep {
        scene.kept.keep(name, answer.value.clone());
    }
    // What this call was answered with may be asked of the answer itself.
    let gives = row.gives.as_ref().map(|gives| scene.kept.resolve(gives));
    let given = prepared(given, key);
    let verdict = judge(row, &given, gives.as_ref(), &answer, &table.optional);
    let requests = scene.requests();
    let request = requests.get(before..).and_then(<[String]>::last);
    let facts = [
        ("called with", Some(row.with.to_string())),
        ("request", request.cloned()),
        ("class", row.is.clone()),
        ("answer has", row.gives.as_ref().map(Value::to_string)),
    ];
    let facts = facts.into_iter();
    Ok(Finding {
        verdict,
        facts: facts
            .filter_map(|(title, fact)| Some((title, fact?)))
            .collect(),
    })
}

fn secret(key: Option<&Resolved>, scene: &Scene) -> String {
    match key.and_then(|key| key.value.as_str()) {
        Some(key) => key.to_owned(),
        None => scene.secret_key().to_owned(),
    }
}

/// A key that the call was to be made with has to be there as well as its arguments.
fn prepared(mut given: Resolved, key: Option<Resolved>) -> Resolved {
    let unprepared: BTreeSet<_> = key.map(|key| key.unprepared).unwrap_or_default();
    given.unprepared.extend(unprepared);
    if given.value.is_null() {
        given.value = Value::Array(Vec::new());
    }
    given
}
