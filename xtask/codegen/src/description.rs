//! The operations and models as tables, for the emulator: what it checks requests against, and makes answers of.

use clerk_catalogue::ir::{
    Api, Arm, Authorization, Body, Bounds, Content, Definition, Enum, Event, Field, Literal, Model,
    Operation, Paging, Shape, TimeUnit, Ty,
};

use crate::{Error, File, source::Quoted, source::Source};

/// The two files of the tables.
pub(crate) fn files(api: &Api) -> Result<[File; 2], Error> {
    Ok([operations(api)?, models(api)?])
}

fn operations(api: &Api) -> Result<File, Error> {
    let mut rows = Source::default();
    rows.push("/// All of them, by group.");
    rows.push("pub(crate) static OPERATIONS: &[Operation] = &[");
    for operation in api.operations() {
        let row = row(api, operation).map_err(|error| error.of(&operation.id))?;
        rows.push(format_args!("{row},"));
    }
    rows.push("];");
    let rows = rows.finish();
    let mut source = Source::default();
    source.push("use http::Method;\n");
    source.push(imports(
        &rows,
        &["Access", "Body", "Bounds", "Content", "Operation", "Ty"],
    ));
    source.push(rows);
    Ok(File::new(
        "crates/clerk-emulator/src/description/operations.rs",
        source,
    ))
}

fn models(api: &Api) -> Result<File, Error> {
    let mut rows = Source::default();
    for model in api
        .models
        .iter()
        .filter(|model| is_of_operations(&model.groups))
    {
        let made = static_of(api, model).map_err(|error| error.of(&model.name))?;
        rows.push(format_args!("{made}\n"));
    }
    // Those of paths alone tell nothing here.
    let operations = operations(api)?.text;
    for one in &api.enums {
        let used = format!("models::{})", static_name(&one.name));
        if operations.contains(&used) || rows.contains(&used) {
            rows.push(format_args!("{}\n", values(one)));
        }
    }
    // There, they stand beside each other.
    let rows = rows.finish().replace("models::", "");
    let mut source = Source::default();
    source.push(imports(&rows, &["Arm", "Model", "Ty"]));
    source.push(rows);
    Ok(File::new(
        "crates/clerk-emulator/src/description/models.rs",
        source,
    ))
}

/// Whether operations reach it, not webhooks alone.
fn is_of_operations(groups: &[String]) -> bool {
    groups.iter().any(|group| group != Event::GROUP)
}

/// The names of the tables' own module that `rows` uses.
fn imports(rows: &str, names: &[&str]) -> String {
    let mut used: Vec<&str> = names.to_vec();
    used.retain(|name| rows.contains(&format!("{name}::")) || rows.contains(&format!("{name} {{")));
    let models = if rows.contains("models::") {
        "models"
    } else {
        ""
    };
    format!("use super::{{{}, field, {models}}};\n", used.join(", "))
}

fn row(api: &Api, operation: &Operation) -> Result<String, Error> {
    let access = match operation.authorization {
        Authorization::Public => "Public",
        Authorization::SecretKey => "SecretKey",
        Authorization::MachineKey | Authorization::SecretOrMachineKey => "Machine",
    };
    let body = match &operation.body {
        Body::Empty => "Body::Nothing".to_owned(),
        Body::Object(fields) => format!("Body::Object({})", self::fields(api, fields)?),
        Body::Form(fields) => format!("Body::Form({})", self::fields(api, fields)?),
        Body::List { item, items } => {
            let (item, Bounds { min, max, .. }) = (ty(api, item)?, items);
            format!("Body::List {{ item: {item}, items: Bounds {{ min: {min:?}, max: {max:?} }} }}")
        }
    };
    let answer = match &operation.answer.content {
        Content::Empty => "Content::Nothing".to_owned(),
        Content::Text => "Content::Text".to_owned(),
        Content::Json(Ty::List(item)) if operation.paging == Some(Paging::Flagged) => {
            format!("Content::ListOrPage({})", ty(api, item)?)
        }
        Content::Json(content) => format!("Content::Json({})", ty(api, content)?),
        Content::Page(item) => format!("Content::Page({})", ty(api, item)?),
    };
    let method = operation.verb.as_str();
    let path = format!("/v1{}", operation.path);
    let query = fields(api, &operation.query)?;
    let (id, path, status) = (
        Quoted(&operation.id),
        Quoted(&path),
        operation.answer.status,
    );
    Ok(format!(
        "Operation {{ id: {id}, method: Method::{method}, path: {path}, access: Access::{access}, \
         query: {query}, body: {body}, status: {status}, answer: {answer} }}"
    ))
}

