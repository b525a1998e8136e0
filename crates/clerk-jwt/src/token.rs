use alloc::{borrow::Cow, boxed::Box, vec::Vec};

use clerk_core::UnixTime;

use crate::{
    Authenticated, Claims, Header, KeyId, KnownHeaders, Malformed, Policy, TokenClaims, Verified,
    VerifyError, VerifyingKey, base64url,
};

/// The longest token that is looked at, in bytes, unless another limit is given: 16 KiB.
///
/// Browsers keep cookies of at most 4 KiB, and Clerk keeps session tokens below that.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A signed text in compact form (RFC 7515 §3.1) of which nothing has been verified.
///
/// Parsing looks at the shape and the header, which is what it takes to find the key. What it
/// says is not to be believed until [`verify`](UnverifiedToken::verify) has given a [`Verified`].
///
/// ```
/// # #[cfg(feature = "ring")] {
/// use clerk_jwt::{Policy, SessionClaims, UnverifiedToken, VerifyingKey};
/// use clerk_core::UnixTime;
///
/// # let pem = include_str!("../tests/keys/a.public.pem");
/// # let compact = include_str!("../tests/tokens/session_v2.jwt").trim();
/// # let now = UnixTime::from_secs(1_800_000_000);
/// let key = VerifyingKey::from_pem(pem)?;
/// let token = UnverifiedToken::parse(compact)?;
/// let verified = token.verify::<SessionClaims>(&key, now, &Policy::default())?;
/// assert_eq!(verified.claims().user_id(), "user_2abc");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct UnverifiedToken<'t> {
    compact: &'t str,
    header: Header,
    /// The header's and the payload's segments with the dot between: what was signed.
    signed: &'t [u8],
    payload: &'t [u8],
    signature: &'t [u8],
}

impl<'t> UnverifiedToken<'t> {
    /// Takes a compact text apart, if it is no longer than [`MAX_TOKEN_BYTES`].
    ///
    /// # Errors
    ///
    /// [`Malformed`]: it is too long, does not have three parts, or its header cannot be read.
    pub fn parse(compact: &'t str) -> Result<Self, Malformed> {
        Self::parse_with_limit(compact, MAX_TOKEN_BYTES)
    }

    /// Takes a compact text apart, if it is no longer than `limit` bytes.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse).
    pub fn parse_with_limit(compact: &'t str, limit: usize) -> Result<Self, Malformed> {
        Self::parse_knowing(compact, limit, &KnownHeaders::default())
    }

    /// [`parse_with_limit`](Self::parse_with_limit), for a header that may be among `known`: it is
    /// not read again then.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse).
    pub fn parse_knowing(
        compact: &'t str,
        limit: usize,
        known: &KnownHeaders,
    ) -> Result<Self, Malformed> {
        if compact.len() > limit {
            return Err(Malformed::TooLong(limit));
        }
        Self::split(compact, |header| match known.find(header) {
            Some(header) => Ok(header.clone()),
            None => Header::decode(header),
        })
    }

    /// Takes a text apart whose length is acceptable.
    pub(crate) fn split(
        compact: &'t str,
        read: impl FnOnce(&[u8]) -> Result<Header, Malformed>,
    ) -> Result<Self, Malformed> {
        let text = compact.as_bytes();
        let (header, rest) = split_at_dot(text).ok_or(Malformed::Parts)?;
        let (payload, signature) = split_at_dot(rest).ok_or(Malformed::Parts)?;
        if memchr::memchr(b'.', signature).is_some() {
            return Err(Malformed::Parts);
        }
        let signed_length = header.len().saturating_add(1).saturating_add(payload.len());
        Ok(Self {
            compact,
            header: read(header)?,
            signed: text.get(..signed_length).unwrap_or_default(),
            payload,
            signature,
        })
    }

    /// The header, which anyone may have written.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The key the token asks to be verified with.
    pub fn key_id(&self) -> Option<&KeyId> {
        self.header.key_id()
    }

    /// Verifies the token as one of kind `C`: its header, then its signature with `key`, then its
    /// claims against `policy` at the time `now`.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, in this order: `typ`, `alg` and `crit`, the kind as far as
    /// the header tells it; the payload's shape; the signature; the kind; `sub`, `aud`, `azp`,
    /// `iss`, `exp`, `nbf`, `iat`, and a machine's scopes. No claim is judged before the signature
    /// is good.
    pub fn verify<C: TokenClaims>(
        &self,
        key: &VerifyingKey,
        now: UnixTime,
        policy: &Policy,
    ) -> Result<Verified<C>, VerifyError> {
        C::check_header(&self.header, policy)?;
        self.authenticate(key)?.accept(now, policy)
    }

    /// [`verify`](Self::verify) with a key that may have to be [awaited](VerifyingKey::is_awaited).
    ///
    /// With any other it does the same, and never waits.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify), in the same order.
    pub async fn verify_async<C: TokenClaims>(
        &self,
        key: &VerifyingKey,
        now: UnixTime,
        policy: &Policy,
    ) -> Result<Verified<C>, VerifyError> {
        C::check_header(&self.header, policy)?;
        self.authenticate_async(key).await?.accept(now, policy)
    }

