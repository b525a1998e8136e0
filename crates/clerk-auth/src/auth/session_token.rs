use bytes::Bytes;
use clerk_core::Redacted;
use clerk_http::{Error, Operation, RequestTarget, json};
use http::{Method, Request, Response};
use serde::{Deserialize, Serialize};

/// Asks Clerk for a token of a session, made from a JWT template or as sessions have them.
///
/// `POST /sessions/{session_id}/tokens`, and `/{template}` after it. It answers with the token.
///
/// ```
/// use clerk_auth::SessionToken;
/// use clerk_http::Operation as _;
///
/// let request = SessionToken::new("sess_1").template("hasura").expires_in_seconds(120).request()?;
/// assert_eq!(request.uri(), "/sessions/sess_1/tokens/hasura");
/// assert_eq!(request.body(), r#"{"expires_in_seconds":120}"#);
/// # Ok::<(), clerk_http::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an operation does nothing until a client sends it"]
pub struct SessionToken {
    session_id: String,
    template: Option<String>,
    expires_in_seconds: Option<u64>,
}

impl SessionToken {
    /// Asks for a token as the session's own are.
    pub fn new(session_id: impl Into<String>) -> Self {
        Self {
            session_id: session_id.into(),
            template: None,
            expires_in_seconds: None,
        }
    }

    /// Asks for one that is made from the JWT template of this name.
    pub fn template(mut self, name: impl Into<String>) -> Self {
        self.template = Some(name.into());
        self
    }

    /// How long it is to be valid, in seconds, in place of what the template or Clerk says.
    pub const fn expires_in_seconds(mut self, seconds: u64) -> Self {
        self.expires_in_seconds = Some(seconds);
        self
    }
}

#[derive(Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_seconds: Option<u64>,
}

#[derive(Deserialize)]
struct Answer {
    jwt: String,
}

impl Operation for SessionToken {
    type Output = Redacted<String>;

    const ID: &'static str = "CreateSessionToken";
    const IDEMPOTENT: bool = false;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        let mut target = RequestTarget::new(Self::ID, "/sessions")
            .segment("session_id", &self.session_id)
            .fixed("/tokens");
        if let Some(template) = &self.template {
            target = target.segment("template", template);
        }
        let body = Body {
            expires_in_seconds: self.expires_in_seconds,
        };
        target.json(Method::POST, &body)
    }

    fn response(&self, response: Response<Bytes>) -> Result<Self::Output, Error> {
        let Answer { jwt } = json(Self::ID, response)?;
        Ok(Redacted::new(jwt))
    }
}
