use super::*;

/// Every production of the grammar, in the one form that is written.
const LINES: &[&str] = &[
    "str",
    "str?",
    "str|null",
    "str|null?",
    "bool?  =false",
    "bool  only true",
    "int?  1..500 =10",
    "int?  0..",
    "int?  ..-1",
    "int?  >0..86400 =3600",
    "num|null",
    "ms|null?",
    "s",
    "auto",
    "datetime?",
    "date",
    "json|null?",
    "map",
    "map?  sensitive",
    "file",
    "User|null",
    "[User]",
    "[[str]]?",
    "{str}",
    "{str|null}?",
    "{[Role]}|null",
    "'email_address'",
    "str?  len 3..25 ='api_key'",
    "str  only '*'",
    "str?  ='profile email' deprecated",
    "[str]?  items 1..50 unique comma",
    "[str]?  =[]",
];

#[test]
fn every_form_survives_a_round_trip() {
    for line in LINES {
        let field = parse("field", line).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(print(&field), *line);
    }
}

#[test]
fn what_is_not_in_the_grammar_is_refused() {
    for line in [
        "",
        "string",
        "str ",
        "str null",
        "str?|null",
        "[str",
        "{str",
        "'user",
        "int 1-500",
        "int =ten",
        "int 99999999999999999999..",
        "str?  required",
        "str?  only",
        "[str]]",
        "user",
    ] {
        assert!(parse("field", line).is_err(), "`{line}` is accepted");
    }
}

#[test]
fn an_error_names_the_line() {
    let error = parse("limit", "int?  most 10").unwrap_err().to_string();
    assert_eq!(error, "`limit = \"int?  most 10\"`: `most` is no fact");
}

#[test]
fn a_list_body_may_say_how_long_it_is() {
    let (item, items) = parse_list("[str]  items 1..10").unwrap();
    assert_eq!((item, items.min, items.max), (Ty::Str, Some(1), Some(10)));
    assert!(parse_list("str").is_err());
}