fn static_of(api: &Api, model: &Model) -> Result<String, Error> {
    let name = static_name(&model.name);
    match &model.shape {
        Shape::Object(fields) => {
            let (tag, fields) = (Quoted(&model.name), self::fields(api, fields)?);
            Ok(format!(
                "pub(super) static {name}: Model = Model {{ name: {tag}, fields: {fields} }};"
            ))
        }
        Shape::Choice(arms) => {
            let arms: Vec<String> = arms.iter().map(arm).collect();
            let arms = arms.join(", ");
            Ok(format!("pub(super) static {name}: &[Arm] = &[{arms}];"))
        }
    }
}

fn arm(arm: &Arm) -> String {
    let value = match &arm.value {
        Literal::Str(text) => text.clone(),
        Literal::Int(number) => number.to_string(),
        Literal::Bool(flag) => flag.to_string(),
        Literal::EmptyList => String::new(),
    };
    let model = arm.model.as_ref().map_or_else(
        || "None".to_owned(),
        |model| format!("Some(&{})", static_name(model)),
    );
    let (property, value) = (Quoted(&arm.property), Quoted(&value));
    format!("Arm {{ property: {property}, value: {value}, model: {model} }}")
}

fn values(one: &Enum) -> String {
    let values: Vec<String> = one
        .values
        .iter()
        .map(|value| Quoted(&value.wire).to_string())
        .collect();
    let (name, values) = (static_name(&one.name), values.join(", "));
    format!("pub(super) static {name}: &[&str] = &[{values}];")
}

fn fields(api: &Api, fields: &[Field]) -> Result<String, Error> {
    let made: Result<Vec<String>, Error> = fields.iter().map(|one| field(api, one)).collect();
    Ok(format!("&[{}]", made?.join(", ")))
}

fn field(api: &Api, field: &Field) -> Result<String, Error> {
    let ty = ty(api, &field.ty).map_err(|error| error.of(&field.wire))?;
    let mut made = format!("field({}, {ty})", Quoted(&field.wire));
    if field.required {
        made.push_str(".required()");
    }
    if field.nullable {
        made.push_str(".nullable()");
    }
    for (name, bounds) in [
        ("range", field.range),
        ("length", field.length),
        ("items", field.items),
    ] {
        let Bounds { min, max, .. } = bounds;
        if !bounds.is_empty() {
            made.push_str(&format!(".{name}({min:?}, {max:?})"));
        }
    }
    Ok(made)
}

fn ty(api: &Api, ty: &Ty) -> Result<String, Error> {
    Ok(match ty {
        Ty::Str => "Ty::Str".into(),
        Ty::Bool => "Ty::Bool".into(),
        Ty::Int => "Ty::Int".into(),
        Ty::Number => "Ty::Number".into(),
        // Where sources disagree, the documented unit of everything else is the better guess.
        Ty::Time(TimeUnit::Milliseconds | TimeUnit::ByMagnitude) => "Ty::Milliseconds".into(),
        Ty::DateTime => "Ty::DateTime".into(),
        Ty::Time(TimeUnit::Seconds) | Ty::Date => {
            return Err(Error::new("the emulator's tables have no such type"));
        }
        Ty::Json => "Ty::Json".into(),
        Ty::Map => "Ty::Map".into(),
        Ty::Dictionary { value, .. } => format!("Ty::Dictionary(&{})", self::ty(api, value)?),
        Ty::List(item) => format!("Ty::List(&{})", self::ty(api, item)?),
        Ty::File => "Ty::File".into(),
        Ty::Tag(tag) => format!("Ty::Tag({})", Quoted(tag)),
        Ty::Named(name) => {
            let of = static_name(name);
            match api.definition(name) {
                Some(Definition::Model(model)) => match model.shape {
                    Shape::Object(_) => format!("Ty::Object(&models::{of})"),
                    Shape::Choice(_) => format!("Ty::Choice(models::{of})"),
                },
                Some(Definition::Enum(_)) => format!("Ty::Enum(models::{of})"),
                Some(Definition::Id(id)) => format!("Ty::Id({})", Quoted(&id.prefix)),
                None => return Err(Error::new("nothing is called so").of(name)),
            }
        }
    })
}

/// `SamlConnection` as `SAML_CONNECTION`.
fn static_name(name: &str) -> String {
    let mut made = String::new();
    for (index, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() && index > 0 {
            made.push('_');
        }
        made.push(character.to_ascii_uppercase());
    }
    made
}
