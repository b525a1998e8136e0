use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::ir::{Enum, Field, Model, Shape, Ty, Usage, Value};

/// The models and enums found so far. What several places call by one name becomes one.
#[derive(Debug, Default)]
pub(super) struct Registry {
    models: BTreeMap<String, Model>,
    enums: BTreeMap<String, Enum>,
    visited: BTreeSet<String>,
}

impl Registry {
    /// Whether `place` is seen for the first time.
    pub(super) fn visit(&mut self, place: &str) -> bool {
        self.visited.insert(place.to_owned())
    }

    pub(super) fn add(&mut self, name: &str, shape: Shape) -> Result<(), Error> {
        let merged = match (self.models.remove(name).map(|model| model.shape), shape) {
            (None, shape) => shape,
            (Some(Shape::Object(known)), Shape::Object(fields)) => {
                let merged = merge(known, fields);
                Shape::Object(merged.map_err(|error| error.within(name))?)
            }
            _ => {
                return Err(Error::new(format!(
                    "`{name}` names a choice and something else"
                )));
            }
        };
        let model = Model {
            name: name.to_owned(),
            shape: merged,
            doc: None,
            usage: Usage::default(),
            groups: Vec::new(),
        };
        self.models.insert(name.to_owned(), model);
        Ok(())
    }

    pub(super) fn add_values(&mut self, name: &str, values: &[String]) {
        let found = self.enums.entry(name.to_owned());
        let found = found.or_insert_with(|| Enum {
            name: name.to_owned(),
            values: Vec::new(),
            doc: None,
            usage: Usage::default(),
            groups: Vec::new(),
        });
        for value in values {
            if !found.values.iter().any(|known| known.wire == *value) {
                found.values.push(Value::new(value));
            }
        }
    }

    pub(super) fn into_parts(self) -> (Vec<Model>, Vec<Enum>) {
        let models = self.models.into_values().collect();
        (models, self.enums.into_values().collect())
    }
}

/// One set of fields that both places keep to: what one of them may omit, the whole may omit.
fn merge(known: Vec<Field>, mut others: Vec<Field>) -> Result<Vec<Field>, Error> {
    let mut merged = Vec::new();
    for mut field in known {
        let other = others.iter().position(|other| other.wire == field.wire);
        match other {
            Some(index) => merge_field(&mut field, &others.remove(index))?,
            None => field.required = false,
        }
        merged.push(field);
    }
    for mut field in others {
        field.required = false;
        merged.push(field);
    }
    Ok(merged)
}

fn merge_field(field: &mut Field, other: &Field) -> Result<(), Error> {
    field.ty = common(&field.ty, &other.ty).ok_or_else(|| {
        let (known, found) = (&field.ty, &other.ty);
        Error::new(format!("`{}` is {known:?} and {found:?}", field.wire))
    })?;
    field.required &= other.required;
    field.nullable |= other.nullable;
    field.deprecated &= other.deprecated;
    if field.only != other.only {
        field.only = None;
    }
    if field.default != other.default {
        field.default = None;
    }
    if field.range != other.range {
        field.range = Default::default();
    }
    if field.length != other.length {
        field.length = Default::default();
    }
    if field.items != other.items {
        field.items = Default::default();
    }
    Ok(())
}

/// The type that holds what either holds.
fn common(left: &Ty, right: &Ty) -> Option<Ty> {
    match (left, right) {
        (left, right) if left == right => Some(left.clone()),
        (Ty::Tag(_) | Ty::Str, Ty::Tag(_) | Ty::Str) => Some(Ty::Str),
        (Ty::Date, Ty::Str) | (Ty::Str, Ty::Date) => Some(Ty::Str),
        _ => None,
    }
}
