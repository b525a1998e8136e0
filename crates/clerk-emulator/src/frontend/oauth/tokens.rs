use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use clerk_core::UnixTime;
use http::header;
use percent_encoding::percent_decode_str;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{
    errors::{bad_request, invalid_client},
    users::about,
};
use crate::{
    answer::Reply,
    call::{Call, Query},
    claims::{self, OAUTH_LIFETIME, Validity},
    directory::{Key, OAuthApplication, OAuthCode, OAuthToken, User},
    draft::Draft,
    refusal::Refusal,
};

/// What tokens are given for.
struct Grant {
    user: User,
    scopes: Vec<String>,
    nonce: Option<String>,
}

/// The token endpoint (RFC 6749 §3.2).
pub(super) fn token(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let Some(application) = authenticated(call, &form) else {
        return Ok(invalid_client());
    };
    let grant = match form.get("grant_type") {
        Some("authorization_code") => by_code(call, &application, &form),
        Some("refresh_token") => by_refresh_token(call, &application, &form),
        _ => {
            let description = "grant_type has to be authorization_code or refresh_token.";
            return Ok(bad_request("unsupported_grant_type", description));
        }
    };
    Ok(match grant {
        Some(grant) => issue(call, &application, grant),
        None => bad_request(
            "invalid_grant",
            "This was not given to the application, was used before, or has expired.",
        ),
    })
}

/// The application that asks, which shows its secret in one of two ways. A public one has none, and shows what its
/// code asks for.
fn authenticated(call: &Call<'_>, form: &Query) -> Option<OAuthApplication> {
    let basic = basic(call);
    let (id, secret) = match &basic {
        Some((id, secret)) => (id.as_str(), Some(secret.as_str())),
        None => (form.get("client_id")?, form.get("client_secret")),
    };
    let applications = &call.state.directory.oauth_applications;
    let application = applications.by(Key::Client, id).next()?;
    let is_it = match &application.client_secret {
        Some(known) if !application.public => secret == Some(known),
        _ => application.public && secret.is_none_or(str::is_empty),
    };
    is_it.then(|| application.clone())
}

/// What `Authorization: Basic` says, each part encoded as in forms (RFC 6749 §2.3.1).
fn basic(call: &Call<'_>) -> Option<(String, String)> {
    let value = call.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    let credentials = scheme
        .eq_ignore_ascii_case("basic")
        .then_some(credentials)?;
    let credentials = STANDARD.decode(credentials.trim()).ok()?;
    let credentials = String::from_utf8(credentials).ok()?;
    let (id, secret) = credentials.split_once(':')?;
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let text = percent_decode_str(&spaced).decode_utf8_lossy();
        text.into_owned()
    };
    Some((decode(id), decode(secret)))
}

fn by_code(call: &mut Call<'_>, application: &OAuthApplication, form: &Query) -> Option<Grant> {
    // It is gone whatever becomes of it: nobody guesses twice.
    let code = call.state.directory.oauth_codes.remove(form.get("code")?)?;
    let is_good = code.client_id == application.client_id
        && call.now < code.expires_at
        && form
            .get("redirect_uri")
            .is_none_or(|uri| uri == code.redirect_uri)
        && answers(&code, form.get("code_verifier"));
    let user = call.state.directory.user(&code.user_id)?;
    is_good.then(|| Grant {
        user: user.clone(),
        scopes: code.scopes,
        nonce: code.nonce,
    })
}

/// Whether this is what the code's challenge was made of (RFC 7636 §4.6). Where there was none, there is nothing to
/// show (RFC 9700 §2.1.1).
fn answers(code: &OAuthCode, verifier: Option<&str>) -> bool {
    match (&code.challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            *challenge == URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
        }
        _ => false,
    }
}

