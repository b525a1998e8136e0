use std::time::Duration;

use http::{Method, StatusCode, header};
use serde_json::{Map, json};

use super::{return_url::ReturnUrl, sign_in};
use crate::{
    answer::Reply,
    call::Call,
    claims::SESSION_CATEGORY,
    cookies::{CookieScope, Cookies, HANDSHAKE_NONCE},
    description::Access,
    directory::{Client, Directory, Handshake, Session},
    draft::Draft,
    refusal::Refusal,
    route::Route,
    state::State,
};

/// How long the application's server has to fetch what a nonce stands for.
const NONCE_LIFETIME: Duration = Duration::from_secs(60);

pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_frontend.handshake",
    method: Method::GET,
    path: "/v1/client/handshake",
    access: Access::Public,
    handler: handshake,
}];

/// Tells an application's server what this browser's cookies should be, by way of the browser.
fn handshake(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = std::mem::take(&mut call.query);
    let text = query
        .get("redirect_url")
        .ok_or_else(|| Refusal::form_param_missing("redirect_url"))?;
    let back = ReturnUrl::read(text, call.settings)?
        .without("__clerk_handshake")
        .without("__clerk_handshake_nonce");
    let with_nonce = match query.get("format") {
        Some("nonce") => true,
        None | Some("token") => false,
        Some(_) => {
            return Err(Refusal::form_param_value_invalid(
                "format",
                "nonce or token",
            ));
        }
    };
    let suffixed = query.flag("suffixed_cookies")?.unwrap_or(false);
    let client = sign_in::client(call, &query);
    let state = &mut *call.state;
    if let Some(organization) = query.get("organization_id") {
        activate(&mut state.directory, &client, organization);
    }
    let origin = back.origin();
    let outside = state.clock.outside_now();
    let cookies = Cookies::issue(call.settings, state, (&client, &origin), call.now);
    let scope = CookieScope::new(call.settings, back.host(), suffixed);
    let directives = cookies.directives(&scope, outside);
    let status = StatusCode::TEMPORARY_REDIRECT;
    let reply = if with_nonce {
        let nonce = state.ids.object("");
        let reply = match scope.domain_of_production() {
            None => Reply::redirect(status, back.with(HANDSHAKE_NONCE, &nonce).as_str()),
            Some(domain) => Reply::redirect(status, back.as_str())
                .header(header::SET_COOKIE, &handed_over(&nonce, domain)),
        };
        state.directory.handshakes.put(Handshake {
            nonce,
            directives,
            expires_at: call.now.saturating_add(NONCE_LIFETIME),
        });
        reply
    } else {
        with_token(state, back, &directives)
    };
    Ok(known_in_production(call, &client, reply))
}

/// Tells an application what the browser's cookies should be, without having been asked.
pub(super) fn hand_over(
    call: &mut Call<'_>,
    client: &Client,
    back: ReturnUrl,
    suffixed: bool,
) -> Reply {
    let origin = back.origin();
    let outside = call.state.clock.outside_now();
    let cookies = Cookies::issue(call.settings, call.state, (client, &origin), call.now);
    let scope = CookieScope::new(call.settings, back.host(), suffixed);
    let reply = with_token(call.state, back, &cookies.directives(&scope, outside));
    known_in_production(call, client, reply)
}

fn with_token(state: &State, back: ReturnUrl, directives: &[String]) -> Reply {
    let key = state.keys.current();
    let claims = Map::from_iter([("handshake".to_owned(), json!(directives))]);
    let draft = Draft::new("JWT", &key.id, claims).category(SESSION_CATEGORY);
    let back = back.with("__clerk_handshake", &draft.sign(key));
    Reply::redirect(StatusCode::TEMPORARY_REDIRECT, back.as_str())
}

/// An application in development says which browser it has; one in production need not know.
fn known_in_production(call: &Call<'_>, client: &Client, reply: Reply) -> Reply {
    match call.settings.domain {
        None => reply,
        Some(_) => sign_in::remember(call.settings, client, reply),
    }
}

/// What an application of the same domain is told by a cookie: where there is one, no address that
/// somebody may copy has to say it.
fn handed_over(nonce: &str, domain: &str) -> String {
    let seconds = NONCE_LIFETIME.as_secs();
    format!(
        "{HANDSHAKE_NONCE}={nonce}; Path=/; Domain={domain}; Max-Age={seconds}; HttpOnly; Secure; \
         SameSite=Lax"
    )
}

/// Lets the browser's session continue in an organization, by id or slug, or in the personal
/// account if there is nothing. In one the user is no member of, it does not.
fn activate(directory: &mut Directory, client: &Client, organization: &str) {
    let active = match organization {
        "" => None,
        name => match directory.organization(name) {
            Some(organization) => Some(organization.id.clone()),
            None => return,
        },
    };
    let Some(user_id) = client
        .session_id
        .as_deref()
        .and_then(|id| directory.session(id))
        .map(|session| &session.user_id)
    else {
        return;
    };
    let may = active
        .as_ref()
        .is_none_or(|id| directory.is_member(user_id, id));
    if let Some(id) = client.session_id.as_deref().filter(|_| may) {
        let activate = |session: &mut Session| session.organization_id = active;
        directory.sessions.update(id, activate);
    }
}
