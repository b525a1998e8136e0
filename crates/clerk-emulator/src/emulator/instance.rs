use clerk_core::{PublishableKey, SecretKey};

use crate::{Emulator, cookies::Cookies};

/// What programs and pages have to know of the instance.
impl Emulator {
    /// The origin the instance is reached at, without a trailing slash: what goes into
    /// `CLERK_API_URL`.
    pub fn url(&self) -> &str {
        &self.shared.settings.origin
    }

    /// The address by which Clerk's script in pages is to come, where the builder was told one: what goes
    /// into `data-clerk-proxy-url` and `CLERK_PROXY_URL`.
    pub fn proxy_url(&self) -> Option<&str> {
        self.shared.settings.proxy_url.as_deref()
    }

    /// The host of Clerk's that the instance is to browsers, where the builder was told one.
    pub fn development_host(&self) -> Option<&str> {
        self.shared.settings.development_host.as_deref()
    }

    /// The `iss` of the instance's tokens: the origin, unless the builder says otherwise.
    pub fn issuer(&self) -> &str {
        &self.shared.settings.issuer
    }

    /// What goes into `CLERK_SECRET_KEY`. It opens nothing but this emulator.
    pub fn secret_key(&self) -> &SecretKey {
        &self.shared.settings.secret_key
    }

    /// What goes into `CLERK_PUBLISHABLE_KEY`. It names the emulator's own origin, unless the builder was told
    /// otherwise.
    pub fn publishable_key(&self) -> &PublishableKey {
        &self.shared.settings.publishable_key
    }

    /// The page on which one picks whom to sign in as: what goes into `CLERK_SIGN_IN_URL`.
    pub fn sign_in_url(&self) -> String {
        format!("{}/sign-in", self.shared.settings.frontend)
    }

    /// The id of the user with this e-mail address.
    pub fn user_id(&self, email: &str) -> Option<String> {
        let user = self.lock().directory.user_called(email)?.id.clone();
        Some(user)
    }

    /// The id of the organization with this slug.
    pub fn organization_id(&self, slug: &str) -> Option<String> {
        let organization = self.lock().directory.organization(slug)?.id.clone();
        Some(organization)
    }

    /// The `Cookie` header of a browser in which nobody is signed in, and that the emulator
    /// knows. [`TokenBuilder::cookies`](crate::TokenBuilder::cookies) is for those in which somebody is.
    pub fn signed_out_cookies(&self) -> String {
        self.with_state(|settings, state| {
            let client = state.directory.client_or_new(None, &mut state.ids);
            Cookies::signed_out(settings, &client).header()
        })
    }
}
