use std::fmt::Write as _;

use bytes::Bytes;
use http::HeaderValue;

/// A file to upload.
///
/// ```
/// use clerk_http::FilePart;
///
/// let logo = FilePart::new("logo.png", "image/png", &b"\x89PNG"[..]);
/// # let _ = logo;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePart {
    name: String,
    content_type: String,
    content: Bytes,
}

impl FilePart {
    /// A file called `name`, with its media type.
    pub fn new(
        name: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        Self {
            name: name.into(),
            content_type: content_type.into(),
            content: content.into(),
        }
    }
}

/// A `multipart/form-data` body (RFC 7578), for operations that upload files.
///
/// The boundary is not drawn at random: it is the first of a series that no part contains. So no
/// content can end its own part, and the same form always makes the same bytes.
///
/// ```
/// use clerk_http::{FilePart, Multipart, RequestTarget};
/// use http::Method;
///
/// let form = Multipart::new()
///     .text("uploader_user_id", "user_1")
///     .file("file", &FilePart::new("logo.png", "image/png", &b"\x89PNG"[..]));
/// let request = RequestTarget::new("UploadOrganizationLogo", "/organizations/org_1/logo")
///     .multipart(Method::PUT, &form)?;
/// assert_eq!(
///     request.headers()["content-type"],
///     "multipart/form-data; boundary=clerk-rust-0"
/// );
/// # Ok::<(), clerk_http::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a form is used by making a request of it"]
pub struct Multipart {
    parts: Vec<Part>,
    problem: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    head: String,
    content: Bytes,
}

impl Multipart {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a text.
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.parts.push(Part {
            head: disposition(name),
            content: Bytes::from(value.into()),
        });
        self
    }

    /// Appends a file.
    pub fn file(mut self, name: &str, file: &FilePart) -> Self {
        if HeaderValue::from_str(&file.content_type).is_err() || file.content_type.is_empty() {
            let problem = format!("the media type of {name} is not one; it looks like image/png");
            self.problem.get_or_insert(problem);
        }
        let mut head = disposition(name);
        let _ = write!(head, "; filename=\"{}\"", Quoted(&file.name));
        let _ = write!(head, "\r\nContent-Type: {}", file.content_type);
        self.parts.push(Part {
            head,
            content: file.content.clone(),
        });
        self
    }

    /// The content type and the body.
    pub(crate) fn encode(&self) -> Result<(HeaderValue, Bytes), String> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let boundary = self.boundary();
        let sizes = self.parts.iter().map(|part| part.content.len() + 256);
        let mut body = Vec::with_capacity(sizes.sum());
        for part in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{}\r\n\r\n", part.head).as_bytes());
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let content_type = HeaderValue::try_from(content_type).map_err(|e| e.to_string())?;
        Ok((content_type, Bytes::from(body)))
    }

    fn boundary(&self) -> String {
        let mut number = 0_u64;
        loop {
            let boundary = format!("clerk-rust-{number}");
            let taken = |part: &Part| {
                let mut windows = part.content.windows(boundary.len());
                windows.any(|window| window == boundary.as_bytes())
            };
            if !self.parts.iter().any(taken) {
                return boundary;
            }
            number += 1;
        }
    }
}

fn disposition(name: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{}\"", Quoted(name))
}

/// A name inside quotes, escaped as browsers do (WHATWG, multipart/form-data encoding algorithm).
struct Quoted<'a>(&'a str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '"' => f.write_str("%22"),
            '\r' => f.write_str("%0D"),
            '\n' => f.write_str("%0A"),
            _ => f.write_char(character),
        })
    }
}

#[cfg(test)]
mod tests;
