//! How a field is written in one line: type, null, presence, then facts.
//!
//! ```text
//! value  = type ["|null"] ["?"] { " " fact }          "?": it may be absent
//! type   = "str" | "bool" | "int" | "num" | "ms" | "s" | "auto" | "datetime" | "date" | "json"
//!        | "map" | "file" | Name | "[" type "]" | "{" type ["|null"] "}" | "'" tag "'"
//! fact   = range | "len" range | "items" range | "unique" | "=" literal | "only" literal
//!        | "comma" | "deprecated" | "sensitive"
//! range  = [">"] [number] ".." [number]               ">": the least is not allowed itself
//! literal = "'" text "'" | number | "true" | "false" | "[]"
//! ```

mod scanner;
#[cfg(test)]
mod tests;

use crate::Error;
use crate::ir::{Bounds, Field, Literal, TimeUnit, Ty};
use scanner::Scanner;

const WORDS: &[(&str, Ty)] = &[
    ("str", Ty::Str),
    ("bool", Ty::Bool),
    ("int", Ty::Int),
    ("num", Ty::Number),
    ("ms", Ty::Time(TimeUnit::Milliseconds)),
    ("s", Ty::Time(TimeUnit::Seconds)),
    ("auto", Ty::Time(TimeUnit::ByMagnitude)),
    ("datetime", Ty::DateTime),
    ("date", Ty::Date),
    ("json", Ty::Json),
    ("map", Ty::Map),
    ("file", Ty::File),
];

/// Reads the line of the field called `wire`.
///
/// # Errors
///
/// The line does not follow the grammar.
pub fn parse(wire: &str, line: &str) -> Result<Field, Error> {
    let field = read(wire, &mut Scanner::new(line));
    field.map_err(|error| error.within(format_args!("`{wire} = \"{line}\"`")))
}

/// Reads a type alone.
///
/// # Errors
///
/// The text does not follow the grammar.
pub fn parse_type(text: &str) -> Result<Ty, Error> {
    let mut scanner = Scanner::new(text);
    let ty = read_type(&mut scanner)?;
    scanner.end()?;
    Ok(ty)
}

fn read(wire: &str, scanner: &mut Scanner<'_>) -> Result<Field, Error> {
    let mut field = Field::new(wire, read_type(scanner)?);
    field.nullable = scanner.take("|null");
    field.required = !scanner.take("?");
    while !scanner.is_done() {
        scanner.space()?;
        read_fact(&mut field, scanner)?;
    }
    Ok(field)
}

fn read_type(scanner: &mut Scanner<'_>) -> Result<Ty, Error> {
    if scanner.take("[") {
        let inner = read_type(scanner)?;
        scanner.expect("]")?;
        return Ok(Ty::List(Box::new(inner)));
    }
    if scanner.take("{") {
        let value = Box::new(read_type(scanner)?);
        let nullable = scanner.take("|null");
        scanner.expect("}")?;
        return Ok(Ty::Dictionary { value, nullable });
    }
    if let Some(tag) = scanner.quoted()? {
        return Ok(Ty::Tag(tag.to_owned()));
    }
    let word = scanner.word();
    if let Some((_, ty)) = WORDS.iter().find(|(name, _)| *name == word) {
        return Ok(ty.clone());
    }
    if word.starts_with(|first: char| first.is_ascii_uppercase()) {
        return Ok(Ty::Named(word.to_owned()));
    }
    Err(Error::new(format!("`{word}` is no type")))
}

fn read_fact(field: &mut Field, scanner: &mut Scanner<'_>) -> Result<(), Error> {
    if scanner.take("=") {
        field.default = Some(read_literal(scanner)?);
        return Ok(());
    }
    if scanner.starts_range() {
        field.range = read_range(scanner)?;
        return Ok(());
    }
    match scanner.word() {
        "len" => field.length = read_spaced_range(scanner)?,
        "items" => field.items = read_spaced_range(scanner)?,
        "only" => {
            scanner.space()?;
            field.only = Some(read_literal(scanner)?);
        }
        "unique" => field.unique = true,
        "comma" => field.comma = true,
        "deprecated" => field.deprecated = true,
        "sensitive" => field.sensitive = true,
        unknown => return Err(Error::new(format!("`{unknown}` is no fact"))),
    }
    Ok(())
}

