//! Users of the instance sign in elsewhere: the instance as an OAuth 2.0 authorization server (RFC 6749) and an
//! OpenID provider.
//!
//! Nobody is asked for consent: whoever is signed in here is taken to have given it.

mod authorize;
mod discovery;
mod errors;
mod tokens;
mod users;

use http::Method;

use crate::{
    description::Access,
    route::{Handler, Route},
};

pub(super) const ROUTES: &[Route] = &[
    route(
        "_frontend.oauth.openIdConfiguration",
        Method::GET,
        "/.well-known/openid-configuration",
        discovery::configuration,
    ),
    route(
        "_frontend.oauth.authorizationServer",
        Method::GET,
        "/.well-known/oauth-authorization-server",
        discovery::configuration,
    ),
    route(
        "_frontend.oauth.authorize",
        Method::GET,
        "/oauth/authorize",
        authorize::authorize,
    ),
    route(
        "_frontend.oauth.token",
        Method::POST,
        "/oauth/token",
        tokens::token,
    ),
    route(
        "_frontend.oauth.tokenInfo",
        Method::POST,
        "/oauth/token_info",
        tokens::introspect,
    ),
    route(
        "_frontend.oauth.userInfo",
        Method::GET,
        "/oauth/userinfo",
        users::user_info,
    ),
    route(
        "_frontend.oauth.postUserInfo",
        Method::POST,
        "/oauth/userinfo",
        users::user_info,
    ),
];

const fn route(
    operation: &'static str,
    method: Method,
    path: &'static str,
    handler: Handler,
) -> Route {
    Route {
        operation,
        method,
        path,
        access: Access::Public,
        handler,
    }
}
