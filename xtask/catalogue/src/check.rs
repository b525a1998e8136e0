//! What has to hold of an API for code to be made of it.

use std::collections::BTreeSet;

use crate::Error;
use crate::ir::{
    Api, Body, Bounds, Content, Definition, Event, Field, Literal, Operation, Paging, Segment,
    Shape, Ty, Value,
};

pub(crate) fn check(api: &Api) -> Result<(), Error> {
    let found = api.operations().count();
    let expected = api.source.operations + api.source.added;
    if found != expected {
        return Err(Error::new(format!(
            "{found} operations, where the source has {expected}"
        )));
    }
    check_names(api)?;
    unique("event", api.events.iter().map(|event| event.wire.clone()))?;
    // The variant for events nobody has told us of, and the one for those that cannot be read.
    let variants = ["Unknown", "Unreadable"].map(str::to_owned).into_iter();
    let idents = api.events.iter().map(Event::ident);
    unique("the variant of an event", idents.chain(variants))?;
    for operation in api.operations() {
        let (group, name) = (&operation.group, &operation.name);
        let checked = check_operation(api, operation);
        checked.map_err(|error| error.within(format_args!("{group}.{name}")))?;
    }
    for model in &api.models {
        match &model.shape {
            Shape::Object(fields) => check_fields(fields.iter())
                .and_then(|()| check_object(fields))
                .map_err(|error| error.within(&model.name))?,
            Shape::Choice(arms) => unique(&model.name, arms.iter().map(|arm| arm.name.clone()))?,
        }
    }
    for found in &api.enums {
        // The variant for values nobody has told us of.
        let idents = found.values.iter().map(Value::ident);
        unique(&found.name, idents.chain(["Other".to_owned()]))?;
    }
    Ok(())
}

/// No two things have one name, and nothing is left over.
fn check_names(api: &Api) -> Result<(), Error> {
    let operations = || api.operations();
    unique("operation id", operations().map(|o| o.id.clone()))?;
    let names = operations().map(|o| format!("{}.{}", o.group, o.name));
    unique("operation", names)?;
    let requests = operations().map(|o| format!("{} {}", o.verb, o.path));
    unique("request", requests)?;
    let models = api.models.iter().map(|model| (&model.name, &model.groups));
    let enums = api.enums.iter().map(|found| (&found.name, &found.groups));
    let ids = api.ids.iter().map(|id| (&id.name, &id.groups));
    let defined: Vec<_> = models.chain(enums).chain(ids).collect();
    unique("name", defined.iter().map(|(name, _)| (*name).clone()))?;
    match defined.iter().find(|(_, groups)| groups.is_empty()) {
        None => Ok(()),
        Some((name, _)) => Err(Error::new(format!(
            "no operation and no event needs `{name}`; remove it"
        ))),
    }
}

fn unique(what: &str, names: impl Iterator<Item = String>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for name in names {
        if let Some(twice) = seen.replace(name) {
            return Err(Error::new(format!("{what}: `{twice}` is there twice")));
        }
    }
    Ok(())
}

fn check_operation(api: &Api, operation: &Operation) -> Result<(), Error> {
    let inputs = || {
        let rest = operation.query.iter().chain(operation.body.fields());
        operation.parameters.iter().chain(rest)
    };
    check_fields(inputs())?;
    let in_path = operation.segments().filter_map(|segment| match segment {
        Segment::Parameter(wire) => Some(wire),
        Segment::Literal(_) => None,
    });
    if !in_path.eq(operation.parameters.iter().map(|field| field.wire.as_str())) {
        return Err(Error::new("the parameters are not those of the path"));
    }
    let path = operation
        .parameters
        .iter()
        .map(|field| (field, is_text(api, &field.ty)));
    let query = operation.query.iter().map(|field| {
        let item = match &field.ty {
            Ty::List(item) => item,
            ty => ty,
        };
        (field, is_text(api, item))
    });
    for (field, fits) in path.chain(query) {
        if !fits {
            return Err(Error::new(format!(
                "`{}` does not fit into a URL",
                field.wire
            )));
        }
    }
    let form = matches!(operation.body, Body::Form(_));
    if inputs().any(|field| field.ty == Ty::File && !form) {
        return Err(Error::new("a file is sent, but not in a form"));
    }
    check_paging(operation)
}

/// Whether a value has one obvious form as plain text.
fn is_text(api: &Api, ty: &Ty) -> bool {
    match ty {
        Ty::Str | Ty::Bool | Ty::Int | Ty::Time(_) | Ty::DateTime | Ty::Date => true,
        Ty::Named(name) => !matches!(api.definition(name), None | Some(Definition::Model(_))),
        _ => false,
    }
}

fn check_paging(operation: &Operation) -> Result<(), Error> {
    let has = |wire: &str| operation.query.iter().any(|field| field.wire == wire);
    let inputs = match operation.paging {
        None => return Ok(()),
        Some(Paging::Offset | Paging::Flagged) => has("limit") && has("offset"),
        Some(Paging::Cursor) => has("limit") && has("offset") && has("starting_after"),
    };
    let lists = matches!(
        operation.answer.content,
        Content::Page(_) | Content::Json(Ty::List(_))
    );
    if inputs && lists {
        return Ok(());
    }
    Err(Error::new(
        "it is paged, but has no page inputs or answers with no list",
    ))
}

fn check_object(fields: &[Field]) -> Result<(), Error> {
    let mut wires = Vec::new();
    for field in fields {
        wires.push(field.wire.clone());
        wires.extend(field.aliases.iter().cloned());
    }
    unique("wire name", wires.into_iter())
}

fn check_fields<'a>(fields: impl Iterator<Item = &'a Field> + Clone) -> Result<(), Error> {
    unique("field", fields.clone().map(Field::ident))?;
    for field in fields {
        let numbers = matches!(field.ty, Ty::Int | Ty::Number);
        let lists = matches!(field.ty, Ty::List(_));
        let facts = [
            (field.range != Bounds::default(), numbers, "a range"),
            (
                field.length != Bounds::default(),
                field.ty == Ty::Str,
                "a length",
            ),
            (field.items != Bounds::default(), lists, "a number of items"),
            (field.unique, lists, "unique items"),
            (field.comma, lists, "commas"),
            (
                !field.order_by.is_empty(),
                field.wire == "order_by",
                "an order",
            ),
        ];
        if let Some((_, _, fact)) = facts.iter().find(|(stated, fits, _)| *stated && !fits) {
            return Err(Error::new(format!("`{}` cannot have {fact}", field.wire)));
        }
        for literal in field.default.iter().chain(&field.only) {
            check_literal(literal, &field.ty).map_err(|error| error.within(&field.wire))?;
        }
    }
    Ok(())
}

fn check_literal(literal: &Literal, ty: &Ty) -> Result<(), Error> {
    let fits = matches!(
        (literal, ty),
        (Literal::Str(_), Ty::Str | Ty::Named(_))
            | (Literal::Int(_), Ty::Int | Ty::Number)
            | (Literal::Bool(_), Ty::Bool)
            | (Literal::EmptyList, Ty::List(_))
    );
    match fits {
        true => Ok(()),
        false => Err(Error::new(format!("{literal:?} is no {ty:?}"))),
    }
}
