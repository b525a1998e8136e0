use bytes::Bytes;

use super::Record;

/// A picture that somebody has uploaded. It is shown by this machine alone.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Picture {
    pub(crate) id: String,
    #[serde(with = "super::base64_text")]
    pub(crate) content: Bytes,
}

impl Record for Picture {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Picture {
    /// What kind of picture this is.
    pub(crate) fn media_type(&self) -> &'static str {
        Self::media_type_of(&self.content).unwrap_or("application/octet-stream")
    }

    /// What kind of picture this is, as its first bytes say: what whoever sent it says of it does not count.
    /// SVG is none of them, as it may hold a script.
    pub(crate) fn media_type_of(content: &[u8]) -> Option<&'static str> {
        let is_webp = content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP");
        match content {
            _ if content.starts_with(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
            _ if content.starts_with(b"\xff\xd8\xff") => Some("image/jpeg"),
            _ if content.starts_with(b"GIF87a") || content.starts_with(b"GIF89a") => {
                Some("image/gif")
            }
            _ if is_webp => Some("image/webp"),
            _ => None,
        }
    }
}
