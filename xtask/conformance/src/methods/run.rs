//! One client goes through its table.

use std::collections::{BTreeMap, BTreeSet};

use clerk_emulator::LoggedRequest;
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
    /// By `operationId`, what the method's calls had the emulator do.
    pub(super) operations: BTreeSet<&'static str>,
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
        add(&mut found, &row.call, finding);
    }
    Ok(of_all(methods, found))
}

/// A method passes if all its calls do; the first that does not tells why.
fn add(found: &mut Findings, method: &str, mut finding: Finding) {
    match found.get_mut(method) {
        Some(earlier) if earlier.verdict != Verdict::Passed => {}
        Some(earlier) => {
            finding.operations.append(&mut earlier.operations);
            *earlier = finding;
        }
        None => {
            found.insert(method.to_owned(), finding);
        }
    }
}

/// What was found, and that nothing was found of the other methods that the client has.
fn of_all(methods: Vec<Method>, mut found: Findings) -> Findings {
    for method in methods {
        let untried = || Finding {
            verdict: Verdict::Untried,
            facts: Vec::new(),
            operations: BTreeSet::new(),
        };
        let finding = found.entry(method.name).or_insert_with(untried);
        let expects = method.expects.map(|expects| ("client takes", expects));
        finding.facts.extend(expects);
    }
    found
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
    let requests = scene.requests().split_off(before);
    let facts = [
        ("called with", Some(row.with.to_string())),
        ("request", requests.last().map(shown)),
        ("class", row.is.clone()),
        ("answer has", row.gives.as_ref().map(Value::to_string)),
    ];
    let facts = facts.into_iter();
    Ok(Finding {
        verdict,
        facts: facts
            .filter_map(|(title, fact)| Some((title, fact?)))
            .collect(),
        operations: requests.iter().filter_map(carried_out).collect(),
    })
}

fn shown(request: &LoggedRequest) -> String {
    let status = request.status.map_or(0, |status| status.as_u16());
    format!("{} {} → {status}", request.method, request.path)
}

/// The operation that a request was for, if it was not refused.
fn carried_out(request: &LoggedRequest) -> Option<&'static str> {
    let is_success = request.status.is_some_and(|status| status.is_success());
    request.operation.filter(|_| is_success)
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
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(verdict: Verdict) -> Finding {
        Finding {
            verdict,
            facts: Vec::new(),
            operations: BTreeSet::new(),
        }
    }

    #[test]
    fn one_call_that_fails_is_enough_and_the_first_tells_why() {
        let failed = |why: &str| Verdict::Failed(why.to_owned());
        let mut found = Findings::new();
        for verdict in [
            Verdict::Passed,
            failed("one"),
            failed("two"),
            Verdict::Passed,
        ] {
            add(&mut found, "users.get", finding(verdict));
        }
        assert_eq!(found["users.get"].verdict, failed("one"));
    }

    #[test]
    fn a_method_without_a_row_is_told_of() {
        let methods = ["users.get", "users.forgotten"].map(|name| Method {
            name: name.to_owned(),
            expects: None,
        });
        let mut found = Findings::new();
        add(&mut found, "users.get", finding(Verdict::Passed));
        let found = of_all(methods.into(), found);
        assert_eq!(found["users.get"].verdict, Verdict::Passed);
        assert_eq!(found["users.forgotten"].verdict, Verdict::Untried);
    }

    #[test]
    fn a_key_that_was_not_prepared_counts_as_an_argument_that_was_not() {
        let resolved = |reference: &[&str]| Resolved {
            value: json!({}),
            unprepared: reference.iter().map(|&text| text.to_owned()).collect(),
        };
        let given = prepared(resolved(&["$a"]), Some(resolved(&["$machine.key"])));
        assert_eq!(given.unprepared.len(), 2);
    }
}
