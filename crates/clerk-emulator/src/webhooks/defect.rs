use std::{fmt, str::FromStr, time::Duration};

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_webhooks::{Error, SignedHeaders, SigningSecrets};

/// What is wrong with a webhook that [`Emulator::forge_webhook`](crate::Emulator::forge_webhook)
/// sends, and nothing else is: an endpoint that accepts it lacks one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookDefect {
    /// Signed with a secret that is not the endpoint's.
    ForeignSecret,
    /// A space follows the body that was signed: the same JSON, and other bytes.
    AlteredBody,
    /// Signed an hour ago.
    Stale,
    /// No signature.
    MissingSignature,
}

impl WebhookDefect {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::ForeignSecret,
        Self::AlteredBody,
        Self::Stale,
        Self::MissingSignature,
    ];

    /// The name in the control plane: `foreign-secret`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ForeignSecret => "foreign-secret",
            Self::AlteredBody => "altered-body",
            Self::Stale => "stale",
            Self::MissingSignature => "missing-signature",
        }
    }
}

impl fmt::Display for WebhookDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for WebhookDefect {
    type Err = UnknownWebhookDefect;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|defect| defect.name() == name)
            .ok_or(UnknownWebhookDefect)
    }
}

/// No defect of webhooks has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no webhook goes wrong like this: name foreign-secret, altered-body, stale or missing-signature"
)]
pub struct UnknownWebhookDefect;

/// The headers and the body to send, right but for the defect.
pub(super) fn sign(
    secrets: &SigningSecrets,
    id: &str,
    body: &Bytes,
    now: UnixTime,
    defect: Option<WebhookDefect>,
) -> Result<(SignedHeaders, Bytes), Error> {
    // Nothing that was signed before 1970 can be told from a time that is missing.
    let at = |now: UnixTime| now.max(UnixTime::from_secs(0));
    let signed = match defect {
        Some(WebhookDefect::ForeignSecret) => {
            let foreign = SigningSecrets::from_bytes(FOREIGN).unwrap_or_else(|_| secrets.clone());
            foreign.sign(id, at(now), body)?
        }
        Some(WebhookDefect::Stale) => {
            let earlier = now.saturating_sub(Duration::from_secs(60 * 60));
            secrets.sign(id, at(earlier), body)?
        }
        _ => secrets.sign(id, at(now), body)?,
    };
    let body = match defect {
        Some(WebhookDefect::AlteredBody) => [body.as_ref(), b" "].concat().into(),
        _ => body.clone(),
    };
    Ok((signed, body))
}

const FOREIGN: &[u8] = b"a secret of nobody's";
