use super::api_keys::with_bad_requests;
use crate::{answer::Reply, call::Call, directory::Key, refusal::Refusal, route::Handled};

pub(super) const HANDLERS: &[Handled] = &[("verifyOAuthAccessToken", |call| {
    with_bad_requests(verify(call))
})];

fn verify(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let secret = input.text("secret")?;
    let token = match secret {
        Some(secret) => secret,
        None => input.required_text("access_token")?,
    };
    input.finish()?;
    let tokens = &call.state.directory.oauth_tokens;
    let token = tokens
        .by(Key::Secret, &token)
        .find(|known| known.is_valid(call.now))
        .ok_or_else(|| Refusal::token_not_found("OAuth access token"))?;
    Ok(Reply::ok(token.to_json(call.now)))
}
