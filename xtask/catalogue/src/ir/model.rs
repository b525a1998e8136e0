use super::field::{Field, Literal};
use super::upper_camel;

/// An object, or a choice between objects, that operations send or answer with.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The name in Rust.
    pub name: String,
    /// What it consists of.
    pub shape: Shape,
    /// What it means, in our own words.
    pub doc: Option<String>,
    /// Which direction it travels in. Derived.
    pub usage: Usage,
    /// The groups whose operations reach it, sorted. Derived.
    pub groups: Vec<String>,
}

impl Model {
    /// The fields of an object; a choice has none of its own.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Object(fields) => fields,
            Shape::Choice(_) => &[],
        }
    }

    /// What the object says of itself in its tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.fields().iter().find_map(|field| match &field.ty {
            super::Ty::Tag(tag) => Some(tag.as_str()),
            _ => None,
        })
    }

    pub(crate) fn fields_mut(&mut self) -> Option<&mut Vec<Field>> {
        match &mut self.shape {
            Shape::Object(fields) => Some(fields),
            Shape::Choice(_) => None,
        }
    }
}

/// What a model consists of.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A JSON object with these fields, and perhaps others.
    Object(Vec<Field>),
    /// One of these, tested in order; something else may appear.
    Choice(Vec<Arm>),
}

/// One of the things that a choice can be.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The name in Rust.
    pub name: String,
    /// The model it holds; without one, that it was chosen says it all.
    pub model: Option<String>,
    /// The property that tells this arm from the others.
    pub property: String,
    /// What that property holds.
    pub value: Literal,
}

/// Which direction a model travels in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// It is part of a request.
    pub request: bool,
    /// It is part of an answer.
    pub response: bool,
}

/// A set of texts that may grow at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The name in Rust.
    pub name: String,
    /// The values that are documented.
    pub values: Vec<Value>,
    /// What it means, in our own words.
    pub doc: Option<String>,
    /// Which direction it travels in. Derived.
    pub usage: Usage,
    /// The groups whose operations reach it, sorted. Derived.
    pub groups: Vec<String>,
}

/// A documented value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text on the wire.
    pub wire: String,
    /// What it means, in our own words.
    pub doc: Option<String>,
}

impl Value {
    pub(crate) fn new(wire: impl Into<String>) -> Self {
        Self {
            wire: wire.into(),
            doc: None,
        }
    }

    /// The variant in Rust.
    #[must_use]
    pub fn ident(&self) -> String {
        match self.wire.as_str() {
            "" => "Empty".to_owned(),
            wire => upper_camel(wire),
        }
    }
}

/// The type of the ids of a resource. On the wire it is text, and no prefix is ever checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id {
    /// The name in Rust.
    pub name: String,
    /// What such ids begin with in practice, for examples and fakes; empty if we do not know.
    pub prefix: String,
    /// The groups whose operations reach it, sorted. Derived.
    pub groups: Vec<String>,
}
