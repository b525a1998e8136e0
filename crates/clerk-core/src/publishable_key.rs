use alloc::{
    format,
    string::{String, ToString},
};
use core::{fmt, str};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::{InstanceType, Pasted};

/// A Clerk publishable key: `pk_test_…` or `pk_live_…`.
///
/// It is public. It names the instance: the text after the prefix is base64 of the Frontend API
/// host followed by `$`. See <https://clerk.com/docs/deployments/clerk-environment-variables>.
///
/// ```
/// use clerk_core::{InstanceType, PublishableKey};
///
/// let key = PublishableKey::new("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")?;
/// assert_eq!(key.instance_type(), InstanceType::Production);
/// assert_eq!(key.frontend_api(), "clerk.example.com");
/// assert_eq!(key.frontend_api_url(), "https://clerk.example.com");
/// # Ok::<(), clerk_core::InvalidPublishableKey>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublishableKey {
    text: String,
    frontend_api: String,
    instance_type: InstanceType,
}

/// Some tools strip the padding when they write the key into an environment file.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl PublishableKey {
    /// Checks and takes a key. What [`Pasted::strip`] takes off is dropped: white space, quotes,
    /// the name of a variable in front.
    ///
    /// # Errors
    ///
    /// Says which rule of the format the value breaks.
    pub fn new(key: impl AsRef<str>) -> Result<Self, InvalidPublishableKey> {
        let text = Pasted::strip(key.as_ref());
        if text.is_empty() {
            return Err(InvalidPublishableKey::Empty);
        }
        match Pasted::of(text) {
            None | Some(Pasted::PublishableKey) => {}
            Some(other) => return Err(InvalidPublishableKey::Other(other)),
        }
        let (instance_type, encoded) = if let Some(encoded) = text.strip_prefix("pk_test_") {
            (InstanceType::Development, encoded)
        } else if let Some(encoded) = text.strip_prefix("pk_live_") {
            (InstanceType::Production, encoded)
        } else {
            return Err(InvalidPublishableKey::Prefix);
        };
        let decoded = BASE64
            .decode(encoded)
            .map_err(|_| InvalidPublishableKey::Base64)?;
        let host = str::from_utf8(&decoded)
            .ok()
            .and_then(|decoded| decoded.strip_suffix('$'))
            .filter(|host| is_host(host))
            .ok_or(InvalidPublishableKey::Host)?;
        Ok(Self {
            text: text.to_string(),
            frontend_api: host.to_string(),
            instance_type,
        })
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is a development or a production instance's key.
    pub const fn instance_type(&self) -> InstanceType {
        self.instance_type
    }

    /// The Frontend API host the key names, as it stands there: `clerk.example.com`.
    ///
    /// Keys of local test servers may name an origin, `http://127.0.0.1:4010`.
    pub fn frontend_api(&self) -> &str {
        &self.frontend_api
    }

    /// The Frontend API's origin, without a trailing slash. It is the `iss` of the instance's
    /// session tokens.
    pub fn frontend_api_url(&self) -> String {
        let host = self.frontend_api.trim_end_matches('/');
        if has_scheme(host) {
            host.to_string()
        } else {
            format!("https://{host}")
        }
    }

    /// The suffix of the instance's cookies: `__session_<suffix>`.
    ///
    /// The first eight characters of base64url of the SHA-1 of the key, which is how Clerk's
    /// Frontend API names them.
    ///
    /// ```
    /// let key = clerk_core::PublishableKey::new("pk_test_Y2xlcmsuY2xlcmsuZGV2JA")?;
    /// assert_eq!(key.cookie_suffix(), "QvfNY2dr");
    /// # Ok::<(), clerk_core::InvalidPublishableKey>(())
    /// ```
    #[cfg(feature = "cookie-suffix")]
    pub fn cookie_suffix(&self) -> String {
        let digest = sha1_smol::Sha1::from(self.text.as_bytes()).digest().bytes();
        let mut suffix = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
        suffix.truncate(8);
        suffix
    }
}

fn has_scheme(host: &str) -> bool {
    host.starts_with("http://") || host.starts_with("https://")
}

/// What Clerk's own SDKs ask of the decoded key (one `$` at its end, a dot), and no character
/// that would give a URL made from it a path, a query, a fragment or credentials.
fn is_host(text: &str) -> bool {
    let authority = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or(text)
        .trim_end_matches('/');
    authority.contains('.')
        && authority
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'))
}

impl fmt::Display for PublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl str::FromStr for PublishableKey {
    type Err = InvalidPublishableKey;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::new(key)
    }
}

/// Why a value is not a Clerk publishable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPublishableKey {
    /// Nothing was given.
    Empty,
    /// Something else was given.
    Other(Pasted),
    /// It starts with neither `pk_test_` nor `pk_live_`.
    Prefix,
    /// The part after the prefix is not base64.
    Base64,
    /// The decoded part is not a host name followed by `$`.
    Host,
}

