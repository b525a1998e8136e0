//! What an operation is sent, checked against its description.

use serde_json::{Map, Value, json};

use crate::{
    call::Call,
    description::{Body, Bounds, Content, Field, Operation, Ty},
    refusal::Refusal,
};

/// The members of the body and the parameters of the query, by name.
pub(super) fn read(call: &Call<'_>, operation: &Operation) -> Result<Map<String, Value>, Refusal> {
    let mut given = query(call, operation)?;
    match operation.body {
        Body::Nothing | Body::Form(_) => {}
        Body::Object(fields) => given.extend(object(call, fields)?),
        Body::List { item, items } => list(call, item, items)?,
    }
    Ok(given)
}

fn query(call: &Call<'_>, operation: &Operation) -> Result<Map<String, Value>, Refusal> {
    let mut given = Map::new();
    let pages = matches!(operation.answer, Content::ListOrPage(_));
    for name in call.query.names() {
        if name == "paginated" && pages {
            continue;
        }
        let field = operation.query.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| Refusal::form_param_unknown(name))?;
        let texts: Vec<&str> = call.query.all(name).collect();
        let value = match field.ty {
            Ty::List(item) => texts.iter().map(|text| parse(text, *item)).collect(),
            ty => parse(texts.last().unwrap_or(&""), ty),
        };
        check(field, &value)?;
        given.insert(name.to_owned(), value);
    }
    missing(operation.query, &given)?;
    // What selects or pages says nothing of the thing itself.
    for name in ["limit", "offset", "order_by", "query", "paginated"] {
        given.remove(name);
    }
    Ok(given)
}

/// A text of a query as the value that it stands for; one that stands for none remains a text.
fn parse(text: &str, ty: Ty) -> Value {
    let parsed = match ty {
        Ty::Bool | Ty::Int | Ty::Number | Ty::Milliseconds => serde_json::from_str(text).ok(),
        _ => None,
    };
    parsed.unwrap_or_else(|| json!(text))
}

fn object(call: &Call<'_>, fields: &[Field]) -> Result<Map<String, Value>, Refusal> {
    let members = call.input()?.into_members();
    for (name, value) in &members {
        let field = fields.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| Refusal::form_param_unknown(name))?;
        // Everywhere, null is as good as absent.
        if !value.is_null() {
            check(field, value)?;
        }
    }
    missing(fields, &members)?;
    Ok(members)
}

fn missing(fields: &[Field], given: &Map<String, Value>) -> Result<(), Refusal> {
    let missing = fields
        .iter()
        .filter(|field| field.required && !field.nullable);
    let mut missing = missing.filter(|field| given.get(field.name).is_none_or(Value::is_null));
    match missing.next() {
        None => Ok(()),
        Some(field) => Err(Refusal::form_param_missing(field.name)),
    }
}

fn list(call: &Call<'_>, item: Ty, items: Bounds) -> Result<(), Refusal> {
    let limit = items.max.and_then(|max| usize::try_from(max).ok());
    let members = call.inputs(limit.unwrap_or(usize::MAX))?;
    for input in members {
        let value = Value::Object(input.into_members());
        if !fits(&value, item) {
            let why = format!("its items are to be {}", expected(item));
            return Err(Refusal::request_body_invalid(&why));
        }
    }
    Ok(())
}

fn check(field: &Field, value: &Value) -> Result<(), Refusal> {
    if !fits(value, field.ty) {
        let expected = expected(field.ty);
        return Err(Refusal::form_param_value_invalid(field.name, &expected));
    }
    let measured = match value {
        Value::Number(number) => number.as_i64().map(|number| (field.range, number, "")),
        Value::String(text) => {
            let length = i64::try_from(text.chars().count()).ok();
            length.map(|length| (field.length, length, " characters"))
        }
        Value::Array(items) => {
            let count = i64::try_from(items.len()).ok();
            count.map(|count| (field.items, count, " items"))
        }
        _ => None,
    };
    match measured {
        Some((bounds, measure, unit)) if !bounds.contains(measure) => {
            let expected = within(bounds, unit);
            Err(Refusal::form_param_value_invalid(field.name, &expected))
        }
        _ => Ok(()),
    }
}

fn within(bounds: Bounds, unit: &str) -> String {
    match (bounds.min, bounds.max) {
        (Some(min), Some(max)) => format!("from {min} to {max}{unit}"),
        (Some(min), None) => format!("at least {min}{unit}"),
        (None, Some(max)) => format!("at most {max}{unit}"),
        (None, None) => "anything".to_owned(),
    }
}

/// Whether a value is one of the type.
pub(crate) fn fits(value: &Value, ty: Ty) -> bool {
    match ty {
        Ty::Json => true,
        Ty::Str | Ty::DateTime | Ty::File | Ty::Id(_) => value.is_string(),
        Ty::Bool => value.is_boolean(),
        Ty::Number => value.is_number(),
        // Some clients write whole numbers as `10.0`.
        Ty::Int | Ty::Milliseconds => {
            value.is_i64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        Ty::Tag(tag) => value == tag,
        Ty::Enum(known) => value.as_str().is_some_and(|text| known.contains(&text)),
        Ty::Map => value.is_object(),
        Ty::Dictionary(item) => value
            .as_object()
            // Where one is sent, null takes a member away.
            .is_some_and(|members| {
                let mut values = members.values();
                values.all(|value| value.is_null() || fits(value, *item))
            }),
        Ty::List(item) => value
            .as_array()
            .is_some_and(|items| items.iter().all(|value| fits(value, *item))),
        Ty::Choice(_) => value.is_object(),
        Ty::Object(model) => value.as_object().is_some_and(|members| {
            model
                .fields
                .iter()
                .all(|field| match members.get(field.name) {
                    None | Some(Value::Null) => field.nullable || !field.required,
                    Some(value) => fits(value, field.ty),
                })
        }),
    }
}

fn expected(ty: Ty) -> String {
    match ty {
        Ty::Str | Ty::File => "a string".to_owned(),
        Ty::Id(_) => "an id".to_owned(),
        Ty::Bool => "true or false".to_owned(),
        Ty::Int => "a whole number".to_owned(),
        Ty::Number => "a number".to_owned(),
        Ty::Milliseconds => "a time in milliseconds since 1970".to_owned(),
        Ty::DateTime => "a time as RFC 3339 writes it".to_owned(),
        Ty::Json => "any JSON".to_owned(),
        Ty::Map | Ty::Dictionary(_) | Ty::Choice(_) => "a JSON object".to_owned(),
        Ty::Object(model) => format!("a JSON object like {}", model.name),
        Ty::List(item) => format!("a list, each item of it {}", expected(*item)),
        Ty::Tag(tag) => format!("`{tag}`"),
        Ty::Enum(known) => format!("one of {}", known.join(", ")),
    }
}
