//! A sample of what each event tells, for `clerk-dev webhook send`.
//!
//! The catalogue says which members there are and of what type; `samples.toml`, which is written by
//! hand, says what they hold where a type does not say it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use clerk_catalogue::ir::{Api, Definition, Event, Field, Model, Ty};
use serde_json::{Map, Value, json};

use crate::payload::{Filling, Payloads};
use crate::{Error, File};

const WORDS: &str = include_str!("samples.toml");

/// The samples by the types of their events. A member stands on a line of its own, so that a
/// change of it is one line as well.
pub(crate) fn file(api: &Api) -> Result<File, Error> {
    let words = Words::parse(WORDS)?;
    let mut samples = Vec::new();
    for event in &api.events {
        let sample = sample(api, &words, event).map_err(|error| error.of(&event.wire))?;
        let members: Vec<String> = sample
            .iter()
            .map(|(name, value)| format!("    {}: {value}", json!(name)))
            .collect();
        let (wire, members) = (json!(event.wire), members.join(",\n"));
        samples.push(format!("  {wire}: {{\n{members}\n  }}"));
    }
    words.finish()?;
    let text = format!("{{\n{}\n}}\n", samples.join(",\n"));
    let path = "crates/clerk-dev/src/webhook/samples.json".to_owned();
    Ok(File { path, text })
}

fn sample(api: &Api, words: &Words, event: &Event) -> Result<Map<String, Value>, Error> {
    let missing = || Error::new("no such model").of(&event.data);
    let model = api.model(&event.data).ok_or_else(missing)?;
    let content = |model: &Model, field: &Field| {
        if field.deprecated {
            // Nobody should begin to rely on it.
            return Ok(Filling::Absent);
        }
        let said = words.say(event, model, field);
        said.map_or_else(|| generic(api, words, model, field), Ok)
    };
    Payloads::new(api, content).members(model)
}

/// What a field holds of which nothing is said.
fn generic(api: &Api, words: &Words, model: &Model, field: &Field) -> Result<Filling, Error> {
    let definition = field.ty.named().and_then(|name| api.definition(name));
    Ok(match (&field.ty, definition) {
        (Ty::Time(_), _) if field.nullable => Filling::Exactly(Value::Null),
        (Ty::Time(_), _) => words.get("type.time").unwrap_or(Filling::Any),
        (Ty::Bool, _) => Filling::Exactly(json!(false)),
        (Ty::Map, _) => Filling::Exactly(json!({})),
        (Ty::Named(_), Some(Definition::Id(id))) if !id.prefix.is_empty() => {
            Filling::Exactly(json!(made_up(&format!("{}…", id.prefix))))
        }
        (Ty::Tag(_), _) | (_, Some(Definition::Model(_) | Definition::Enum(_))) => Filling::Any,
        _ if field.nullable => Filling::Exactly(Value::Null),
        _ if !field.required => Filling::Absent,
        _ => {
            let place = format!("{}.{}", model.name, field.wire);
            return Err(Error::new("say in samples.toml what it holds").of(&place));
        }
    })
}

/// What `samples.toml` says, by place: `field.first_name`, `event.session.ended.status`.
struct Words {
    said: BTreeMap<String, Filling>,
    used: RefCell<BTreeSet<String>>,
}

impl Words {
    fn parse(text: &str) -> Result<Self, Error> {
        let tables: Map<String, Value> = toml::from_str(text)
            .map_err(|error| Error::new(error.to_string()).of("samples.toml"))?;
        let mut said = BTreeMap::new();
        for (kind, table) in &tables {
            let Value::Object(table) = table else {
                return Err(Error::new("no table").of(kind));
            };
            match kind.as_str() {
                "model" | "event" => {
                    for (name, table) in table {
                        read(&format!("{kind}.{name}"), table, &mut said)?;
                    }
                }
                _ => read(kind, &json!(table), &mut said)?,
            }
        }
        let used = RefCell::default();
        Ok(Self { said, used })
    }

