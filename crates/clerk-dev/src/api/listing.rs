//! What is known of every operation without knowing its types.

pub(crate) use clerk::http::{Authorization, BasePath};

/// An operation of the Backend API, as its description has it.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The `operationId`.
    pub(crate) id: &'static str,
    /// The HTTP method.
    pub(crate) verb: &'static str,
    /// The path behind the base, with parameters in braces.
    pub(crate) path: &'static str,
    /// The parameters of the query.
    pub(crate) query: &'static [&'static str],
    pub(crate) body: Body,
    pub(crate) base: BasePath,
    pub(crate) authorization: Authorization,
    pub(crate) deprecated: bool,
}

/// What an operation sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Nothing,
    /// A JSON object.
    Object,
    /// A JSON array.
    List,
    /// A form with files.
    Form,
}

/// A piece of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Sent as it is, with its slash.
    Fixed(&'static str),
    /// The name of the parameter whose value is sent, behind a slash.
    Parameter(&'static str),
}

/// A table with a line for each operation.
macro_rules! listed {
    ($($id:ident $verb:ident $path:literal [$($query:literal),*]
        $body:ident $base:ident $authorization:ident $deprecated:literal,)*) => {
        &[$(Listed {
            id: stringify!($id),
            verb: stringify!($verb),
            path: $path,
            query: &[$($query),*],
            body: $body,
            base: $base,
            authorization: $authorization,
            deprecated: $deprecated,
        },)*]
    };
}

pub(crate) use listed;

impl Listed {
    /// The path, piece by piece.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece> {
        let mut rest = self.path;
        std::iter::from_fn(move || {
            let (piece, behind) = match rest
                .strip_prefix("/{")
                .and_then(|rest| rest.split_once('}'))
            {
                Some((name, behind)) => (Piece::Parameter(name), behind),
                None => {
                    let (fixed, behind) = rest.split_at(rest.find("/{").unwrap_or(rest.len()));
                    (Piece::Fixed(fixed), behind)
                }
            };
            rest = behind;
            (piece != Piece::Fixed("")).then_some(piece)
        })
    }

    /// The names of the path's parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.pieces().filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name),
            Piece::Fixed(_) => None,
        })
    }
}
