use serde_json::json;

use crate::{answer::Reply, call::Call, refusal::Refusal};

/// Where everything is, and what of it there is (RFC 8414, OpenID Connect Discovery 1.0).
pub(super) fn configuration(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (issuer, origin) = (&call.settings.issuer, &call.settings.origin);
    Ok(Reply::ok(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{origin}/oauth/authorize"),
        "token_endpoint": format!("{origin}/oauth/token"),
        "introspection_endpoint": format!("{origin}/oauth/token_info"),
        "userinfo_endpoint": format!("{origin}/oauth/userinfo"),
        "jwks_uri": format!("{origin}/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [
            "openid", "profile", "email", "public_metadata", "private_metadata", "offline_access",
        ],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "nonce", "email", "email_verified", "name",
            "given_name", "family_name", "preferred_username", "picture",
        ],
    })))
}
