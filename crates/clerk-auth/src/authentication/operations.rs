//! The two calls of the Backend API that authentication makes for browsers.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use clerk_http::{Deadline, Error, Operation, RequestTarget, ResponseLimit, json};
use http::{Method, Request, Response};
use serde::{Deserialize, Serialize};

/// Somebody waits for a page, so it bounds attempts and waits together.
const DEADLINE: Deadline = Deadline(Duration::from_secs(5));
/// Cookies, and what is attached to a machine's token, take a few KiB.
const LIMIT: ResponseLimit = ResponseLimit(64 * 1024);

/// `GET /v1/clients/handshake_payload`: what a handshake's nonce stands for.
pub(super) struct HandshakePayload<'a> {
    pub(super) nonce: &'a str,
}

#[derive(Default, Deserialize)]
pub(super) struct Directives {
    /// Values of `Set-Cookie`.
    #[serde(default, alias = "cookies")]
    pub(super) directives: Vec<String>,
}

impl Operation for HandshakePayload<'_> {
    type Output = Directives;

    const ID: &'static str = "GetClientHandshakePayload";
    // A nonce is good for one exchange.
    const IDEMPOTENT: bool = false;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let target = RequestTarget::new(Self::ID, "/clients/handshake_payload");
        let target = target.pair("nonce", self.nonce);
        target.request(Method::GET).map(bounded)
    }

    fn response(&self, response: Response<Bytes>) -> Result<Directives, Error> {
        json(Self::ID, response)
    }
}

/// `POST /v1/sessions/{session_id}/refresh`: a new session token for an expired one.
pub(super) struct RefreshSession<'a> {
    pub(super) session_id: &'a str,
    pub(super) suffixed_cookies: bool,
    pub(super) body: RefreshBody<'a>,
}

#[derive(Serialize)]
pub(super) struct RefreshBody<'a> {
    pub(super) format: &'static str,
    pub(super) expired_token: &'a str,
    pub(super) refresh_token: &'a str,
    pub(super) request_origin: String,
    pub(super) request_headers: BTreeMap<String, [String; 1]>,
}

impl Operation for RefreshSession<'_> {
    type Output = Directives;

    const ID: &'static str = "RefreshSession";
    const IDEMPOTENT: bool = false;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let mut target = RequestTarget::new(Self::ID, "/sessions")
            .segment("session_id", self.session_id)
            .fixed("/refresh");
        if self.suffixed_cookies {
            target = target.pair("suffixed_cookies", true);
        }
        target.json(Method::POST, &self.body).map(bounded)
    }

    fn response(&self, response: Response<Bytes>) -> Result<Directives, Error> {
        json(Self::ID, response)
    }
}

/// What every call that the authentication of a request makes has to keep to.
pub(crate) fn bounded(mut request: Request<Bytes>) -> Request<Bytes> {
    request.extensions_mut().insert(DEADLINE);
    request.extensions_mut().insert(LIMIT);
    request
}
