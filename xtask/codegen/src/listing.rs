//! The operations as `clerk-dev` lists them and calls them by name.

use clerk_catalogue::ir::{Api, Authorization, BasePath, Body, Operation, Paging};

use crate::File;
use crate::source::{Quoted, Source, WIDTH};

/// A line for each operation.
pub(crate) fn operations(api: &Api) -> File {
    let mut source = Source::default();
    source.push("use super::listing::{Authorization::*, BasePath::*, Body::*, Listed, listed};\n");
    source.push("pub(crate) const OPERATIONS: &[Listed] = listed! {");
    for operation in api.operations() {
        source.push(row(operation));
    }
    source.push("};");
    File::new("crates/clerk-dev/src/api/operations.rs", source)
}

fn row(operation: &Operation) -> String {
    let mut query: Vec<&str> = operation.query.iter().map(|field| &*field.wire).collect();
    if operation.paging == Some(Paging::Flagged) {
        query.push("paginated");
    }
    let base = match operation.base {
        BasePath::Versioned => "Versioned",
        BasePath::Root => "Root",
    };
    let authorization = match operation.authorization {
        Authorization::Public => "Public",
        Authorization::SecretKey => "SecretKey",
        Authorization::MachineKey => "MachineSecretKey",
        Authorization::SecretOrMachineKey => "MachineOrSecretKey",
    };
    let body = match operation.body {
        Body::Empty => "Nothing",
        Body::Object(_) => "Object",
        Body::List { .. } => "List",
        Body::Form(_) => "Form",
    };
    let query: Vec<String> = query.iter().map(|name| Quoted(name).to_string()).collect();
    let (id, verb, path) = (&operation.id, operation.verb, Quoted(&operation.path));
    let (query, deprecated) = (query.join(", "), operation.deprecated);
    filled(&format!(
        "{id} {verb} {path} [{query}] {body} {base} {authorization} {deprecated},"
    ))
}

/// As many words to a line as fit: `rustfmt` does not look into the table.
fn filled(row: &str) -> String {
    let mut lines = String::new();
    let mut line = "   ".to_owned();
    for word in row.split(' ') {
        if line.len() + 1 + word.len() > WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line = "       ".to_owned();
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_wide_as_everything_else() {
        let short = "GetUser GET";
        assert_eq!(filled(short), format!("    {short}"));
        let word = "a".repeat(47);
        let whole = format!("    {word} {}", "b".repeat(48));
        assert_eq!(whole.len(), WIDTH);
        assert_eq!(filled(whole.trim_start()), whole);
        let broken = format!("    {word}\n        {}", "b".repeat(49));
        assert_eq!(filled(&format!("{word} {}", "b".repeat(49))), broken);
    }
}
