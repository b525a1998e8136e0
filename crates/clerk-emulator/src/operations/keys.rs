use http::Method;

use crate::{
    answer::Reply,
    call::Call,
    refusal::Refusal,
    routing::{Access, Route},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "GetJWKS",
        method: Method::GET,
        path: "/v1/jwks",
        access: Access::SecretKey,
        handler: jwks,
    },
    Route {
        operation: "_frontend.GetJWKS",
        method: Method::GET,
        path: "/.well-known/jwks.json",
        access: Access::Public,
        handler: jwks,
    },
];

fn jwks(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(call.state.keys.jwks()))
}
