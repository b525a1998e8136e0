//! What is about to be asked of the emulator, and what the model expects.

use serde_json::Value;

use crate::world::World;

/// Status, code and blamed parameter.
pub(crate) type Refused = (u16, &'static str, &'static str);

/// What an answer makes of the world.
pub(crate) type Change = Box<dyn FnOnce(&mut World, &Value)>;

pub(crate) struct Plan {
    pub(crate) request: Request,
    pub(crate) outcome: Result<Change, Refused>,
}

#[derive(Debug)]
pub(crate) enum Request {
    /// With the secret key.
    Server(&'static str, String, Value),
    /// Somebody follows the ticket of an invitation, and is a user already or becomes one.
    Ticket(String, Guest),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guest {
    User,
    New,
}

impl Plan {
    pub(crate) fn new(
        (method, path, body): (&'static str, String, Value),
        outcome: Result<Change, Refused>,
    ) -> Self {
        Self {
            request: Request::Server(method, path, body),
            outcome,
        }
    }
}

pub(crate) fn change(change: impl FnOnce(&mut World, &Value) + 'static) -> Change {
    Box::new(change)
}

/// The text that an answer has under this name.
pub(crate) fn text(answer: &Value, name: &str) -> String {
    let text = answer[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {answer}"))
        .to_owned()
}

pub(crate) const NOT_FOUND: Refused = (404, "resource_not_found", "");

pub(crate) fn found<T>(record: Option<T>) -> Result<T, Refused> {
    record.ok_or(NOT_FOUND)
}

pub(crate) fn refuse_if(condition: bool, refused: Refused) -> Result<(), Refused> {
    match condition {
        true => Err(refused),
        false => Ok(()),
    }
}
