use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use clerk_core::Redacted;
use clerk_webhooks::{InvalidSigningSecret, SigningSecrets};
use http::Uri;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Host, Url};

use super::event::EventType;

/// What endpoints without a secret of their own share: published, as everything here.
pub(super) const SECRET: &str = "whsec_Y2xlcmstZW11bGF0b3Itd2ViaG9vay1zZWNyZXQ=";

/// Where webhooks are sent: all of them, signed with
/// [`Emulator::webhook_secret`](crate::Emulator::webhook_secret), unless this says otherwise.
///
/// Clerk signs for each endpoint with a secret of its own, by which a service tells them apart. Where two
/// endpoints of a service share what they remember, give them [secrets](Self::secret) here, too.
///
/// ```
/// use clerk_emulator::{Emulator, WebhookEndpoint};
///
/// let users = WebhookEndpoint::new("http://localhost:3000/webhooks")
///     .secret("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")
///     .event("user.*");
/// let audit = "http://127.0.0.1:3001/audit";
/// let emulator = Emulator::builder().webhook(users).webhook(audit).build()?;
/// # let _ = emulator;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use = "hand it to `Builder::webhook`, `Seed::webhook` or `Emulator::add_webhook`"]
pub struct WebhookEndpoint {
    url: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "redacted",
        serialize_with = "exposed"
    )]
    secret: Option<Redacted<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    late_ms: BTreeMap<String, u64>,
}

fn redacted<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Redacted<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Redacted::new))
}

/// Where seeds and state files are written, which hold all secrets.
fn exposed<S: Serializer>(
    secret: &Option<Redacted<String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret
        .as_ref()
        .map(|secret| secret.expose())
        .serialize(serializer)
}

impl WebhookEndpoint {
    /// An endpoint at this URL: `http`, on this machine.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            secret: None,
            events: Vec::new(),
            late_ms: BTreeMap::new(),
        }
    }

    /// Signs with a secret of its own, `whsec_…`; with several, where there is white space between
    /// them, as Clerk does while one replaces the other.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(Redacted::new(secret.into()));
        self
    }

    /// Sends this event too: a name such as `user.created`, or `user.*` for a group. Without any,
    /// all are sent.
    pub fn event(mut self, pattern: impl Into<String>) -> Self {
        self.events.push(pattern.into());
        self
    }

    /// Sends this event, or this group of them, so much later than it happens; a part of a
    /// millisecond counts for nothing. Clerk keeps no order: what it sends of a session may come before
    /// what it sends of its user.
    ///
    /// ```
    /// use clerk_emulator::WebhookEndpoint;
    /// use std::time::Duration;
    ///
    /// // Who signs up within a second of the emulator's clock is told of as signed in first.
    /// let endpoint = WebhookEndpoint::new("http://localhost:3000/webhooks")
    ///     .late("user.created", Duration::from_secs(1));
    /// # let _ = endpoint;
    /// ```
    pub fn late(mut self, pattern: impl Into<String>, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.late_ms.insert(pattern.into(), by);
        self
    }
}

impl From<&str> for WebhookEndpoint {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<&String> for WebhookEndpoint {
    fn from(url: &String) -> Self {
        Self::new(url)
    }
}

impl From<String> for WebhookEndpoint {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

/// An endpoint that can be sent to.
pub(crate) struct Endpoint {
    pub(crate) uri: Uri,
    pub(crate) secret: Redacted<String>,
    pub(crate) events: Vec<String>,
    /// Milliseconds by pattern.
    pub(crate) late_ms: BTreeMap<String, u64>,
    /// Whether it was given with the emulator, which then is to be told of it each time.
    pub(crate) is_of_start: bool,
    pub(super) secrets: SigningSecrets,
    /// Those that the host in the URL stands for, the likelier first.
    pub(super) addresses: Vec<SocketAddr>,
}

impl Endpoint {
    pub(super) fn wants(&self, event: EventType) -> bool {
        self.events.is_empty() || self.events.iter().any(|pattern| event.fits(pattern))
    }

    /// How long an event is held back: the longest that was said of it.
    pub(super) fn lateness(&self, event: EventType) -> Duration {
        let fitting = self
            .late_ms
            .iter()
            .filter(|(pattern, _)| event.fits(pattern));
        Duration::from_millis(fitting.map(|(_, ms)| *ms).max().unwrap_or(0))
    }
}

impl From<&Endpoint> for WebhookEndpoint {
    fn from(endpoint: &Endpoint) -> Self {
        let is_own = endpoint.secret.expose() != SECRET;
        Self {
            url: endpoint.uri.to_string(),
            secret: is_own.then(|| endpoint.secret.clone()),
            events: endpoint.events.clone(),
            late_ms: endpoint.late_ms.clone(),
        }
    }
}

impl TryFrom<WebhookEndpoint> for Endpoint {
    type Error = InvalidWebhook;

