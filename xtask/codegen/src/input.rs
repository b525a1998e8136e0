//! How inputs are taken from the caller, and how they are kept until they are sent.

use clerk_catalogue::ir::{Api, Definition, Field, Literal, Model, Operation, TimeUnit, Ty};

use crate::Error;

/// Where an operation, or a model that is sent, keeps an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// In a field of its own.
    Path,
    Query,
    Body,
    Form,
    /// In the body that a model is.
    Whole,
}

/// An input of an operation or of a model that is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'a> {
    pub(crate) field: &'a Field,
    pub(crate) store: Store,
    /// The most that is sent, where Clerk does not take more but does not refuse it either.
    pub(crate) most: Option<i64>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(field: &'a Field, store: Store) -> Self {
        let most = None;
        Self { field, store, most }
    }

    /// Everything that the caller can say of an operation, path first.
    pub(crate) fn all(operation: &'a Operation) -> impl Iterator<Item = Self> {
        let path = operation
            .parameters
            .iter()
            .map(|f| Self::new(f, Store::Path));
        let query = operation.query.iter().map(|f| Self::new(f, Store::Query));
        let store = match operation.body {
            clerk_catalogue::ir::Body::Form(_) => Store::Form,
            _ => Store::Body,
        };
        let body = operation
            .body
            .fields()
            .iter()
            .map(move |f| Self::new(f, store));
        let paged = operation.paging.is_some();
        path.chain(query).chain(body).map(move |mut input| {
            let is_limit = paged && input.field.wire == "limit";
            input.most = input.field.range.max.filter(|_| is_limit);
            input
        })
    }

    /// There is no request without it, and the caller has a choice.
    pub(crate) fn is_argument(&self) -> bool {
        self.field.required && self.field.only.is_none()
    }

    /// There is no request without it, and there is nothing to choose.
    pub(crate) fn constant(&self) -> Option<&'a Literal> {
        let only = self.field.only.as_ref();
        only.filter(|_| self.field.required)
    }

    pub(crate) fn ident(&self) -> String {
        self.field.ident()
    }

    /// The type that the caller may give.
    pub(crate) fn argument(&self, api: &Api) -> Result<String, Error> {
        let field = self.field;
        // Described as numbers in places, but refused with a fraction.
        if self.store == Store::Query && matches!(field.wire.as_str(), "limit" | "offset") {
            return Ok("u64".to_owned());
        }
        match &field.ty {
            Ty::Int if field.range.min.is_some_and(|min| min >= 0) => Ok("u64".to_owned()),
            ty => argument(api, ty).map_err(|error| error.of(&field.wire)),
        }
    }

    /// The statement that keeps what the caller gave as `given`, in a value called `receiver`.
    pub(crate) fn keep(&self, api: &Api, given: &str, receiver: &str) -> Result<String, Error> {
        let field = self.field;
        let mut value = value(api, &field.ty, given).map_err(|error| error.of(&field.wire))?;
        if let Some(most) = self.most {
            value = format!("{value}.min({most})");
        }
        let method = match (self.store, &field.ty) {
            (Store::Query, Ty::List(_)) if field.comma => "commas",
            (Store::Query | Store::Body | Store::Whole, Ty::List(_)) => "list",
            (Store::Body | Store::Whole, Ty::Map) => "set_object",
            (Store::Form, Ty::File) => "file",
            (Store::Form, _) => "text",
            _ => "set",
        };
        Ok(format!("{receiver}.{method}({:?}, {value});", field.wire))
    }

    /// The statement that keeps the only value there is.
    pub(crate) fn keep_constant(&self, literal: &Literal, receiver: &str) -> Result<String, Error> {
        let value = match literal {
            Literal::Str(text) => format!("{text:?}"),
            Literal::Int(number) => number.to_string(),
            Literal::Bool(flag) => flag.to_string(),
            Literal::EmptyList => return Err(Error::new("an empty list is no constant")),
        };
        Ok(format!("{receiver}.set({:?}, {value});", self.field.wire))
    }

    /// What a setter calls what it is given.
    pub(crate) fn given(&self) -> &'static str {
        match &self.field.ty {
            Ty::List(_) | Ty::Dictionary { .. } => "values",
            _ => "value",
        }
    }

    /// Whether `Debug` must not show it.
    pub(crate) fn is_secret(&self, api: &Api) -> bool {
        is_secret(api, self.field)
    }
}

