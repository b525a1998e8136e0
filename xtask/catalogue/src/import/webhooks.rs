//! The description of the webhooks: events, and what they tell in other words than the API does.

use super::schema::Schema;
use super::{Importer, Node};
use crate::Error;
use crate::ir::{Api, Enum, Event, Model, Shape, Ty};

impl<'a> Importer<'a> {
    /// The events, in the order of the description.
    pub(super) fn events(&mut self) -> Result<Vec<Event>, Error> {
        let mut events = Vec::new();
        for (wire, item) in described(self.document)? {
            let data = self.data_of(item, wire);
            let data = data.map_err(|error| error.within(wire))?;
            let wire = wire.clone();
            events.push(Event::new(wire, data));
        }
        Ok(events)
    }

    /// The model of what stands in the envelope.
    fn data_of(&mut self, item: &'a Node, wire: &str) -> Result<String, Error> {
        let schema = [
            "post",
            "requestBody",
            "content",
            "application/json",
            "schema",
        ]
        .iter()
        .try_fold(item, |node, key| node.get(key));
        let missing = || Error::new("it is sent without `data`");
        let schema = Schema::new(schema.ok_or_else(missing)?)?;
        let mut data = None;
        for part in schema.arms("allOf")? {
            let properties = part.properties()?.into_iter();
            data = data.or(properties.into_iter().find(|(name, _)| *name == "data"));
        }
        let (_, data) = data.ok_or_else(missing)?;
        match self.typed(data, wire, "data")?.ty {
            Ty::Named(name) => Ok(name),
            _ => Err(Error::new("its `data` is no object")),
        }
    }
}

fn described(document: &Node) -> Result<&[(String, Node)], Error> {
    let described = document.get("x-webhooks").map(Node::entries);
    described.ok_or_else(|| Error::new("the file has no `x-webhooks`"))
}

/// What is sent when an event happens.
fn content(item: &Node) -> Option<&Node> {
    ["post", "requestBody", "content", "application/json"]
        .iter()
        .try_fold(item, |node, key| node.get(key))
}

pub(super) fn examples(document: &Node) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for (wire, item) in described(document)? {
        let Some(content) = content(item) else {
            continue;
        };
        let alone = content.get("example").map(|example| Ok(Some(example)));
        let named = content.get("examples").map_or(&[][..], Node::entries);
        let named = named.iter().map(|(_, node)| {
            let node = match node.text("$ref") {
                Some(reference) => document.resolve(reference)?,
                None => node,
            };
            Ok(node.get("value"))
        });
        for example in alone.into_iter().chain(named) {
            if let Some(example) = example? {
                found.push((wire.clone(), example.json()));
            }
        }
    }
    Ok(found)
}

/// Adds the events to an API, and those models and enums that it has not.
pub(super) fn add(
    api: &mut Api,
    events: Vec<Event>,
    models: Vec<Model>,
    enums: Vec<Enum>,
) -> Result<(), Error> {
    let differs = |name: &str, what: &str| {
        Error::new(format!(
            "what the webhooks call `{name}` has {what}, which it has not in the API; give its \
             place, with `webhooks/` before it, another name in names.toml"
        ))
    };
    for found in enums {
        let Some(known) = api.enums.iter().find(|known| known.name == found.name) else {
            api.enums.push(found);
            continue;
        };
        if let Some(value) = found.values.iter().find(|v| !known.values.contains(v)) {
            return Err(differs(&found.name, &format!("the value `{}`", value.wire)));
        }
    }
    for found in models {
        let Some(known) = api.model(&found.name) else {
            api.models.push(found);
            continue;
        };
        if let Some(what) = lacks(known, &found) {
            return Err(differs(&found.name, &what));
        }
    }
    api.models.sort_by(|left, right| left.name.cmp(&right.name));
    api.enums.sort_by(|left, right| left.name.cmp(&right.name));
    api.events = events;
    Ok(())
}

/// What a reader of `known` would not see of `found`.
fn lacks(known: &Model, found: &Model) -> Option<String> {
    let (Shape::Object(known), Shape::Object(found)) = (&known.shape, &found.shape) else {
        return (known.shape != found.shape).then(|| "another shape".to_owned());
    };
    let reads = |ty: &Ty, other: &Ty| match (ty, other) {
        (Ty::Tag(_) | Ty::Str, Ty::Tag(_)) => true,
        (ty, other) => ty == other,
    };
    let missing = found.iter().find(|field| {
        let same = known.iter().find(|known| known.wire == field.wire);
        !same.is_some_and(|same| reads(&same.ty, &field.ty))
    });
    missing.map(|field| format!("`{}` as {:?}", field.wire, field.ty))
}
