//! Which operations there are, and which of them a request is for.

use std::{borrow::Cow, collections::HashMap};

use http::Method;

use crate::{
    call::PathParameters,
    described,
    description::Access,
    description::{OPERATIONS, Operation},
    frontend, operations,
    route::Route,
};

/// Resources whose paths are the same without the version: Clerk's clients leave it out there.
const UNVERSIONED: [&str; 3] = [
    "/api_keys",
    "/m2m_tokens",
    "/oauth_applications/access_tokens",
];

/// Where an operation is, and what Clerk's description says of it, if that has it.
#[derive(Debug)]
pub(crate) struct Routed {
    pub(crate) route: Route,
    pub(crate) description: Option<&'static Operation>,
    /// What it does was written for it, rather than guessed from the description.
    pub(crate) by_hand: bool,
}

impl Routed {
    /// Whether it is one of the Backend API.
    fn is_for_servers(&self) -> bool {
        matches!(self.route.access, Access::SecretKey | Access::Machine)
    }
}

/// All operations, by their place.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    all: Vec<Routed>,
    root: Node,
}

/// What follows a segment of paths.
#[derive(Debug, Default)]
struct Node {
    literals: HashMap<&'static str, Node>,
    parameter: Option<Box<Node>>,
    /// The operations at this place, by their index.
    here: Vec<usize>,
}

impl Routes {
    /// Those that are written by hand, and for the rest of the Backend API those that are described.
    pub(crate) fn new() -> Self {
        let handled: HashMap<_, _> = operations::HANDLERS
            .iter()
            .chain(&frontend::HANDLERS)
            .flat_map(|table| table.iter().copied())
            .collect::<HashMap<_, _>>();
        let mut routes = Self::default();
        for operation in OPERATIONS {
            let handler = handled.get(operation.id).copied();
            routes.add(Routed {
                route: Route {
                    operation: operation.id,
                    method: operation.method.clone(),
                    path: operation.path,
                    access: operation.access,
                    handler: handler.unwrap_or(described::carry_out),
                },
                description: Some(operation),
                by_hand: handler.is_some(),
            });
        }
        let tables = operations::TABLES.iter().chain(&frontend::TABLES);
        for table in tables.chain(&frontend::api::TABLES) {
            for route in *table {
                routes.add(Routed {
                    route: route.clone(),
                    description: None,
                    by_hand: true,
                });
            }
        }
        routes
    }

    fn add(&mut self, routed: Routed) {
        let mut node = &mut self.root;
        for segment in routed.route.path.split('/') {
            node = match parameter_name(segment) {
                None => node.literals.entry(segment).or_default(),
                Some(_) => node.parameter.get_or_insert_default(),
            };
        }
        node.here.push(self.all.len());
        self.all.push(routed);
    }

    /// The operation that a request is for. Where there is one of each API at its place, callers with the key
    /// of a server are taken for servers.
    pub(crate) fn find(
        &self,
        method: &Method,
        path: &str,
        from_server: bool,
    ) -> Option<(&Routed, PathParameters)> {
        let unversioned = UNVERSIONED.iter().any(|resource| {
            path.strip_prefix(resource)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let path: Cow<'_, str> = match unversioned {
            true => format!("/v1{path}").into(),
            false => path.into(),
        };
        let segments: Vec<&str> = path.split('/').collect();
        let mut best: Option<&Routed> = None;
        self.visit(&self.root, &segments, &mut |routed| {
            let fits = routed.route.method == *method;
            let better = best.is_none_or(|best| {
                best.is_for_servers() != from_server && routed.is_for_servers() == from_server
            });
            if fits && better {
                best = Some(routed);
            }
        });
        let routed = best?;
        let mut parameters = PathParameters::default();
        for (expected, segment) in routed.route.path.split('/').zip(segments) {
            if let Some(name) = parameter_name(expected) {
                parameters.insert(name, segment);
            }
        }
        Some((routed, parameters))
    }

    /// The methods that browsers may come to a place of theirs with.
    pub(crate) fn allowed(&self, path: &str) -> Option<String> {
        let segments: Vec<&str> = path.split('/').collect();
        let mut methods: Vec<&str> = Vec::new();
        self.visit(&self.root, &segments, &mut |routed| {
            if routed.route.access == Access::Public && routed.description.is_none() {
                methods.push(routed.route.method.as_str());
            }
        });
        (!methods.is_empty()).then(|| methods.join(", "))
    }

    /// Shows every operation at the place of these segments, those at literal ones first.
    fn visit<'r>(&'r self, node: &'r Node, segments: &[&str], show: &mut dyn FnMut(&'r Routed)) {
        let Some((segment, rest)) = segments.split_first() else {
            for routed in node.here.iter().filter_map(|index| self.all.get(*index)) {
                show(routed);
            }
            return;
        };
        if let Some(next) = node.literals.get(*segment) {
            self.visit(next, rest, show);
        }
        if let Some(next) = node.parameter.as_ref().filter(|_| !segment.is_empty()) {
            self.visit(next, rest, show);
        }
    }
}

