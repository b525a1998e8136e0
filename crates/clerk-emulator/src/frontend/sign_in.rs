use http::{Method, StatusCode, header};

use super::{
    html::{Escaped, page},
    return_url::ReturnUrl,
};
use crate::{
    answer::Reply,
    call::{Call, Query},
    cookies::CookieScope,
    description::Access,
    directory::{Client, User},
    operations::admit,
    refusal::Refusal,
    route::Route,
    state::{Settings, State},
    webhooks::EventType,
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        operation: "_frontend.signInPage",
        method: Method::GET,
        path: "/sign-in",
        access: Access::Public,
        handler: sign_in_page,
    },
    Route {
        operation: "_frontend.signIn",
        method: Method::POST,
        path: "/sign-in",
        access: Access::Public,
        handler: sign_in,
    },
    Route {
        operation: "_frontend.signOutPage",
        method: Method::GET,
        path: "/sign-out",
        access: Access::Public,
        handler: sign_out_page,
    },
    Route {
        operation: "_frontend.signOut",
        method: Method::POST,
        path: "/sign-out",
        access: Access::Public,
        handler: sign_out,
    },
];

/// The cookie by which these pages know a browser again. It is the emulator's own host's.
pub(super) const COOKIE: &str = "__client";

/// The pages load nothing, and are in no frame.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

fn sign_in_page(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let Some(satellite) = call.query.get("__clerk_redirect_url") else {
        let users: String = call.state.directory.users.iter().map(button).collect();
        let users = match users.as_str() {
            "" => "<p data-testid=\"no-users\">The emulator has no users: give its seed one.</p>",
            users => users,
        };
        return form(call, ("Sign in", "/sign-in"), users);
    };
    // A satellite asks which browser this is, not who is there.
    let satellite = ReturnUrl::read(satellite, call.settings)?;
    let inputs = std::mem::take(&mut call.query);
    let client = client(call, &inputs);
    Ok(leave(
        call,
        &client,
        satellite.with("__clerk_synced", "true"),
    ))
}

/// A button for whom to sign in as.
fn button(user: &User) -> String {
    let called = user.identifier().unwrap_or(&user.id);
    format!(
        "<button name=\"user\" value=\"{}\" data-testid=\"sign-in-{}\">{}</button>\n",
        Escaped(&user.id),
        Escaped(called),
        Escaped(called),
    )
}

fn sign_out_page(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let button = "<button data-testid=\"sign-out\">Sign out</button>\n";
    form(call, ("Sign out", "/sign-out"), button)
}

/// A page of one form, which remembers which browser it is for and where that goes on to.
fn form(call: &Call<'_>, (title, action): (&str, &str), controls: &str) -> Result<Reply, Refusal> {
    let back = return_url(call, &call.query)?;
    let html = format!(
        r#"<p>Back to <span data-testid="redirect-url">{url}</span></p>
<form method="post" action="{action}">
<input type="hidden" name="redirect_url" value="{url}">
<input type="hidden" name="__clerk_db_jwt" value="{token}">
{controls}</form>"#,
        url = Escaped(back.as_str()),
        token = Escaped(known_token(call, &call.query).unwrap_or_default()),
    );
    Ok(Reply::page(page(title, &html))
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        // An application takes a visitor from elsewhere for one who may have signed in meanwhile.
        .header(header::REFERRER_POLICY, "no-referrer"))
}

fn sign_in(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let back = return_url(call, &form)?;
    let name = form
        .get("user")
        .ok_or_else(|| Refusal::form_param_missing("user"))?;
    let user = call.state.directory.user_called(name);
    let user = user.ok_or_else(|| Refusal::resource_not_found("user", name))?;
    admit(user)?;
    let user_id = user.id.clone();
    let client = client(call, &form);
    end_session(call, &client);
    let State { directory, ids, .. } = &mut *call.state;
    let session = directory.sign_in(&client, &user_id, call.now, ids);
    call.tell_of_session(EventType::SessionCreated, &session);
    Ok(leave(call, &client, back))
}

fn sign_out(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let form = call.form();
    let back = return_url(call, &form)?;
    let client = client(call, &form);
    end_session(call, &client);
    Ok(leave(call, &client, back))
}

/// Ends the session that is active on this browser, if one is.
pub(super) fn end_session(call: &mut Call<'_>, client: &Client) {
    if let Some(session) = call.state.directory.sign_out(client, call.now) {
        call.tell_of_session(EventType::SessionEnded, &session);
    }
}

/// `redirect_url`, or the application that tokens are for.
pub(super) fn return_url(call: &Call<'_>, inputs: &Query) -> Result<ReturnUrl, Refusal> {
    let text = inputs
        .get("redirect_url")
        .or(call.settings.authorized_party.as_deref())
        .ok_or_else(|| Refusal::form_param_missing("redirect_url"))?;
    ReturnUrl::read(text, call.settings)
}

/// The token of this browser, if it has one: the application's word, or a cookie.
fn known_token<'t>(call: &'t Call<'_>, inputs: &'t Query) -> Option<&'t str> {
    let said = inputs.get("__clerk_db_jwt");
    let kept = call.cookie(COOKIE);
    let mut tokens = said.into_iter().chain(kept);
    tokens.find(|token| call.state.directory.client(token).is_some())
}

/// The browser that a request comes from, or a new one.
pub(super) fn client(call: &mut Call<'_>, inputs: &Query) -> Client {
    let token = known_token(call, inputs).map(str::to_owned);
    let State { directory, ids, .. } = &mut *call.state;
    directory.client_or_new(token.as_deref(), ids)
}

/// Back to the application, which now learns which browser this is. In production it need not: there,
/// the handshake that follows knows the browser by its cookie.
pub(super) fn leave(call: &Call<'_>, client: &Client, back: ReturnUrl) -> Reply {
    let (settings, directory, clock) = (call.settings, &call.state.directory, &call.state.clock);
    let scope = CookieScope::new(settings, back.host(), true);
    let client = directory.client(&client.token).unwrap_or(client);
    let session = directory.active_session(client, call.now);
    let since = session.map_or(0, |session| {
        clock.past_in_tokens(session.created_at).as_secs()
    });
    let back = match settings.domain {
        None => back.with("__clerk_db_jwt", &client.token),
        Some(_) => back,
    };
    let cookies = scope.client_uat_of_production(settings, since);
    let reply = Reply::redirect(StatusCode::SEE_OTHER, back.as_str());
    let reply = cookies.iter().fold(reply, |reply, cookie| {
        reply.header(header::SET_COOKIE, cookie)
    });
    remember(settings, client, reply)
}

/// Has the browser known again on this host.
pub(super) fn remember(settings: &Settings, client: &Client, reply: Reply) -> Reply {
    let secure = if settings.domain.is_some() {
        "; Secure"
    } else {
        ""
    };
    let token = &client.token;
    let cookie = format!("{COOKIE}={token}; Path=/{secure}; SameSite=Lax; HttpOnly");
    reply.header(header::SET_COOKIE, &cookie)
}
