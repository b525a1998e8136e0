//! The token table, through doors that must agree: `clerk-jwt` alone, the async client and the blocking client, each with
//! ring and with AWS-LC, and the command line.

mod doors;
#[path = "../support/mod.rs"]
mod support;

use std::{collections::BTreeSet, sync::Arc};

use clerk::jwt::Ring;
use clerk_aws_lc::AwsLc;
use clerk_token_table::{Said, table};

use doors::Library;

#[test]
fn every_door_gives_the_expected_answer_to_every_row() {
    let table = table();
    let direct = |library: &Library| -> Vec<Said> {
        let rows = table.rows.iter();
        rows.map(|row| doors::direct(row, &table, library))
            .collect()
    };
    let (ring, aws_lc): (Library, Library) = (Arc::new(Ring), Arc::new(AwsLc));
    let doors = [
        ("clerk-jwt", direct(&ring)),
        ("clerk-jwt with AWS-LC", direct(&aws_lc)),
        ("async", doors::asynchronous(&table, &ring)),
        ("async with AWS-LC", doors::asynchronous(&table, &aws_lc)),
        ("blocking", doors::blocking(&table, &ring)),
        ("blocking with AWS-LC", doors::blocking(&table, &aws_lc)),
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
