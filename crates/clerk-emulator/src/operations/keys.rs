use http::Method;

use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    refusal::Refusal,
    route::{Handled, Route},
};

pub(super) const HANDLERS: &[Handled] = &[("GetJWKS", jwks)];

/// Not of the Backend API as Clerk describes it.
pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_frontend.GetJWKS",
    method: Method::GET,
    path: "/.well-known/jwks.json",
    access: Access::Public,
    handler: jwks,
}];

fn jwks(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::ok(call.state.keys.jwks()))
}
