//! The settings that only matter for authenticating requests.

use clerk_auth::{AcceptedTokens, OrganizationSync};

use super::{Build, Builder};

impl<T: Build> Builder<T> {
    /// Which types of token a request may authenticate with; session tokens if not said.
    pub fn accepts(mut self, tokens: impl Into<AcceptedTokens>) -> Self {
        self.authentication = self.authentication.accepts(tokens);
        self
    }

    /// Whether the application runs on a satellite domain, which asks the primary one who is
    /// signed in.
    pub fn satellite(mut self, is_satellite: bool) -> Self {
        self.authentication = self.authentication.satellite(is_satellite);
        self
    }

    /// Whether a satellite asks the primary domain on a browser's first visit, or only after a
    /// sign-in; not, if not said.
    pub fn satellite_auto_sync(mut self, on_first_visit: bool) -> Self {
        self.authentication = self.authentication.satellite_auto_sync(on_first_visit);
        self
    }

    /// The satellite's domain: `satellite.example`.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.authentication = self.authentication.domain(domain);
        self
    }

    /// Where the Frontend API is proxied: a URL, or a path of the application itself.
    pub fn proxy_url(mut self, url: impl Into<String>) -> Self {
        self.authentication = self.authentication.proxy_url(url);
        self
    }

    /// The page to sign in on: a URL, or a path of the application. Clerk's own, if not said.
    pub fn sign_in_url(mut self, url: impl Into<String>) -> Self {
        self.authentication = self.authentication.sign_in_url(url);
        self
    }

    /// The page to sign up on: a URL, or a path of the application. Clerk's own, if not said.
    pub fn sign_up_url(mut self, url: impl Into<String>) -> Self {
        self.authentication = self.authentication.sign_up_url(url);
        self
    }

    /// Which paths belong to which organization; a browser on one of them whose session has
    /// another organization active is sent to activate it.
    pub fn organization_sync(mut self, patterns: OrganizationSync) -> Self {
        self.authentication = self.authentication.organization_sync(patterns);
        self
    }

    /// Origins, beside the application's own and those of the machine itself, that a development
    /// instance may send a browser back to after its satellite has asked who is signed in.
    pub fn allowed_redirect_origins<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.authentication = self.authentication.allowed_redirect_origins(origins);
        self
    }

    pub(super) fn authentication_variables(
        mut self,
        read: impl Fn(&str) -> Option<String>,
    ) -> Self {
        if let Some(domain) = read("CLERK_DOMAIN") {
            self = self.domain(domain);
        }
        if let Some(is_satellite) = read("CLERK_IS_SATELLITE") {
            self = self.satellite(matches!(is_satellite.trim(), "true" | "1"));
        }
        if let Some(url) = read("CLERK_PROXY_URL") {
            self = self.proxy_url(url);
        }
        if let Some(url) = read("CLERK_SIGN_IN_URL") {
            self = self.sign_in_url(url);
        }
        if let Some(url) = read("CLERK_SIGN_UP_URL") {
            self = self.sign_up_url(url);
        }
        self
    }
}
