use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_core::UnixTime;
use ring::hmac;
use zeroize::Zeroizing;

use crate::{Error, SignedHeaders, claims::Fingerprint};

/// The environment variable that Clerk's documentation keeps the signing secret in.
pub const SIGNING_SECRET_VARIABLE: &str = "CLERK_WEBHOOK_SIGNING_SECRET";

/// What Clerk signs an endpoint's webhooks with: `whsec_…`. While a secret is being replaced there
/// are two; those of several endpoints may stand beside each other, too.
///
/// They are parsed once, when this is made. Their text and bytes are erased from memory then; what
/// stays is the state of the hash function that was keyed with them. There is no `Display`,
/// `Serialize` or `PartialEq`, and `Debug` says how many there are.
///
/// ```
/// use clerk_webhooks::SigningSecrets;
///
/// let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxl")?.also("whsec_YW5vdGhlcg==")?;
/// assert_eq!(format!("{secrets:?}"), "SigningSecrets(2, [redacted])");
///
/// let same: SigningSecrets = "whsec_b25seSBhbiBleGFtcGxl whsec_YW5vdGhlcg==".parse()?;
/// # drop(same);
/// # Ok::<(), clerk_webhooks::InvalidSigningSecret>(())
/// ```
#[derive(Clone)]
pub struct SigningSecrets {
    secrets: Vec<Secret>,
}

/// One of them, as it is kept.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) key: hmac::Key,
    pub(crate) fingerprint: Fingerprint,
}

impl SigningSecrets {
    /// One secret, as the Clerk dashboard shows it. The prefix `whsec_` may be left out; white
    /// space around it, as environment files leave it, is dropped.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it; the secret itself is not repeated.
    pub fn new(secret: impl AsRef<str>) -> Result<Self, InvalidSigningSecret> {
        Ok(Self {
            secrets: vec![Secret::parse(secret.as_ref())?],
        })
    }

    /// One secret, given as the bytes that its text encodes.
    ///
    /// # Errors
    ///
    /// There are no bytes.
    pub fn from_bytes(secret: impl AsRef<[u8]>) -> Result<Self, InvalidSigningSecret> {
        Ok(Self {
            secrets: vec![Secret::of(secret.as_ref())?],
        })
    }

    /// One more secret: for the time in which the sender goes over from one to the other, or of
    /// another endpoint.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it; the secret itself is not repeated.
    pub fn also(mut self, secret: impl AsRef<str>) -> Result<Self, InvalidSigningSecret> {
        self.secrets.push(Secret::parse(secret.as_ref())?);
        Ok(self)
    }

    /// Reads `CLERK_WEBHOOK_SIGNING_SECRET` from the environment; the only function that does.
    ///
    /// Several secrets stand beside each other with white space or commas between them.
    ///
    /// # Errors
    ///
    /// The variable is not set, or holds something else.
    pub fn from_env() -> Result<Self, InvalidSigningSecret> {
        std::env::var(SIGNING_SECRET_VARIABLE)
            .map(Zeroizing::new)
            .map_err(|_| InvalidSigningSecret::Empty)?
            .parse()
    }

    /// Signs a delivery under every one of these secrets, as Clerk would send it: for tests, and
    /// for programs that stand in for Clerk.
    ///
    /// # Errors
    ///
    /// Nobody would accept it: the id is empty, is longer than 256 characters, or has characters in
    /// it that are not visible ASCII, or a full stop; or `now` is before 1970.
    ///
    /// ```
    /// use clerk_core::UnixTime;
    /// use clerk_webhooks::SigningSecrets;
    ///
    /// let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxl")?;
    /// let signed = secrets.sign("msg_1", UnixTime::from_secs(1_800_000_000), b"{}")?;
    /// for (name, value) in signed.svix() {
    ///     println!("{name}: {value}");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign(&self, id: &str, now: UnixTime, body: &[u8]) -> Result<SignedHeaders, Error> {
        SignedHeaders::sign(&self.secrets, id, now, body)
    }

    pub(crate) fn all(&self) -> &[Secret] {
        &self.secrets
    }
}

impl FromStr for SigningSecrets {
    type Err = InvalidSigningSecret;

    /// One or several, with white space or commas between them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let secrets = text.split(|c: char| c.is_whitespace() || c == ',');
        let secrets: Vec<Secret> = secrets
            .filter(|secret| !secret.is_empty())
            .map(Secret::parse)
            .collect::<Result<_, _>>()?;
        if secrets.is_empty() {
            return Err(InvalidSigningSecret::Empty);
        }
        Ok(Self { secrets })
    }
}

impl fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecrets({}, [redacted])", self.secrets.len())
    }
}

impl Secret {
    fn parse(text: &str) -> Result<Self, InvalidSigningSecret> {
        let text = text.trim();
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = STANDARD
            .decode(encoded)
            .map(Zeroizing::new)
            .map_err(|_| InvalidSigningSecret::Encoding)?;
        Self::of(&bytes)
    }

    /// HMAC takes an empty key like any other, and then anybody can sign.
    fn of(bytes: &[u8]) -> Result<Self, InvalidSigningSecret> {
        if bytes.is_empty() {
            return Err(InvalidSigningSecret::Empty);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let fingerprint = Fingerprint::of(&key);
        Ok(Self { key, fingerprint })
    }
}

/// Why a value is no signing secret. It never contains the value.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSigningSecret {
    /// Nothing was given, or nothing behind `whsec_`.
    Empty,
    /// What stands behind `whsec_` is not base64 (RFC 4648 §4).
    Encoding,
}

impl fmt::Display for InvalidSigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is no signing secret",
            Self::Encoding => "a signing secret is whsec_ and base64",
        })?;
        write!(
            f,
            "; set {SIGNING_SECRET_VARIABLE} to the one on the endpoint's page under Webhooks in the Clerk dashboard"
        )
    }
}

/// What to do: a `main` that returns this shows it so.
impl fmt::Debug for InvalidSigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvalidSigningSecret({self})")
    }
}

impl std::error::Error for InvalidSigningSecret {}
