use std::{fmt, str::FromStr, time::Duration};

use bytes::Bytes;
use clerk_core::UnixTime;
use clerk_webhooks::{SignedHeaders, SigningSecrets};

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
#[error("unknown webhook defect; use foreign-secret, altered-body, stale or missing-signature")]
pub struct UnknownWebhookDefect;

/// Whose secret [`WebhookDefect::ForeignSecret`] signs with.
const NOBODYS: &[u8] = b"a secret of nobody's";

/// The headers and the body to send, right but for the defect. `None` if the id is none.
pub(super) fn sign(
    secrets: &SigningSecrets,
    id: &str,
    body: &Bytes,
    now: UnixTime,
    defect: Option<WebhookDefect>,
) -> Option<(SignedHeaders, Bytes)> {
    let at = match defect {
        Some(WebhookDefect::Stale) => now.saturating_sub(Duration::from_secs(60 * 60)),
        _ => now,
    };
    // A timestamp has no sign.
    let at = at.max(UnixTime::from_secs(0));
    let signed = match defect {
        Some(WebhookDefect::ForeignSecret) => {
            let foreign = SigningSecrets::from_bytes(NOBODYS).ok()?;
            foreign.sign(id, at, body)
        }
        _ => secrets.sign(id, at, body),
    };
    let body = match defect {
        Some(WebhookDefect::AlteredBody) => [body.as_ref(), b" "].concat().into(),
        _ => body.clone(),
    };
    Some((signed.ok()?, body))
}
