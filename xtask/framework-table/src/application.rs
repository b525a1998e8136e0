//! How the application is set up, and what its handlers answer with.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_auth::{AcceptedTokens, Auth, MachineTokenType, PendingSessions, Settings};
use clerk_core::{PublishableKey, UnixTime};

use crate::Service;

/// A path with a part in it that nobody may read in logs.
pub const SECRET_PATH: &str = "/invitations/planted-ticket";

/// The body of an answer on `/public`.
pub const PUBLIC: &str = r#"{"public":true}"#;

/// The header, name and value, by which the handler of `/cached` has all caches keep its answer.
pub const CACHED: (&str, &str) = ("cache-control", "public, max-age=31536000, immutable");

/// The header, name and value, by which the handler of `/log-out` takes the session's cookie away.
pub const LOGGED_OUT: (&str, &str) = ("set-cookie", "__session=; Path=/; Max-Age=0");

/// The body of an answer on `/optional` to somebody who is not signed in.
pub const NOBODY: &str = "null";

/// The time at which all of it happens.
pub const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// The host of the instance's Frontend API, which nothing here calls.
pub(crate) const FRONTEND_API: &str = "clerk.example.com";

/// The machine that the application is, where others call it.
pub(crate) const OWN_MACHINE: &str = "mch_application";

/// Where the application that is a protected resource says how to ask for tokens.
const RESOURCE_METADATA: &str = "https://app.example.com/.well-known/oauth-protected-resource/mcp";

/// What a handler was told about the caller, as the body of its answer.
pub fn shown(auth: impl Into<Auth>) -> String {
    serde_json::to_string(&auth.into().to_view()).expect("a view is JSON")
}

/// How the application authenticates requests; `None` where it was forgotten.
pub fn settings(service: Service) -> Option<Settings> {
    let development = || Settings::builder().publishable_key(publishable_key("pk_test"));
    let builder = match service {
        Service::Sessions => development().machine_id(OWN_MACHINE),
        Service::Production => Settings::builder()
            .publishable_key(publishable_key("pk_live"))
            .machine_id(OWN_MACHINE),
        Service::AllowedOrigins => development().allowed_origins(["https://app.example.com"]),
        Service::Resource => development()
            .accepts(AcceptedTokens::Machine(MachineTokenType::OAuth))
            .resource_metadata(RESOURCE_METADATA),
        Service::PendingSessions => development().pending_sessions(PendingSessions::SignedIn),
        Service::Any | Service::Outage | Service::Busy | Service::WrongSecret => development()
            .accepts(AcceptedTokens::Any)
            .machine_id(OWN_MACHINE),
        Service::NoLayer => return None,
    };
    Some(builder.build().expect("the settings are complete"))
}

pub(crate) fn publishable_key(kind: &str) -> PublishableKey {
    let host = STANDARD.encode(format!("{FRONTEND_API}$"));
    PublishableKey::new(format!("{kind}_{host}")).expect("it is a publishable key")
}
