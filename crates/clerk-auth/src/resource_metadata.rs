//! Where clients that were refused find out how to ask for a token (RFC 9728 §5.1).

use std::sync::Arc;

use http::HeaderValue;
use url::Url;

use crate::InvalidSettings;

/// The parameter as it stands in a challenge.
#[derive(Clone, Debug)]
pub(crate) struct ResourceMetadata(Arc<str>);

impl ResourceMetadata {
    /// It is put between quotes, so nothing may be in it that ends those.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidSettings> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidSettings::ResourceMetadata)?;
        let is_public = matches!(url.scheme(), "https" | "http")
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        let parameter = format!("resource_metadata=\"{url}\"");
        if is_public && !url.as_str().contains(['"', '\\']) {
            Ok(Self(parameter.into()))
        } else {
            Err(InvalidSettings::ResourceMetadata)
        }
    }

    /// The challenge with the parameter behind those it has.
    pub(crate) fn added_to(&self, challenge: &HeaderValue) -> HeaderValue {
        let parameter = &self.0;
        let added = challenge.to_str().map(|challenge| {
            // The first parameter follows the scheme, and a comma each further one (RFC 9110 §11.6.1).
            let separator = if challenge.contains(' ') { ", " } else { " " };
            format!("{challenge}{separator}{parameter}")
        });
        let value = added
            .ok()
            .and_then(|text| HeaderValue::from_str(&text).ok());
        value.unwrap_or_else(|| challenge.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_what_the_challenge_says() {
        let url = "https://api.example.com/.well-known/oauth-protected-resource/mcp";
        let metadata = ResourceMetadata::parse(url).unwrap();
        for (challenge, expected) in [
            ("Bearer", format!("Bearer resource_metadata=\"{url}\"")),
            (
                "Bearer error=\"invalid_token\"",
                format!("Bearer error=\"invalid_token\", resource_metadata=\"{url}\""),
            ),
        ] {
            let challenge = HeaderValue::from_static(challenge);
            assert_eq!(metadata.added_to(&challenge), expected);
        }
    }

    #[test]
    fn nothing_in_a_url_ends_the_quotes_or_the_header() {
        for text in [
            "",
            "/.well-known/oauth-protected-resource",
            "api.example.com",
            "ftp://api.example.com/",
            "javascript:alert(1)",
            "https://ada:planted@api.example.com/",
            "https://api.example.com/#part",
            "https://api.example.com/?a=\\",
        ] {
            let error = ResourceMetadata::parse(text).unwrap_err();
            assert_eq!(error, InvalidSettings::ResourceMetadata, "{text}");
            assert!(!error.to_string().contains("planted"));
        }
        for text in [
            "https://api.example.com/\"",
            "https://api.example.com/?\"",
            "https://api.example.com/\r\nx: 1",
            "https://ünï.example/ä",
        ] {
            let metadata = ResourceMetadata::parse(text).unwrap();
            let value = metadata.added_to(&HeaderValue::from_static("Bearer"));
            let value = value.to_str().unwrap();
            assert_eq!(value.matches('"').count(), 2, "{value}");
            assert!(value.ends_with('"'), "{value}");
        }
    }
}
