//! The token table: every row that `cargo test` gives to the doors of a machine.

use bytes::Bytes;
use clerk_emulator::Fault;
use clerk_token_table::{Keys, Question, Row, Said, instance, table};
use http::{Request, Response};
use serde_json::Value;

use crate::{
    Outcome, Trial,
    edge::{Edge, Place, Worker},
    engine::Engine,
};

pub(crate) const TRIALS: &[Trial] = &[Trial::everywhere(
    "the token table is answered as it is natively, row for row",
    rows,
)
.of_both()];

/// A row that Clerk's package answers otherwise, in some engines.
struct Divergence {
    row: &'static str,
    /// Of `docs/divergences.md`.
    entry: &'static str,
    reason: &'static str,
    holds: fn(Engine<'_>) -> bool,
}

const DIVERGENCES: &[Divergence] = &[Divergence {
    row: "PEM in quotes",
    entry: "pasted-keys",
    reason: "token-verification-failed",
    // The package leaves the quotes where they are, and other engines pass over them when they import the key.
    holds: |engine| engine.is_cloudflares(),
}];

fn rows(place: &Place<'_>) -> Outcome {
    let table = table();
    let mut surprises = Vec::new();
    for &signatures in place.signatures() {
        let bindings = [("TABLE", "tokens"), ("SIGNATURES", signatures)];
        let edge = place.edge_of(instance(), &bindings)?;
        for row in &table.rows {
            let surprise = match place.worker {
                Worker::Ours => ours(&edge, row)?,
                // Of what a rule of our own decides, only we are asked.
                Worker::Reference(_) if row.differs => None,
                Worker::Reference(_) => references(&edge, row, place.engine)?,
            };
            surprises.extend(surprise.map(|it| format!("{} ({signatures}): {it}", row.name)));
        }
    }
    match surprises.is_empty() {
        true => Ok(()),
        false => Err(surprises.join("\n")),
    }
}

fn ours(edge: &Edge, row: &Row) -> Result<Option<String>, String> {
    let (said, expected) = (said(edge, &row.question)?, row.answer());
    Ok((said != expected).then(|| format!("{said:?} and not {expected:?}")))
}

/// Clerk's package fetches sets of keys, and takes none otherwise.
fn references(edge: &Edge, row: &Row, engine: Engine<'_>) -> Result<Option<String>, String> {
    let clerk = edge.clerk();
    clerk.clear_faults();
    if let Keys::Set(set) = &row.question.keys {
        let set = Response::new(Bytes::copy_from_slice(set.as_bytes()));
        clerk.add_fault(Fault::answer(set).path("/v1/jwks"));
    }
    let mut divergences = DIVERGENCES.iter();
    let divergence = divergences.find(|it| it.row == row.name && (it.holds)(engine));
    let expected = match divergence {
        Some(divergence) => Err(divergence.reason.to_owned()),
        None => row.answer(),
    };
    Ok(match (said(edge, &row.question)?, expected) {
        (Ok(one), Ok(other)) if same_claims(&one, &other) => None,
        (Err(one), Err(other)) if one == other => None,
        (Err(reason), expected) => {
            let by = divergence.map(|it| it.entry);
            Some(format!(
                "{reason} and not {expected:?}, by the entry {by:?}"
            ))
        }
        // Nothing is said of how.
        (Ok(_), _) => Some("the answer differs".to_owned()),
    })
}

/// JavaScript has read its claims and written them anew. What only it can hold cannot be compared, such as half of a
/// character.
fn same_claims(one: &str, other: &str) -> bool {
    let read = |json: &str| serde_json::from_str::<Value>(json).ok();
    match (read(one), read(other)) {
        (Some(one), Some(other)) => as_doubles(one) == as_doubles(other),
        _ => true,
    }
}

/// As JavaScript has numbers.
fn as_doubles(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(values) => values.into_iter().map(as_doubles).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            members
                .map(|(name, value)| (name, as_doubles(value)))
                .collect()
        }
        other => other,
    }
}

fn said(edge: &Edge, question: &Question) -> Result<Said, String> {
    let text = serde_json::to_string(question).map_err(|error| error.to_string())?;
    let request = Request::post(edge.url("/verdict"))
        .header("content-type", "application/json")
        .body(Bytes::from(text));
    let response = edge.send(request.map_err(|error| error.to_string())?);
    let response = response.map_err(|error| error.to_string())?;
    serde_json::from_slice(response.body()).map_err(|error| format!("{response:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::{CLEAN_UP, KEY_WITH_SCHEME};

    #[test]
    fn where_clerks_package_differs_is_told_to_everybody() {
        let told = include_str!("../../../docs/divergences.md");
        let of_rows = DIVERGENCES.iter().map(|it| it.entry);
        for entry in of_rows.chain([CLEAN_UP, KEY_WITH_SCHEME]) {
            assert!(told.contains(&format!("\n| `{entry}` |")), "{entry}");
        }
    }

    #[test]
    fn each_divergence_is_one_of_a_row_that_is_asked() {
        let table = table();
        for divergence in DIVERGENCES {
            let mut rows = table.rows.iter();
            let row = rows.find(|row| row.name == divergence.row);
            assert!(row.is_some_and(|row| !row.differs), "{}", divergence.row);
        }
    }

    #[test]
    fn claims_are_compared_as_javascript_has_them() {
        assert!(same_claims(r#"{"a":1,"b":[2.0]}"#, r#"{"b":[2],"a":1.0}"#));
        assert!(!same_claims(r#"{"a":1}"#, r#"{"a":2}"#));
        assert!(!same_claims(r#"{"a":1}"#, "{}"));
    }
}
