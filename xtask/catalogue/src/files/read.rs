use std::collections::BTreeMap;

use super::{File, Table};
use crate::Error;
use crate::ir::{
    Answer, Api, Arm, Authorization, BasePath, Body, Bounds, Content, Enum, Event, Field, Group,
    Id, Model, Operation, Paging, Retry, Segment, Shape, Source, Ty, Usage, Value, Verb,
};
use crate::notation::{parse, parse_list, parse_literal, parse_type};

pub(super) fn api(files: &[File]) -> Result<Api, Error> {
    let mut source = None;
    let mut all = Facts::default();
    for file in files {
        let mut table = Table::parse(&file.name, &file.text)?;
        if file.name == "source.toml" {
            source = Some(read_source(&mut table)?);
        }
        all.read(table)?;
    }
    let source = source.ok_or_else(|| Error::new("source.toml is missing"))?;
    let mut api = Api {
        source,
        groups: all.groups,
        models: all.models,
        enums: all.enums,
        ids: all.ids,
        events: all.events,
    };
    sort(&mut api);
    Ok(api)
}

pub(super) fn sort(api: &mut Api) {
    api.groups.sort_by(|left, right| left.name.cmp(&right.name));
    api.models.sort_by(|left, right| left.name.cmp(&right.name));
}

/// What a file of a catalogue has.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) groups: Vec<Group>,
    pub(super) models: Vec<Model>,
    pub(super) enums: Vec<Enum>,
    pub(super) ids: Vec<Id>,
    pub(super) events: Vec<Event>,
}

impl Facts {
    pub(super) fn read(&mut self, mut table: Table) -> Result<(), Error> {
        if table.contains("group") {
            self.groups.push(read_group(&mut table)?);
        }
        read_models(&mut table, &mut self.models)?;
        read_enums(table.table("enum")?, &mut self.enums)?;
        let ids = table.table("id")?.into_texts()?;
        self.ids.extend(ids.into_iter().map(id));
        let told = table.table("event")?.into_texts()?;
        let told = told.into_iter();
        self.events
            .extend(told.map(|(wire, data)| Event::new(wire, data)));
        table.finish()
    }
}

fn id((name, prefix): (String, String)) -> Id {
    Id {
        name,
        prefix,
        groups: Vec::new(),
    }
}

fn read_source(table: &mut Table) -> Result<Source, Error> {
    Ok(Source {
        version: table.text("version")?,
        blob: table.text("blob")?,
        paths: table.count("paths")?,
        operations: table.count("operations")?,
        added: 0,
        webhooks: table.optional("webhooks")?,
    })
}

fn read_enums(mut table: Table, enums: &mut Vec<Enum>) -> Result<(), Error> {
    for name in table.keys() {
        let values = table.texts(&name)?.unwrap_or_default();
        enums.push(Enum {
            name,
            values: values.into_iter().map(Value::new).collect(),
            doc: None,
            usage: Usage::default(),
            groups: Vec::new(),
        });
    }
    Ok(())
}

fn read_models(file: &mut Table, models: &mut Vec<Model>) -> Result<(), Error> {
    let model = |name: &str, shape: Shape| Model {
        name: name.to_owned(),
        shape,
        doc: None,
        usage: Usage::default(),
        groups: Vec::new(),
    };
    let mut objects = file.table("model")?;
    for name in objects.keys() {
        let fields = read_fields(objects.table(&name)?)?;
        models.push(model(&name, Shape::Object(fields)));
    }
    let mut choices = file.table("choice")?;
    for name in choices.keys() {
        let arms = choices.table(&name)?.into_texts()?;
        let arms = arms.iter().map(|(name, line)| read_arm(name, line));
        let arms = arms.collect::<Result<_, _>>();
        let arms = arms.map_err(|error: Error| error.within(format_args!("[choice.{name}]")))?;
        models.push(model(&name, Shape::Choice(arms)));
    }
    Ok(())
}

fn read_arm(name: &str, line: &str) -> Result<Arm, Error> {
    let (held, test) = match line.split_once(' ') {
        Some((held, test)) => (Some(held.to_owned()), test),
        None => (None, line),
    };
    let (property, value) = test
        .split_once('=')
        .ok_or_else(|| Error::new(format!("`{name}` has no test such as `object='token'`")))?;
    Ok(Arm {
        name: name.to_owned(),
        model: held,
        property: property.to_owned(),
        value: parse_literal(value)?,
    })
}

fn read_fields(table: Table) -> Result<Vec<Field>, Error> {
    let place = table.place().to_owned();
    let lines = table.into_texts()?;
    let fields = lines.iter().map(|(wire, line)| parse(wire, line));
    let fields = fields.collect::<Result<_, _>>();
    fields.map_err(|error: Error| error.within(place))
}

