//! `overlay/additions/`: operations and models that the description does not have, each file with the
//! evidence that they are there, and else as a file of the catalogue.
//!
//! ```toml
//! why = "what shows that the API has them"
//! group = "invitations"
//! feature = "invitations"
//! tag = "Invitations"
//!
//! [op.delete]
//! id = "DeleteInvitation"
//! http = "DELETE /invitations/{invitation_id}"
//! ok = "200 DeletedObject"
//! ```
//!
//! What the description has by now is an error, so that no addition outlives its reason.

use super::read::{Facts, sort};
use super::{File, Table};
use crate::Error;
use crate::ir::{Api, Group};

pub(crate) fn apply(api: &mut Api, files: &[File]) -> Result<(), Error> {
    for file in files {
        let added = add(api, file);
        added.map_err(|error| error.within(format_args!("additions/{}", file.name)))?;
    }
    sort(api);
    Ok(())
}

fn add(api: &mut Api, file: &File) -> Result<(), Error> {
    let mut table = Table::parse(&file.name, &file.text)?;
    if table.text("why")?.trim().is_empty() {
        return Err(Error::new("`why` is empty"));
    }
    let mut facts = Facts::default();
    facts.read(table)?;
    for group in facts.groups {
        add_group(api, group)?;
    }
    for model in facts.models {
        if api.definition(&model.name).is_some() {
            return Err(known(&model.name));
        }
        api.models.push(model);
    }
    if !facts.enums.is_empty() || !facts.ids.is_empty() || !facts.events.is_empty() {
        return Err(Error::new(
            "operations and models are added here, and nothing else",
        ));
    }
    Ok(())
}

fn add_group(api: &mut Api, group: Group) -> Result<(), Error> {
    let is_there = |operation: &crate::ir::Operation| {
        let mut operations = api.operations();
        operations.any(|known| (known.verb, &known.path) == (operation.verb, &operation.path))
    };
    if let Some(operation) = group
        .operations
        .iter()
        .find(|operation| is_there(operation))
    {
        return Err(known(&operation.id));
    }
    api.source.added += group.operations.len();
    match api.groups.iter_mut().find(|known| known.name == group.name) {
        Some(known) => known.operations.extend(group.operations),
        None => api.groups.push(group),
    }
    Ok(())
}

fn known(name: &str) -> Error {
    Error::new(format!("`{name}` is there already, so the addition can go"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::parse;

    const GROUP: &str = "group = \"users\"\nfeature = \"users\"\ntag = \"Users\"\n";
    const GET: &str = "[op.get]\nid = \"GetUser\"\nhttp = \"GET /users/{id}\"\nok = \"200 User\"\n";
    const DELETE: &str =
        "[op.delete]\nid = \"DeleteUser\"\nhttp = \"DELETE /users/{id}\"\nok = \"204\"\n";
    const USER: &str = "[model.User]\nid = \"str\"\n";

    fn file(name: &str, text: &str) -> File {
        let (name, text) = (name.to_owned(), text.to_owned());
        File { name, text }
    }

    fn added(text: &str) -> Result<Api, Error> {
        let source = "version = \"1\"\nblob = \"\"\npaths = 1\noperations = 1\n";
        let facts = format!("{GROUP}{GET}{USER}");
        let mut api = parse(&[file("source.toml", source), file("users.toml", &facts)])?;
        apply(&mut api, &[file("users.toml", text)])?;
        Ok(api)
    }

    #[test]
    fn operations_and_models_come_to_those_that_are_there() {
        let team = "[model.Team]\nid = \"str\"\n";
        let api = added(&format!("why = \"x\"\n{GROUP}{DELETE}{team}")).unwrap();
        assert_eq!((api.groups.len(), api.operations().count()), (1, 2));
        assert_eq!((api.source.operations, api.source.added), (1, 1));
        let names: Vec<&str> = api.models.iter().map(|model| &*model.name).collect();
        assert_eq!(names, ["Team", "User"]);
        let api = added(&format!(
            "why = \"x\"\n{}{DELETE}",
            GROUP.replace("\"users\"", "\"teams\"")
        ));
        let api = api.unwrap();
        let groups: Vec<&str> = api.groups.iter().map(|group| &*group.name).collect();
        assert_eq!(groups, ["teams", "users"]);
    }

    #[test]
    fn an_addition_that_says_no_reason_or_outlived_it_is_refused() {
        for (text, error) in [
            (format!("{GROUP}{DELETE}"), "`why` is missing"),
            ("why = \" \"".to_owned(), "`why` is empty"),
            (
                format!("why = \"x\"\n{GROUP}{GET}"),
                "`GetUser` is there already",
            ),
            (format!("why = \"x\"\n{USER}"), "`User` is there already"),
            (
                "why = \"x\"\n[enum]\nRole = [\"a\"]".to_owned(),
                "and nothing else",
            ),
            (
                "why = \"x\"\nbecause = 1".to_owned(),
                "`because` means nothing",
            ),
        ] {
            let refused = added(&text).unwrap_err().to_string();
            assert!(
                refused.contains(error) && refused.contains("users.toml"),
                "{refused}"
            );
        }
    }
}
