//! Other names that people look for an operation by.

use std::fs;
use std::path::Path;

use crate::api;

/// What stands between the documentation of a struct and its name.
fn attributes<'a>(source: &'a str, name: &str) -> &'a str {
    let declaration = format!("pub struct {name}<C = ()> {{");
    let (before, _) = source.split_once(&declaration).expect(&declaration);
    let documented = before.rfind("/// ").unwrap();
    &before[documented..]
}

/// The search of rustdoc finds whole names, in any case: `getUserList`, but not `users.getUserList`
/// for it.
#[test]
fn operations_are_found_by_the_names_of_the_description_and_of_the_node_sdk() {
    let generated =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/clerk-api/src/generated");
    let mut methods = 0;
    for operation in api().operations() {
        let source = generated.join(format!("{}.rs", operation.group));
        let source = fs::read_to_string(source).unwrap();
        let name = operation.type_name();
        let attributes = attributes(&source, &name).to_lowercase();
        let found = |sought: &str| {
            let sought = sought.to_lowercase();
            sought == name.to_lowercase() || attributes.contains(&format!("\"{sought}\""))
        };
        assert!(found(&operation.id), "{}", operation.id);
        let method = operation.alias.as_deref().and_then(|of| of.split_once('.'));
        if let Some((_, method)) = method {
            methods += 1;
            assert!(found(method), "{}: {method}", operation.id);
        }
    }
    assert!(
        methods > 180,
        "only {methods} operations are the Node SDK's, too"
    );
}
