use std::time::Duration;

use serde_json::json;

use crate::{answer::Reply, call::Call, refusal::Refusal, route::Handled};

pub(super) const HANDLERS: &[Handled] = &[("CreateTestingToken", create)];

const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// What gets tests past the protection against bots. An emulator has none: whoever shows it, or does not, is
/// let in, so nobody has to remember which tokens there are.
fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.input()?.finish()?;
    let expires_at = call.now.saturating_add(LIFETIME);
    let token = format!("{}-{}", expires_at.as_secs(), call.state.ids.object("c_"));
    Ok(Reply::ok(json!({
        "object": "testing_token",
        "token": token,
        "expires_at": expires_at.as_millis(),
    })))
}
