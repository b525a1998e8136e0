//! The API as values: what the generator and its tests read.

mod field;
mod group;
mod model;
mod operation;
mod word;

pub use field::{Bounds, Decoding, Field, Literal, TimeUnit, Ty};
pub use group::{Api, Definition, Event, Group, Source};
pub use model::{Arm, Enum, Id, Model, Shape, Usage, Value};
pub use operation::{
    Answer, Authorization, BasePath, Body, Content, Operation, Paging, Retry, Segment, Verb,
};
pub(crate) use word::{snake, upper_camel};
