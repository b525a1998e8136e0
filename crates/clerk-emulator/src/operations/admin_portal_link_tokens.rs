use std::time::Duration;

use serde_json::json;

use crate::{
    answer::Reply, call::Call, directory::AdminPortalLinkToken, refusal::Refusal, route::Handled,
};

pub(super) const HANDLERS: &[Handled] = &[
    ("createAdminPortalLinkToken", create),
    ("revokeAdminPortalLinkToken", revoke),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let organization_id = input.text("organization_id")?;
    let it_contact_id = input.text("it_contact_id")?;
    let scopes = input.given_texts("scopes")?;
    let seconds = input.number("seconds_until_expiration", 1..=86_400)?;
    input.finish()?;
    if it_contact_id.as_deref() == Some("") {
        let expected = "an id";
        return Err(Refusal::form_param_value_invalid("it_contact_id", expected));
    }
    let organizations = &call.state.directory.organizations;
    let named = organization_id.as_deref();
    if named.is_some_and(|id| organizations.get(id).is_none()) {
        return Err(Refusal::form_resource_not_found(
            "organization_id",
            "organization",
        ));
    }
    let ids = &mut call.state.ids;
    let token = AdminPortalLinkToken {
        id: format!("aplt_{}", ids.hex(32)),
        link_id: ids.object("apl_"),
        organization_id,
        it_contact_id,
        scopes,
        revoked: false,
        revocation_reason: None,
        expires_at: call
            .now
            .saturating_add(Duration::from_secs(seconds.unwrap_or(3600))),
        created_at: call.now,
        updated_at: call.now,
    };
    let instance_id = &call.settings.first_keys.current().id;
    let mut body = token.to_json(instance_id, call.now);
    body["token"] = json!(ids.hex(64));
    call.state.directory.admin_portal_link_tokens.put(token);
    Ok(Reply::created(body))
}

/// One that was revoked before is answered as it is.
fn revoke(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let mut input = call.input()?;
    let id = call.path.get("adminPortalLinkTokenID");
    let tokens = &call.state.directory.admin_portal_link_tokens;
    let token = tokens.get(id).cloned();
    let mut token =
        token.ok_or_else(|| Refusal::resource_not_found("admin portal link token", id))?;
    let reason = input.text("revocation_reason")?;
    input.finish()?;
    if !token.revoked {
        token.revoked = true;
        token.revocation_reason = reason;
        token.updated_at = call.now;
    }
    let instance_id = &call.settings.first_keys.current().id;
    let body = token.to_json(instance_id, call.now);
    call.state.directory.admin_portal_link_tokens.put(token);
    Ok(Reply::ok(body))
}
