//! What tests need one of for everything: a call of every operation, a reader of every model.

use clerk_catalogue::ir::{Api, Body, Definition, Field, Operation, Ty};

use crate::input::{Input, Store};
use crate::source::Source;
use crate::{Error, File};

/// A call of every operation with every input. What is given follows from the type of the input
/// alone, so that a test can say what has to be sent without knowing any template.
pub(crate) fn operations(api: &Api) -> Result<File, Error> {
    let mut source = Source::default();
    source.push("#![allow(deprecated, reason = \"what is deprecated is tested, too\")]\n");
    source.push("use clerk_api::*;\nuse clerk_http::FilePart;\n\nuse crate::requests::Sends;\n");
    source.push("/// Sends every operation, with `id` wherever a path takes a value.");
    source.push("pub(crate) fn send_all(client: &mut impl Sends, id: &str) {");
    for group in &api.groups {
        source.push(format_args!("{}(client, id);", group.name));
    }
    source.push("}\n");
    for group in &api.groups {
        let name = &group.name;
        let takes_ids = group
            .operations
            .iter()
            .any(|found| !found.parameters.is_empty());
        let id = if takes_ids { "id" } else { "_id" };
        source.push(format_args!(
            "fn {name}(client: &mut impl Sends, {id}: &str) {{"
        ));
        for operation in &group.operations {
            let made = |form| call(api, operation, form).map_err(|error| error.of(&operation.id));
            let method = &operation.name;
            let full = made(Form::Full)?;
            source.push(format_args!("client.send({name:?}, {method:?}, {full});"));
            if Input::all(operation).any(|input| input.field.clearable) {
                let cleared = made(Form::Cleared)?;
                source.push(format_args!(
                    "client.send_cleared({name:?}, {method:?}, {cleared});"
                ));
            }
        }
        source.push("}\n");
    }
    Ok(File::new(
        "xtask/codegen/tests/contract/generated/calls.rs",
        source,
    ))
}

/// What is done with optional inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// All are set.
    Full,
    /// Those are cleared that can be, and no other is set.
    Cleared,
}

fn call(api: &Api, operation: &Operation, form: Form) -> Result<String, Error> {
    let mut arguments = Vec::new();
    let mut setters = String::new();
    for input in Input::all(operation).filter(|input| input.constant().is_none()) {
        let (ident, value) = (input.ident(), sample(api, input.field, input.store)?);
        if input.is_argument() {
            arguments.push(value);
        } else if form == Form::Full {
            setters.push_str(&format!(".{ident}({value})"));
        } else if input.field.clearable {
            setters.push_str(&format!(".clear_{ident}()"));
        }
    }
    if let Body::List { item, .. } = &operation.body {
        arguments.push(format!("[{}]", sample_of(api, item, "item")?));
    }
    let (group, name) = (&operation.group, &operation.name);
    Ok(format!(
        "{group}::{name}({}){setters}",
        arguments.join(", ")
    ))
}

fn sample(api: &Api, field: &Field, store: Store) -> Result<String, Error> {
    if store == Store::Path {
        return Ok("id".to_owned());
    }
    sample_of(api, &field.ty, &field.wire)
}

/// An expression for some value of a type. `tests/contract/expected.rs` says what is sent for it.
fn sample_of(api: &Api, ty: &Ty, wire: &str) -> Result<String, Error> {
    let sample = match ty {
        Ty::Str => format!("{:?}", format!("+{wire} é&=")),
        Ty::Date => "\"2027-01-15\"".to_owned(),
        Ty::Bool => "false".to_owned(),
        Ty::Int => "0".to_owned(),
        Ty::Number if matches!(wire, "limit" | "offset") => "0".to_owned(),
        Ty::Number => "0.5".to_owned(),
        Ty::Time(_) | Ty::DateTime => "Timestamp::from_millis(1_800_000_000_000)".to_owned(),
        Ty::Json => "[0]".to_owned(),
        Ty::Map => "serde_json::json!({\"k\": null})".to_owned(),
        Ty::File => "FilePart::new(\"a.png\", \"image/png\", \"content\")".to_owned(),
        Ty::List(item) => {
            let item = sample_of(api, item, wire)?;
            format!("[{item}, {item}]")
        }
        Ty::Dictionary { nullable: true, .. } => {
            "[(\"k\", None::<&str>), (\"l\", Some(\"v\"))]".to_owned()
        }
        Ty::Dictionary { .. } => "[(\"k\", \"v\")]".to_owned(),
        Ty::Named(name) => match api.definition(name) {
            Some(Definition::Model(model)) => {
                let (mut arguments, mut setters) = (Vec::new(), String::new());
                for field in model.fields() {
                    let input = Input::new(field, Store::Whole);
                    if input.constant().is_some() {
                        continue;
                    }
                    let value = sample(api, field, Store::Whole)?;
                    if input.is_argument() {
                        arguments.push(value);
                    } else {
                        setters.push_str(&format!(".{}({value})", input.ident()));
                    }
                }
                format!("models::{name}::new({}){setters}", arguments.join(", "))
            }
            _ => format!("{:?}", format!("+{wire} é&=")),
        },
        Ty::Tag(_) => return Err(Error::new("no tag is an input")),
    };
    Ok(sample)
}

/// A reader of every model of an answer.
pub(crate) fn models(api: &Api) -> File {
    let mut source = Source::default();
    source.push("use clerk_api::models::*;\n\nuse crate::answers::{Reader, read};\n");
    source.push("pub(crate) const READERS: &[(&str, Reader)] = &[");
    for model in api.models.iter().filter(|model| model.usage.response) {
        source.push(format_args!("({0:?}, read::<{0}>),", model.name));
    }
    source.push("];");
    File::new("xtask/codegen/tests/contract/generated/readers.rs", source)
}
