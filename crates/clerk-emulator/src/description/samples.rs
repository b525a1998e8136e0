//! Values of described types, for tests.

use serde_json::{Map, Value, json};

use super::{Field, Ty};

/// Something of this type.
pub(crate) fn sample(ty: Ty) -> Value {
    match ty {
        Ty::Str | Ty::File => json!("text"),
        Ty::Bool => json!(true),
        Ty::Int | Ty::Number => json!(60),
        Ty::Milliseconds => json!(1_800_000_000_000_i64),
        Ty::DateTime => json!("2027-01-15T08:00:00Z"),
        Ty::Json | Ty::Map | Ty::Dictionary(_) | Ty::Choice(_) => json!({}),
        Ty::List(item) => json!([sample(*item)]),
        Ty::Tag(tag) => json!(tag),
        Ty::Object(model) => Value::Object(samples(model.fields)),
        Ty::Enum(known) => json!(known.last()),
        Ty::Id(prefix) => json!(format!("{prefix}1")),
    }
}

pub(crate) fn samples(fields: &[Field]) -> Map<String, Value> {
    let members = fields.iter().map(|field| {
        let mut value = sample(field.ty);
        if let (Value::Number(_), Some(least)) = (&value, field.range.min) {
            value = json!(least);
        }
        (field.name.to_owned(), value)
    });
    members.collect()
}
