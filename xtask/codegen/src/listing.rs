//! The operations as `clerk-dev` lists them and calls them by name.

use clerk_catalogue::ir::{Api, Authorization, BasePath, Body, Operation, Paging};

use crate::File;
use crate::source::{Quoted, Source};

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
    let query: Vec<String> = query.iter().map(|name| Quoted(name).to_string()).collect();
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
    let (id, verb, path) = (&operation.id, operation.verb, Quoted(&operation.path));
    let deprecated = operation.deprecated;
    let query = query.join(", ");
    format!("    {id} {verb} {path} [{query}] {body} {base} {authorization} {deprecated},")
}
