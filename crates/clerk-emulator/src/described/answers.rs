//! Answers of the shape that a model has.

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::inputs::fits;
use crate::{
    description::{Arm, Field, Model, Ty},
    ids::Ids,
    rfc3339,
};

/// How deep objects that nothing is known of are made up: some models hold themselves.
const DEEPEST: usize = 6;

/// Writes values of described types, of what is known and otherwise of what their type allows.
pub(super) struct Writer<'w> {
    ids: &'w mut Ids,
    now: UnixTime,
    depth: usize,
}

impl<'w> Writer<'w> {
    pub(super) fn new(ids: &'w mut Ids, now: UnixTime) -> Self {
        Self { ids, now, depth: 0 }
    }

    /// A value of this type: the known one, if it is one; an object takes of a known one what fits.
    pub(super) fn value(&mut self, ty: Ty, known: Option<&Value>) -> Value {
        match (ty, known) {
            (Ty::Object(model), Some(Value::Object(members))) => {
                Value::Object(self.object(model, members))
            }
            (Ty::Choice(arms), Some(Value::Object(members))) => self.choice(arms, members),
            (Ty::List(item), Some(Value::Array(items))) => {
                let items = items.iter().filter(|value| fits(value, *item));
                let items: Vec<&Value> = items.collect();
                let written = items
                    .into_iter()
                    .map(|value| self.value(*item, Some(value)));
                written.collect()
            }
            (_, Some(value)) if fits(value, ty) => value.clone(),
            _ => self.blank(ty),
        }
    }

    /// All members that there have to be, and those others that are known or may be null.
    pub(super) fn object(
        &mut self,
        model: &'static Model,
        known: &Map<String, Value>,
    ) -> Map<String, Value> {
        self.depth += 1;
        let fields = model.fields.iter();
        let members = fields.filter_map(|field| {
            let value = self.member(model, field, known.get(field.name))?;
            Some((field.name.to_owned(), value))
        });
        let members = members.collect();
        self.depth -= 1;
        members
    }

    fn member(&mut self, model: &Model, field: &Field, known: Option<&Value>) -> Option<Value> {
        match known {
            Some(Value::Null) if field.nullable => return Some(Value::Null),
            Some(value) if fits(value, field.ty) => return Some(self.value(field.ty, known)),
            _ => {}
        }
        let made_at = matches!(field.name, "created_at" | "updated_at");
        match field.ty {
            Ty::Tag(tag) => Some(json!(tag)),
            Ty::Str if field.name == "id" => Some(json!(self.id_of(model))),
            ty if field.required && !field.nullable || made_at && self.depth == 1 => {
                Some(self.blank(ty))
            }
            _ => field.nullable.then_some(Value::Null),
        }
    }

    /// An id of something that is called so.
    fn id_of(&mut self, model: &Model) -> String {
        let prefix = format!("{}_", model.tag().unwrap_or("obj"));
        self.ids.object_made_at(&prefix, self.now)
    }

    fn choice(&mut self, arms: &'static [Arm], known: &Map<String, Value>) -> Value {
        let chosen = arms.iter().find(|arm| {
            let value = known.get(arm.property).and_then(Value::as_str);
            value == Some(arm.value)
        });
        match chosen.or(arms.first()) {
            None => json!({}),
            Some(arm) => {
                let mut members = match arm.model {
                    Some(model) => self.object(model, known),
                    None => Map::new(),
                };
                members.insert(arm.property.to_owned(), json!(arm.value));
                Value::Object(members)
            }
        }
    }

    /// The least that the type allows.
    fn blank(&mut self, ty: Ty) -> Value {
        match ty {
            Ty::Str | Ty::File => json!(""),
            Ty::Bool => json!(false),
            Ty::Int | Ty::Number => json!(0),
            Ty::Milliseconds => json!(self.now.as_millis()),
            Ty::DateTime => json!(rfc3339::write(self.now)),
            Ty::Json | Ty::Map | Ty::Dictionary(_) => json!({}),
            Ty::List(_) => json!([]),
            Ty::Tag(tag) => json!(tag),
            Ty::Object(_) | Ty::Choice(_) if self.depth >= DEEPEST => json!({}),
            Ty::Object(model) => Value::Object(self.object(model, &Map::new())),
            Ty::Choice(arms) => self.choice(arms, &Map::new()),
            Ty::Enum(known) => json!(known.first()),
            Ty::Id(prefix) => json!(self.ids.object_made_at(prefix, self.now)),
        }
    }
}
