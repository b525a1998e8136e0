//! Whether an answer is what the client's caller has to get.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    table::Row,
    values::{Resolved, mismatches, same},
};

/// The code that our emulator alone answers with.
const NOT_EMULATED: &str = "operation_not_emulated";

/// What came of a call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub(super) value: Value,
    /// The class that the client made of it.
    is: String,
    /// The members of classes, as `Class.member`, that were not sent.
    missing: Vec<String>,
    /// The code of the error, or the client's own name for it.
    refused: Option<String>,
    status: Option<u16>,
    message: String,
}

/// What is to be said of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Passed,
    /// Refused, with the code that Clerk refuses it with.
    Refused(String),
    NotEmulated,
    /// No row of the table calls it.
    Untried,
    Failed(String),
}

impl Verdict {
    /// The titles of all verdicts but that it passes.
    pub(super) const OTHERS: [&str; 4] =
        ["refused as Clerk does", "not emulated", "fail", "untried"];

    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Passed => "pass",
            Self::Refused(_) => "refused as Clerk does",
            Self::NotEmulated => "not emulated",
            Self::Failed(_) => "fail",
            Self::Untried => "untried",
        }
    }

    /// Why it does not pass, in the words of the list of those that are known not to.
    pub(super) fn why(&self) -> Option<String> {
        match self {
            Self::Passed => None,
            Self::Refused(code) => Some(format!("refused as Clerk does: {code}")),
            Self::NotEmulated => Some("not emulated".to_owned()),
            Self::Untried => Some("untried".to_owned()),
            Self::Failed(why) => Some(format!("fails: {why}")),
        }
    }
}

/// `given` is what the row's arguments were, and `gives` what it asks of the answer.
pub(super) fn judge(
    row: &Row,
    given: &Resolved,
    gives: Option<&Resolved>,
    answer: &Answer,
    optional: &BTreeSet<String>,
) -> Verdict {
    let mut wrong = match (&answer.refused, &row.refused) {
        (Some(code), _) if code == NOT_EMULATED => return Verdict::NotEmulated,
        (Some(code), Some(wanted)) if code == wanted => return Verdict::Refused(code.clone()),
        (Some(code), _) => vec![refusal(code, answer)],
        (None, Some(wanted)) => vec![format!("it is answered, and Clerk refuses it: {wanted}")],
        (None, None) => {
            let mut wrong = kind(row, answer);
            let patterns = gives
                .iter()
                .flat_map(|gives| mismatches(&gives.value, &answer.value));
            wrong.extend(patterns);
            wrong.extend(echoes(row, &given.value, &answer.value));
            wrong.extend(unsent(row, answer, optional));
            wrong
        }
    };
    let references = gives.iter().flat_map(|gives| &gives.unprepared);
    let unprepared: BTreeSet<_> = given.unprepared.iter().chain(references).collect();
    for reference in unprepared {
        wrong.insert(0, format!("no {reference}"));
    }
    match wrong.is_empty() {
        true => Verdict::Passed,
        false => Verdict::Failed(without_ids(&wrong.join("; "))),
    }
}

fn refusal(code: &str, answer: &Answer) -> String {
    let status = answer.status.map(|status| format!("{status} "));
    format!("{}{code}: {}", status.unwrap_or_default(), answer.message)
}

fn kind(row: &Row, answer: &Answer) -> Vec<String> {
    let (is, value) = (&answer.is, &answer.value);
    let fits = row.is.as_ref().is_none_or(|wanted| match wanted.as_str() {
        "[]" => is.ends_with("[]"),
        wanted => is == wanted,
    });
    let mut wrong = Vec::new();
    if !fits {
        let wanted = row.is.as_deref().unwrap_or_default();
        wrong.push(format!("the client makes {is} of it instead of {wanted}"));
    }
    if is == "DeletedObject" && value["deleted"] != true {
        wrong.push("deleted is not true".to_owned());
    }
    wrong
}

/// What was sent has to come back under the same name, and an object that was asked for by its id has to have it.
fn echoes(row: &Row, given: &Value, answer: &Value) -> Vec<String> {
    let Some(answer) = answer.as_object() else {
        return Vec::new();
    };
    let inputs = inputs(given);
    let mut wrong = Vec::new();
    for (name, sent) in inputs.iter().flat_map(|members| members.iter()) {
        let is = answer.get(name).filter(|is| {
            let comparable = !is_compound(sent) && !is_compound(is);
            comparable && !row.differs.contains(name) && !same(sent, is)
        });
        if let Some(is) = is {
            wrong.push(format!("{name} is {is} instead of {sent}, as sent"));
        }
    }
    let ids = ids(given, &inputs);
    let id = answer.get("id").and_then(Value::as_str);
    if let Some(id) = id.filter(|_| !row.differs.contains("id")) {
        let prefix = |id: &str| id.split('_').next().map(str::to_owned);
        let kin: Vec<_> = ids
            .iter()
            .filter(|sent| prefix(sent) == prefix(id))
            .collect();
        if !kin.is_empty() && !kin.iter().any(|sent| **sent == id) {
            wrong.push(format!("id is {id}, of which nothing was sent"));
        }
    }
    wrong
}

/// Clerk gives some inputs back as more than they were: an amount, say, with its currency.
fn is_compound(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// The tables of named inputs: keyword arguments, and objects among or in the arguments.
fn inputs(given: &Value) -> Vec<&Map<String, Value>> {
    let nested = match given {
        Value::Array(arguments) => arguments.iter().collect(),
        given => vec![given, &given["request"]],
    };
    nested.into_iter().filter_map(Value::as_object).collect()
}

fn ids<'v>(given: &'v Value, inputs: &[&'v Map<String, Value>]) -> Vec<&'v str> {
    let positional = given.as_array().into_iter().flatten();
    let named = inputs
        .iter()
        .flat_map(|members| members.iter())
        .filter(|(name, _)| name.to_lowercase().ends_with("id"))
        .map(|(_, value)| value);
    positional.chain(named).filter_map(Value::as_str).collect()
}

fn unsent(row: &Row, answer: &Answer, optional: &BTreeSet<String>) -> Option<String> {
    let lacks = |member: &String| {
        let name = member.rsplit('.').next().unwrap_or_default();
        !optional.contains(member) && !row.lacks.contains(name)
    };
    let unsent: BTreeSet<_> = answer
        .missing
        .iter()
        .filter(|member| lacks(member))
        .collect();
    let unsent: Vec<_> = unsent.into_iter().map(String::as_str).collect();
    (!unsent.is_empty()).then(|| format!("not sent: {}", unsent.join(", ")))
}

/// The same in every run: ids, secrets, times and addresses are made anew in each.
fn without_ids(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|l| !is_part(l)).unwrap_or(word.len()));
        out.push_str(before);
        out.push_str(&without_id(word));
        rest = after;
    }
    out + rest
}

fn without_id(word: &str) -> String {
    let is_number = word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    match word.rsplit_once('_') {
        _ if is_number => "0".to_owned(),
        Some((prefix, id)) if id.len() >= 20 => format!("{prefix}_0"),
        _ if word.len() >= 32 && !word.contains('_') => "0".to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests;