fn parameter_name(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Handled;

    #[test]
    fn finds_the_operation() {
        let routes = Routes::new();
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
            (
                Method::GET,
                "/v1/organizations/org_1/invitations/pending",
                Some("ListPendingOrganizationInvitations"),
            ),
            (Method::GET, "/api_keys_of_others", None),
            (Method::GET, "/users", None),
            (Method::GET, "/v1/users/", None),
            (Method::GET, "/v1/users/user_1/", None),
            (Method::PUT, "/v1/jwks", None),
            (Method::GET, "/v1", None),
            (Method::GET, "", None),
            (Method::GET, "/", Some("_frontend.start")),
        ] {
            let found = routes.find(&method, path, true);
            let found = found.map(|(routed, _)| routed.route.operation);
            assert_eq!(found, expected, "{method} {path}");
        }
    }

    #[test]
    fn no_two_operations_share_a_name_or_a_place() {
        let routes = Routes::new();
        for (index, routed) in routes.all.iter().enumerate() {
            for other in &routes.all[index + 1..] {
                assert_ne!(routed.route.operation, other.route.operation);
                let same_place = routed.route.method == other.route.method
                    && routed.route.path == other.route.path
                    && routed.is_for_servers() == other.is_for_servers();
                assert!(!same_place, "{}", routed.route.operation);
            }
        }
    }

    #[test]
    fn everything_written_by_hand_is_an_operation_of_the_description() {
        let handlers = operations::HANDLERS.iter().chain(&frontend::HANDLERS);
        let handled: Vec<Handled> = handlers.flat_map(|table| table.iter().copied()).collect();
        for (id, _) in &handled {
            let described = OPERATIONS.iter().filter(|known| known.id == *id);
            assert_eq!(described.count(), 1, "{id}");
            assert_eq!(
                handled.iter().filter(|(other, _)| other == id).count(),
                1,
                "{id}"
            );
        }
    }

    #[test]
    fn the_list_of_supported_things_lists_every_operation() {
        let supported = include_str!("../SUPPORTED.md");
        for Routed { route, .. } in Routes::new().all.iter().filter(|routed| routed.by_hand) {
            let place = format!("`{} {}`", route.method, route.path);
            assert!(supported.contains(&place), "{place}");
            let named = supported.contains(&format!("| {} |", route.operation));
            assert!(named || route.operation.starts_with('_'), "{place}");
        }
    }

    /// It is generated from the source text, which this holds to what the tables are.
    #[test]
    fn the_list_of_operations_says_which_are_by_hand() {
        let list = include_str!("../OPERATIONS.md");
        let handlers = operations::HANDLERS.iter().chain(&frontend::HANDLERS);
        let handled: Vec<&str> = handlers
            .flat_map(|table| table.iter().map(|(id, _)| *id))
            .collect();
        for operation in OPERATIONS {
            let tier = match handled.contains(&operation.id) {
                true => "by hand",
                false => "described",
            };
            let row = format!(
                "| {} | `{} {}` | {tier} |",
                operation.id, operation.method, operation.path
            );
            assert!(list.contains(&row), "{row}: cargo xtask codegen");
        }
    }

    #[test]
    fn parameters_are_percent_decoded() {
        let routes = Routes::new();
        let (_, parameters) = routes
            .find(&Method::POST, "/v1/sessions/a%2Fb/tokens/x%20y", true)
            .unwrap();
        assert_eq!(parameters.get("session_id"), "a/b");
        assert_eq!(parameters.get("template_name"), "x y");
    }
}
