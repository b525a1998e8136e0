//! The operations, by name and by what is known of them.

use super::{listing::Listed, operations::OPERATIONS};

/// The operation called `id`, in whatever case.
pub(crate) fn find(id: &str) -> Option<&'static Listed> {
    let mut all = OPERATIONS.iter();
    all.find(|operation| operation.id.eq_ignore_ascii_case(id))
}

/// Operations whose name, verb or path contains every word of `filter`, in whatever case.
pub(crate) fn matching(filter: &str) -> impl Iterator<Item = &'static Listed> {
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    OPERATIONS.iter().filter(move |operation| {
        let Listed { id, verb, path, .. } = operation;
        let text = format!("{id} {verb} {path}").to_lowercase();
        words.iter().all(|word| text.contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::listing::Piece;

    #[test]
    fn filters_are_words_of_the_name_the_verb_or_the_path_in_any_case() {
        let found = |filter| -> Vec<&str> { matching(filter).map(|o| o.id).collect() };
        assert_eq!(found("BANUSER"), ["BanUser", "UnbanUser"]);
        assert_eq!(found("delete /users/{user_id} totp"), ["DeleteTOTP"]);
        assert_eq!(found("totp  DELETE"), found("delete totp"));
        assert_eq!(found("delete no-such-thing"), [""; 0]);
        assert_eq!(found("").len(), OPERATIONS.len());
    }

    #[test]
    fn names_and_parameters_belong_to_one_operation() {
        for operation in OPERATIONS {
            let found = find(&operation.id.to_uppercase()).map(|found| found.id);
            assert_eq!(found, Some(operation.id));
        }
        let parameters = |id| find(id).map(|o| o.parameters().collect::<Vec<_>>());
        let revoke = parameters("RevokeOrganizationInvitation");
        assert_eq!(revoke, Some(vec!["organization_id", "invitation_id"]));
        assert_eq!(parameters("GetUserList"), Some(vec![]));
    }

    #[test]
    fn paths_come_in_pieces() {
        let pieces = |id| find(id).map(|found| found.pieces().collect::<Vec<_>>());
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