    /// What is said of a field of a model, in a sample of this event.
    fn say(&self, event: &Event, model: &Model, field: &Field) -> Option<Filling> {
        let (of, name, wire) = (&model.name, &field.wire, &event.wire);
        let (is_subject, is_later) = (*of == event.data, !wire.ends_with(".created"));
        let places = [
            is_subject.then(|| format!("event.{wire}.{name}")),
            (is_subject && is_later).then(|| format!("later.{name}")),
            Some(format!("model.{of}.{name}")),
            Some(format!("field.{name}")),
        ];
        let mut places = places.into_iter().flatten();
        places.find_map(|place| self.get(&place))
    }

    fn get(&self, place: &str) -> Option<Filling> {
        let found = self.said.get(place).cloned();
        if found.is_some() {
            self.used.borrow_mut().insert(place.to_owned());
        }
        found
    }

    /// What nothing asked for is a mistake, or stands for something that is gone.
    fn finish(self) -> Result<(), Error> {
        let used = self.used.into_inner();
        let unused = self.said.keys().filter(|place| !used.contains(*place));
        match *unused.map(String::as_str).collect::<Vec<_>>() {
            [] => Ok(()),
            ref unused => {
                Err(Error::new("in samples.toml and in no sample").of(&unused.join(", ")))
            }
        }
    }
}

/// A table. TOML has no null, so `null` lists the names that hold it; `absent` those that are not there.
fn read(place: &str, table: &Value, said: &mut BTreeMap<String, Filling>) -> Result<(), Error> {
    let Value::Object(table) = table else {
        return Err(Error::new("no table").of(place));
    };
    for (name, value) in table {
        let (names, filling) = match (name.as_str(), value) {
            ("null", Value::Array(names)) => (names.clone(), Filling::Exactly(Value::Null)),
            ("absent", Value::Array(names)) => (names.clone(), Filling::Absent),
            _ => (vec![json!(name)], Filling::Exactly(spelled_out(value))),
        };
        for name in names.iter().filter_map(Value::as_str) {
            let place = format!("{place}.{name}");
            if said.insert(place.clone(), filling.clone()).is_some() {
                return Err(Error::new("it is said twice").of(&place));
            }
        }
    }
    Ok(())
}

/// The same with ids where texts have `…`.
fn spelled_out(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(made_up(text)),
        Value::Array(items) => items.iter().map(spelled_out).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), spelled_out(value)))
            .collect(),
        value => value.clone(),
    }
}

/// `user_…` as an id, the same wherever it is written; `user_…grace` is another's. Other texts stay.
fn made_up(text: &str) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((prefix, _)) = text.split_once('…') else {
        return text.to_owned();
    };
    // FNV-1a, and then a linear congruence for each of the 27 characters that Clerk's ids have.
    let mut state = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let mut id = prefix.to_owned();
    for _ in 0..27 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let index = (state >> 33) as usize % ALPHABET.len();
        id.extend(ALPHABET.get(index).map(|&byte| char::from(byte)));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_wherever_it_is_written_the_same() {
        let id = made_up("user_…");
        assert_eq!((id.len(), made_up("user_…")), (5 + 27, id.clone()));
        assert!(id.starts_with("user_"), "{id}");
        assert_ne!(made_up("user_…grace"), id);
        assert_eq!(made_up("user_1"), "user_1");
    }

    #[test]
    fn what_is_said_twice_or_of_nothing_is_a_mistake() {
        for (text, problem) in [
            (
                "[field]\na = 1\nnull = [\"a\"]",
                "field.a: it is said twice",
            ),
            ("field = 1", "field: no table"),
            ("[model]\nUser = 1", "model.User: no table"),
            ("[field", "samples.toml: "),
        ] {
            let error = Words::parse(text).map(|_| ()).unwrap_err();
            assert!(error.to_string().starts_with(problem), "{error}");
        }
        let words = Words::parse("[field]\na = \"x\"\nabsent = [\"b\"]").unwrap();
        assert_eq!(words.get("field.a"), Some(Filling::Exactly(json!("x"))));
        assert_eq!(words.get("field.c"), None);
        let error = words.finish().unwrap_err();
        assert_eq!(
            error.to_string(),
            "field.b: in samples.toml and in no sample"
        );
    }
}
