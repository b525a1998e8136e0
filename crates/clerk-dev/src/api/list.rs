//! `clerk-dev api ls`: which operations there are.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

use super::{
    listing::{Body, Listed},
    lookup::matching,
};
use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// List the operations of the Backend API; nothing is sent.
///
/// The answer is no (exit code 1) where the filter fits none.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev api ls
  clerk-dev api ls 'post user'
  clerk-dev api ls GetUserList --json")]
pub(crate) struct List {
    /// Words that the operation's name, verb or path has to contain, in whatever case
    #[arg(default_value = "")]
    filter: String,
    /// Answer with a JSON object for each operation, one a line
    #[arg(long)]
    json: bool,
}

/// An operation, for programs.
#[derive(Debug, Serialize)]
struct Line {
    id: &'static str,
    verb: &'static str,
    path: &'static str,
    parameters: Vec<&'static str>,
    query: &'static [&'static str],
    body: Option<&'static str>,
    deprecated: bool,
}

impl List {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let found: Vec<&Listed> = matching(&self.filter).collect();
        let width = found.iter().map(|found| found.id.len()).max().unwrap_or(0);
        for operation in &found {
            if self.json {
                serde_json::to_writer(&mut *output, &line(operation)).map_err(io::Error::from)?;
                writeln!(output)?;
            } else {
                let Listed { id, verb, path, .. } = operation;
                let note = if operation.deprecated {
                    "  (deprecated)"
                } else {
                    ""
                };
                writeln!(output, "{id:<width$}  {verb:<6}  {path}{note}")?;
            }
        }
        Ok(Verdict::of(!found.is_empty()))
    }
}

fn line(operation: &Listed) -> Line {
    Line {
        id: operation.id,
        verb: operation.verb,
        path: operation.path,
        parameters: operation.parameters().collect(),
        query: operation.query,
        body: match operation.body {
            Body::Nothing => None,
            Body::Object => Some("object"),
            Body::List => Some("list"),
            Body::Form => Some("form"),
        },
        deprecated: operation.deprecated,
    }
}
