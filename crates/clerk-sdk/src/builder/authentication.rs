//! The settings that only matter for authenticating requests.

use clerk_auth::{AcceptedTokens, OrganizationSync, PendingSessions};

use super::{Build, Builder, Variable};

impl<T: Build> Builder<T> {
    /// Which types of token a request may authenticate with. Default: session tokens.
    pub fn accepts(self, tokens: impl Into<AcceptedTokens>) -> Self {
        let mut builder = self.by_hand(Variable::AcceptsToken);
        builder.authentication = builder.authentication.accepts(tokens);
        builder
    }

    /// Whether the application runs on a satellite domain, which asks the primary one who is
    /// signed in.
    pub fn satellite(self, is_satellite: bool) -> Self {
        let mut builder = self.by_hand(Variable::IsSatellite);
        builder.authentication = builder.authentication.satellite(is_satellite);
        builder
    }

    /// Whether a satellite asks the primary domain on a browser's first visit, or only after a
    /// sign-in. Default: `false`.
    pub fn satellite_auto_sync(mut self, on_first_visit: bool) -> Self {
        self.authentication = self.authentication.satellite_auto_sync(on_first_visit);
        self
    }

    /// The satellite's domain: `satellite.example`.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        let mut builder = self.by_hand(Variable::Domain);
        builder.authentication = builder.authentication.domain(domain);
        builder
    }

    /// Where the Frontend API is proxied: a URL, or a path as browsers see it, with whatever a proxy
    /// takes off. It is the issuer of the instance's session tokens then.
    ///
    /// Of a path, `verify_token`, which sees no request, knows no issuer, unless
    /// [`public_url`](Self::public_url) says below which address it is.
    pub fn proxy_url(self, url: impl Into<String>) -> Self {
        let mut builder = self.by_hand(Variable::ProxyUrl);
        builder.authentication = builder.authentication.proxy_url(url);
        builder
    }

    /// The URL under which browsers know the application, where its proxy cannot say:
    /// `https://example.com`, with the path that the proxy takes off requests, if it does. No header
    /// counts then; see [`PublicAddress::at`](clerk_auth::PublicAddress::at).
    pub fn public_url(self, url: impl Into<String>) -> Self {
        let mut builder = self.by_hand(Variable::PublicUrl);
        builder.authentication = builder.authentication.public_url(url);
        builder
    }

    /// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed. Default: they are. Say
    /// `false` where clients reach the service without a proxy.
    pub fn forwarded_headers(self, are_believed: bool) -> Self {
        let mut builder = self.by_hand(Variable::ForwardedHeaders);
        builder.authentication = builder.authentication.forwarded_headers(are_believed);
        builder
    }

    /// The page to sign in on: a URL, or a path of the application. Default: Clerk's own.
    pub fn sign_in_url(self, url: impl Into<String>) -> Self {
        let mut builder = self.by_hand(Variable::SignInUrl);
        builder.authentication = builder.authentication.sign_in_url(url);
        builder
    }

    /// The page to sign up on: a URL, or a path of the application. Default: Clerk's own.
    pub fn sign_up_url(self, url: impl Into<String>) -> Self {
        let mut builder = self.by_hand(Variable::SignUpUrl);
        builder.authentication = builder.authentication.sign_up_url(url);
        builder
    }

    /// Which paths belong to which organization; a browser on one of them whose session has
    /// another organization active is sent to activate it.
    pub fn organization_sync(mut self, patterns: OrganizationSync) -> Self {
        self.authentication = self.authentication.organization_sync(patterns);
        self
    }

    /// Origins, beside the application's own, that a browser may be sent to because a request says
    /// so: after signing out, and, by a development instance, after its satellite has asked who is
    /// signed in.
    pub fn allowed_redirect_origins<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.authentication = self.authentication.allowed_redirect_origins(origins);
        self
    }

    /// The URL of the service's OAuth 2.0 Protected Resource Metadata (RFC 9728), which refusals
    /// name; see [`clerk_auth::Builder::resource_metadata`]. Default: not named.
    pub fn resource_metadata(mut self, url: impl Into<String>) -> Self {
        self.authentication = self.authentication.resource_metadata(url);
        self
    }

    /// Whom handlers deal with while a session is pending: its user has signed in, and has something
    /// left to do, such as choosing an organization. Default: nobody.
    ///
    /// Every layer, middleware and fairing that is made from this Clerk's
    /// [`authenticator`](crate::Clerk::authenticator) goes by it. `verify_token`, which verifies a
    /// token alone, leaves it to the caller: see [`SessionClaims::status`].
    ///
    /// [`SessionClaims::status`]: clerk_jwt::SessionClaims::status
    pub fn pending_sessions(mut self, pending: PendingSessions) -> Self {
        self.authentication = self.authentication.pending_sessions(pending);
        self
    }

    /// Lets browsers' cookies count only for pages of the application's own origin and of these,
    /// where a request opens a WebSocket or its method is not safe; see
    /// [`clerk_auth::Builder::allowed_origins`]. Default: not checked.
    pub fn allowed_origins<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.authentication = self.authentication.allowed_origins(origins);
        self
    }
}
