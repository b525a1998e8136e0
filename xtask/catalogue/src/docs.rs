//! `docs.toml`: an address, and what it means in our own words.
//!
//! ```toml
//! "op.users.ban" = "Ends the user's sessions and refuses further sign-ins until the user is unbanned."
//! ```

use crate::Error;
use crate::address::{Address, Target};
use crate::files::Table;
use crate::ir::Api;

pub(crate) fn apply(api: &mut Api, text: &str) -> Result<(), Error> {
    for (address, sentence) in Table::parse("docs.toml", text)?.into_texts()? {
        let document = document(api, &address, sentence);
        document.map_err(|error| error.within("docs.toml"))?;
    }
    Ok(())
}

fn document(api: &mut Api, address: &str, sentence: String) -> Result<(), Error> {
    let address: Address = address.parse()?;
    if !sentence.ends_with('.') {
        return Err(Error::new(format!(
            "`{address}` does not end in a full stop"
        )));
    }
    let doc = match address.find(api)? {
        Target::Group(group) => &mut group.doc,
        Target::Operation(operation) => &mut operation.doc,
        Target::Model(model) => &mut model.doc,
        Target::Enum(found) => &mut found.doc,
        Target::Value(value) => &mut value.doc,
        Target::Field(field) => &mut field.doc,
        Target::Event(event) => &mut event.doc,
    };
    *doc = Some(sentence);
    Ok(())
}