fn read_group(file: &mut Table) -> Result<Group, Error> {
    let name = file.text("group")?;
    let feature = file.text("feature")?;
    let tag = file.text("tag")?;
    let mut tables = file.table("op")?;
    let mut operations = Vec::new();
    for key in tables.keys() {
        let mut table = tables.table(&key)?;
        let operation = read_operation(&name, key, &tag, &mut table)?;
        table.finish()?;
        operations.push(operation);
    }
    Ok(Group {
        name,
        feature,
        operations,
        doc: None,
    })
}

fn read_operation(
    group: &str,
    name: String,
    tag: &str,
    table: &mut Table,
) -> Result<Operation, Error> {
    let id = table.text("id")?;
    let (verb, path) = read_http(&table.text("http")?).map_err(|e| e.within(table.place()))?;
    let typed = read_fields(table.table("path")?)?;
    let answer = read_answer(&table.text("ok")?).map_err(|e| e.within(table.place()))?;
    let mut operation = Operation {
        group: group.to_owned(),
        name,
        id,
        verb,
        path,
        base: BasePath::Versioned,
        authorization: read_authorization(table)?,
        parameters: Vec::new(),
        query: read_fields(table.table("query")?)?,
        body: read_body(table)?,
        answer,
        paging: read_paging(table)?,
        errors: read_errors(table)?,
        deprecated: table.flag("deprecated")?.unwrap_or(false),
        retry: Retry::of_verb(verb),
        tag: table.optional("tag")?.unwrap_or_else(|| tag.to_owned()),
        doc: None,
        alias: table.optional("alias")?,
    };
    operation.parameters = parameters(&operation, typed).map_err(|e| e.within(table.place()))?;
    Ok(operation)
}

fn read_http(line: &str) -> Result<(Verb, String), Error> {
    let (verb, path) = line.split_once(' ').unwrap_or((line, ""));
    let verb = Verb::ALL.into_iter().find(|known| known.as_str() == verb);
    match verb {
        Some(verb) if path.starts_with('/') => Ok((verb, path.to_owned())),
        _ => Err(Error::new(format!("`{line}` is no verb and path"))),
    }
}

/// The parameters in the order of the path; those without a line of their own are text.
fn parameters(operation: &Operation, typed: Vec<Field>) -> Result<Vec<Field>, Error> {
    let typed = typed.into_iter().map(|field| (field.wire.clone(), field));
    let mut typed: BTreeMap<String, Field> = typed.collect();
    let mut parameters = Vec::new();
    for segment in operation.segments() {
        if let Segment::Parameter(wire) = segment {
            let mut plain = Field::new(wire, Ty::Str);
            plain.required = true;
            parameters.push(typed.remove(wire).unwrap_or(plain));
        }
    }
    match typed.keys().next() {
        None => Ok(parameters),
        Some(wire) => Err(Error::new(format!("the path has no `{{{wire}}}`"))),
    }
}

fn read_answer(line: &str) -> Result<Answer, Error> {
    let (status, content) = line.split_once(' ').unwrap_or((line, ""));
    let status = status.parse();
    let status = status.map_err(|_| Error::new(format!("`{line}` has no status")))?;
    let page = content
        .strip_prefix("Page<")
        .and_then(|rest| rest.strip_suffix('>'));
    let content = match (page, content) {
        (Some(item), _) => Content::Page(parse_type(item)?),
        (None, "") => Content::Empty,
        (None, "text") => Content::Text,
        (None, ty) => Content::Json(parse_type(ty)?),
    };
    Ok(Answer { status, content })
}

fn read_body(table: &mut Table) -> Result<Body, Error> {
    if table.contains("form") {
        return read_fields(table.table("form")?).map(Body::Form);
    }
    if table.holds_table("body") {
        return read_fields(table.table("body")?).map(Body::Object);
    }
    let Some(line) = table.optional("body")? else {
        return Ok(Body::Empty);
    };
    let (item, items): (Ty, Bounds) = parse_list(&line).map_err(|e| e.within(table.place()))?;
    Ok(Body::List { item, items })
}

fn read_authorization(table: &mut Table) -> Result<Authorization, Error> {
    match table.optional("auth")?.as_deref() {
        None => Ok(Authorization::SecretKey),
        Some("none") => Ok(Authorization::Public),
        Some(other) => Err(table.error(format!("`{other}` is no `auth`; corrections set others"))),
    }
}

fn read_paging(table: &mut Table) -> Result<Option<Paging>, Error> {
    let Some(word) = table.optional("page")? else {
        return Ok(None);
    };
    let known = [Paging::Offset, Paging::Flagged, Paging::Cursor];
    let paging = known
        .into_iter()
        .find(|paging| super::write::paging_word(*paging) == word);
    let wrong = || table.error(format!("`{word}` is no form of paging"));
    paging.ok_or_else(wrong).map(Some)
}

fn read_errors(table: &mut Table) -> Result<Vec<u16>, Error> {
    let line = table.optional("err")?.unwrap_or_default();
    let statuses = line.split_whitespace().map(str::parse);
    let statuses = statuses.collect::<Result<_, _>>();
    statuses.map_err(|_| table.error(format!("`{line}` is no list of statuses")))
}
