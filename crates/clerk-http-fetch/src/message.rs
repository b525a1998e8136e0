//! What of a message is for the engine, what for us, and how each says it in text. No engine is asked here.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};

/// How an engine makes text of the bytes of a header's value, and bytes of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// One byte, one character: the Fetch standard's rule.
    Latin1,
    /// Cloudflare's. Bytes that are no UTF-8 it replaces before we see them.
    Utf8,
}

impl Charset {
    /// `None` where the engine cannot be told to send just these bytes.
    fn text(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        }
    }

    /// `None` where an engine of this kind cannot have said such a text.
    fn bytes(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Latin1 => text.chars().map(|c| u8::try_from(c).ok()).collect(),
            Self::Utf8 => Some(text.as_bytes().to_vec()),
        }
    }
}

/// What the connection needs, and the engine therefore writes. Some engines ignore these, some refuse them,
/// and some send them as they are given, so a request would not mean the same everywhere.
const OF_THE_CONNECTION: [HeaderName; 10] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The headers that are ours to send, as the engine's texts; `None` where one of them cannot be sent as it is.
///
/// `charset` is asked for only where it matters.
pub(crate) fn outgoing<'h>(
    headers: &'h HeaderMap,
    charset: impl Fn() -> Charset,
) -> Option<Vec<(&'h str, Cow<'h, str>)>> {
    let ours = headers
        .iter()
        .filter(|(name, _)| !OF_THE_CONNECTION.contains(name));
    ours.map(|(name, value)| {
        let text = match value.to_str() {
            Ok(ascii) => Cow::Borrowed(ascii),
            Err(_) => charset().text(value.as_bytes())?,
        };
        Some((name.as_str(), text))
    })
    .collect()
}

/// A header that the engine read; `None` where it is none.
pub(crate) fn incoming(
    name: &str,
    value: &str,
    charset: impl Fn() -> Charset,
) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let value = if value.is_ascii() {
        HeaderValue::from_str(value)
    } else {
        HeaderValue::from_maybe_shared(Bytes::from(charset().bytes(value)?))
    };
    Some((name, value.ok()?))
}

/// Whether `request` can be given to `fetch` at all: it has somewhere to go, and its method takes its body.
pub(crate) fn can_be_sent(request: &Request<Bytes>) -> bool {
    let takes_a_body = *request.method() != Method::GET && *request.method() != Method::HEAD;
    request.uri().host().is_some() && (takes_a_body || request.body().is_empty())
}

/// A body that is being read.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: BytesMut,
    limit: usize,
}

impl Body {
    pub(crate) fn up_to(limit: usize) -> Self {
        Self {
            bytes: BytesMut::new(),
            limit,
        }
    }

    /// Whether a chunk of `length` bytes may be added; asked before it is copied.
    pub(crate) fn has_room_for(&self, length: u32) -> bool {
        let room = self.limit.saturating_sub(self.bytes.len());
        usize::try_from(length).is_ok_and(|length| length <= room)
    }

    pub(crate) fn add(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.bytes.freeze()
    }
}

/// Takes out what `headers` say of a content coding that the engine has undone. Engines undo it and leave the
/// headers as they came.
pub(crate) fn forget_coding(
    headers: &mut HeaderMap,
    method: &Method,
    status: StatusCode,
    length: usize,
) {
    let has_no_body = *method == Method::HEAD
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED;
    if has_no_body || !was_undone(headers, length) {
        return;
    }
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
}

/// All engines undo gzip and brotli. Others are undone here and not there: where a body is of just the length
/// that was announced, it was left alone.
fn was_undone(headers: &HeaderMap, length: usize) -> bool {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| {
        let text = value.to_str().ok()?;
        text.trim().parse::<usize>().ok()
    });
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut codings = values
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .peekable();
    codings.peek().is_some()
        && codings.all(|coding| match coding.as_str() {
            "gzip" | "x-gzip" | "br" => true,
            "deflate" | "zstd" => announced != Some(length),
            _ => false,
        })
}

#[cfg(test)]
mod tests;