/// A text that holds a secret is one, and so is all that it is part of: nested values are kept as
/// the text they are sent as.
pub(crate) fn is_secret(api: &Api, field: &Field) -> bool {
    let inside = field.ty.named().and_then(|name| api.model(name));
    field.sensitive || inside.is_some_and(|model| holds_secrets(api, model))
}

fn holds_secrets(api: &Api, model: &Model) -> bool {
    model.fields().iter().any(|field| is_secret(api, field))
}

/// The type that the caller may give for a `ty`.
fn argument(api: &Api, ty: &Ty) -> Result<String, Error> {
    let argument = match ty {
        Ty::Str | Ty::Date => "impl AsRef<str>".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Int => "i64".to_owned(),
        Ty::Number => "f64".to_owned(),
        Ty::Time(_) | Ty::DateTime => "impl Into<Timestamp>".to_owned(),
        Ty::Json | Ty::Map => "impl Serialize".to_owned(),
        Ty::File => "FilePart".to_owned(),
        Ty::List(item) => format!("impl IntoIterator<Item = {}>", argument(api, item)?),
        Ty::Dictionary { value, nullable } if **value == Ty::Str => {
            let text = "impl AsRef<str>";
            let value = if *nullable {
                "Option<impl AsRef<str>>"
            } else {
                text
            };
            format!("impl IntoIterator<Item = ({text}, {value})>")
        }
        Ty::Named(name) => match api.definition(name) {
            Some(Definition::Id(_)) => format!("impl Into<{name}>"),
            Some(Definition::Enum(_)) => format!("impl Into<models::{name}>"),
            _ => format!("models::{name}"),
        },
        Ty::Dictionary { .. } | Ty::Tag(_) => return Err(unsupported(ty)),
    };
    Ok(argument)
}

/// What is kept of an argument called `ident`.
fn value(api: &Api, ty: &Ty, ident: &str) -> Result<String, Error> {
    let value = match ty {
        Ty::Str | Ty::Date => format!("{ident}.as_ref()"),
        Ty::Time(TimeUnit::Seconds) => format!("seconds({ident})"),
        Ty::Time(_) => format!("millis({ident})"),
        Ty::DateTime => format!("rfc3339({ident})"),
        Ty::List(item) => items(api, item, ident)?,
        Ty::Dictionary { nullable: true, .. } => format!("entries_or_null({ident})"),
        Ty::Dictionary { .. } => format!("entries({ident})"),
        Ty::Named(name) => match api.definition(name) {
            Some(Definition::Id(_)) => format!("Into::<{name}>::into({ident})"),
            Some(Definition::Enum(_)) => format!("Into::<models::{name}>::into({ident})"),
            _ => ident.to_owned(),
        },
        Ty::Tag(_) => return Err(unsupported(ty)),
        Ty::Bool | Ty::Int | Ty::Number | Ty::Json | Ty::Map | Ty::File => ident.to_owned(),
    };
    Ok(value)
}

fn items(api: &Api, item: &Ty, ident: &str) -> Result<String, Error> {
    match item {
        Ty::Str => Ok(format!("texts({ident})")),
        Ty::Bool | Ty::Int | Ty::Number => Ok(ident.to_owned()),
        Ty::Named(name) => Ok(match api.definition(name) {
            Some(Definition::Id(_)) => format!("{ident}.into_iter().map(Into::<{name}>::into)"),
            Some(Definition::Enum(_)) => {
                format!("{ident}.into_iter().map(Into::<models::{name}>::into)")
            }
            _ => ident.to_owned(),
        }),
        _ => Err(unsupported(item)),
    }
}

fn unsupported(ty: &Ty) -> Error {
    Error::new(format!(
        "no input of the type {ty:?} was there when the generator was written"
    ))
}
