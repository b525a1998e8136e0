//! The Frontend API: what Clerk's script in a page calls, and all that the frameworks build on it.
//!
//! Bodies are forms; `PATCH` and `DELETE` come as `POST` with `_method`, so that browsers need not ask
//! first. Answers are `{response, client}`: after whatever has changed something, the browser knows all
//! its sessions anew. Which browser it is stands in the query (`__clerk_db_jwt`) where clerk-js knows an
//! instance for one in development, since no cookie of the instance's need reach it, or else in the
//! cookie `__client`.

mod attempts;
mod caller;
mod client;
mod email_links;
mod environment;
mod errors;
mod factors;
mod form;
mod me;
mod objects;
mod opened_links;
mod organizations;
mod origin;
mod passwords;
pub(super) mod referrals;
mod reverification;
mod sessions;
mod sign_ins;
mod sign_ups;
pub(super) mod social;
pub(super) mod tickets;

use http::{Method, header, request::Parts};

use crate::{call::Query, route::Route};

pub(crate) use origin::{admit, preflight, share};

/// All of it, a table for each module.
pub(crate) static TABLES: [&[Route]; 18] = [
    environment::ROUTES,
    client::ROUTES,
    sign_ins::ROUTES,
    sign_ups::ROUTES,
    opened_links::ROUTES,
    sessions::ROUTES,
    reverification::ROUTES,
    me::ROUTES,
    me::accounts::ROUTES,
    me::addresses::ROUTES,
    me::second_factors::ROUTES,
    me::sessions::ROUTES,
    me::organizations::ROUTES,
    me::picture::ROUTES,
    organizations::ROUTES,
    organizations::invitations::ROUTES,
    organizations::members::ROUTES,
    organizations::logo::ROUTES,
];

/// Whether a request is a browser's: it has no key, and says what clerk-js says, or from which page it
/// comes. Some paths are the Backend API's, too, and whoever has a key is a server.
pub(crate) fn is_browsers(parts: &Parts, query: &Query) -> bool {
    let marks = ["__clerk_db_jwt", "_clerk_js_version", "_clerk_session_id"];
    !parts.headers.contains_key(header::AUTHORIZATION)
        && (parts.headers.contains_key(header::ORIGIN)
            || marks.iter().any(|mark| query.get(mark).is_some()))
}

/// The method that is meant: in a browser's `POST`, `_method` stands for it.
pub(crate) fn method(parts: &Parts, query: &Query) -> Method {
    let meant = match (&parts.method, query.get("_method")) {
        (&Method::POST, Some(name)) if !parts.headers.contains_key(header::AUTHORIZATION) => {
            Method::from_bytes(name.to_ascii_uppercase().as_bytes()).ok()
        }
        _ => None,
    };
    meant.unwrap_or_else(|| parts.method.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_of_both_apis_are_told_apart_by_what_they_have() {
        let plain = "/v1/organizations/org_1";
        let session = "/v1/organizations/org_1?_clerk_session_id=sess_1";
        let delete = "/v1/organizations/org_1?_method=delete&_clerk_js_version=6";
        let nonsense = "/v1/organizations/org_1?_method=no%20such&_clerk_js_version=6";
        for (method, uri, header, expected) in [
            ("GET", plain, None, (false, "GET")),
            ("GET", session, None, (true, "GET")),
            ("GET", session, Some("authorization"), (false, "GET")),
            ("GET", plain, Some("origin"), (true, "GET")),
            ("GET", plain, Some("authorization"), (false, "GET")),
            ("POST", delete, None, (true, "DELETE")),
            ("POST", delete, Some("authorization"), (false, "POST")),
            ("GET", delete, None, (true, "GET")),
            ("POST", nonsense, None, (true, "POST")),
        ] {
            let mut request = http::Request::builder().method(method).uri(uri);
            if let Some(name) = header {
                request = request.header(name, "http://localhost:3000");
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let query = Query::parse(parts.uri.query().unwrap_or_default());
            let method_meant = super::method(&parts, &query).to_string();
            let found = (is_browsers(&parts, &query), method_meant);
            let expected = (expected.0, expected.1.to_owned());
            assert_eq!(found, expected, "{method} {uri} {header:?}");
        }
    }
}
