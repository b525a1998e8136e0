//! The same call twice, row by row: as one writes it with `@clerk/backend`, and with `clerk-api`.
//!
//! Where there is a choice of inputs, a method stands here twice: with as few as there can be, and
//! with all that the SDK's types allow.

#![allow(deprecated, reason = "what is deprecated is compared, too")]

use clerk_api::Timestamp;

use super::table::Table;

mod addresses;
mod belongings;
mod billing;
mod enterprise;
mod instance;
mod invitations;
mod machines;
mod members;
mod oauth;
mod organizations;
mod roles;
mod sessions;
mod users;

pub(super) fn all(table: &mut Table) {
    for rows in [
        users::all,
        belongings::all,
        sessions::all,
        addresses::all,
        organizations::all,
        members::all,
        roles::all,
        invitations::all,
        machines::all,
        oauth::all,
        enterprise::all,
        instance::all,
        billing::all,
    ] {
        rows(table);
    }
}

/// The one instant that rows speak of.
const fn at() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// The names of the SDK's methods that stand at operations as aliases.
    fn named_in_the_documentation() -> BTreeSet<String> {
        let sources =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/clerk-api/src/generated");
        let mut names = BTreeSet::new();
        for file in fs::read_dir(sources).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let text = fs::read_to_string(path).unwrap();
                let aliases = text.split("#[doc(alias = \"").skip(1);
                let aliases = aliases.filter_map(|rest| rest.split('"').next());
                names.extend(aliases.filter(|name| name.contains('.')).map(str::to_owned));
            }
        }
        names
    }

    #[test]
    fn every_method_that_the_sdk_shares_with_us_has_a_row() {
        let mut table = Table::new().unwrap_or_else(|_| panic!("the keys are not keys"));
        all(&mut table);
        assert_eq!(table.failures, [] as [String; 0]);
        let compared: BTreeSet<String> =
            table.rows.iter().map(|row| row.method.to_owned()).collect();
        let named = named_in_the_documentation();
        assert!(named.len() > 150);
        let missing: Vec<&String> = named.difference(&compared).collect();
        assert_eq!(missing, [] as [&String; 0]);
    }
}
