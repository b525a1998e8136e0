use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::ir::{Api, Body, Enum, Event, Field, Group, Model, Operation};

/// Something in the API that an overlay speaks of: `group.users`, `op.users.list`,
/// `op.users.list.query.limit` (or `path`, `body`, `form`), `model.User`, `model.User.banned`,
/// `enum.SessionStatus`, `enum.SessionStatus.active`, `event.user.created`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address(Vec<String>);

/// What an address leads to.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    Group(&'a mut Group),
    Operation(&'a mut Operation),
    Model(&'a mut Model),
    Enum(&'a mut Enum),
    Field(&'a mut Field),
    Value(&'a mut crate::ir::Value),
    Event(&'a mut Event),
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = ["group.", "op.", "model.", "enum.", "event."];
        if known.iter().any(|kind| text.starts_with(kind)) {
            return Ok(Self(text.split('.').map(str::to_owned).collect()));
        }
        Err(Error::new(format!(
            "`{text}` is no address such as `op.users.list.query.limit` or `model.User.banned`"
        )))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("."))
    }
}

impl Address {
    pub(crate) fn gone(&self) -> Error {
        Error::new(format!(
            "`{self}` is not in the catalogue; remove what is said of it"
        ))
    }

    pub(crate) fn find<'a>(&self, api: &'a mut Api) -> Result<Target<'a>, Error> {
        self.look_up(api).ok_or_else(|| self.gone())
    }

    fn look_up<'a>(&self, api: &'a mut Api) -> Option<Target<'a>> {
        let parts: Vec<&str> = self.0.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["group", group] => api
                .groups
                .iter_mut()
                .find(|g| g.name == *group)
                .map(Target::Group),
            ["op", group, name] => operation(api, group, name).map(Target::Operation),
            ["op", group, name, part, wire] => {
                let fields = part_of(operation(api, group, name)?, part)?;
                field(fields, wire).map(Target::Field)
            }
            ["model", name] => model(api, name).map(Target::Model),
            ["model", name, wire] => {
                field(model(api, name)?.fields_mut()?, wire).map(Target::Field)
            }
            ["enum", name] => enumeration(api, name).map(Target::Enum),
            ["enum", name, wire] => {
                let values = &mut enumeration(api, name)?.values;
                values
                    .iter_mut()
                    .find(|v| v.wire == *wire)
                    .map(Target::Value)
            }
            ["event", wire @ ..] => {
                let wire = wire.join(".");
                let mut events = api.events.iter_mut();
                events.find(|event| event.wire == wire).map(Target::Event)
            }
            _ => None,
        }
    }

    /// The type of the addressed event, whether it is there or not.
    pub(crate) fn event(&self) -> Option<String> {
        let (kind, wire) = self.0.split_first()?;
        (kind == "event").then(|| wire.join("."))
    }

    /// The fields among which the addressed one stands, or would stand, and its name.
    pub(crate) fn siblings<'a>(&self, api: &'a mut Api) -> Option<(&'a mut Vec<Field>, &str)> {
        let parts: Vec<&str> = self.0.iter().map(String::as_str).collect();
        let fields = match parts.as_slice() {
            ["op", group, name, part, _] => part_of(operation(api, group, name)?, part),
            ["model", name, _] => model(api, name)?.fields_mut(),
            _ => None,
        };
        fields.zip(self.0.last().map(String::as_str))
    }
}

fn operation<'a>(api: &'a mut Api, group: &str, name: &str) -> Option<&'a mut Operation> {
    let group = api.groups.iter_mut().find(|found| found.name == group)?;
    group.operations.iter_mut().find(|found| found.name == name)
}

fn model<'a>(api: &'a mut Api, name: &str) -> Option<&'a mut Model> {
    api.models.iter_mut().find(|found| found.name == name)
}

fn enumeration<'a>(api: &'a mut Api, name: &str) -> Option<&'a mut Enum> {
    api.enums.iter_mut().find(|found| found.name == name)
}

fn part_of<'a>(operation: &'a mut Operation, part: &str) -> Option<&'a mut Vec<Field>> {
    match (part, &mut operation.body) {
        ("path", _) => Some(&mut operation.parameters),
        ("query", _) => Some(&mut operation.query),
        ("body", Body::Object(fields)) | ("form", Body::Form(fields)) => Some(fields),
        _ => None,
    }
}

fn field<'a>(fields: &'a mut [Field], wire: &str) -> Option<&'a mut Field> {
    fields.iter_mut().find(|field| field.wire == wire)
}