    /// The first half of [`verify`](Self::verify): checks the signature with `key`, and judges no
    /// claim.
    ///
    /// # Errors
    ///
    /// `alg` is not accepted or not the key's, `crit` is there, the token has not the form of one, or
    /// the signature does not match.
    pub fn authenticate<'a>(
        &'a self,
        key: &'a VerifyingKey,
    ) -> Result<Authenticated<'a>, VerifyError> {
        let algorithm = self.header.check_algorithm()?;
        let mut buffer = SignatureBuffer::default();
        let signature = self.decode_signature(&mut buffer)?;
        // Finding where the claims stand believes none of them. Doing it first means that what is
        // not a token at all is refused for a hundredth of what a signature costs.
        let claims = self.read_claims()?;
        key.verify(algorithm, self.signed, &signature)?;
        Ok(Authenticated::new(self.compact, key, claims))
    }

    /// [`authenticate`](Self::authenticate) with a key that may have to be
    /// [awaited](VerifyingKey::is_awaited).
    ///
    /// # Errors
    ///
    /// Those of [`authenticate`](Self::authenticate).
    pub async fn authenticate_async<'a>(
        &'a self,
        key: &'a VerifyingKey,
    ) -> Result<Authenticated<'a>, VerifyError> {
        if !key.is_awaited() {
            return self.authenticate(key);
        }
        // What is kept over an `.await` is part of every caller's future, theirs too who never wait.
        Box::pin(self.authenticate_awaited(key)).await
    }

    async fn authenticate_awaited<'a>(
        &'a self,
        key: &'a VerifyingKey,
    ) -> Result<Authenticated<'a>, VerifyError> {
        let algorithm = self.header.check_algorithm()?;
        let signature = self.copy_signature()?;
        let claims = self.read_claims()?;
        key.verify_async(algorithm, self.signed, &signature).await?;
        Ok(Authenticated::new(self.compact, key, claims))
    }

    /// What can be said against the token before a key is looked for: its `typ`, `alg` and `crit`,
    /// and its kind as far as the header tells it.
    ///
    /// [`verify`](Self::verify) checks this itself; it stands here for those who would fetch a key
    /// in between.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn check_header<C: TokenClaims>(&self, policy: &Policy) -> Result<(), VerifyError> {
        C::check_header(&self.header, policy)?;
        self.header.check_algorithm().map(|_| ())
    }

    /// What keeps the token's other parts from being read, if anything.
    ///
    /// [`verify`](Self::verify) finds it too; it stands here for those who would fetch a key in
    /// between, and need not for what is no token.
    ///
    /// # Errors
    ///
    /// The payload or the signature is not base64url, or the payload is not a JSON object.
    pub fn check_form(&self) -> Result<(), Malformed> {
        self.read().map(|_| ())
    }

    /// Verifies the signature alone (RFC 7515 §5.2) and gives the payload's bytes.
    ///
    /// The payload need not be JSON, and no claim of it is judged.
    ///
    /// # Errors
    ///
    /// `alg` is not accepted or not the key's, `crit` is there, a part is not base64url, or the
    /// signature does not match.
    pub fn verify_signature(&self, key: &VerifyingKey) -> Result<Vec<u8>, VerifyError> {
        self.header.check_algorithm()?;
        let payload = self.decode_payload()?;
        self.check_signature(key)?;
        Ok(payload)
    }

    /// [`verify_signature`](Self::verify_signature) with a key that may have to be
    /// [awaited](VerifyingKey::is_awaited).
    ///
    /// # Errors
    ///
    /// Those of [`verify_signature`](Self::verify_signature).
    pub async fn verify_signature_async(&self, key: &VerifyingKey) -> Result<Vec<u8>, VerifyError> {
        self.header.check_algorithm()?;
        let payload = self.decode_payload()?;
        self.check_signature_async(key).await?;
        Ok(payload)
    }

    pub(crate) fn check_signature(&self, key: &VerifyingKey) -> Result<(), VerifyError> {
        let algorithm = self.header.check_algorithm()?;
        let mut buffer = SignatureBuffer::default();
        let signature = self.decode_signature(&mut buffer)?;
        key.verify(algorithm, self.signed, &signature)
    }

    pub(crate) async fn check_signature_async(
        &self,
        key: &VerifyingKey,
    ) -> Result<(), VerifyError> {
        let algorithm = self.header.check_algorithm()?;
        let signature = self.copy_signature()?;
        key.verify_async(algorithm, self.signed, &signature).await
    }

    /// In a buffer of its own size, since it is kept over an `.await`.
    fn copy_signature(&self) -> Result<Vec<u8>, Malformed> {
        base64url::decode(self.signature).ok_or(Malformed::Base64("signature"))
    }

    fn decode_signature<'b>(
        &self,
        buffer: &'b mut SignatureBuffer,
    ) -> Result<Cow<'b, [u8]>, Malformed> {
        match base64url::decode_into(self.signature, &mut buffer.0) {
            Some(signature) => Ok(Cow::Borrowed(signature)),
            None => self.copy_signature().map(Cow::Owned),
        }
    }

    fn decode_payload(&self) -> Result<Vec<u8>, Malformed> {
        base64url::decode(self.payload).ok_or(Malformed::Base64("payload"))
    }

    fn read_claims(&self) -> Result<Claims, Malformed> {
        Claims::read(self.decode_payload()?, self.header.clone())
    }

    /// What the token says, if all of it has the form of one.
    pub(crate) fn read(&self) -> Result<Claims, Malformed> {
        self.decode_signature(&mut SignatureBuffer::default())?;
        self.read_claims()
    }
}

/// Room for a signature by a key of 2048 bits, which Clerk's have, and for the last group of
/// characters to be incomplete.
struct SignatureBuffer([u8; 264]);

impl Default for SignatureBuffer {
    fn default() -> Self {
        Self([0; 264])
    }
}

impl core::fmt::Debug for UnverifiedToken<'_> {
    /// Shows the header. The rest would let whoever reads the log sign in.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("UnverifiedToken")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

fn split_at_dot(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (before, from_dot) = text.split_at_checked(memchr::memchr(b'.', text)?)?;
    from_dot.split_first().map(|(_, after)| (before, after))
}
