use serde::Serialize;

use crate::{RequestState, Settings};

/// A request's state in a form that is safe to log and to show: no token, no cookie.
///
/// Node's SDK calls it `debugRequestState`, and its 0.x releases `debugAuthState`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DebugRequestState {
    /// `signed-in`, `signed-out` or `handshake`.
    pub status: &'static str,
    /// Whether somebody is signed in.
    pub is_signed_in: bool,
    /// Whether the browser is sent to Clerk first: what was an interstitial page in Node's 0.x
    /// releases.
    pub is_interstitial: bool,
    /// Why the request is not signed in.
    pub reason: Option<String>,
    /// More words on why; may be empty.
    pub message: String,
    /// The host of the Frontend API.
    pub frontend_api: Option<String>,
    /// The publishable key, which is public.
    pub publishable_key: Option<String>,
    /// Where the Frontend API is proxied, if it is.
    pub proxy_url: Option<String>,
    /// Whether the application runs on a satellite domain.
    pub is_satellite: bool,
}

impl RequestState {
    /// The state in a form that is safe to log, with what of the settings explains it.
    pub fn debug(&self, settings: &Settings) -> DebugRequestState {
        let instance = settings.instance.as_ref();
        let message = match self {
            Self::SignedIn(_) => "",
            Self::SignedOut(state) => state.message(),
            Self::Handshake(state) => state.message(),
        };
        DebugRequestState {
            status: self.status(),
            is_signed_in: matches!(self, Self::SignedIn(_)),
            is_interstitial: matches!(self, Self::Handshake(_)),
            reason: self.reason().map(ToString::to_string),
            message: message.to_owned(),
            frontend_api: instance.map(|it| it.frontend_api.host.clone()),
            publishable_key: instance.map(|it| it.publishable_key.as_str().to_owned()),
            proxy_url: instance
                .and_then(|it| it.frontend_api.proxy_url())
                .map(str::to_owned),
            is_satellite: settings.is_satellite,
        }
    }
}
