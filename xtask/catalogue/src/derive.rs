//! What follows from the facts: who reaches what, in which direction, and what null means.

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::ir::{Api, Body, Content, Event, Field, Operation, Shape, Ty, Usage, Verb};

/// Fills the derived fields of an API, after its facts have changed.
pub(crate) fn derive(api: &mut Api) -> Result<(), Error> {
    let mut reached: BTreeMap<String, Reach> = BTreeMap::new();
    for operation in api.operations() {
        let mut walk = Walk {
            api,
            from: &operation.id,
            group: &operation.group,
            clears: clears(operation),
            reached: &mut reached,
        };
        walk.operation(operation)?;
    }
    for event in &api.events {
        let mut walk = Walk {
            api,
            from: &event.wire,
            group: Event::GROUP,
            clears: false,
            reached: &mut reached,
        };
        walk.name(&event.data, false)?;
    }
    for model in &mut api.models {
        let reach = reached.remove(&model.name).unwrap_or_default();
        if let Some(fields) = model.fields_mut() {
            for field in fields {
                field.clearable = reach.clears && is_clearable(field);
            }
        }
        (model.usage, model.groups) = (reach.usage, reach.groups.into_iter().collect());
    }
    for found in &mut api.enums {
        let reach = reached.remove(&found.name).unwrap_or_default();
        (found.usage, found.groups) = (reach.usage, reach.groups.into_iter().collect());
    }
    for id in &mut api.ids {
        let reach = reached.remove(&id.name).unwrap_or_default();
        id.groups = reach.groups.into_iter().collect();
    }
    for operation in api
        .groups
        .iter_mut()
        .flat_map(|group| &mut group.operations)
    {
        let clears = clears(operation);
        if let Some(fields) = operation.body.fields_mut() {
            for field in fields {
                field.clearable = clears && is_clearable(field);
            }
        }
    }
    Ok(())
}

/// Whether null in a request takes a value away. Where something is created or replaced as a whole
/// there is nothing to take away, and null is the same as silence.
fn clears(operation: &Operation) -> bool {
    operation.verb == Verb::Patch
}

/// A flag is on or off, so null is no third state of it.
fn is_clearable(field: &Field) -> bool {
    field.nullable && field.ty != Ty::Bool
}

/// Who uses a named type, and how.
#[derive(Debug, Default)]
struct Reach {
    usage: Usage,
    groups: BTreeSet<String>,
    clears: bool,
}

struct Walk<'a> {
    api: &'a Api,
    from: &'a str,
    group: &'a str,
    clears: bool,
    reached: &'a mut BTreeMap<String, Reach>,
}

impl Walk<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<(), Error> {
        self.fields(&operation.parameters, true)?;
        self.fields(&operation.query, true)?;
        match &operation.body {
            Body::Empty => {}
            Body::List { item, .. } => self.ty(item, true)?,
            Body::Object(fields) | Body::Form(fields) => self.fields(fields, true)?,
        }
        match &operation.answer.content {
            Content::Empty | Content::Text => Ok(()),
            Content::Json(ty) | Content::Page(ty) => self.ty(ty, false),
        }
    }

    fn fields(&mut self, fields: &[Field], request: bool) -> Result<(), Error> {
        fields.iter().try_for_each(|field| {
            let reached = self.ty(&field.ty, request);
            reached.map_err(|error| error.within(format_args!("`{}`", field.wire)))
        })
    }

    fn ty(&mut self, ty: &Ty, request: bool) -> Result<(), Error> {
        ty.named().map_or(Ok(()), |name| self.name(name, request))
    }

    fn name(&mut self, name: &str, request: bool) -> Result<(), Error> {
        if self.api.definition(name).is_none() {
            let from = self.from;
            return Err(Error::new(format!(
                "{from} needs `{name}`, which is nowhere"
            )));
        }
        let reach = self.reached.entry(name.to_owned()).or_default();
        let clears = request && self.clears;
        let known = if request {
            reach.usage.request
        } else {
            reach.usage.response
        };
        // An event is told in the words of the operations wherever they have any.
        let shared = self.group == Event::GROUP && known;
        let seen = shared || known && reach.groups.contains(self.group);
        if seen && (reach.clears || !clears) {
            return Ok(());
        }
        reach.groups.insert(self.group.to_owned());
        reach.clears |= clears;
        if request {
            reach.usage.request = true;
        } else {
            reach.usage.response = true;
        }
        let model = self.api.models.iter().find(|model| model.name == name);
        match model.map(|model| &model.shape) {
            None => Ok(()),
            Some(Shape::Object(fields)) => self.fields(fields, request),
            Some(Shape::Choice(arms)) => {
                let mut held = arms.iter().filter_map(|arm| arm.model.as_deref());
                held.try_for_each(|name| self.name(name, request))
            }
        }
    }
}
