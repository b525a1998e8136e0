use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_core::UnixTime;

use crate::{
    Error, SigningSecrets,
    content::Content,
    headers::{self, Names},
    secrets::Secret,
};

impl SigningSecrets {
    /// Signs a delivery under every one of these secrets, as Clerk would send it: for tests, and
    /// for programs that stand in for Clerk.
    ///
    /// # Errors
    ///
    /// Nobody would accept it: the id is empty, is longer than 256 characters, or has characters in
    /// it that are not visible ASCII, or a full stop; or `now` is before 1970. [`Error::Unchecked`]: the library
    /// [answers later](Self::is_awaited).
    ///
    /// ```
    /// use clerk_core::UnixTime;
    /// use clerk_webhooks::SigningSecrets;
    ///
    /// let secrets = SigningSecrets::new("whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0")?;
    /// let signed = secrets.sign("msg_1", UnixTime::from_secs(1_800_000_000), b"{}")?;
    /// for (name, value) in signed.svix() {
    ///     println!("{name}: {value}");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign(&self, id: &str, now: UnixTime, body: &[u8]) -> Result<SignedHeaders, Error> {
        let signing = SignedHeaders::sign(self.all(), id, now, body);
        self.at_once(headers::SVIX.signature, signing)
    }

    /// [`sign`](Self::sign), with a library that may answer later.
    ///
    /// # Errors
    ///
    /// Those of [`sign`](Self::sign), and [`Error::Unchecked`]: the library failed.
    pub async fn sign_async(
        &self,
        id: &str,
        now: UnixTime,
        body: &[u8],
    ) -> Result<SignedHeaders, Error> {
        SignedHeaders::sign(self.all(), id, now, body).await
    }
}

/// The headers of a delivery that was signed here, from [`SigningSecrets::sign`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    id: String,
    timestamp: String,
    signature: String,
}

impl SignedHeaders {
    /// Signs under each of `secrets`.
    async fn sign(secrets: &[Secret], id: &str, now: UnixTime, body: &[u8]) -> Result<Self, Error> {
        let timestamp = now.as_secs().to_string();
        let names = headers::SVIX;
        let (content, _) = Content::read(id.as_bytes(), timestamp.as_bytes(), body, names)?;
        if content.id.is_empty() {
            return Err(Error::MissingHeader { name: names.id });
        }
        let mut signatures = Vec::with_capacity(secrets.len());
        for secret in secrets {
            let tag = content.tag(&secret.key).await;
            let tag = tag.map_err(|error| Error::unchecked(names.signature, error))?;
            signatures.push(format!("v1,{}", STANDARD.encode(tag)));
        }
        Ok(Self {
            id: id.to_owned(),
            signature: signatures.join(" "),
            timestamp,
        })
    }

    /// The headers under the names that Clerk sends.
    pub fn svix(&self) -> [(&'static str, &str); 3] {
        self.named(headers::SVIX)
    }

    /// The headers under the names of Standard Webhooks.
    pub fn standard(&self) -> [(&'static str, &str); 3] {
        self.named(headers::STANDARD)
    }

    fn named(&self, names: Names) -> [(&'static str, &str); 3] {
        [
            (names.id, self.id.as_str()),
            (names.timestamp, &self.timestamp),
            (names.signature, &self.signature),
        ]
    }
}