    fn try_from(endpoint: WebhookEndpoint) -> Result<Self, InvalidWebhook> {
        let WebhookEndpoint {
            url,
            secret,
            events,
            late_ms,
        } = endpoint;
        let (uri, addresses) = here(&url).ok_or(InvalidWebhook::Url)?;
        let names_nothing =
            |pattern: &&String| !EventType::ALL.iter().any(|event| event.fits(pattern));
        if let Some(pattern) = events.iter().chain(late_ms.keys()).find(names_nothing) {
            return Err(InvalidWebhook::Event(pattern.clone()));
        }
        let secret = secret.unwrap_or_else(|| Redacted::new(SECRET.to_owned()));
        Ok(Self {
            uri,
            addresses,
            secrets: secret.expose().parse().map_err(InvalidWebhook::Secret)?,
            secret,
            events,
            late_ms,
            is_of_start: false,
        })
    }
}

/// What a URL of this machine leads to; no name is looked up.
fn here(text: &str) -> Option<(Uri, Vec<SocketAddr>)> {
    let mut url = Url::parse(text).ok()?;
    let is_plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    let port = url.port_or_known_default().filter(|_| is_plain)?;
    let addresses: Vec<IpAddr> = match url.host()? {
        Host::Ipv4(address) => vec![address.into()],
        Host::Ipv6(address) => vec![address.into()],
        Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        }
        Host::Domain(_) => return None,
    };
    if !addresses.iter().all(IpAddr::is_loopback) {
        return None;
    }
    url.set_fragment(None);
    let addresses = addresses.into_iter();
    let addresses = addresses.map(|address| SocketAddr::new(address, port));
    Some((url.as_str().parse().ok()?, addresses.collect()))
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("uri", &self.uri)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

/// Why webhooks cannot be sent to an endpoint. It does not repeat the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWebhook {
    /// The URL is none, or leads away from this machine.
    #[error(
        "a webhook's URL must be http:// and of this machine (localhost or a loopback address), without a password: http://localhost:3000/webhooks"
    )]
    Url,
    /// The secret is none.
    #[error(
        "a webhook's secret must be whsec_ and 24 bytes or more in base64; leave it out to have the emulator's own: {0}"
    )]
    Secret(InvalidSigningSecret),
    /// No event is called like this, or not in an emulator.
    #[error(
        "the emulator has no event `{0}`: name one that SUPPORTED.md lists, or a group such as user.*"
    )]
    Event(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Result<Endpoint, InvalidWebhook> {
        WebhookEndpoint::new(url).try_into()
    }

    #[test]
    fn endpoints_are_on_this_machine() {
        for (url, expected) in [
            ("http://localhost/hooks", &["127.0.0.1:80", "[::1]:80"][..]),
            (
                "http://api.localhost:3000",
                &["127.0.0.1:3000", "[::1]:3000"],
            ),
            ("http://127.0.0.9:3000/?a=b#c", &["127.0.0.9:3000"]),
            ("http://[::1]:3000/", &["[::1]:3000"]),
        ] {
            let addresses = endpoint(url).unwrap().addresses;
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            assert_eq!(addresses, expected, "{url}");
        }
        for url in [
            "",
            "localhost:3000",
            "/webhooks",
            "https://localhost/hooks",
            "http://example.com/hooks",
            "http://localhost.example.com/hooks",
            "http://192.168.0.1/hooks",
            "http://0.0.0.0/hooks",
            "http://ada:secret@localhost/hooks",
        ] {
            assert_eq!(endpoint(url).unwrap_err(), InvalidWebhook::Url, "{url}");
        }
    }

    #[test]
    fn secrets_are_secrets_and_shown_to_nobody() {
        let with = |secret: &str| WebhookEndpoint::new("http://localhost/").secret(secret);
        let own = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";
        for shown in [
            format!("{:?}", with(own)),
            format!("{:?}", Endpoint::try_from(with(own)).unwrap()),
            Endpoint::try_from(with("whsec_b25seSBh!"))
                .unwrap_err()
                .to_string(),
        ] {
            assert!(!shown.contains("b25seSBh"), "{shown}");
        }
        for none in ["", "whsec_", "not base64!"] {
            let refused = Endpoint::try_from(with(none)).unwrap_err();
            assert!(matches!(refused, InvalidWebhook::Secret(_)), "{none}");
        }
    }

    #[test]
    fn a_pattern_that_stands_for_no_event_is_refused() {
        for pattern in ["user.craeted", "paymentAttempt.created", "user", ""] {
            let endpoint = || WebhookEndpoint::new("http://localhost/");
            for endpoint in [
                endpoint().event(pattern),
                endpoint().late(pattern, Duration::ZERO),
            ] {
                assert_eq!(
                    Endpoint::try_from(endpoint).unwrap_err(),
                    InvalidWebhook::Event(pattern.to_owned())
                );
            }
        }
    }
}
