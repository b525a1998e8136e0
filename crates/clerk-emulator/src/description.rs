//! What Clerk's description says of its Backend API, as tables that the compiler lays out.
//!
//! The catalogue of `clerk-api` is what they are made of (`cargo xtask codegen`). Nothing here says what an
//! operation does; see [`operations`](crate::operations) for that, and [`described`](crate::described) for
//! operations of which nothing else is known.

mod models;
mod operations;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use http::Method;

pub(crate) use operations::OPERATIONS;

/// An operation of the Backend API.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its `operationId`.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// With the version in front. Segments in braces are parameters.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) query: &'static [Field],
    pub(crate) body: Body,
    /// Of a success.
    pub(crate) status: u16,
    pub(crate) answer: Content,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever has the secret key.
    SecretKey,
    /// Whoever has the secret key, or that of a machine.
    Machine,
    /// Everybody.
    Public,
    /// Pages of this machine, and of hosts that were allowed: the Frontend API.
    Browser,
    /// Everybody, and neither faults nor the log know of it: the control plane.
    Control,
}

/// What an operation takes beside its path and query.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    Nothing,
    Object(&'static [Field]),
    List { item: Ty, items: Bounds },
    Form(&'static [Field]),
}

impl Body {
    pub(crate) fn fields(&self) -> &'static [Field] {
        match self {
            Self::Object(fields) | Self::Form(fields) => fields,
            Self::Nothing | Self::List { .. } => &[],
        }
    }
}

/// What an operation answers with where it succeeds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content {
    Nothing,
    /// Of any type but JSON.
    Text,
    Json(Ty),
    /// An object of a list of these and how many there are in all.
    Page(Ty),
    /// A list of these, or as a page where `paginated=true` asks for one.
    ListOrPage(Ty),
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ty {
    Str,
    Bool,
    Int,
    Number,
    Milliseconds,
    DateTime,
    Json,
    Map,
    Dictionary(&'static Ty),
    List(&'static Ty),
    File,
    /// The text that says which object it stands in.
    Tag(&'static str),
    Object(&'static Model),
    /// One of these models: the first whose property holds the text.
    Choice(&'static [Arm]),
    /// Open: these are the texts that there are so far.
    Enum(&'static [&'static str]),
    /// What ids of this kind begin with; empty where nobody knows.
    Id(&'static str),
}

/// An object's members.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

impl Model {
    /// What the object says of itself.
    pub(crate) fn tag(&self) -> Option<&'static str> {
        self.fields.iter().find_map(|field| match field.ty {
            Ty::Tag(tag) => Some(tag),
            _ => None,
        })
    }
}

/// One of the things that a choice may be.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) property: &'static str,
    pub(crate) value: &'static str,
    pub(crate) model: Option<&'static Model>,
}

/// A member of an object, or an input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) ty: Ty,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    /// Of a number.
    pub(crate) range: Bounds,
    /// Of a text, in characters.
    pub(crate) length: Bounds,
    /// Of a list.
    pub(crate) items: Bounds,
}

/// The least and the most, both allowed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

impl Bounds {
    const ANY: Self = Self {
        min: None,
        max: None,
    };

    pub(crate) fn contains(self, number: i64) -> bool {
        self.min.is_none_or(|min| min <= number) && self.max.is_none_or(|max| number <= max)
    }
}

/// An optional field that is not null. The generated tables say the rest, a word for each fact.
const fn field(name: &'static str, ty: Ty) -> Field {
    Field {
        name,
        ty,
        required: false,
        nullable: false,
        range: Bounds::ANY,
        length: Bounds::ANY,
        items: Bounds::ANY,
    }
}

impl Field {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    const fn range(mut self, min: Option<i64>, max: Option<i64>) -> Self {
        self.range = Bounds { min, max };
        self
    }

    const fn length(mut self, min: Option<i64>, max: Option<i64>) -> Self {
        self.length = Bounds { min, max };
        self
    }

    const fn items(mut self, min: Option<i64>, max: Option<i64>) -> Self {
        self.items = Bounds { min, max };
        self
    }
}
