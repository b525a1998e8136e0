//! What is known of every operation without knowing its types.

pub(crate) use clerk::http::{Authorization, BasePath};

use super::operations::OPERATIONS;

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
    /// The operation called `id`, in whatever case.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        let mut all = OPERATIONS.iter();
        all.find(|operation| operation.id.eq_ignore_ascii_case(id))
    }

    /// Operations whose name, verb or path contains every word of `filter`, in whatever case.
    pub(crate) fn matching(filter: &str) -> impl Iterator<Item = &'static Self> {
        let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
        OPERATIONS.iter().filter(move |operation| {
            let Self { id, verb, path, .. } = operation;
            let text = format!("{id} {verb} {path}").to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_words_of_the_name_the_verb_or_the_path_in_any_case() {
        let found = |filter| -> Vec<&str> { Listed::matching(filter).map(|o| o.id).collect() };
        assert_eq!(found("BANUSER"), ["BanUser", "UnbanUser"]);
        assert_eq!(found("delete /users/{user_id} totp"), ["DeleteTOTP"]);
        assert_eq!(found("totp  DELETE"), found("delete totp"));
        assert_eq!(found("delete no-such-thing"), [""; 0]);
        assert_eq!(found("").len(), OPERATIONS.len());
    }

    #[test]
    fn names_and_parameters_belong_to_one_operation() {
        for operation in OPERATIONS {
            let found = Listed::find(&operation.id.to_uppercase()).map(|found| found.id);
            assert_eq!(found, Some(operation.id));
        }
        let parameters = |id| Listed::find(id).map(|o| o.parameters().collect::<Vec<_>>());
        let revoke = parameters("RevokeOrganizationInvitation");
        assert_eq!(revoke, Some(vec!["organization_id", "invitation_id"]));
        assert_eq!(parameters("GetUserList"), Some(vec![]));
    }

    #[test]
    fn paths_come_in_pieces() {
        let pieces = |id| Listed::find(id).map(|found| found.pieces().collect::<Vec<_>>());
        let (fixed, parameter) = (Piece::Fixed, Piece::Parameter);
        assert_eq!(pieces("getuserlist"), Some(vec![fixed("/users")]));
        assert_eq!(
            pieces("BanUser"),
            Some(vec![fixed("/users"), parameter("user_id"), fixed("/ban")])
        );
        assert_eq!(pieces("BanAll"), None);
    }

    #[test]
    fn every_piece_of_every_path_is_one_or_the_other() {
        for operation in OPERATIONS {
            let path: String = operation
                .pieces()
                .map(|piece| match piece {
                    Piece::Fixed(text) => text.to_owned(),
                    Piece::Parameter(name) => format!("/{{{name}}}"),
                })
                .collect();
            assert_eq!(path, operation.path);
            let braces = |piece| matches!(piece, Piece::Fixed(text) if text.contains(['{', '}']));
            assert!(!operation.pieces().any(braces), "{path}");
        }
    }
}
