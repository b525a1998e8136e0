use bytes::Bytes;
use clerk_http::{Error, Operation, RequestTarget, json};
use http::{Method, Request, Response};
use serde::Deserialize;

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

    /// A status says little: behind a wrong API URL, anybody answers 200.
    fn response(&self, response: Response<Bytes>) -> Result<(), Error> {
        let status = response.status();
        let session: Session = json(Self::ID, response)?;
        let goes_on = matches!(&*session.status, "active" | "pending");
        if session.id == self.session_id && !goes_on {
            return Ok(());
        }
        Err(Error::Decode {
            operation: Self::ID,
            status,
            cause: "it does not say that the session has ended".into(),
        })
    }
}

#[derive(Deserialize)]
struct Session {
    id: String,
    status: String,
}
