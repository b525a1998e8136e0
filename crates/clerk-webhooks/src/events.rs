//! What a webhook tells: its envelope and, by type, its data.
//!
//! ```
//! use clerk_webhooks::events::{Event, EventData};
//!
//! let body = br#"{"object":"event","type":"user.created","instance_id":"ins_1",
//!     "timestamp":1800000000000,"data":{"object":"user","id":"user_1","first_name":"Ada"}}"#;
//!
//! let event = Event::from_slice(body)?;
//! assert_eq!(event.event_type(), "user.created");
//! match event.data() {
//!     EventData::UserCreated(user) => assert_eq!(user.first_name.as_deref(), Some("Ada")),
//!     EventData::UserDeleted(user) => println!("{:?} is gone", user.id),
//!     _ => {} // answer 200: Clerk sends again what was not accepted
//! }
//! # Ok::<(), clerk_webhooks::events::EventError>(())
//! ```
//!
//! The body of a delivery says nothing until it is verified: [`Verified::event`] reads what is.
//!
//! # It is read with little trust
//!
//! Clerk adds types, fields and values at any time. A type that this version does not know is
//! [`EventData::Unknown`], unknown values of an enum are kept, and every field may be absent or null but
//! the ids of what the event is about. What a model has no field for, or what stands oddly where it has
//! one, is in its [`extra`](clerk_api::Extra). Where an id is missing, or something odd stands where a
//! field can say no (`banned`, `revoked`), the data is [`EventData::Unreadable`], and the
//! event is there all the same; [`Delivery::event`](crate::Delivery::event) makes an error of it. Nothing
//! that was sent is lost: [`Event::as_json`] is the body as it came.

mod data;
mod envelope;
mod object;

use std::fmt;

use clerk_api::{Json, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Verified;
pub use clerk_api::models;
pub use data::EventData;
use envelope::Envelope;

/// An event that Clerk tells of.
///
/// As JSON it is what it was read from, to the byte. `Debug` shows neither the codes that messages
/// hold nor private metadata.
#[derive(Clone)]
pub struct Event {
    event_type: Box<str>,
    timestamp: Option<Timestamp>,
    instance_id: Option<String>,
    attributes: EventAttributes,
    data: EventData,
    json: Json,
}

impl Event {
    /// Reads the body of a delivery.
    ///
    /// ```
    /// use clerk_webhooks::events::{Event, EventData};
    ///
    /// // From a time after this version of the crate.
    /// let event = Event::from_slice(br#"{"type":"user.renamed","data":{"name":"Augusta"}}"#)?;
    /// assert!(matches!(event.data(), EventData::Unknown));
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Renamed { name: String }
    /// let renamed: Option<Renamed> = event.as_json().get("data")?;
    /// assert_eq!(renamed.unwrap().name, "Augusta");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The body is no JSON object with a `type` that is a text.
    pub fn from_slice(body: &[u8]) -> Result<Self, EventError> {
        let json = serde_json::from_slice(body).map_err(|error| EventError::of(&error))?;
        Self::from_json(json)
    }

    /// The same for JSON that was read already.
    ///
    /// # Errors
    ///
    /// It is no object with a `type` that is a text.
    pub fn from_json(json: Json) -> Result<Self, EventError> {
        let envelope = Envelope::read(json.as_str()).map_err(|error| EventError::of(&error))?;
        Ok(Self {
            timestamp: envelope.timestamp(),
            instance_id: envelope.instance_id(),
            attributes: envelope.attributes(),
            data: EventData::read(&envelope.event_type, envelope.data()),
            event_type: envelope.event_type.into_owned().into(),
            json,
        })
    }

    /// What happened, as Clerk writes it: `user.created`, `organizationMembership.deleted`.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// When it happened. Clerk documents no unit, so the magnitude decides between seconds and
    /// milliseconds.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// The instance it happened in: `ins_…`.
    pub fn instance_id(&self) -> Option<&str> {
        self.instance_id.as_deref()
    }

    /// What is known of the request that caused it.
    pub fn attributes(&self) -> &EventAttributes {
        &self.attributes
    }

    /// What it tells.
    pub fn data(&self) -> &EventData {
        &self.data
    }

    /// The same, to keep.
    pub fn into_data(self) -> EventData {
        self.data
    }

    /// All of it as it came, with what this version has no name for.
    pub fn as_json(&self) -> &Json {
        &self.json
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("event_type", &self.event_type)
            .field("timestamp", &self.timestamp)
            .field("instance_id", &self.instance_id)
            .field("attributes", &self.attributes)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Verified<'_> {
    /// What the body tells. Once for a delivery: each call reads the body again.
    ///
    /// # Errors
    ///
    /// The body is no event, though it was signed as one.
    pub fn event(&self) -> Result<Event, EventError> {
        Event::from_slice(self.body())
    }
}

/// What is known of the request that caused an event. Events that no request caused have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventAttributes {
    /// The address it came from, as Clerk saw it.
    pub client_ip: Option<String>,
    /// What it said of its browser.
    pub user_agent: Option<String>,
}

/// A body that is no event, or data that its type cannot be read from. The text repeats nothing of
/// what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventError {
    line: usize,
    column: usize,
    is_json: bool,
}

impl EventError {
    fn of(error: &serde_json::Error) -> Self {
        Self {
            line: error.line(),
            column: error.column(),
            is_json: error.is_data(),
        }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.is_json {
            true => {
                "the JSON is no event, or lacks what an event of its type has, or has something of another kind there"
            }
            false => "this is no JSON; hand over the body as it arrived",
        };
        f.write_str(what)?;
        match self.line {
            0 => Ok(()),
            line => write!(f, " (line {line}, column {})", self.column),
        }
    }
}

impl std::error::Error for EventError {}