impl fmt::Display for InvalidPublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the publishable key is empty"),
            Self::Other(found) => write!(f, "this is no publishable key, but {found}"),
            Self::Prefix => f.write_str("a publishable key starts with pk_test_ or pk_live_"),
            Self::Base64 => {
                f.write_str("the publishable key is damaged: its last part is not base64")
            }
            Self::Host => {
                f.write_str("the publishable key is damaged: it names no Frontend API host")
            }
        }?;
        // Publishable keys are built into pages, so what stands in their place may be public by now.
        if matches!(self, Self::Other(found) if found.is_secret()) {
            f.write_str("; replace that one if a browser may have seen it")?;
        }
        f.write_str("; copy the publishable key (pk_test_… or pk_live_…) from the API keys page of the Clerk dashboard")
    }
}

impl core::error::Error for InvalidPublishableKey {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key_for(decoded: &str) -> String {
        let encoded = base64::engine::general_purpose::STANDARD.encode(decoded);
        format!("pk_test_{encoded}")
    }

    #[test]
    fn reads_the_instance_and_its_frontend_api() {
        for (text, instance_type, host) in [
            (
                "pk_test_Y2xlcmsuY2xlcmsuZGV2JA",
                InstanceType::Development,
                "clerk.clerk.dev",
            ),
            (
                "pk_test_Y2xlcmsuY2xlcmsuZGV2JA==",
                InstanceType::Development,
                "clerk.clerk.dev",
            ),
            (
                "pk_live_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA",
                InstanceType::Production,
                "clerk.inspired.puma-74.lcl.dev",
            ),
            (
                "pk_test_aHR0cDovLzEyNy4wLjAuMTo0MDEwJA",
                InstanceType::Development,
                "http://127.0.0.1:4010",
            ),
        ] {
            let key = PublishableKey::new(text).unwrap();
            assert_eq!(key.instance_type(), instance_type, "{text}");
            assert_eq!(key.frontend_api(), host, "{text}");
        }
    }

    #[test]
    fn the_url_keeps_a_scheme_that_the_key_names() {
        for (decoded, url) in [
            ("clerk.example.com$", "https://clerk.example.com"),
            ("http://127.0.0.1:4010$", "http://127.0.0.1:4010"),
            ("https://clerk.example.com/$", "https://clerk.example.com"),
        ] {
            let key = PublishableKey::new(key_for(decoded)).unwrap();
            assert_eq!(key.frontend_api_url(), url);
        }
    }

    #[test]
    fn refuses_what_is_not_a_key() {
        use InvalidPublishableKey as E;
        for (text, error) in [
            (String::new(), E::Empty),
            ("sk_test_abc".into(), E::Other(Pasted::SecretKey)),
            ("pk_prod_Y2xlcmsuY2xlcmsuZGV2JA".into(), E::Prefix),
            ("pk_test_***".into(), E::Other(Pasted::Placeholder)),
            ("pk_test_*".into(), E::Base64),
            ("pk_test_Y2xlcmsuY2xlcmsuZGV2JA_x".into(), E::Base64),
            (key_for("clerk.example.com"), E::Host),
            (key_for("clerk.example.com$extra"), E::Host),
            (key_for("clerk.example.com$$"), E::Host),
            (key_for("invalidkey$"), E::Host),
            (key_for("clerk.example.com/path?x$"), E::Host),
            (key_for("user@clerk.example.com$"), E::Host),
            (key_for("$"), E::Host),
        ] {
            assert_eq!(PublishableKey::new(&text).unwrap_err(), error, "{text}");
        }
    }

    #[cfg(feature = "cookie-suffix")]
    #[test]
    fn cookie_suffixes_are_those_of_the_frontend_api() {
        for (text, suffix) in [
            ("pk_live_Y2xlcmsuY2xlcmsuZGV2JA", "1Z8AzTQD"),
            ("pk_test_Y2xlcmsuY2xlcmsuZGV2JA", "QvfNY2dr"),
            (
                "pk_test_ZW5vdWdoLWFscGFjYS04Mi5jbGVyay5hY2NvdW50cy5sY2xjbGVyay5jb20k",
                "jtYvyt_H",
            ),
            (
                "pk_test_eHh4eHh4LXhhYWFhYS1hYS5jbGVyay5hY2NvdW50cy5sY2xjbGVyay5jb20k",
                "tZJdb-5s",
            ),
            (
                "pk_live_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA",
                "MqCvchyS",
            ),
            (
                "pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA",
                "vWCgMp3A",
            ),
        ] {
            assert_eq!(PublishableKey::new(text).unwrap().cookie_suffix(), suffix);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = PublishableKey::new(&text);
            let _ = crate::SecretKey::new(text);
        }
    }
}
