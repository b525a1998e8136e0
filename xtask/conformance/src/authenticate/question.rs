//! One question to both programs: a request, the time, and how it is to be authenticated.

use serde::Serialize;
use serde_json::Value;

/// A line of `clerk-dev request authenticate --batch`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Question {
    pub(crate) id: usize,
    /// Seconds.
    pub(crate) now: f64,
    pub(crate) request: Request,
    pub(crate) options: Options,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) treat_pending_as_signed_out: Option<bool>,
    /// What `has()` is asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) has: Vec<Value>,
    /// How the question came to be.
    #[serde(skip)]
    pub(crate) story: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// `None` leaves an option out.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publishable_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jwt_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) machine_secret_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_satellite: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proxy_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign_up_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) satellite_auto_sync: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accepts_token: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorized_parties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audience: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clock_skew_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization_sync_options: Option<Value>,
}

impl Question {
    pub(crate) fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
