use clerk_core::PublishableKey;
use http::{HeaderName, Method};

use super::html::{Escaped, script_string};
use crate::{
    answer::Reply,
    call::Call,
    description::Access,
    refusal::Refusal,
    route::{Handled, Route},
};

pub(super) const HANDLERS: &[Handled] = &[("GetPublicInterstitial", public)];

/// Not of the Backend API as Clerk describes it.
pub(super) const ROUTES: &[Route] = &[Route {
    operation: "_backend.internalInterstitial",
    method: Method::GET,
    path: "/v1/internal/interstitial",
    access: Access::SecretKey,
    handler: internal,
}];

fn public(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let query = &call.query;
    let named = ["frontend_api", "frontendApi"]
        .into_iter()
        .find_map(|name| query.get(name));
    let frontend_api = match (query.get("publishable_key"), named) {
        (Some(key), _) => match PublishableKey::new(key) {
            Ok(key) => key.frontend_api().to_owned(),
            Err(problem) => {
                let why = problem.to_string();
                return Err(Refusal::bad_request("malformed_publishable_key", why));
            }
        },
        (None, Some(name)) => name.to_owned(),
        (None, None) => {
            return Err(Refusal::bad_request(
                "missing_query_parameter",
                "Either publishable_key or frontend_api must be included.",
            ));
        }
    };
    Ok(Reply::page(html(&frontend_api, &call.settings.origin)))
}

fn internal(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let frontend_api = call.settings.publishable_key.frontend_api();
    let html = html(frontend_api, &call.settings.origin);
    let deprecation = HeaderName::from_static("deprecation");
    Ok(Reply::page(html).header(deprecation, "true"))
}

/// A page that an application shows where it cannot tell who is there. Clerk's loads a script
/// that finds out; this one sends the browser through a handshake, after which the application
/// can tell. It leads to this emulator alone, whatever the query says.
fn html(frontend_api: &str, origin: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Clerk emulator, not Clerk</title>
<script>
window.__clerk_frontend_api = {frontend_api};
location.replace({handshake} + encodeURIComponent(location.href));
</script>
</head>
<body>
<noscript><a href="{sign_in}" data-testid="sign-in">Sign in</a></noscript>
</body>
</html>
"#,
        frontend_api = script_string(frontend_api),
        handshake = script_string(&format!("{origin}/v1/client/handshake?redirect_url=")),
        sign_in = Escaped(&format!("{origin}/sign-in")),
    )
}
