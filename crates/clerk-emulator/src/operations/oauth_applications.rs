use serde_json::{Value, json};
use url::Url;

use super::{
    deleted,
    listing::{Order, Rank, mentions, page_with_total, sort},
};
use crate::{
    answer::Reply,
    call::{Call, Input},
    directory::{Key, OAuthApplication},
    ids::Ids,
    refusal::Refusal,
    route::Handled,
};

/// What there is to be asked for.
const SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "public_metadata",
    "private_metadata",
    "offline_access",
];

pub(super) const HANDLERS: &[Handled] = &[
    ("ListOAuthApplications", list),
    ("CreateOAuthApplication", create),
    ("GetOAuthApplication", get),
    ("UpdateOAuthApplication", update),
    ("DeleteOAuthApplication", delete),
    ("RotateOAuthApplicationSecret", rotate_secret),
    ("RevokeOAuthApplicationToken", revoke_token),
];

/// The orders of lists of applications.
const ORDERS: [Order<'static, OAuthApplication>; 2] = [
    ("created_at", &|application| {
        Rank::from(Some(application.created_at))
    }),
    ("name", &|application| {
        Rank::from(Some(application.name.as_str()))
    }),
];

/// The application object, without its secret.
fn described(call: &Call<'_>, application: &OAuthApplication) -> Value {
    let instance_id = &call.settings.first_keys.current().id;
    application.to_json(
        instance_id,
        &call.settings.origin,
        &call.state.directory.images,
    )
}

fn with_secret(call: &Call<'_>, application: &OAuthApplication) -> Value {
    let mut body = described(call, application);
    if let Some(secret) = &application.client_secret {
        body["client_secret"] = json!(secret);
    }
    body
}

fn list(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    query.only(&["limit", "offset", "order_by", "name_query"])?;
    let applications = call.state.directory.oauth_applications.iter();
    let mut applications: Vec<&OAuthApplication> = applications
        .filter(|application| mentions(query, "name_query", [&*application.name]))
        .collect();
    sort(query, &mut applications, &ORDERS)?;
    let write = |application: &&OAuthApplication| described(call, application);
    Ok(Reply::ok(page_with_total(query, &applications, write)?))
}

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let name = input.required_text("name")?;
    let ids = &mut call.state.ids;
    let mut application = OAuthApplication {
        id: ids.object("oa_"),
        name,
        client_id: ids.object(""),
        client_secret: None,
        picture_id: None,
        redirect_uris: Vec::new(),
        scopes: "profile email".to_owned(),
        consent_screen_enabled: true,
        pkce_required: false,
        public: false,
        created_at: call.now,
        updated_at: call.now,
    };
    settings(&mut input, &mut application)?;
    input.finish()?;
    if !application.public {
        application.client_secret = Some(new_secret(ids));
    }
    let body = with_secret(call, &application);
    call.state.directory.oauth_applications.put(application);
    Ok(Reply::ok(body))
}

/// Takes what there is to set from the input.
fn settings(input: &mut Input, application: &mut OAuthApplication) -> Result<(), Refusal> {
    let callback = input.text("callback_url")?;
    let uris = input.given_texts("redirect_uris")?;
    for (name, uris) in [
        ("callback_url", callback.map(|uri| vec![uri])),
        ("redirect_uris", uris),
    ] {
        let Some(uris) = uris else { continue };
        check_uris(name, &uris)?;
        application.redirect_uris = uris;
    }
    if let Some(scopes) = input.text("scopes")? {
        application.scopes = scopes;
    }
    for (name, flag) in [
        (
            "consent_screen_enabled",
            &mut application.consent_screen_enabled,
        ),
        ("pkce_required", &mut application.pkce_required),
        ("public", &mut application.public),
    ] {
        if let Some(given) = input.flag(name)? {
            *flag = given;
        }
    }
    // Whoever has no secret shows in another way that it is the one who asked.
    application.pkce_required |= application.public;
    check(application)
}

/// Refuses names that are none, what is nowhere to go back to, and what cannot be asked for.
pub(crate) fn check(application: &OAuthApplication) -> Result<(), Refusal> {
    if !(1..=256).contains(&application.name.trim().chars().count()) {
        let expected = "of 1 to 256 characters";
        return Err(Refusal::form_param_value_invalid("name", expected));
    }
    check_uris("redirect_uris", &application.redirect_uris)?;
    let mut scopes = application.scopes.split_whitespace();
    match scopes.all(|scope| SCOPES.contains(&scope)) {
        true => Ok(()),
        false => {
            let expected = format!("of {}, with spaces between them", SCOPES.join(", "));
            Err(Refusal::form_param_value_invalid("scopes", &expected))
        }
    }
}

fn check_uris(name: &str, uris: &[String]) -> Result<(), Refusal> {
    // A fragment would take what is added there (RFC 6749 §3.1.2).
    let is_uri = |uri: &String| Url::parse(uri).is_ok_and(|uri| uri.fragment().is_none());
    match uris.iter().all(is_uri) {
        true => Ok(()),
        false => {
            let expected = "a URL of any scheme, without a fragment";
            Err(Refusal::form_param_format_invalid(name, expected))
        }
    }
}

pub(crate) fn new_secret(ids: &mut Ids) -> String {
    ids.object("") + &ids.hex(16)
}

pub(super) fn called_for(call: &Call<'_>) -> Result<OAuthApplication, Refusal> {
    let id = call.path.get("oauth_application_id");
    let application = call.state.directory.oauth_applications.get(id);
    application
        .cloned()
        .ok_or_else(|| Refusal::resource_not_found("OAuth application", id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let application = called_for(call)?;
    Ok(Reply::ok(described(call, &application)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let mut application = called_for(call)?;
    if let Some(name) = input.text("name")? {
        application.name = name;
    }
    settings(&mut input, &mut application)?;
    input.finish()?;
    Ok(store(call, application))
}

/// Puts a changed application back.
pub(super) fn store(call: &mut Call<'_>, mut application: OAuthApplication) -> Reply {
    application.updated_at = call.now;
    let body = described(call, &application);
    call.state.directory.oauth_applications.put(application);
    Reply::ok(body)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let application = called_for(call)?;
    let directory = &mut call.state.directory;
    directory.oauth_applications.remove(&application.id);
    let client = &application.client_id;
    directory.oauth_codes.remove_by(Key::Client, client);
    directory.oauth_tokens.remove_by(Key::Client, client);
    Ok(Reply::ok(deleted(
        "oauth_application",
        &application.id,
        None,
    )))
}

fn rotate_secret(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut application = called_for(call)?;
    if application.public {
        return Err(Refusal::forbidden(
            "oauth_application_is_public",
            "A public application has no secret.",
        ));
    }
    let ids = &mut call.state.ids;
    application.client_secret = Some(new_secret(ids));
    application.updated_at = call.now;
    let body = with_secret(call, &application);
    call.state.directory.oauth_applications.put(application);
    Ok(Reply::ok(body))
}

/// Of an access token or a refresh token. What it is not that of is not told.
fn revoke_token(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let application = called_for(call)?;
    let token = input.required_text("token")?;
    input.finish()?;
    let now = call.now;
    let tokens = &mut call.state.directory.oauth_tokens;
    let known = tokens
        .by(Key::Secret, &token)
        .chain(tokens.by(Key::Refresh, &token))
        .find(|known| known.client_id == application.client_id)
        .map(|known| known.id.clone());
    if let Some(id) = known {
        tokens.update(&id, |token| token.revoke(now));
    }
    Ok(Reply::no_content())
}
