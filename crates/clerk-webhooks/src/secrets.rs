#[cfg(feature = "ring")]
use std::str::FromStr;
use std::{
    fmt,
    future::Future,
    pin::pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, Waker},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use clerk_core::Pasted;
use zeroize::Zeroizing;

#[cfg(feature = "ring")]
use crate::Ring;
use crate::{Error, Hmac, HmacError, Provider, claims::Fingerprint};

/// The environment variable that Clerk's documentation keeps the signing secret in.
pub const SIGNING_SECRET_VARIABLE: &str = "CLERK_WEBHOOK_SIGNING_SECRET";

const PREFIX: &str = "whsec_";
/// Of Standard Webhooks, whose secrets are also written `v1,whsec_…`.
const VERSION: &str = "v1";
/// The fewest bytes that Standard Webhooks lets a secret have. Any word of four letters is base64, too.
const LEAST_BYTES: usize = 24;

/// What Clerk signs an endpoint's webhooks with: `whsec_…`. While a secret is being replaced there
/// are two; those of several endpoints may stand beside each other, too.
///
/// They are parsed once, when this is made. Their text and bytes are erased from memory then; what
/// stays is what the cryptography library made of them; with ring, the state of the hash function that
/// was keyed with them. There is no `Display`, `Serialize` or `PartialEq`, and `Debug` says how many there
/// are.
///
/// Each constructor is there twice: for ring, and with a [`Provider`] of another library.
///
/// ```
/// use clerk_webhooks::SigningSecrets;
///
/// let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")?
///     .also("whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0")?;
/// assert_eq!(format!("{secrets:?}"), "SigningSecrets(2, [redacted])");
///
/// let both = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0 whsec_YW5vdGhlciBleGFtcGxlIG9mIGEgc2VjcmV0";
/// let same: SigningSecrets = both.parse()?;
/// # drop(same);
/// # Ok::<(), clerk_webhooks::InvalidSigningSecret>(())
/// ```
#[derive(Clone)]
pub struct SigningSecrets {
    provider: Arc<dyn Provider>,
    secrets: Vec<Secret>,
}

/// One of them, as it is kept.
#[derive(Clone)]
pub(crate) struct Secret {
    pub(crate) key: Hmac,
    /// Once it is known: a value, and no promise of one.
    fingerprint: OnceLock<Fingerprint>,
}

const ANSWERS_LATER: &str = "the cryptography library answers later; await it, with `receive_async`, `verify_async` or \
    `sign_async`, or take one that answers at once, such as ring, which blocking functions need";

impl SigningSecrets {
    /// One secret, as the Clerk dashboard shows it. What [`Pasted::strip`] takes off is dropped:
    /// white space, quotes, the name of a variable in front; and so is the version of Standard
    /// Webhooks, `v1,whsec_…`.
    ///
    /// It may come without `whsec_` and without its padding. It has 24 bytes or more, which is what
    /// Standard Webhooks asks for: a shorter text may be a word, with which anybody can sign, or a
    /// part of a secret. What really is shorter goes through [`from_bytes`](Self::from_bytes).
    ///
    /// # Errors
    ///
    /// Says what is wrong with it; the secret itself is not repeated.
    #[cfg(feature = "ring")]
    pub fn new(secret: impl AsRef<str>) -> Result<Self, InvalidSigningSecret> {
        Self::new_with(secret, Ring)
    }

    /// [`new`](Self::new), with another cryptography library.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it; the secret itself is not repeated.
    pub fn new_with(
        secret: impl AsRef<str>,
        provider: impl Provider + 'static,
    ) -> Result<Self, InvalidSigningSecret> {
        Self::none(provider).also(secret)
    }

    /// One secret, given as the bytes that its text encodes, however few. Bytes that can be guessed
    /// let anybody sign.
    ///
    /// # Errors
    ///
    /// There are no bytes.
    #[cfg(feature = "ring")]
    pub fn from_bytes(secret: impl AsRef<[u8]>) -> Result<Self, InvalidSigningSecret> {
        Self::from_bytes_with(secret, Ring)
    }

    /// [`from_bytes`](Self::from_bytes), with another cryptography library.
    ///
    /// # Errors
    ///
    /// There are no bytes.
    pub fn from_bytes_with(
        secret: impl AsRef<[u8]>,
        provider: impl Provider + 'static,
    ) -> Result<Self, InvalidSigningSecret> {
        let mut secrets = Self::none(provider);
        let secret = Secret::of(secret.as_ref(), &*secrets.provider)?;
        secrets.secrets.push(secret);
        Ok(secrets)
    }

    /// One or several, with white space or commas between them, as [`from_env`](Self::from_env) reads them;
    /// what [`parse`](str::parse) does, with another cryptography library.
    ///
    /// # Errors
    ///
    /// Says what is wrong with one of them; the secret itself is not repeated.
    pub fn parse_with(
        text: &str,
        provider: impl Provider + 'static,
    ) -> Result<Self, InvalidSigningSecret> {
        // The name of the variable stands in front of all of them, and `v1` in front of one.
        let texts = Pasted::strip(text).split(|c: char| c.is_whitespace() || c == ',');
        let mut texts = texts.filter(|text| !text.is_empty() && *text != VERSION);
        let secrets = texts.try_fold(Self::none(provider), Self::also)?;
        if secrets.secrets.is_empty() {
            return Err(InvalidSigningSecret::Empty);
        }
        Ok(secrets)
    }

