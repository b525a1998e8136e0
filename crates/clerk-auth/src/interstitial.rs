//! The pages with which Node's 0.x releases asked a browser who is signed in.
//!
//! Today a [`Handshake`](crate::Handshake) does that, with a redirect and without a page. These
//! are for applications that still serve the page, and for reading documentation of that time.

use bytes::Bytes;
use clerk_core::PublishableKey;
use clerk_http::{Authorization, Error, Operation, RequestTarget, success};
use http::{Method, Request, Response};

use crate::DebugRequestState;

/// What a page that is made here, without asking Clerk, is made of.
///
/// ```
/// use clerk_auth::interstitial::LocalInterstitial;
///
/// let key = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?;
/// let page = LocalInterstitial::new(&key).clerk_js_version("5").to_html();
/// assert!(page.contains("https://clerk.example.com/npm/@clerk/clerk-js@5/dist/clerk.browser.js"));
/// # Ok::<(), clerk_core::InvalidPublishableKey>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is made into a page by `to_html()`"]
pub struct LocalInterstitial<'a> {
    publishable_key: &'a PublishableKey,
    clerk_js_version: &'a str,
    debug: Option<&'a DebugRequestState>,
}

impl<'a> LocalInterstitial<'a> {
    /// A page that loads the newest of Clerk's scripts from the instance's Frontend API.
    pub const fn new(publishable_key: &'a PublishableKey) -> Self {
        Self {
            publishable_key,
            clerk_js_version: "latest",
            debug: None,
        }
    }

    /// Which version of Clerk's script the page loads: `5`, or `latest`.
    pub const fn clerk_js_version(mut self, version: &'a str) -> Self {
        self.clerk_js_version = version;
        self
    }

    /// Lets scripts on the page read why it was served, under `window.__clerk_debug`.
    pub const fn debug(mut self, state: &'a DebugRequestState) -> Self {
        self.debug = Some(state);
        self
    }

    /// The page. It loads Clerk's script, which finds out who is signed in, and then loads the
    /// address again.
    ///
    /// Every value stands in an attribute, escaped, and the script on the page reads them there:
    /// no value can become part of the script.
    pub fn to_html(&self) -> String {
        let script = format!(
            "{}/npm/@clerk/clerk-js@{}/dist/clerk.browser.js",
            self.publishable_key.frontend_api_url(),
            self.clerk_js_version,
        );
        let debug = self
            .debug
            .and_then(|state| serde_json::to_string(state).ok());
        let debug = debug.unwrap_or_else(|| "null".to_owned());
        TEMPLATE
            .replace("{script}", &escape(&script))
            .replace(
                "{frontend_api}",
                &escape(self.publishable_key.frontend_api()),
            )
            .replace("{publishable_key}", &escape(self.publishable_key.as_str()))
            .replace("{debug}", &escape(&debug))
    }
}

const TEMPLATE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Signing in</title>
</head>
<body data-frontend-api="{frontend_api}" data-debug="{debug}">
<script>
const { frontendApi, debug } = document.body.dataset;
window.__clerk_frontend_api = frontendApi;
window.__clerk_debug = JSON.parse(debug);
async function finish() {
  await window.Clerk.load();
  window.location.reload();
}
</script>
<script async crossorigin="anonymous" src="{script}" data-clerk-publishable-key="{publishable_key}" onload="finish()"></script>
</body>
</html>
"#;

/// What HTML has a meaning for, in text and in quoted attributes, and braces, so that no value is
/// taken for a place in the template.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '{' => escaped.push_str("&#123;"),
            '}' => escaped.push_str("&#125;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// `GET /v1/public/interstitial`: the page as Clerk makes it, for everybody.
#[derive(Clone, Debug)]
pub struct RemotePublicInterstitial {
    publishable_key: PublishableKey,
    clerk_js_version: String,
}

impl RemotePublicInterstitial {
    /// The page of the instance that `publishable_key` names.
    pub fn new(publishable_key: &PublishableKey) -> Self {
        Self {
            publishable_key: publishable_key.clone(),
            clerk_js_version: "latest".to_owned(),
        }
    }

    /// Which version of Clerk's script the page loads: `5`, or `latest`.
    #[must_use]
    pub fn clerk_js_version(mut self, version: impl Into<String>) -> Self {
        self.clerk_js_version = version.into();
        self
    }
}

impl Operation for RemotePublicInterstitial {
    type Output = String;

    const ID: &'static str = "GetPublicInterstitial";
    const IDEMPOTENT: bool = true;
    const AUTHORIZATION: Authorization = Authorization::Public;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        RequestTarget::new(Self::ID, "/public/interstitial")
            .pair("clerk_js_version", &self.clerk_js_version)
            .pair("publishable_key", &self.publishable_key)
            .request(Method::GET)
    }

    fn response(&self, response: Response<Bytes>) -> Result<String, Error> {
        page(Self::ID, response)
    }
}

/// `GET /v1/internal/interstitial`: the page as Clerk makes it, for the holder of the secret key.
#[derive(Clone, Copy, Debug, Default)]
pub struct RemotePrivateInterstitial;

impl Operation for RemotePrivateInterstitial {
    type Output = String;

    const ID: &'static str = "GetInterstitial";
    const IDEMPOTENT: bool = true;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        RequestTarget::new(Self::ID, "/internal/interstitial").request(Method::GET)
    }

    fn response(&self, response: Response<Bytes>) -> Result<String, Error> {
        page(Self::ID, response)
    }
}

fn page(operation: &'static str, response: Response<Bytes>) -> Result<String, Error> {
    let response = success(operation, response)?;
    let status = response.status();
    String::from_utf8(response.into_body().into()).map_err(|error| Error::Decode {
        operation,
        status,
        cause: error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";

    #[test]
    fn no_value_becomes_markup_or_script() {
        let key: PublishableKey = KEY.parse().unwrap();
        let state = DebugRequestState {
            status: "handshake",
            is_signed_in: false,
            is_interstitial: true,
            reason: Some("</script><script>alert(1)</script>".to_owned()),
            message: "\" onload=\"alert(2)\" {script}".to_owned(),
            frontend_api: None,
            publishable_key: None,
            proxy_url: None,
            is_satellite: false,
        };
        let page = LocalInterstitial::new(&key)
            .clerk_js_version("5\"><script>alert(3)</script>")
            .debug(&state)
            .to_html();
        assert_eq!(page.matches("<script").count(), 2);
        assert!(!page.contains("onload=\"alert"));
        assert_eq!(page.matches("clerk.browser.js").count(), 1);
    }

    #[test]
    fn the_public_page_needs_no_key_and_the_private_one_sends_it() {
        let key: PublishableKey = KEY.parse().unwrap();
        let builder = || clerk_http::Settings::builder();
        let with_key = builder().secret_key("sk_live_abc".parse().unwrap());
        let (without, with) = (builder().build().unwrap(), with_key.build().unwrap());

        let public = RemotePublicInterstitial::new(&key);
        for settings in [&without, &with] {
            let request = settings.request(&public).unwrap();
            assert!(!request.headers().contains_key("authorization"));
            let expected = "https://api.clerk.com/v1/public/interstitial?clerk_js_version=latest\
                            &publishable_key=pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
            assert_eq!(request.uri(), expected);
        }
        let private = RemotePrivateInterstitial;
        assert!(without.request(&private).is_err());
        let request = with.request(&private).unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer sk_live_abc");
    }
}
