use super::snake;

/// A property of a JSON object, a parameter of a path or query, or a part of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name on the wire.
    pub wire: String,
    /// What it holds when it is there and not null.
    pub ty: Ty,
    /// Requests: it must be sent. Responses: it is promised, which is not yet believed; see
    /// [`Field::decoding`].
    pub required: bool,
    /// JSON null is a documented value.
    pub nullable: bool,
    /// The description discourages its use.
    pub deprecated: bool,
    /// Its value is a credential or private, so `Debug` must not show it.
    pub sensitive: bool,
    /// A list in a query is one parameter of comma-separated values, not a repeated parameter.
    pub comma: bool,
    /// The only value that is documented.
    pub only: Option<Literal>,
    /// What the server takes when the input is absent.
    pub default: Option<Literal>,
    /// The least and the greatest number.
    pub range: Bounds,
    /// The least and the greatest length of a text, in characters.
    pub length: Bounds,
    /// How many elements a list holds.
    pub items: Bounds,
    /// The elements of a list differ from each other.
    pub unique: bool,
    /// Without it the value it belongs to is useless, and every known source agrees that it is
    /// always there. Set by corrections alone.
    pub hard: bool,
    /// It can say that somebody is not let in, or not any more, so nothing else is taken for its
    /// absence. Set by corrections alone.
    pub guarded: bool,
    /// The fields a list can be sorted by, each with `+` or `-` before it on the wire.
    pub order_by: Vec<String>,
    /// Other wire names that stand for the same thing in answers.
    pub aliases: Vec<String>,
    /// What it means, in our own words.
    pub doc: Option<String>,
    /// Requests: null means "take the value away", which differs from not sending it. So a setter
    /// is not enough. Derived.
    pub clearable: bool,
}

impl Field {
    /// A field of which nothing is known but its name and type: optional and not nullable.
    #[must_use]
    pub fn new(wire: impl Into<String>, ty: Ty) -> Self {
        Self {
            wire: wire.into(),
            ty,
            required: false,
            nullable: false,
            deprecated: false,
            sensitive: false,
            comma: false,
            only: None,
            default: None,
            range: Bounds::default(),
            length: Bounds::default(),
            items: Bounds::default(),
            unique: false,
            hard: false,
            guarded: false,
            order_by: Vec::new(),
            aliases: Vec::new(),
            doc: None,
            clearable: false,
        }
    }

    /// The name in Rust.
    #[must_use]
    pub fn ident(&self) -> String {
        snake(&self.wire)
    }

    /// How a tolerant reader takes this field of an answer.
    #[must_use]
    pub fn decoding(&self) -> Decoding {
        match &self.ty {
            _ if self.hard => Decoding::Hard,
            Ty::Tag(_) => Decoding::Ignored,
            _ if self.guarded => Decoding::Guarded,
            Ty::List(_) | Ty::Dictionary { .. } | Ty::Map => Decoding::Emptied,
            _ => Decoding::Optional,
        }
    }
}

/// How a tolerant reader takes a field of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoding {
    /// Absent or null is an error: plain `T`.
    Hard,
    /// Absent or null is empty: plain collection.
    Emptied,
    /// Absent or null is `None`. A missing flag is not `false`: that would fail open.
    Optional,
    /// Absent or null is `None`; something that is no value of its type is an error.
    Guarded,
    /// It says nothing that the type does not say already.
    Ignored,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ty {
    /// Text. Ids without a type of their own and open sets of values are text as well.
    Str,
    /// True or false.
    Bool,
    /// A whole number that fits `i64`. Answers may write it with a fraction of zero.
    Int,
    /// A number that may have a fraction.
    Number,
    /// An instant as a number since 1970.
    Time(TimeUnit),
    /// An instant as RFC 3339 text.
    DateTime,
    /// A day as `YYYY-MM-DD`.
    Date,
    /// Any JSON value.
    Json,
    /// An object of any content.
    Map,
    /// An object whose keys are data.
    Dictionary {
        /// What every key holds.
        value: Box<Ty>,
        /// A key may hold null.
        nullable: bool,
    },
    /// An array.
    List(Box<Ty>),
    /// A part of a form: bytes with a file name and a content type.
    File,
    /// The text that names the kind of the object it stands in.
    Tag(String),
    /// A [`Model`](super::Model), an [`Enum`](super::Enum) or an [`Id`](super::Id), by name; ask
    /// [`Api::definition`](super::Api::definition) which.
    Named(String),
}

impl Ty {
    /// The named type inside lists and dictionaries.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(inner) | Self::Dictionary { value: inner, .. } => inner.named(),
            _ => None,
        }
    }
}

/// What a number of time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// One or the other: sources disagree, so the magnitude decides.
    ByMagnitude,
}

/// A value written out in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Text.
    Str(String),
    /// A whole number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// An empty list.
    EmptyList,
}

/// A closed interval, open at an end that is not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least that is allowed.
    pub min: Option<i64>,
    /// The most that is allowed.
    pub max: Option<i64>,
    /// The least is not allowed itself.
    pub above_min: bool,
}

impl Bounds {
    /// Whether anything is bounded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// Whether everything that `other` allows is allowed here.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        let from_below = match (self.least(), other.least()) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(theirs)) => ours <= theirs,
        };
        let from_above = match (self.max, other.max) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(theirs)) => ours >= theirs,
        };
        from_below && from_above
    }

    /// The bound below and whether it is excluded, so that tuples compare as bounds do.
    fn least(&self) -> Option<(i64, bool)> {
        self.min.map(|min| (min, self.above_min))
    }
}