    fn none(provider: impl Provider + 'static) -> Self {
        Self {
            provider: Arc::new(provider),
            secrets: Vec::new(),
        }
    }

    /// One more secret: for the time in which the sender goes over from one to the other, or of
    /// another endpoint.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it; the secret itself is not repeated.
    pub fn also(mut self, secret: impl AsRef<str>) -> Result<Self, InvalidSigningSecret> {
        let secret = Secret::parse(secret.as_ref(), &*self.provider)?;
        self.secrets.push(secret);
        Ok(self)
    }

    /// Reads `CLERK_WEBHOOK_SIGNING_SECRET` from the environment.
    ///
    /// Several secrets stand beside each other with white space or commas between them.
    ///
    /// # Errors
    ///
    /// The variable is not set, or holds something else.
    #[cfg(feature = "ring")]
    pub fn from_env() -> Result<Self, InvalidSigningSecret> {
        Self::from_env_with(Ring)
    }

    /// [`from_env`](Self::from_env), with another cryptography library; the only function that reads the
    /// variable.
    ///
    /// # Errors
    ///
    /// The variable is not set, or holds something else.
    pub fn from_env_with(provider: impl Provider + 'static) -> Result<Self, InvalidSigningSecret> {
        let text = std::env::var(SIGNING_SECRET_VARIABLE)
            .map(Zeroizing::new)
            .map_err(|_| InvalidSigningSecret::Empty)?;
        Self::parse_with(&text, provider)
    }

    /// Whether the library answers later, so that blocking functions cannot use these.
    pub fn is_awaited(&self) -> bool {
        let mut keys = self.secrets.iter().map(|secret| &secret.key);
        keys.any(|key| matches!(key, Hmac::Awaited(_)))
    }

    /// What comes of a decision for those who cannot wait. It waits for nothing but these secrets, so it is polled
    /// once; where it would have to wait, it is not begun.
    pub(crate) fn at_once<T>(
        &self,
        name: &'static str,
        decision: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        if !self.is_awaited() {
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(decided) = pin!(decision).poll(&mut context) {
                return decided;
            }
        }
        let why = ANSWERS_LATER;
        Err(Error::Unchecked { name, why })
    }

    pub(crate) fn all(&self) -> &[Secret] {
        &self.secrets
    }

    pub(crate) fn provider(&self) -> &dyn Provider {
        &*self.provider
    }
}

#[cfg(feature = "ring")]
impl FromStr for SigningSecrets {
    type Err = InvalidSigningSecret;

    /// One or several, with white space or commas between them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_with(text, Ring)
    }
}

impl fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecrets({}, [redacted])", self.secrets.len())
    }
}

impl Secret {
    fn parse(text: &str, provider: &dyn Provider) -> Result<Self, InvalidSigningSecret> {
        let text = Pasted::strip(text);
        let unversioned = text
            .strip_prefix(VERSION)
            .and_then(|rest| rest.strip_prefix(','))
            .filter(|rest| rest.starts_with(PREFIX));
        let text = unversioned.unwrap_or(text);
        match Pasted::of(text) {
            None | Some(Pasted::SigningSecret) => {}
            Some(other) => return Err(InvalidSigningSecret::Other(other)),
        }
        let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
        // One text for each secret, with its padding or without: bits that count for nothing, or half
        // of the padding, say that a part is missing.
        let bytes = STANDARD
            .decode(encoded)
            .or_else(|_| STANDARD_NO_PAD.decode(encoded))
            .map(Zeroizing::new)
            .map_err(|_| InvalidSigningSecret::Encoding)?;
        if (1..LEAST_BYTES).contains(&bytes.len()) {
            return Err(InvalidSigningSecret::Short);
        }
        Self::of(&bytes, provider)
    }

    /// HMAC takes an empty key like any other, and then anybody can sign.
    fn of(bytes: &[u8], provider: &dyn Provider) -> Result<Self, InvalidSigningSecret> {
        if bytes.is_empty() {
            return Err(InvalidSigningSecret::Empty);
        }
        let key = provider.hmac_sha256(bytes);
        let fingerprint = OnceLock::new();
        if let Hmac::AtOnce(key) = &key {
            let _ = fingerprint.set(Fingerprint::of(&**key));
        }
        Ok(Self { key, fingerprint })
    }

    pub(crate) async fn fingerprint(&self) -> Result<Fingerprint, HmacError> {
        match self.fingerprint.get() {
            Some(known) => Ok(*known),
            None => {
                let fingerprint = Fingerprint::awaited(&self.key).await?;
                Ok(*self.fingerprint.get_or_init(|| fingerprint))
            }
        }
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
    /// Something else was given.
    Other(Pasted),
    /// It has fewer than 24 bytes.
    Short,
}

impl fmt::Display for InvalidSigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no signing secret"),
            Self::Encoding => f.write_str("a signing secret is whsec_ and base64"),
            Self::Other(found) => write!(f, "this is no signing secret, but {found}"),
            Self::Short => write!(
                f,
                "a signing secret has {LEAST_BYTES} bytes or more, and this is a word or a part of one"
            ),
        }?;
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
