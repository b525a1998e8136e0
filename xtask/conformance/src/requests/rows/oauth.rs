//! OAuth applications and their tokens.

use clerk_api::{oauth_access_tokens, oauth_applications};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    oauth_applications_rows(table);
    oauth_access_tokens_rows(table);
}

fn oauth_applications_rows(table: &mut Table) {
    table.row(
        "oauthApplications.list",
        json!([]),
        oauth_applications::list(),
    );
    table.row(
        "oauthApplications.list",
        json!([{
            "limit": 7,
            "offset": 7,
            "orderBy": "-created_at",
            "nameQuery": "name query",
        }]),
        oauth_applications::list()
            .limit(7)
            .offset(7)
            .order_by("-created_at")
            .name_query("name query"),
    );
    table.row(
        "oauthApplications.create",
        json!([{ "name": "name" }]),
        oauth_applications::create("name"),
    );
    table.row(
        "oauthApplications.create",
        json!([{
            "name": "name",
            "redirectUris": ["redirect uris"],
            "scopes": "scopes",
            "public": true,
        }]),
        oauth_applications::create("name")
            .redirect_uris(["redirect uris"])
            .scopes("scopes")
            .public(true),
    );
    table.row(
        "oauthApplications.get",
        json!(["oauth_application_1"]),
        oauth_applications::get("oauth_application_1"),
    );
    table.row(
        "oauthApplications.update",
        json!([{ "oauthApplicationId": "oauth_application_1" }]),
        oauth_applications::update("oauth_application_1"),
    );
    table.row(
        "oauthApplications.update",
        json!([{
            "oauthApplicationId": "oauth_application_1",
            "name": "name",
            "redirectUris": ["redirect uris"],
            "scopes": "scopes",
            "public": true,
        }]),
        oauth_applications::update("oauth_application_1")
            .name("name")
            .redirect_uris(["redirect uris"])
            .scopes("scopes")
            .public(true),
    );
    table.row(
        "oauthApplications.delete",
        json!(["oauth_application_1"]),
        oauth_applications::delete("oauth_application_1"),
    );
    table.row(
        "oauthApplications.rotateSecret",
        json!(["oauth_application_1"]),
        oauth_applications::rotate_secret("oauth_application_1"),
    );
    table.row(
        "oauthApplications.revokeToken",
        json!([{ "oauthApplicationId": "oauth_application_1", "token": "token" }]),
        oauth_applications::revoke_token("oauth_application_1", "token"),
    );
}

fn oauth_access_tokens_rows(table: &mut Table) {
    table.row(
        "idPOAuthAccessToken.verify",
        json!([]),
        oauth_access_tokens::verify(),
    );
    table.row(
        "idPOAuthAccessToken.verify",
        json!(["access token"]),
        oauth_access_tokens::verify().access_token("access token"),
    );
}
