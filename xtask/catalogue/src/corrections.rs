//! `corrections.toml`: where the description is wrong, silent or believed too much, each with the
//! evidence.
//!
//! ```toml
//! [[correction]]
//! why = "what shows that the description is wrong"
//! at = ["model.User.permissions"]
//! null = true
//! ```
//!
//! An event of which the description does not tell is added with the model of its data:
//!
//! ```toml
//! [[correction]]
//! why = "what shows that it is sent"
//! at = ["event.subscriptionItem.created"]
//! add = "EventSubscriptionItem"
//! ```
//!
//! A correction whose target is gone, or that changes nothing any more, is an error: so none
//! outlives its reason.

use crate::Error;
use crate::address::{Address, Target};
use crate::files::Table;
use crate::ir::{
    Api, Authorization, BasePath, Content, Enum, Event, Field, Operation, Retry, Value,
};
use crate::notation::{parse, parse_type};

pub(crate) fn apply(api: &mut Api, text: &str) -> Result<(), Error> {
    let mut file = Table::parse("corrections.toml", text)?;
    for table in file.tables("correction")? {
        let place = table.place().to_owned();
        correct(api, table).map_err(|error| error.within(place))?;
    }
    file.finish()
}

/// What one entry changes.
#[derive(Debug, Default)]
struct Change {
    add: Option<String>,
    drop: bool,
    ty: Option<String>,
    null: Option<bool>,
    optional: Option<bool>,
    hard: bool,
    guarded: bool,
    least: Option<i64>,
    sensitive: Option<bool>,
    aliases: Vec<String>,
    order_by: Vec<String>,
    values: Vec<String>,
    base: Option<String>,
    auth: Option<String>,
    retry: Option<String>,
    answer: Option<String>,
}

fn correct(api: &mut Api, mut table: Table) -> Result<(), Error> {
    let why = table.text("why")?;
    if why.trim().is_empty() {
        return Err(Error::new("`why` is empty"));
    }
    let addresses = table.texts("at")?.unwrap_or_default();
    let change = Change {
        add: table.optional("add")?,
        drop: table.flag("drop")?.unwrap_or(false),
        ty: table.optional("type")?,
        null: table.flag("null")?,
        optional: table.flag("optional")?,
        hard: table.flag("hard")?.unwrap_or(false),
        guarded: table.flag("guarded")?.unwrap_or(false),
        least: table.number("least")?,
        sensitive: table.flag("sensitive")?,
        aliases: table.texts("aliases")?.unwrap_or_default(),
        order_by: table.texts("order_by")?.unwrap_or_default(),
        values: table.texts("values")?.unwrap_or_default(),
        base: table.optional("base")?,
        auth: table.optional("auth")?,
        retry: table.optional("retry")?,
        answer: table.optional("answer")?,
    };
    table.finish()?;
    if addresses.is_empty() {
        return Err(Error::new("`at` names nothing"));
    }
    for address in addresses {
        let address: Address = address.parse()?;
        let changed = change.apply(api, &address)?;
        if !changed {
            return Err(Error::new(format!(
                "`{address}` is so already, so the correction can go"
            )));
        }
    }
    Ok(())
}

impl Change {
    fn apply(&self, api: &mut Api, address: &Address) -> Result<bool, Error> {
        if let (Some(data), Some(wire)) = (&self.add, address.event()) {
            return Ok(add_event(api, wire, data.clone()));
        }
        if let Some(line) = &self.add {
            let (fields, wire) = address.siblings(api).ok_or_else(|| address.gone())?;
            let known = fields.iter().any(|field| field.wire == wire);
            if !known {
                fields.push(parse(wire, line)?);
            }
            return Ok(!known);
        }
        if self.drop {
            let (fields, wire) = address.siblings(api).ok_or_else(|| address.gone())?;
            let index = fields.iter().position(|field| field.wire == wire);
            fields.remove(index.ok_or_else(|| address.gone())?);
            return Ok(true);
        }
        match address.find(api)? {
            Target::Field(field) => self.field(field),
            Target::Operation(operation) => self.operation(operation),
            Target::Enum(found) => Ok(self.enumeration(found)),
            _ => Err(Error::new(format!("`{address}` cannot be corrected"))),
        }
    }

    fn field(&self, field: &mut Field) -> Result<bool, Error> {
        let before = field.clone();
        if let Some(ty) = &self.ty {
            field.ty = parse_type(ty)?;
        }
        field.nullable = self.null.unwrap_or(field.nullable);
        field.required = self.optional.map_or(field.required, |optional| !optional);
        field.sensitive = self.sensitive.unwrap_or(field.sensitive);
        field.aliases.extend_from_slice(&self.aliases);
        field.order_by.extend_from_slice(&self.order_by);
        field.hard |= self.hard;
        field.guarded |= self.guarded;
        field.range.min = self.least.or(field.range.min);
        if field.hard && (field.nullable || !field.required) {
            return Err(Error::new(format!(
                "`{}` may be absent or null, so it cannot be relied on",
                field.wire
            )));
        }
        Ok(*field != before)
    }

    fn operation(&self, operation: &mut Operation) -> Result<bool, Error> {
        let before = operation.clone();
        if let Some(base) = &self.base {
            operation.base = word(
                base,
                &[("versioned", BasePath::Versioned), ("root", BasePath::Root)],
            )?;
        }
        if let Some(auth) = &self.auth {
            operation.authorization = word(
                auth,
                &[
                    ("none", Authorization::Public),
                    ("secret", Authorization::SecretKey),
                    ("machine", Authorization::MachineKey),
                    ("secret or machine", Authorization::SecretOrMachineKey),
                ],
            )?;
        }
        if let Some(retry) = &self.retry {
            operation.retry = word(
                retry,
                &[
                    ("safe", Retry::Safe),
                    ("idempotent", Retry::Idempotent),
                    ("no", Retry::No),
                ],
            )?;
        }
        if let Some(answer) = &self.answer {
            operation.answer.content = word(answer, &[("text", Content::Text)])?;
        }
        Ok(*operation != before)
    }

    fn enumeration(&self, found: &mut Enum) -> bool {
        let known = found.values.len();
        for value in &self.values {
            if !found.values.iter().any(|known| known.wire == *value) {
                found.values.push(Value::new(value));
            }
        }
        found.values.len() == known + self.values.len() && !self.values.is_empty()
    }
}

/// Behind the others of the same kind. Whether there is such a model is looked at with all others.
fn add_event(api: &mut Api, wire: String, data: String) -> bool {
    if api.events.iter().any(|known| known.wire == wire) {
        return false;
    }
    let kind = |wire: &str| wire.split('.').next().map(str::to_owned);
    let is_kin = |known: &Event| kind(&known.wire) == kind(&wire);
    let last = api.events.iter().rposition(is_kin);
    let index = last.map_or(api.events.len(), |last| last + 1);
    api.events.insert(index, Event::new(wire, data));
    true
}

fn word<T: Clone>(text: &str, known: &[(&str, T)]) -> Result<T, Error> {
    let found = known.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        Error::new(format!("`{text}` is none of: {}", words.join(", ")))
    })
}
