//! The token table, through four doors that must agree: `clerk-jwt` alone, the async client, the blocking client, and
//! the command line.

mod doors;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use clerk_token_table::{Said, table};

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
    for (door, said) in &doors {
        assert_eq!(said.len(), table.rows.len(), "{door}");
        for (row, said) in table.rows.iter().zip(said) {
            let expected = row.answer();
            if *said != expected {
                let name = &row.name;
                surprises.push(format!(
                    "{name}: {door} says {said:?}, expected {expected:?}"
                ));
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
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