fn read_spaced_range(scanner: &mut Scanner<'_>) -> Result<Bounds, Error> {
    scanner.space()?;
    read_range(scanner)
}

fn read_range(scanner: &mut Scanner<'_>) -> Result<Bounds, Error> {
    let above_min = scanner.take(">");
    let min = scanner.number()?;
    scanner.expect("..")?;
    let max = scanner.number()?;
    Ok(Bounds {
        min,
        max,
        above_min,
    })
}

fn read_literal(scanner: &mut Scanner<'_>) -> Result<Literal, Error> {
    if let Some(text) = scanner.quoted()? {
        return Ok(Literal::Str(text.to_owned()));
    }
    if scanner.take("[]") {
        return Ok(Literal::EmptyList);
    }
    if let Some(number) = scanner.number()? {
        return Ok(Literal::Int(number));
    }
    match scanner.word() {
        "true" => Ok(Literal::Bool(true)),
        "false" => Ok(Literal::Bool(false)),
        other => Err(Error::new(format!(
            "`{other}` is no value; texts stand between single quotes"
        ))),
    }
}

/// The line of a field, as [`parse`] reads it.
#[must_use]
pub fn print(field: &Field) -> String {
    let mut line = print_type(&field.ty);
    if field.nullable {
        line.push_str("|null");
    }
    if !field.required {
        line.push('?');
    }
    let facts = facts(field);
    if !facts.is_empty() {
        line.push_str("  ");
        line.push_str(&facts.join(" "));
    }
    line
}

fn facts(field: &Field) -> Vec<String> {
    let mut facts = Vec::new();
    if !field.range.is_empty() {
        facts.push(print_range(field.range));
    }
    if !field.length.is_empty() {
        facts.push(format!("len {}", print_range(field.length)));
    }
    if !field.items.is_empty() {
        facts.push(format!("items {}", print_range(field.items)));
    }
    if let Some(only) = &field.only {
        facts.push(format!("only {}", print_literal(only)));
    }
    if let Some(default) = &field.default {
        facts.push(format!("={}", print_literal(default)));
    }
    let flags = [
        (field.unique, "unique"),
        (field.comma, "comma"),
        (field.deprecated, "deprecated"),
        (field.sensitive, "sensitive"),
    ];
    let set = flags.iter().filter(|(set, _)| *set);
    facts.extend(set.map(|(_, word)| (*word).to_owned()));
    facts
}

/// A type, as [`parse_type`] reads it.
#[must_use]
pub fn print_type(ty: &Ty) -> String {
    match ty {
        Ty::List(inner) => format!("[{}]", print_type(inner)),
        Ty::Dictionary { value, nullable } => {
            let null = if *nullable { "|null" } else { "" };
            format!("{{{}{null}}}", print_type(value))
        }
        Ty::Tag(tag) => format!("'{tag}'"),
        Ty::Named(name) => name.clone(),
        plain => {
            let word = WORDS.iter().find(|(_, ty)| ty == plain);
            word.map_or_else(String::new, |(word, _)| (*word).to_owned())
        }
    }
}

/// A range, as it stands in a line.
#[must_use]
pub fn print_range(bounds: Bounds) -> String {
    let above = if bounds.above_min { ">" } else { "" };
    let end = |end: Option<i64>| end.map_or_else(String::new, |end| end.to_string());
    format!("{above}{}..{}", end(bounds.min), end(bounds.max))
}

/// A value, as it stands in a line.
#[must_use]
pub fn print_literal(literal: &Literal) -> String {
    match literal {
        Literal::Str(text) => format!("'{text}'"),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(flag) => flag.to_string(),
        Literal::EmptyList => "[]".to_owned(),
    }
}

/// Reads the items of a list body: a list type and, perhaps, how many elements it has.
pub(crate) fn parse_list(line: &str) -> Result<(Ty, Bounds), Error> {
    let field = parse("body", line)?;
    match field.ty {
        Ty::List(item) => Ok((*item, field.items)),
        _ => Err(Error::new(format!("`{line}` is no list"))),
    }
}

pub(crate) fn parse_literal(text: &str) -> Result<Literal, Error> {
    let mut scanner = Scanner::new(text);
    let literal = read_literal(&mut scanner)?;
    scanner.end()?;
    Ok(literal)
}
