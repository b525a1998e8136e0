use std::fmt;

use clerk_jwt::InvalidMachineId;

use super::List;

/// Why settings cannot be used.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSettings {
    /// Tokens of an instance are to be accepted, and it is not known of which.
    #[error(
        "the publishable key is missing; give it to the builder, or to the environment that it \
         reads (CLERK_PUBLISHABLE_KEY); only who accepts nothing but API keys or M2M tokens \
         (`accepts`) needs none"
    )]
    NoPublishableKey,
    /// M2M tokens are to be accepted, and it is not known which of them are for this service.
    #[error(
        "M2M tokens are to be accepted, and it is not known which machine this service is; set its \
         id, mch_… (CLERK_MACHINE_ID), so that only tokens for it are accepted, or \
         ignore_machine_scopes() to accept those of every machine of the instance"
    )]
    NoMachine,
    /// The machine's id is not one.
    #[error("{InvalidMachineId}")]
    MachineId,
    /// A list of what is accepted has no entry.
    #[error("{0}")]
    EmptyList(List),
    /// A satellite has to know under which domain the Frontend API is there for it.
    #[error("a satellite needs its domain or a proxy URL; set CLERK_DOMAIN or CLERK_PROXY_URL")]
    NoDomain,
    /// A development instance's satellite has to know where the primary domain signs in.
    #[error(
        "a satellite of a development instance needs the primary domain's sign-in URL; set CLERK_SIGN_IN_URL"
    )]
    NoSignInUrl,
    /// The proxy URL is neither a URL nor a path.
    #[error("the proxy URL cannot be used; it looks like https://example.com/__clerk or /__clerk")]
    ProxyUrl,
    /// The public URL is not one.
    #[error(
        "the public URL cannot be used; it looks like https://example.com, or \
         https://example.com/app where a proxy takes /app off"
    )]
    PublicUrl,
    /// A redirect origin is not one.
    #[error("`{0}` is not an origin; one looks like https://satellite.example")]
    RedirectOrigin(String),
    /// An origin that pages may act from is not one.
    #[error("`{0}` is not an origin; one looks like https://app.example.com, without a path")]
    AllowedOrigin(String),
    /// An authorized party is not an origin as browsers write it, so no token would match it.
    #[error(
        "{shown} cannot be an authorized party: no token names it so; {}",
        advice(instead.as_deref())
    )]
    AuthorizedParty {
        /// The party; or what it seems to be, where it may hold a secret.
        shown: String,
        /// What a browser there is called, if that can be told.
        instead: Option<String>,
    },
    /// The URL of the protected resource's metadata is not one.
    #[error(
        "the URL of the protected resource's metadata cannot be used; it looks like \
         https://api.example.com/.well-known/oauth-protected-resource"
    )]
    ResourceMetadata,
}

/// What is wrong and what to do, since a `main` that returns this error shows it so.
impl fmt::Debug for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvalidSettings({self})")
    }
}

/// What to do about an authorized party that is none.
fn advice(instead: Option<&str>) -> String {
    match instead {
        Some(origin) => format!("write {origin}, as browsers do"),
        None => {
            "one is an origin such as https://app.example.com or http://localhost:3000, in lower \
                 case, without a path, and without a slash at its end"
                .to_owned()
        }
    }
}
