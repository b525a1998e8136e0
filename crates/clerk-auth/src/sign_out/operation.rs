use bytes::Bytes;
use clerk_http::{Error, Operation, RequestTarget, success};
use http::{Method, Request, Response};

use crate::authentication::bounded;

/// `POST /v1/sessions/{session_id}/revoke`: ends a session.
pub(super) struct RevokeSession<'a> {
    pub(super) session_id: &'a str,
}

impl Operation for RevokeSession<'_> {
    type Output = ();

    const ID: &'static str = "RevokeSession";
    // A session that has ended stays so.
    const IDEMPOTENT: bool = true;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        RequestTarget::new(Self::ID, "/sessions")
            .segment("session_id", self.session_id)
            .fixed("/revoke")
            .request(Method::POST)
            .map(bounded)
    }

    fn response(&self, response: Response<Bytes>) -> Result<(), Error> {
        success(Self::ID, response).map(drop)
    }
}
