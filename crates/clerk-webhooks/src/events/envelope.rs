use std::borrow::Cow;

use clerk_api::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{EventAttributes, object};

/// What stands around the data. Nothing but the type is relied on, so the rest is looked into apart.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) event_type: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    instance_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event_attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes<'a> {
    #[serde(borrow)]
    http_request: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct HttpRequest<'a> {
    #[serde(borrow)]
    client_ip: Option<&'a RawValue>,
    #[serde(borrow)]
    user_agent: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    pub(super) fn read(json: &'a str) -> Result<Self, serde_json::Error> {
        object::read(json)
    }

    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        let number: f64 = read(self.timestamp)?;
        // Whole or not, and whatever it is: a cast keeps it within what there is.
        Some(Timestamp::by_magnitude(number as i64))
    }

    pub(super) fn instance_id(&self) -> Option<String> {
        read(self.instance_id)
    }

    pub(super) fn attributes(&self) -> EventAttributes {
        let attributes: Attributes<'_> = read_object(self.event_attributes);
        let request: HttpRequest<'_> = read_object(attributes.http_request);
        EventAttributes {
            client_ip: read(request.client_ip),
            user_agent: read(request.user_agent),
        }
    }

    pub(super) fn data(&self) -> Option<&'a RawValue> {
        self.data
    }
}

/// What is there, if it is a `T`.
fn read<'a, T: Deserialize<'a>>(json: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(json?.get()).ok()
}

fn read_object<'a, T: Deserialize<'a> + Default>(json: Option<&'a RawValue>) -> T {
    let object = json.and_then(|json| object::read(json.get()).ok());
    object.unwrap_or_default()
}
