use std::borrow::Cow;

use http::StatusCode;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Reverification;

/// Why somebody may not do what was asked for.
///
/// The text names what is missing and is for logs. Its JSON form is for the caller, in the shapes
/// that Clerk's front-end libraries read: they answer a
/// [`Reverification`](Denied::Reverification) by asking the user to verify again. It does not name
/// roles and permissions, which are nobody else's business.
///
/// ```
/// use clerk_auth::{Denied, Reverification};
///
/// let denied = Denied::Reverification(Reverification::STRICT);
/// assert_eq!(denied.status(), 403);
/// let body: serde_json::Value = serde_json::from_str(&denied.to_json())?;
/// assert_eq!(body["clerk_error"]["reason"], "reverification-error");
/// assert_eq!(body["clerk_error"]["metadata"]["reverification"], "strict");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignedOut,
    /// The user has signed in, and has something left to do; such sessions are signed out here.
    #[error(
        "the session is pending: the user has signed in and has something left to do, such as \
         choosing an organization"
    )]
    SessionPending,
    /// A machine asks. Machine tokens have scopes, and nothing of what can be required.
    #[error("a machine token has no roles, permissions, features or plans; look at its scopes")]
    Machine,
    /// The requirement asks for nothing, which is taken for a mistake and not for a permission.
    #[error("the requirement asks for nothing, so nobody meets it; say what it asks for")]
    NothingAsked,
    /// The user does not have the role in the active organization.
    #[error("the user does not have the role `{0}` in the active organization")]
    Role(Cow<'static, str>),
    /// The user does not have the permission in the active organization.
    #[error("the user does not have the permission `{0}` in the active organization")]
    Permission(Cow<'static, str>),
    /// Neither the user nor the active organization is entitled to the feature.
    #[error("the feature `{0}` is not included in a plan of the user or of the organization")]
    Feature(Cow<'static, str>),
    /// Neither the user nor the active organization has subscribed to the plan.
    #[error("neither the user nor the active organization has the plan `{0}`")]
    Plan(Cow<'static, str>),
    /// It is too long ago that the user has proven to be the user.
    #[error(
        "the user has to verify again: {} within the last {} minutes",
        .0.level().as_str(), .0.after_minutes()
    )]
    Reverification(Reverification),
}

impl Denied {
    /// 401 where nobody is signed in, or not yet wholly, and 403 for everything else.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut | Self::SessionPending => StatusCode::UNAUTHORIZED,
            _ => StatusCode::FORBIDDEN,
        }
    }

    /// A stable name of what is missing; `code` in the JSON form.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::SessionPending => "session_pending",
            Self::Machine => "machine_not_allowed",
            Self::NothingAsked => "requirement_empty",
            Self::Role(_) => "role_missing",
            Self::Permission(_) => "permission_missing",
            Self::Feature(_) => "feature_missing",
            Self::Plan(_) => "plan_missing",
            Self::Reverification(_) => "reverification_required",
        }
    }

    /// The body of a response that refuses, as JSON.
    pub fn to_json(&self) -> String {
        self.body().to_string()
    }

    fn body(&self) -> Value {
        if let Self::Reverification(asked) = self {
            return json!({
                "clerk_error": {
                    "type": "forbidden",
                    "reason": "reverification-error",
                    "metadata": { "reverification": asked },
                }
            });
        }
        json!({ "errors": [{ "code": self.code(), "message": self.message() }] })
    }

    const fn message(&self) -> &'static str {
        match self {
            Self::SignedOut => "Sign in to do this.",
            Self::SessionPending => "Finish signing in to do this.",
            Self::Machine => "Machine tokens cannot do this.",
            Self::NothingAsked => "This is not open to anybody.",
            Self::Role(_) => "You do not have the role this needs.",
            Self::Permission(_) => "You do not have the permission this needs.",
            Self::Feature(_) => "Your plan does not include the feature this needs.",
            Self::Plan(_) => "You do not have the plan this needs.",
            Self::Reverification(_) => "Verify again to do this.",
        }
    }
}

impl Serialize for Denied {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.body().serialize(serializer)
    }
}
