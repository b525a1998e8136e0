use super::names::IdRule;
use crate::Error;
use crate::address::{Address, Target};
use crate::ir::{Api, Body, Field, Id, Shape, Ty};

/// Gives texts that are ids the types of their kinds.
pub(super) fn apply(api: &mut Api, rules: &[IdRule]) -> Result<(), Error> {
    for rule in rules {
        for place in &rule.places {
            let address: Address = place.parse()?;
            match address.find(api)? {
                Target::Field(field) => retype(field, &rule.name),
                _ => return Err(Error::new(format!("`{place}` in [id] is no field"))),
            }
        }
        each_field(api, |place, field| {
            let excepted = rule.except.contains(&format!("{place}.{}", field.wire));
            // A filter takes several ids, some of them with a sign before them.
            let filter = place.ends_with(".query") && matches!(field.ty, Ty::List(_));
            if rule.fields.contains(&field.wire) && !excepted && !filter {
                retype(field, &rule.name);
            }
        });
        api.ids.push(Id {
            name: rule.name.clone(),
            prefix: rule.prefix.clone(),
            groups: Vec::new(),
        });
    }
    api.ids.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(())
}

fn retype(field: &mut Field, name: &str) {
    match &mut field.ty {
        Ty::List(item) if **item == Ty::Str => **item = Ty::Named(name.to_owned()),
        ty if *ty == Ty::Str => *ty = Ty::Named(name.to_owned()),
        _ => {}
    }
}

fn each_field(api: &mut Api, mut visit: impl FnMut(&str, &mut Field)) {
    for model in &mut api.models {
        let place = format!("model.{}", model.name);
        if let Shape::Object(fields) = &mut model.shape {
            fields.iter_mut().for_each(|field| visit(&place, field));
        }
    }
    for group in &mut api.groups {
        for operation in &mut group.operations {
            let place = format!("op.{}.{}", group.name, operation.name);
            let path = format!("{place}.path");
            operation
                .parameters
                .iter_mut()
                .for_each(|field| visit(&path, field));
            let query = format!("{place}.query");
            operation
                .query
                .iter_mut()
                .for_each(|field| visit(&query, field));
            let body = match operation.body {
                Body::Form(_) => format!("{place}.form"),
                _ => format!("{place}.body"),
            };
            if let Some(fields) = operation.body.fields_mut() {
                fields.iter_mut().for_each(|field| visit(&body, field));
            }
        }
    }
}
