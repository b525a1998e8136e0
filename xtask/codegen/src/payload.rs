//! JSON as Clerk could send it, made of what the catalogue says.

use clerk_catalogue::ir::{Api, Arm, Definition, Field, Literal, Model, Shape, Ty};
use serde_json::{Map, Value, json};

use crate::Error;

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Filling {
    /// Something that its type allows.
    Any,
    /// This.
    Exactly(Value),
    /// It is not there.
    Absent,
}

/// Fills models, with what `content` says of the fields of each.
#[derive(Clone, Copy, Debug)]
pub struct Payloads<'a, F> {
    api: &'a Api,
    content: F,
}

impl<'a, F> Payloads<'a, F>
where
    F: Fn(&Model, &Field) -> Result<Filling, Error>,
{
    /// Fills the models of `api`.
    pub fn new(api: &'a Api, content: F) -> Self {
        Self { api, content }
    }

    /// A model; of a choice, its first arm.
    ///
    /// # Errors
    ///
    /// Those of `content`, or it holds what no JSON can.
    pub fn model(&self, model: &Model) -> Result<Value, Error> {
        match &model.shape {
            Shape::Object(_) => Ok(Value::Object(self.members(model)?)),
            Shape::Choice(arms) => match arms.as_slice() {
                [first, ..] => self.arm(first),
                [] => Err(Error::new("a choice of nothing").of(&model.name)),
            },
        }
    }

    /// What stands in an object.
    ///
    /// # Errors
    ///
    /// As those of [`Payloads::model`].
    pub fn members(&self, model: &Model) -> Result<Map<String, Value>, Error> {
        let mut members = Map::new();
        for field in model.fields() {
            let value = match (self.content)(model, field)? {
                Filling::Any => self.value(&field.ty)?,
                Filling::Exactly(value) => value,
                Filling::Absent => continue,
            };
            members.insert(field.wire.clone(), value);
        }
        Ok(members)
    }

    /// One of the things that a choice can be.
    ///
    /// # Errors
    ///
    /// As those of [`Payloads::model`].
    pub fn arm(&self, arm: &Arm) -> Result<Value, Error> {
        let model = arm.model.as_ref().and_then(|name| self.api.model(name));
        let mut value = model.map_or_else(|| Ok(json!({})), |model| self.model(model))?;
        value[&arm.property] = literal(&arm.value);
        Ok(value)
    }

    /// Some value of a type.
    ///
    /// # Errors
    ///
    /// As those of [`Payloads::model`].
    pub fn value(&self, ty: &Ty) -> Result<Value, Error> {
        Ok(match ty {
            Ty::Str => json!("text"),
            Ty::Bool => json!(true),
            Ty::Int => json!(7),
            Ty::Number => json!(0.5),
            Ty::Time(_) => json!(1_800_000_000_000_i64),
            Ty::DateTime => json!("2027-01-15T08:00:00Z"),
            Ty::Date => json!("2027-01-15"),
            Ty::Json | Ty::Map => json!({"key": [1, null]}),
            Ty::Dictionary { value, .. } => json!({"key": self.value(value)?}),
            Ty::List(item) => json!([self.value(item)?]),
            Ty::File => return Err(Error::new("no JSON holds a file")),
            Ty::Tag(tag) => json!(tag),
            Ty::Named(name) => match self.api.definition(name) {
                Some(Definition::Model(model)) => self.model(model)?,
                Some(Definition::Enum(found)) => json!(found.values.first().map(|one| &one.wire)),
                Some(Definition::Id(id)) => json!(format!("{}1", id.prefix)),
                None => return Err(Error::new("nothing is called so").of(name)),
            },
        })
    }
}

/// A value of the catalogue as JSON.
#[must_use]
pub fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Str(text) => json!(text),
        Literal::Int(number) => json!(number),
        Literal::Bool(flag) => json!(flag),
        Literal::EmptyList => json!([]),
    }
}
