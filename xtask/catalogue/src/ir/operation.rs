use std::fmt;

use super::field::{Bounds, Field, Ty};
use super::upper_camel;

/// A call of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The module it is in.
    pub group: String,
    /// The function that makes it.
    pub name: String,
    /// Its name in the API description (`operationId`).
    pub id: String,
    /// The HTTP method.
    pub verb: Verb,
    /// The path after the base, with parameters in braces as the description writes them.
    pub path: String,
    /// Which base the path follows.
    pub base: BasePath,
    /// Which credentials it takes.
    pub authorization: Authorization,
    /// The parameters of the path, in the order they stand there. All are required.
    pub parameters: Vec<Field>,
    /// The parameters of the query. `paginated` is not among them; see [`Paging::Flagged`].
    pub query: Vec<Field>,
    /// What is sent.
    pub body: Body,
    /// What is answered on success.
    pub answer: Answer,
    /// How to get the rest of a list.
    pub paging: Option<Paging>,
    /// The statuses of the failures that are documented.
    pub errors: Vec<u16>,
    /// The description discourages its use.
    pub deprecated: bool,
    /// Whether it may be sent again when it is unknown whether it arrived.
    pub retry: Retry,
    /// The section of the reference documentation it stands in.
    pub tag: String,
    /// What it does, in our own words.
    pub doc: Option<String>,
    /// What the Node SDK calls it: `users.getUserList`.
    pub alias: Option<String>,
}

impl Operation {
    /// The name of the type in Rust, unique in its group.
    #[must_use]
    pub fn type_name(&self) -> String {
        upper_camel(&self.name)
    }

    /// The path in pieces: what stands between slashes.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let pieces = self.path.split('/').filter(|piece| !piece.is_empty());
        pieces.map(|piece| {
            let parameter = piece
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            parameter.map_or(Segment::Literal(piece), Segment::Parameter)
        })
    }

    /// Where the public documentation describes it.
    #[must_use]
    pub fn reference(&self) -> String {
        let tag = self.tag.to_ascii_lowercase().replace(' ', "-");
        let kept = |character: &char| character.is_ascii_alphanumeric() || *character == '-';
        let section: String = tag.chars().filter(kept).collect();
        let path = self.path.replace('{', "%7B").replace('}', "%7D");
        let verb = self.verb;
        format!("https://clerk.com/docs/reference/backend-api/tag/{section}/{verb}{path}")
    }

    /// The inputs that there is no request without: path, query and body, in this order.
    pub fn required(&self) -> impl Iterator<Item = &Field> {
        let rest = self.query.iter().chain(self.body.fields());
        self.parameters
            .iter()
            .chain(rest.filter(|field| field.required))
    }
}

/// A piece of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Sent as it is.
    Literal(&'a str),
    /// The wire name of the parameter that is sent instead, percent-encoded.
    Parameter(&'a str),
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// As it stands in a request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Which base an operation's path follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasePath {
    /// The base URL and the version segment.
    Versioned,
    /// The base URL alone.
    Root,
}

/// Which credentials an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// None.
    Public,
    /// The instance's secret key.
    SecretKey,
    /// A machine's secret key.
    MachineKey,
    /// Either of the two.
    SecretOrMachineKey,
}

/// What an operation sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// A JSON object.
    Object(Vec<Field>),
    /// A JSON array.
    List {
        /// What its elements are.
        item: Ty,
        /// How many there are.
        items: Bounds,
    },
    /// A `multipart/form-data` form.
    Form(Vec<Field>),
}

impl Body {
    /// The fields of an object or the parts of a form.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Object(fields) | Self::Form(fields) => fields,
            Self::Empty | Self::List { .. } => &[],
        }
    }

    pub(crate) fn fields_mut(&mut self) -> Option<&mut Vec<Field>> {
        match self {
            Self::Object(fields) | Self::Form(fields) => Some(fields),
            Self::Empty | Self::List { .. } => None,
        }
    }
}

/// What an operation answers with on success. Any status from 200 to 299 is a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The documented status.
    pub status: u16,
    /// The documented content.
    pub content: Content,
}

/// What the body of an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Empty,
    /// Text that is not JSON.
    Text,
    /// A JSON value.
    Json(Ty),
    /// A JSON object with a list of these and how many there are in all.
    Page(Ty),
}

/// How to get the rest of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// By `limit` and `offset`.
    Offset,
    /// By `limit` and `offset`; the answer is a bare array unless `paginated=true` is sent, so it
    /// always is.
    Flagged,
    /// By `limit` and `offset`, or by `starting_after` while sorted by creation.
    Cursor,
}

/// Whether an operation may be sent again when it is unknown whether it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It changes nothing.
    Safe,
    /// Sending it twice changes no more than sending it once.
    Idempotent,
    /// Only when it certainly did not arrive.
    No,
}

impl Retry {
    /// What the verb promises (RFC 9110 §9.2). `PATCH` promises nothing.
    #[must_use]
    pub fn of_verb(verb: Verb) -> Self {
        match verb {
            Verb::Get => Self::Safe,
            Verb::Put | Verb::Delete => Self::Idempotent,
            Verb::Post | Verb::Patch => Self::No,
        }
    }
}