/// The old tokens go, so that a refresh token is good once.
fn by_refresh_token(
    call: &mut Call<'_>,
    application: &OAuthApplication,
    form: &Query,
) -> Option<Grant> {
    let directory = &mut call.state.directory;
    let token = directory
        .oauth_tokens
        .by(Key::Refresh, form.get("refresh_token")?)
        .find(|token| token.client_id == application.client_id)?
        .clone();
    let user = directory.user(&token.subject)?.clone();
    directory.oauth_tokens.remove(&token.id);
    Some(Grant {
        user,
        scopes: token.scopes,
        nonce: None,
    })
}

fn issue(call: &mut Call<'_>, application: &OAuthApplication, grant: Grant) -> Reply {
    let (scope, client_id) = (grant.scopes.join(" "), &application.client_id);
    let validity = Validity::new(call.now, OAUTH_LIFETIME, &call.state.clock);
    let id = call.state.ids.machine("oat_");
    let is_jwt = call
        .state
        .directory
        .settings
        .oauth_applications
        .jwt_access_tokens;
    let access_token = match is_jwt {
        false => call.state.ids.object("oat_"),
        true => {
            let issuer = call.settings.issuer();
            let mut claims = claims::oauth(issuer, &grant.user, client_id, validity);
            claims.insert("scope".into(), json!(scope));
            claims.insert("jti".into(), json!(id));
            let key = call.state.keys.current();
            Draft::new("at+jwt", &key.id, claims).sign(key)
        }
    };
    let refresh_token = call.state.ids.object("ort_");
    let mut body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": OAUTH_LIFETIME.as_secs(),
        "refresh_token": refresh_token,
        "scope": scope,
    });
    if grant.scopes.iter().any(|scope| scope == "openid") {
        body["id_token"] = json!(id_token(call, client_id, &grant, validity));
    }
    call.state.directory.oauth_tokens.put(OAuthToken {
        id,
        token: access_token,
        refresh_token: Some(refresh_token),
        client_id: client_id.clone(),
        subject: grant.user.id,
        scopes: grant.scopes,
        audience: None,
        revoked: false,
        created_at: call.now,
        updated_at: call.now,
        expires_at: call.now.saturating_add(OAUTH_LIFETIME),
    });
    Reply::ok(body).header(header::CACHE_CONTROL, "no-store")
}

/// Who has signed in, for the application alone (OpenID Connect Core 1.0 §2).
fn id_token(call: &Call<'_>, client_id: &str, grant: &Grant, validity: Validity) -> String {
    let issuer = call.settings.issuer();
    let mut claims = claims::oauth(issuer, &grant.user, client_id, validity);
    claims.remove("scope");
    claims.remove("client_id");
    claims.insert("aud".into(), json!(client_id));
    claims.extend(about(&grant.user, &grant.scopes));
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".into(), json!(nonce));
    }
    let key = call.state.keys.current();
    Draft::new("JWT", &key.id, claims).sign(key)
}

/// What an application's own token is good for (RFC 7662).
pub(super) fn introspect(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let application = authenticated(call, &form).filter(|application| !application.public);
    let Some(application) = application else {
        return Ok(invalid_client());
    };
    let tokens = &call.state.directory.oauth_tokens;
    let token = tokens
        .by(Key::Secret, form.get("token").unwrap_or_default())
        .find(|token| token.client_id == application.client_id && token.is_valid(call.now));
    let (seconds, clock) = (UnixTime::as_secs, &call.state.clock);
    let body: Value = match token {
        None => json!({ "active": false }),
        Some(token) => json!({
            "active": true,
            "client_id": token.client_id,
            "scope": token.scopes.join(" "),
            "sub": token.subject,
            "iss": call.settings.issuer,
            "token_type": "Bearer",
            "jti": token.id,
            "iat": seconds(clock.in_tokens(token.created_at)),
            "exp": seconds(clock.in_tokens(token.expires_at)),
        }),
    };
    Ok(Reply::ok(body).header(header::CACHE_CONTROL, "no-store"))
}
