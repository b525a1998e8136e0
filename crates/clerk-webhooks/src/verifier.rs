use std::{fmt, time::Duration};

use crate::{
    ClaimError, Claimant, Error, Headers, HmacError, SigningSecrets,
    claims::Fingerprint,
    content::{Content, Tags},
    headers::{Names, only},
};
use clerk_core::UnixTime;
use subtle::ConstantTimeEq;

/// How far a timestamp may be away, if nothing else was set.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Tells deliveries that were signed with one of its secrets from all others.
///
/// ```
/// use clerk_core::UnixTime;
/// use clerk_webhooks::{Error, SigningSecrets, Verifier};
///
/// let verifier = Verifier::new(SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")?);
/// let headers = [("svix-id", "msg_1"), ("svix-timestamp", "1800000000")];
/// let refused = verifier.verify(&headers, b"{}", UnixTime::from_secs(1_800_000_000));
/// assert_eq!(refused.unwrap_err(), Error::MissingHeader { name: "svix-signature" });
/// # Ok::<(), clerk_webhooks::InvalidSigningSecret>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    secrets: SigningSecrets,
    tolerance: Duration,
}

impl Verifier {
    /// A verifier that accepts what was signed with any of `secrets`, within five minutes.
    pub const fn new(secrets: SigningSecrets) -> Self {
        Self {
            secrets,
            tolerance: TOLERANCE,
        }
    }

    /// How many seconds a timestamp may be away from now, earlier or later, up to and including.
    ///
    /// Timestamps are in whole seconds, and are compared in whole seconds.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The delivery, if it was signed with one of the secrets, lately.
    ///
    /// `body` is the body as it arrived, before anything has decoded it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, in the order of [the crate's page](crate#what-is-checked);
    /// [`Error::Unchecked`] where the library [answers later](SigningSecrets::is_awaited).
    pub fn verify<'d, H: Headers + ?Sized>(
        &self,
        headers: &'d H,
        body: &'d [u8],
        now: UnixTime,
    ) -> Result<Verified<'d>, Error> {
        let signed = self.read(headers, body, now)?;
        let name = signed.names.signature;
        self.secrets
            .at_once(name, signed.judge(&self.secrets, None))
    }

    /// [`verify`](Self::verify), with a library that may answer later. With one that answers at once, it is `verify`.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify); [`Error::Unchecked`] where the library failed.
    pub async fn verify_async<'d, H: Headers + ?Sized>(
        &self,
        headers: &'d H,
        body: &'d [u8],
        now: UnixTime,
    ) -> Result<Verified<'d>, Error> {
        let signed = self.read(headers, body, now)?;
        signed.judge(&self.secrets, None).await
    }

    /// The same, and under which of the secrets it was signed. None is passed over because another
    /// fits: a delivery that was signed under two is known under both, whichever signature a recording
    /// of it may have kept.
    pub(crate) fn verify_under<'d, H: Headers + ?Sized>(
        &self,
        headers: &'d H,
        body: &'d [u8],
        now: UnixTime,
    ) -> Result<(Verified<'d>, Vec<Fingerprint>), Error> {
        let signed = self.read(headers, body, now)?;
        let (name, mut under) = (signed.names.signature, Vec::new());
        let judging = signed.judge(&self.secrets, Some(&mut under));
        let verified = self.secrets.at_once(name, judging)?;
        Ok((verified, under))
    }

    pub(crate) async fn verify_under_async<'d, H: Headers + ?Sized>(
        &self,
        headers: &'d H,
        body: &'d [u8],
        now: UnixTime,
    ) -> Result<(Verified<'d>, Vec<Fingerprint>), Error> {
        let signed = self.read(headers, body, now)?;
        let mut under = Vec::new();
        let verified = signed.judge(&self.secrets, Some(&mut under)).await?;
        Ok((verified, under))
    }

    /// For one more attempt to act on a delivery.
    pub(crate) fn claimant(&self) -> Result<Claimant, ClaimError> {
        let random = self.secrets.provider().random();
        random.map(Claimant::from_bytes).map_err(ClaimError::new)
    }

    /// All that is asked before anything is hashed.
    fn read<'d, H: Headers + ?Sized>(
        &self,
        headers: &'d H,
        body: &'d [u8],
        now: UnixTime,
    ) -> Result<Signed<'d>, Error> {
        let (names, id) = Names::with_id(headers)?;
        let timestamp = only(headers, names.timestamp)?;
        let signatures = only(headers, names.signature)?;
        let (content, timestamp) = Content::read(id, timestamp, body, names)?;
        self.judge_age(timestamp, now, names)?;
        let name = names.signature;
        let tags = Tags::read(signatures, name)?;
        Ok(Signed {
            names,
            content,
            timestamp,
            tags,
        })
    }

    fn judge_age(&self, timestamp: UnixTime, now: UnixTime, names: Names) -> Result<(), Error> {
        let now = UnixTime::from_secs(now.as_secs());
        let name = names.timestamp;
        if now.saturating_duration_since(timestamp) > self.tolerance {
            return Err(Error::TooOld { name });
        }
        if timestamp.saturating_duration_since(now) > self.tolerance {
            return Err(Error::TooNew { name });
        }
        Ok(())
    }
}

/// A delivery that is signed by somebody, lately.
struct Signed<'d> {
    names: Names,
    content: Content<'d>,
    timestamp: UnixTime,
    tags: Tags,
}

impl<'d> Signed<'d> {
    /// Whether it was one who knows a secret, and `under` which of them.
    async fn judge(
        self,
        secrets: &SigningSecrets,
        under: Option<&mut Vec<Fingerprint>>,
    ) -> Result<Verified<'d>, Error> {
        let name = self.names.signature;
        let matches = self.matches(secrets, under).await;
        match matches.map_err(|error| Error::unchecked(name, error))? {
            true => Ok(Verified {
                id: self.content.id,
                timestamp: self.timestamp,
                body: self.content.body,
            }),
            false => Err(Error::NoMatchingSignature { name }),
        }
    }

    async fn matches(
        &self,
        secrets: &SigningSecrets,
        mut under: Option<&mut Vec<Fingerprint>>,
    ) -> Result<bool, HmacError> {
        let mut matching = false;
        for secret in secrets.all() {
            let expected = self.content.tag(&secret.key).await?;
            for tag in self.tags.iter() {
                if !bool::from(expected.ct_eq(tag)) {
                    continue;
                }
                matching = true;
                if let Some(under) = &mut under {
                    let fingerprint = secret.fingerprint().await?;
                    if !under.contains(&fingerprint) {
                        under.push(fingerprint);
                    }
                }
                break;
            }
        }
        Ok(matching)
    }
}

/// A delivery whose signature is right. A [`Verifier`] alone makes one, so a function that takes it need not ask.
#[derive(Clone, Copy)]
pub struct Verified<'d> {
    id: &'d str,
    timestamp: UnixTime,
    body: &'d [u8],
}

impl<'d> Verified<'d> {
    /// What the sender calls this message: `msg_…`. It stays the same when the message is sent
    /// again, which is how to know that it was.
    pub const fn id(&self) -> &'d str {
        self.id
    }

    /// When this attempt to deliver it was signed, in whole seconds.
    pub const fn timestamp(&self) -> UnixTime {
        self.timestamp
    }

    /// The bytes that were signed.
    pub const fn body(&self) -> &'d [u8] {
        self.body
    }
}

impl fmt::Debug for Verified<'_> {
    /// Without the body, in which there are people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("id", &self.id)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}
