use std::{error::Error, future::poll_fn, pin::pin, task::Poll, time::Duration};

use bytes::Bytes;
use clerk_http::Runtime;
use http::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderValue},
};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::ProxyError;

/// How much of a request's body is read, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) body: usize,
    pub(super) file: usize,
    pub(super) timeout: Duration,
}

impl Limits {
    fn of(&self, headers: &HeaderMap) -> usize {
        match headers.get(CONTENT_TYPE) {
            Some(media_type) if is_file(media_type) => self.file.max(self.body),
            _ => self.body,
        }
    }

    /// Reads a body to its end.
    pub(super) async fn read<B>(
        &self,
        headers: &HeaderMap,
        body: B,
        runtime: &dyn Runtime,
    ) -> Result<Bytes, ProxyError>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let limit = self.of(headers);
        // Nobody has to send what is refused anyway.
        if usize::try_from(body.size_hint().lower()).is_ok_and(|length| length > limit) {
            return Err(ProxyError::TooLarge);
        }
        let mut reading = pin!(Limited::new(body, limit).collect());
        let mut late = pin!(runtime.sleep(self.timeout));
        let read = poll_fn(|cx| match reading.as_mut().poll(cx) {
            Poll::Ready(read) => Poll::Ready(Some(read)),
            Poll::Pending => late.as_mut().poll(cx).map(|()| None),
        });
        match read.await {
            Some(Ok(body)) => Ok(body.to_bytes()),
            Some(Err(error)) => Err(match error.downcast_ref() {
                Some(LengthLimitError { .. }) => ProxyError::TooLarge,
                None => ProxyError::Body,
            }),
            None => Err(ProxyError::BodyTimeout),
        }
    }
}

/// Whether a body of this type may be a file: all else that the Frontend API takes is a form.
fn is_file(media_type: &HeaderValue) -> bool {
    let text = media_type.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    let (kind, _) = essence.split_once('/').unwrap_or_default();
    essence.eq_ignore_ascii_case("multipart/form-data")
        || essence.eq_ignore_ascii_case("application/octet-stream")
        || kind.eq_ignore_ascii_case("image")
}
