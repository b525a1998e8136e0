//! THE TABLE: the ways in which a token can be good or bad, and what is said of each (but in
//! `divergences`, what `@clerk/backend` 3.25.0 said when the row was written), through four doors that
//! must agree: `clerk-jwt` alone, the async client, the blocking client, and the command line.

mod claims;
mod divergences;
mod doors;
mod forms;
mod headers;
mod keys;
mod policies;
mod row;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use doors::Said;
use row::{OK, Table};

fn table() -> Table {
    let mut table = Table::new();
    claims::rows(&mut table);
    headers::rows(&mut table);
    forms::rows(&mut table);
    keys::rows(&mut table);
    policies::rows(&mut table);
    divergences::rows(&mut table);
    table
}

#[test]
fn every_door_gives_the_expected_answer_to_every_row() {
    let table = table();
    let direct: Vec<Said> = table
        .rows
        .iter()
        .map(|row| doors::direct(row, &table))
        .collect();
    let doors = [
        ("clerk-jwt", direct),
        ("async", doors::asynchronous(&table)),
        ("blocking", doors::blocking(&table)),
        ("command line", doors::command_line(&table)),
    ];
    let mut surprises = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        let payloads: BTreeSet<&String> = doors
            .iter()
            .filter_map(|(_, said)| said[index].as_ref().ok())
            .collect();
        for (door, said) in &doors {
            let said = said[index]
                .as_ref()
                .map_or_else(|reason| reason.as_str(), |_| OK);
            if said != row.expected {
                let (name, expected) = (&row.name, row.expected);
                surprises.push(format!("{name}: {door} says {said}, expected {expected}"));
            }
        }
        if payloads.len() > 1 {
            surprises.push(format!("{}: the doors give different claims", row.name));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    for (door, said) in doors {
        assert_eq!(said.len(), table.rows.len(), "{door}");
    }
}

#[test]
fn the_table_is_large_and_names_each_row_once() {
    let table = table();
    let names: BTreeSet<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    let repeated = table.rows.len() - names.len();
    assert_eq!(repeated, 0);
    assert!(table.rows.len() >= 400, "{} rows", table.rows.len());
    let reasons: BTreeSet<&str> = table.rows.iter().map(|row| row.expected).collect();
    assert_eq!(reasons.len(), 13, "{reasons:?}");
}
