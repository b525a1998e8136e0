use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{EventError, object};

#[path = "generated/data.rs"]
mod generated;

pub use generated::EventData;

/// The types of events, each with the model of its data.
macro_rules! event_data {
    ($($(#[$note:meta])* $variant:ident($model:ident) = $wire:literal,)*) => {
        /// What an event tells, by its type.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum EventData {
            $($(#[$note])* $variant(Box<$model>),)*
            /// An event of a type that this version does not know. What it tells is in
            /// [`Event::as_json`](crate::events::Event::as_json).
            Unknown,
            /// The type is known, but its data lacks an id, or has something odd where a field can say
            /// no. It is in [`Event::as_json`](crate::events::Event::as_json).
            /// [`Delivery::event`](crate::Delivery::event) makes an error of it.
            Unreadable(crate::events::EventError),
        }

        impl EventData {
            /// The types that this version knows.
            pub const TYPES: &'static [&'static str] = &[$($wire),*];

            pub(in crate::events) fn read(
                event_type: &str,
                data: Option<&serde_json::value::RawValue>,
            ) -> Self {
                match event_type {
                    $($wire => super::read(data).map_or_else(Self::Unreadable, Self::$variant),)*
                    _ => Self::Unknown,
                }
            }
        }
    };
}

use event_data;

fn read<T: DeserializeOwned>(data: Option<&RawValue>) -> Result<Box<T>, EventError> {
    let data = data.map_or("null", RawValue::get);
    object::read(data).map_err(|error| EventError::of(&error))
}
