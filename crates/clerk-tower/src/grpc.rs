//! Rejections as gRPC statuses.

use bytes::Bytes;
use clerk_auth::Rejection;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// What a gRPC message must not have as it is, beside what is not ASCII.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// The code of the gRPC status for a rejection: 16 (`UNAUTHENTICATED`), 7 (`PERMISSION_DENIED`), 14
/// (`UNAVAILABLE`) or 13 (`INTERNAL`).
///
/// For handlers that ask for themselves, in tonic for instance:
///
/// ```
/// use clerk_tower::{Rejection, RequestAuth, grpc};
///
/// fn user_id(request: &tonic::Request<()>) -> Result<String, tonic::Status> {
///     let status = |rejection| {
///         tonic::Status::new(grpc::code(&rejection).into(), grpc::message(&rejection))
///     };
///     let auth = RequestAuth::of(request.extensions()).map_err(status)?;
///     Ok(auth.session().map_err(status)?.user_id().to_owned())
/// }
///
/// let no_layer = user_id(&tonic::Request::new(())).unwrap_err();
/// assert_eq!(no_layer.code(), tonic::Code::Internal);
/// ```
pub fn code(rejection: &Rejection) -> i32 {
    match rejection.status() {
        StatusCode::UNAUTHORIZED => 16,
        StatusCode::FORBIDDEN => 7,
        StatusCode::SERVICE_UNAVAILABLE => 14,
        _ => 13,
    }
}

/// The message of the gRPC status for a rejection: the `message` of its JSON body.
pub fn message(rejection: &Rejection) -> String {
    let body: serde_json::Value = serde_json::from_str(rejection.body()).unwrap_or_default();
    let message = body.pointer("/errors/0/message");
    // Of reverification alone, the body has another shape.
    let message = message.or_else(|| body.pointer("/clerk_error/reason"));
    let text = message.and_then(serde_json::Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// The whole answer to a call that may not go on: a status without a message body, in what gRPC
/// calls a trailers-only response.
pub fn response<B: Default>(rejection: &Rejection) -> Response<B> {
    let mut response = Response::new(B::default());
    let headers = response.headers_mut();
    headers.clone_from(rejection.headers());
    for http_only in [CACHE_CONTROL, CONTENT_LENGTH, WWW_AUTHENTICATE] {
        headers.remove(http_only);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(STATUS, HeaderValue::from(code(rejection)));
    let message = utf8_percent_encode(&message(rejection), ESCAPED).to_string();
    if let Ok(message) = HeaderValue::from_maybe_shared(Bytes::from(message)) {
        headers.insert(MESSAGE, message);
    }
    response
}

/// Whether a request with these headers is a gRPC call.
///
/// gRPC-Web, which browsers speak, is not: a layer of its own translates it, and has to be outside.
pub fn is_call(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let rest = content_type.and_then(|it| it.strip_prefix(b"application/grpc".as_slice()));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_from_other_requests() {
        for (content_type, expected) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;charset=utf-8", true),
            ("application/grpc-web", false),
            ("application/json", false),
        ] {
            let headers =
                HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            assert_eq!(is_call(&headers), expected, "{content_type}");
        }
        assert!(!is_call(&HeaderMap::new()));
    }

    #[test]
    fn a_status_has_nothing_of_http_in_it() {
        let response: Response<Bytes> =
            response(&Rejection::not_authenticated("add the layer", None));
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers.get(STATUS).unwrap(), "13");
        assert_eq!(headers.get(CONTENT_TYPE).unwrap(), "application/grpc");
        assert_eq!(headers.get(WWW_AUTHENTICATE), None);
        assert!(response.body().is_empty());
    }
}
