use http::Method;

use super::api_keys::with_bad_requests;
use crate::{
    answer::Reply,
    call::Call,
    refusal::Refusal,
    routing::{Access, Route},
};

pub(super) const ROUTES: &[Route] = &[Route {
    operation: "verifyOAuthAccessToken",
    method: Method::POST,
    path: "/v1/oauth_applications/access_tokens/verify",
    access: Access::SecretKey,
    handler: |call| with_bad_requests(verify(call)),
}];

fn verify(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let secret = input.text("secret")?;
    let token = match secret {
        Some(secret) => secret,
        None => input.required_text("access_token")?,
    };
    input.finish()?;
    let mut tokens = call.state.directory.oauth_tokens.iter();
    let token = tokens
        .find(|known| known.token == token && known.is_valid(call.now))
        .ok_or_else(|| Refusal::token_not_found("OAuth access token"))?;
    Ok(Reply::ok(token.to_json(call.now)))
}
