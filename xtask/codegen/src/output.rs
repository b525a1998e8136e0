//! How fields of answers look in Rust, and how they are read.

use clerk_catalogue::ir::{Decoding, Field, TimeUnit, Ty};

use crate::Error;
use crate::source::Quoted;

/// The type of what is there and not null.
pub(crate) fn rust_type(ty: &Ty) -> String {
    match ty {
        Ty::Str | Ty::DateTime | Ty::Date | Ty::Tag(_) | Ty::File => "String".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Int => "i64".to_owned(),
        Ty::Number => "f64".to_owned(),
        Ty::Time(_) => "Timestamp".to_owned(),
        Ty::Json | Ty::Map => "Json".to_owned(),
        Ty::Dictionary { value, nullable } => {
            let value = rust_type(value);
            let value = if *nullable {
                format!("Option<{value}>")
            } else {
                value
            };
            format!("BTreeMap<String, {value}>")
        }
        Ty::List(item) => format!("Vec<{}>", rust_type(item)),
        Ty::Named(name) => name.clone(),
    }
}

/// The type of the field of a model.
pub(crate) fn field_type(field: &Field) -> String {
    let ty = match field.ty {
        Ty::Int if field.range.min.is_some_and(|min| min >= 0) => "u64".to_owned(),
        _ => rust_type(&field.ty),
    };
    match field.decoding() {
        Decoding::Hard | Decoding::Emptied | Decoding::Ignored => ty,
        Decoding::Optional | Decoding::Guarded => format!("Option<{ty}>"),
    }
}

/// How a field is read, and what it is called in JSON.
pub(crate) fn reading(field: &Field) -> Result<String, Error> {
    let by_magnitude = field.ty == Ty::Time(TimeUnit::ByMagnitude);
    if field.ty == Ty::Time(TimeUnit::Seconds) || by_magnitude && field.hard {
        let message = "no time of this kind was answered when the generator was written";
        return Err(Error::new(message).of(&field.wire));
    }
    let marks = [
        (field.decoding() == Decoding::Hard, "essential "),
        (field.decoding() == Decoding::Guarded, "guarded "),
        (by_magnitude, "by_magnitude "),
        (field.sensitive, "secret "),
    ];
    let marks = marks.iter().filter(|(has, _)| *has).map(|(_, mark)| *mark);
    let mut text: String = marks.collect();
    text.push_str(&Quoted(&field.wire).to_string());
    for alias in &field.aliases {
        text.push_str(&format!(" | {}", Quoted(alias)));
    }
    Ok(text)
}

/// A type in a sentence, as a link where it is ours.
pub(crate) fn linked(ty: &Ty) -> String {
    match ty {
        Ty::Named(name) => format!("[`{name}`](crate::models::{name})"),
        Ty::Json | Ty::Map => "a JSON object".to_owned(),
        Ty::List(item) => format!("lists of {}", linked(item)),
        _ => "a text".to_owned(),
    }
}
