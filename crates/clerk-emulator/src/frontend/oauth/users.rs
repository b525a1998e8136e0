use http::header;
use serde_json::{Map, Value, json};

use super::errors::invalid_token;
use crate::{
    answer::Reply,
    call::Call,
    directory::{Key, User},
    refusal::Refusal,
};

/// What a token lets its holder know of whose it is (OpenID Connect Core 1.0 §5.3).
pub(super) fn user_info(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let directory = &call.state.directory;
    let token = call.headers.get(header::AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()?.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let found = token.and_then(|(_, token)| {
        let mut tokens = directory.oauth_tokens.by(Key::Secret, token.trim());
        let token = tokens.find(|token| token.is_valid(call.now))?;
        Some((token, directory.user(&token.subject)?))
    });
    let Some((token, user)) = found else {
        return Ok(invalid_token());
    };
    let mut body = about(user, &token.scopes);
    body.insert("object".into(), json!("oauth_user_info"));
    body.insert(
        "instance_id".into(),
        json!(call.settings.first_keys.current().id),
    );
    body.insert("sub".into(), json!(user.id));
    body.insert("user_id".into(), json!(user.id));
    let reply = Reply::ok(Value::Object(body));
    Ok(reply.header(header::CACHE_CONTROL, "no-store"))
}

/// What these scopes let somebody know of a user.
pub(super) fn about(user: &User, scopes: &[String]) -> Map<String, Value> {
    let has = |scope: &str| scopes.iter().any(|known| known == scope);
    let mut claims = Map::new();
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if has("email") {
        let email = user.primary_email().map(|email| &email.address);
        add("email", json!(email));
        add("email_verified", json!(email.is_some()));
    }
    if has("profile") {
        add("name", json!(user.full_name()));
        add("given_name", json!(user.first_name));
        add("family_name", json!(user.last_name));
        add("username", json!(user.username));
        add("preferred_username", json!(user.username));
        add("picture", json!(user.image_url));
    }
    if has("public_metadata") {
        add("public_metadata", json!(user.public_metadata));
    }
    if has("private_metadata") {
        add("private_metadata", json!(user.private_metadata));
    }
    claims
}
