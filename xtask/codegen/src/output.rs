//! How fields of answers look in Rust, and how they are read.

use clerk_catalogue::ir::{Decoding, Field, TimeUnit, Ty};

use crate::Error;

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
    let ty = rust_type(&field.ty);
    match field.decoding() {
        Decoding::Hard | Decoding::Emptied | Decoding::Ignored => ty,
        Decoding::Optional => format!("Option<{ty}>"),
    }
}

/// What serde is told about a field.
pub(crate) fn serde_attribute(field: &Field) -> Result<Option<String>, Error> {
    let mut parts = Vec::new();
    if field.ident() != field.wire {
        parts.push(format!("rename = {:?}", field.wire));
    }
    parts.extend(
        field
            .aliases
            .iter()
            .map(|alias| format!("alias = {alias:?}")),
    );
    let (default, reader) = match (field.decoding(), &field.ty) {
        (Decoding::Emptied, Ty::List(_)) => (true, Some("list")),
        (Decoding::Emptied, _) => (true, Some("or_empty")),
        (Decoding::Optional, Ty::Int) => (true, Some("integer")),
        (Decoding::Hard, Ty::Int) => (false, Some("whole")),
        (Decoding::Optional, Ty::Time(TimeUnit::ByMagnitude)) => (true, Some("by_magnitude")),
        (_, Ty::Time(TimeUnit::ByMagnitude | TimeUnit::Seconds)) => {
            let message = "no time of this kind was answered when the generator was written";
            return Err(Error::new(message).of(&field.wire));
        }
        _ => (false, None),
    };
    if default {
        parts.push("default".to_owned());
    }
    if let Some(reader) = reader {
        parts.push(format!("deserialize_with = \"decode::{reader}\""));
    }
    Ok((!parts.is_empty()).then(|| format!("#[serde({})]", parts.join(", "))))
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
