//! The application at Svix that Clerk's webhooks go through. The emulator sends its webhooks itself, so its page
//! is that of the control plane.

use serde_json::{Value, json};

use crate::{answer::Reply, call::Call, refusal::Refusal, route::Handled};

pub(super) const HANDLERS: &[Handled] = &[
    ("CreateSvixApp", create),
    ("GenerateSvixAuthURL", url),
    ("DeleteSvixApp", delete),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let has_app = &mut call.state.directory.settings.svix_app;
    if *has_app {
        let why = "The instance has an application at Svix already.";
        return Err(Refusal::bad_request("svix_app_exists", why));
    }
    *has_app = true;
    Ok(Reply::ok(page(call)))
}

fn url(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    check_there(call)?;
    Ok(Reply::ok(page(call)))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    check_there(call)?;
    call.state.directory.settings.svix_app = false;
    Ok(Reply::no_content())
}

fn check_there(call: &Call<'_>) -> Result<(), Refusal> {
    match call.state.directory.settings.svix_app {
        true => Ok(()),
        false => {
            let why = "The instance has no application at Svix: POST /v1/webhooks/svix makes one.";
            Err(Refusal::bad_request("svix_app_missing", why))
        }
    }
}

fn page(call: &Call<'_>) -> Value {
    json!({ "svix_url": format!("{}/_emulator/webhooks", call.settings.origin) })
}
