//! What Clerk answered, for people and for programs.

use std::io::{self, Write as _};

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use crate::{json, outcome::Failure, output::Output};

/// Writes the status and the body. A body that is not JSON counts as text.
pub(super) fn show(
    response: &Response<Bytes>,
    as_json: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let text = String::from_utf8_lossy(response.body());
    let body: Option<Box<RawValue>> = match serde_json::from_str(&text) {
        Ok(body) => Some(body),
        Err(_) if text.trim().is_empty() => None,
        Err(_) => Some(serde_json::value::to_raw_value(&text).map_err(io::Error::from)?),
    };
    if as_json {
        #[derive(Serialize)]
        struct Answer<'a> {
            status: u16,
            body: Option<&'a RawValue>,
        }
        let line = body.as_deref().map(json::one_line);
        let answer = Answer {
            status: response.status().as_u16(),
            body: line.as_deref(),
        };
        serde_json::to_writer(&mut *output, &answer).map_err(io::Error::from)?;
        writeln!(output)?;
        return Ok(());
    }
    writeln!(output, "{}", response.status())?;
    if let Some(body) = body {
        match table(&body) {
            Some(table) => write!(output, "\n{table}")?,
            None => writeln!(output, "\n{}", json::indented(&body))?,
        }
    }
    Ok(())
}

/// What tells one item of a list from another, in the order it is shown.
const COLUMNS: [&str; 14] = [
    "id",
    "name",
    "slug",
    "username",
    "first_name",
    "last_name",
    "email_address",
    "identifier",
    "user_id",
    "role",
    "status",
    "url",
    "created_at",
    "expires_at",
];

/// A list of objects as a table of what its items have of [`COLUMNS`]; `None` for anything else.
fn table(body: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List {
        Bare(Vec<Map<String, Value>>),
        Page {
            data: Vec<Map<String, Value>>,
            total_count: Option<u64>,
        },
    }
    let (items, total) = match serde_json::from_str(body.get()).ok()? {
        List::Bare(items) => (items, None),
        List::Page { data, total_count } => (data, total_count),
    };
    let mut lines: Vec<Vec<String>> = vec![Vec::new(); items.len() + 1];
    for column in COLUMNS {
        let cells: Vec<Option<String>> = items.iter().map(|item| cell(item, column)).collect();
        if cells.iter().any(Option::is_some) {
            let cells = cells
                .into_iter()
                .map(|cell| cell.unwrap_or_else(|| "-".to_owned()));
            let whole = [column.to_owned()].into_iter().chain(cells);
            lines
                .iter_mut()
                .zip(whole)
                .for_each(|(line, cell)| line.push(cell));
        }
    }
    let has_columns = lines.first().is_some_and(|head| !head.is_empty());
    if !has_columns && !items.is_empty() {
        return None;
    }
    let mut text = aligned(&lines);
    let shown = items.len();
    text.push_str(&match total {
        Some(total) => format!("{shown} of {total}\n"),
        None => format!("{shown} in all of this page\n"),
    });
    Some(text)
}

/// A member of an item, if it is a text or a number. What a terminal would act on is escaped.
fn cell(item: &Map<String, Value>, name: &str) -> Option<String> {
    match item.get(name)? {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.escape_debug().collect()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<String>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> Option<String> {
        table(&RawValue::from_string(body.to_owned()).unwrap())
    }

    #[test]
    fn lists_are_tables_of_what_their_items_have() {
        let page = r#"{"data":[{"id":"org_1","name":"Acme","slug":"acme","x":1},
            {"id":"org_22","name":"N\u001b[2J","slug":null}],"total_count":9}"#;
        let text = "id      name        slug
org_1   Acme        acme
org_22  N\\u{1b}[2J  -
2 of 9
";
        assert_eq!(shown(page).as_deref(), Some(text));
        assert_eq!(shown("[]").as_deref(), Some("0 in all of this page\n"));
    }

    #[test]
    fn anything_else_is_not() {
        for body in [r#"{"id":"user_1"}"#, "[1,2]", r#"[{"x":1}]"#, r#""text""#] {
            assert_eq!(shown(body), None, "{body}");
        }
    }
}
