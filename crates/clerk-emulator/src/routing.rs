use std::borrow::Cow;

use http::Method;

use crate::{
    answer::Reply,
    call::{Call, PathParameters},
    frontend, operations,
    refusal::Refusal,
};

/// What carries an operation out.
pub(crate) type Handler = fn(&mut Call<'_>) -> Result<Reply, Refusal>;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever has the secret key.
    SecretKey,
    /// Whoever has the secret key, or that of a machine.
    Machine,
    /// Everybody.
    Public,
    /// Everybody, and neither faults nor the log know of it: the control plane.
    Control,
}

/// One operation: its `operationId`, where it is, who may call it and what carries it out.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    /// Segments in braces are parameters.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) handler: Handler,
}

/// Resources whose paths are the same without the version: Clerk's clients leave it out there.
const UNVERSIONED: [&str; 3] = [
    "/api_keys",
    "/m2m_tokens",
    "/oauth_applications/access_tokens",
];

/// The operation that a request is for. Literal paths come before templates in the table, so
/// the first that fits is the one.
pub(crate) fn find(method: &Method, path: &str) -> Option<(&'static Route, PathParameters)> {
    let unversioned = UNVERSIONED.iter().any(|resource| {
        path.strip_prefix(resource)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let path: Cow<'_, str> = match unversioned {
        true => format!("/v1{path}").into(),
        false => path.into(),
    };
    routes()
        .filter(|route| route.method == *method)
        .find_map(|route| Some((route, match_path(route.path, &path)?)))
}

/// The methods that browsers may come to a place of theirs with.
pub(crate) fn allowed(path: &str) -> Option<String> {
    let methods: Vec<&str> = frontend::TABLES
        .iter()
        .flat_map(|table| table.iter())
        .filter(|route| match_path(route.path, path).is_some())
        .map(|route| route.method.as_str())
        .collect();
    (!methods.is_empty()).then(|| methods.join(", "))
}

fn routes() -> impl Iterator<Item = &'static Route> {
    let tables = operations::TABLES.iter().chain(&frontend::TABLES);
    tables.flat_map(|table| table.iter())
}

/// The path template of an operation.
pub(crate) fn template(operation: Option<&str>) -> Option<&'static str> {
    routes()
        .find(|route| Some(route.operation) == operation)
        .map(|route| route.path)
}

fn match_path(template: &'static str, path: &str) -> Option<PathParameters> {
    let mut parameters = PathParameters::default();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        let name = expected
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match name {
            Some(_) if segment.is_empty() => return None,
            Some(name) => parameters.insert(name, segment),
            None if expected != segment => return None,
            None => {}
        }
    }
    segments.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_operation() {
        for (method, path, expected) in [
            (Method::GET, "/v1/jwks", Some("GetJWKS")),
            (Method::GET, "/v1/users/count", Some("GetUsersCount")),
            (Method::GET, "/v1/users/user_1", Some("GetUser")),
            (Method::DELETE, "/v1/users/user_1", Some("DeleteUser")),
            (Method::GET, "/v1/api_keys", Some("getApiKeys")),
            (Method::GET, "/api_keys", Some("getApiKeys")),
            (
                Method::GET,
                "/api_keys/ak_1/secret",
                Some("getApiKeySecret"),
            ),
            (Method::GET, "/api_keys_of_others", None),
            (Method::GET, "/users", None),
            (Method::GET, "/v1/users/", None),
            (Method::GET, "/v1/users/user_1/", None),
            (Method::PUT, "/v1/jwks", None),
            (Method::GET, "/v1", None),
            (Method::GET, "", None),
            (Method::GET, "/", None),
        ] {
            let found = find(&method, path).map(|(route, _)| route.operation);
            assert_eq!(found, expected, "{method} {path}");
        }
    }

    #[test]
    fn no_two_operations_share_a_name_or_a_place() {
        let routes: Vec<&Route> = routes().collect();
        for (index, route) in routes.iter().enumerate() {
            for other in &routes[index + 1..] {
                assert_ne!(route.operation, other.operation);
                assert!(route.method != other.method || route.path != other.path);
            }
        }
    }

    #[test]
    fn the_list_of_supported_things_lists_every_operation() {
        let supported = include_str!("../SUPPORTED.md");
        for route in routes() {
            let place = format!("`{} {}`", route.method, route.path);
            assert!(supported.contains(&place), "{place}");
            let named = supported.contains(&format!("| {} |", route.operation));
            assert!(named || route.operation.starts_with('_'), "{place}");
        }
    }

    #[test]
    fn parameters_are_percent_decoded() {
        let parameters = match_path(
            "/v1/sessions/{id}/tokens/{name}",
            "/v1/sessions/a%2Fb/tokens/x%20y",
        );
        let parameters = parameters.unwrap();
        assert_eq!(parameters.get("id"), "a/b");
        assert_eq!(parameters.get("name"), "x y");
    }
}
