//! Reads an OpenAPI file into the catalogue's facts.
//!
//! Only keys that hold facts are read; descriptions, summaries, titles and examples never are. What
//! the file leaves unnamed takes its name from the overlay, or the import fails and suggests one.

mod ids;
mod meaning;
mod names;
mod node;
mod operations;
mod registry;
mod schema;
#[cfg(test)]
mod tests;
mod types;
mod webhooks;

use crate::Error;
use crate::derive;
use crate::ir::{Api, Group, Operation, Source};
use names::Names;
pub(crate) use node::Node;
use registry::Registry;

/// What an import found.
#[derive(Clone, Debug)]
pub struct Import {
    /// The facts, without corrections.
    pub api: Api,
    /// What the description leaves unsaid, for a person to look at.
    pub notes: Vec<String>,
}

/// Reads the OpenAPI file of the API and, where there is one, that of the webhooks. `names` is the overlay's `names.toml`.
///
/// # Errors
///
/// A file is no OpenAPI 3.0 description, says something that the catalogue has no form for, or
/// leaves unnamed what `names` does not name; or `names` names what the file has not.
pub fn import(openapi: &str, webhooks: Option<&str>, names: &str) -> Result<Import, Error> {
    let document = Node::parse(openapi)?;
    let mut importer = Importer {
        document: &document,
        names: Names::parse(names)?,
        registry: Registry::default(),
        notes: Vec::new(),
    };
    let paths = document.get("paths").map_or(&[][..], Node::entries);
    let mut operations = Vec::new();
    for (path, item) in paths {
        operations.extend(importer.path(path, item)?);
    }
    let info = document.get("info").and_then(|info| info.text("version"));
    let source = Source {
        version: info
            .ok_or_else(|| Error::new("the file has no `info.version`"))?
            .to_owned(),
        blob: blob(openapi),
        paths: paths.len(),
        operations: operations.len(),
        added: 0,
        webhooks: webhooks.map(blob),
    };
    let groups = importer.groups(operations)?;
    let Importer {
        registry,
        mut names,
        mut notes,
        ..
    } = importer;
    let (models, enums) = registry.into_parts();
    let mut api = Api {
        source,
        groups,
        models,
        enums,
        ids: Vec::new(),
        events: Vec::new(),
    };
    if let Some(webhooks) = webhooks {
        names.turn_to_webhooks();
        let document = Node::parse(webhooks)?;
        let mut importer = Importer {
            document: &document,
            names,
            registry: Registry::default(),
            notes,
        };
        let events = importer.events()?;
        let (models, enums) = importer.registry.into_parts();
        (names, notes) = (importer.names, importer.notes);
        webhooks::add(&mut api, events, models, enums)?;
    }
    names.finish()?;
    ids::apply(&mut api, &names.ids)?;
    derive::derive(&mut api)?;
    Ok(Import { api, notes })
}

/// The examples of events in the OpenAPI file of the webhooks: the type of each, and its JSON. No
/// import reads them; they are for trying readers on.
///
/// # Errors
///
/// The file is no OpenAPI 3.0 description of webhooks.
pub fn event_examples(webhooks: &str) -> Result<Vec<(String, String)>, Error> {
    webhooks::examples(&Node::parse(webhooks)?)
}

/// The state of an import.
#[derive(Debug)]
struct Importer<'a> {
    document: &'a Node,
    names: Names,
    registry: Registry,
    notes: Vec<String>,
}

impl Importer<'_> {
    fn groups(&mut self, operations: Vec<Operation>) -> Result<Vec<Group>, Error> {
        let mut groups: Vec<Group> = Vec::new();
        for operation in operations {
            let known = groups.iter_mut().find(|g| g.name == operation.group);
            match known {
                Some(group) => group.operations.push(operation),
                None => {
                    let name = operation.group.clone();
                    let feature = self.names.feature(&name).ok_or_else(|| {
                        Error::new(format!(
                            "the group `{name}` is missing in [feature] of names.toml"
                        ))
                    })?;
                    groups.push(Group {
                        name,
                        feature,
                        operations: vec![operation],
                        doc: None,
                    });
                }
            }
        }
        groups.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(groups)
    }
}

/// The file's name in a git repository, which leads to the commit it came from.
fn blob(text: &str) -> String {
    let mut hash = sha1_smol::Sha1::new();
    hash.update(format!("blob {}\0", text.len()).as_bytes());
    hash.update(text.as_bytes());
    hash.digest().to_string()
}
