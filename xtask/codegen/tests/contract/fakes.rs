//! Answers made from the catalogue: complete ones, and ones that are spoiled in one place.

use clerk_catalogue::ir::{Api, Content, Decoding, Definition, Field, Model, Operation, Shape, Ty};
use clerk_codegen::Error;
use clerk_codegen::payload::{Filling, Payloads, literal};
use serde_json::{Map, Value, json};

/// What every secret holds.
pub(crate) const SECRET: &str = "planted";

pub(crate) struct Fake<'a> {
    api: &'a Api,
    payloads: Payloads<'a, Say>,
}

type Say = fn(&Model, &Field) -> Result<Filling, Error>;

/// Everything is there, and secrets can be told from the rest.
fn content(_: &Model, field: &Field) -> Result<Filling, Error> {
    Ok(match &field.ty {
        Ty::Str if field.sensitive => Filling::Exactly(json!(SECRET)),
        Ty::List(_) if field.sensitive => Filling::Exactly(json!([SECRET])),
        Ty::Map if field.sensitive => Filling::Exactly(json!({"key": SECRET})),
        _ => Filling::Any,
    })
}

/// An answer, and what is wrong with it.
#[derive(Clone, Debug)]
pub(crate) struct Spoiled {
    pub(crate) how: String,
    pub(crate) answer: Value,
}

impl<'a> Fake<'a> {
    pub(crate) fn new(api: &'a Api) -> Self {
        let payloads = Payloads::new(api, content as Say);
        Self { api, payloads }
    }

    /// The bodies with which Clerk may answer an operation: a list comes in more than one form.
    pub(crate) fn answers(&self, operation: &Operation) -> Vec<String> {
        let list = |item: &Ty| {
            let items = json!([self.value(item), self.value(item)]);
            let forms = [
                json!({"data": items, "total_count": 2}),
                json!({"m2m_tokens": items, "total_count": 2}),
                json!({"data": [], "total_count": 0}),
                items,
            ];
            forms.iter().map(Value::to_string).collect()
        };
        match &operation.answer.content {
            Content::Empty => vec![String::new()],
            Content::Text => vec!["<html></html>".to_owned()],
            Content::Page(item) => list(item),
            Content::Json(Ty::List(item)) => list(item),
            Content::Json(ty) => vec![self.value(ty).to_string()],
        }
    }

    /// A model with everything it can have.
    pub(crate) fn model(&self, model: &Model) -> Value {
        self.payloads.model(model).unwrap()
    }

    fn value(&self, ty: &Ty) -> Value {
        self.payloads.value(ty).unwrap()
    }

    /// A model with everything it can have, spoiled in each place in turn: its own fields, and
    /// those of the models it holds. What these hold is tried with them.
    pub(crate) fn spoiled(&self, model: &Model) -> Vec<Spoiled> {
        self.spoiled_down_to(1, model)
    }

    fn spoiled_down_to(&self, depth: usize, model: &Model) -> Vec<Spoiled> {
        let mut all = Vec::new();
        match &model.shape {
            Shape::Object(_) => self.spoil_object(depth, model, &mut all),
            Shape::Choice(arms) => {
                for arm in arms {
                    let answer = self.payloads.arm(arm).unwrap();
                    push(&mut all, format!("{} as it is", arm.name), &answer);
                    let mut unheard = answer.clone();
                    unheard[&arm.property] = json!("unheard_of");
                    push(&mut all, format!("{}: another tag", arm.name), &unheard);
                    let held = arm.model.as_ref().and_then(|name| self.api.model(name));
                    for mut spoiled in held
                        .into_iter()
                        .flat_map(|held| self.spoiled_down_to(depth, held))
                    {
                        spoiled.answer[&arm.property] = literal(&arm.value);
                        all.push(spoiled);
                    }
                }
            }
        }
        all
    }

    /// Values that a type is not made of.
    pub(crate) fn odd(&self, ty: &Ty) -> Vec<Value> {
        let values = [
            json!(SECRET),
            json!(true),
            json!(0.25),
            json!(u64::MAX),
            json!([[0]]),
            json!({"planted": [{}]}),
        ];
        let fits = |value: &Value| match ty {
            Ty::Str | Ty::DateTime | Ty::Date => value.is_string(),
            Ty::Tag(_) | Ty::List(_) => false,
            Ty::Bool => value.is_boolean(),
            Ty::Int | Ty::Time(_) | Ty::File => false,
            Ty::Number => value.is_f64(),
            Ty::Json | Ty::Map => true,
            Ty::Dictionary { .. } => false,
            Ty::Named(name) => match self.api.definition(name).unwrap() {
                Definition::Model(_) => value.is_object(),
                Definition::Enum(_) | Definition::Id(_) => value.is_string(),
            },
        };
        values.into_iter().filter(|value| !fits(value)).collect()
    }

    fn spoil_object(&self, depth: usize, model: &Model, all: &mut Vec<Spoiled>) {
        let whole: Map<String, Value> = self.payloads.members(model).unwrap();
        let mut extended = whole.clone();
        extended.insert("unheard_of".to_owned(), json!({"nested": [1]}));
        push(all, "a field more".to_owned(), &Value::Object(extended));
        for field in model.fields() {
            let wire = &field.wire;
            if field.decoding() != Decoding::Hard {
                let mut absent = whole.clone();
                absent.remove(wire);
                push(all, format!("no {wire}"), &Value::Object(absent));
                let mut null = whole.clone();
                null.insert(wire.clone(), Value::Null);
                push(all, format!("{wire} is null"), &Value::Object(null));
            }
            for spoiled in self.spoil(depth, &field.ty) {
                let mut other = whole.clone();
                other.insert(wire.clone(), spoiled.answer);
                push(
                    all,
                    format!("{wire}.{}", spoiled.how),
                    &Value::Object(other),
                );
            }
        }
    }

    /// What else a value of a type can be.
    fn spoil(&self, depth: usize, ty: &Ty) -> Vec<Spoiled> {
        let mut all = Vec::new();
        match ty {
            Ty::Tag(_) => push(&mut all, "another tag".to_owned(), &json!("unheard_of")),
            Ty::Int => push(&mut all, "with a fraction of zero".to_owned(), &json!(7.0)),
            Ty::Time(_) => push(&mut all, "with a fraction".to_owned(), &json!(1.8e12)),
            Ty::List(item) => {
                push(&mut all, "empty".to_owned(), &json!([]));
                for spoiled in self.spoil(depth, item) {
                    push(
                        &mut all,
                        format!("[0].{}", spoiled.how),
                        &json!([spoiled.answer]),
                    );
                }
            }
            Ty::Dictionary { value, .. } => {
                for spoiled in self.spoil(depth, value) {
                    push(
                        &mut all,
                        format!("key.{}", spoiled.how),
                        &json!({"key": spoiled.answer}),
                    );
                }
            }
            Ty::Named(name) => match self.api.definition(name).unwrap() {
                Definition::Model(model) if depth > 0 => {
                    all.extend(self.spoiled_down_to(depth - 1, model));
                }
                Definition::Model(_) => {}
                Definition::Enum(_) => {
                    push(&mut all, "another value".to_owned(), &json!("unheard_of"));
                }
                Definition::Id(_) => push(&mut all, "another prefix".to_owned(), &json!("x_1")),
            },
            _ => {}
        }
        all
    }
}

fn push(all: &mut Vec<Spoiled>, how: String, answer: &Value) {
    let answer = answer.clone();
    all.push(Spoiled { how, answer });
}
