//! What the 0.x releases of Clerk's Node SDK called things. There is code and documentation with
//! these names; each is a thin way to what does the same today.

/// The methods, once; `$async` and `$await` are there for one of the two clients.
macro_rules! legacy {
    ($clerk:ty, [$($async:ident)?], [$($await:tt)*]) => {
        impl $clerk {
            /// Finds out who a request comes from.
            ///
            /// The name is that of Node's 0.x releases, where the caller handed in cookies and
            /// headers one by one. Superseded by [`authenticator`](Self::authenticator) and
            /// `authenticate`; what was `isInterstitial` is a
            /// [`Handshake`](clerk_auth::RequestState::Handshake).
            ///
            /// # Errors
            ///
            /// It could not be found out, which is not the same as signed out.
            pub $($async)? fn auth_state(
                &self,
                head: &clerk_auth::RequestHead<'_>,
            ) -> Result<clerk_auth::RequestState, crate::AuthStateError> {
                Ok(self.authenticator()?.authenticate(head)$($await)*?)
            }

            /// A request's state in a form that is safe to log.
            ///
            /// Superseded by [`RequestState::debug`](clerk_auth::RequestState::debug).
            ///
            /// # Errors
            ///
            /// The settings do not allow to authenticate requests.
            pub fn debug_auth_state(
                &self,
                state: &clerk_auth::RequestState,
            ) -> Result<clerk_auth::DebugRequestState, clerk_auth::InvalidSettings> {
                Ok(state.debug(self.authenticator()?.settings()))
            }

            /// A page, made here, that has the browser find out who is signed in.
            ///
            /// Superseded by handshakes, which need no page: redirect as
            /// [`RequestState::redirect`](clerk_auth::RequestState::redirect) says. Every value
            /// in the page is escaped.
            ///
            /// # Errors
            ///
            /// There is no publishable key.
            pub fn local_interstitial(&self) -> Result<String, clerk_auth::InvalidSettings> {
                let key = self.interstitial_key()?;
                Ok(clerk_auth::interstitial::LocalInterstitial::new(key).to_html())
            }

            /// That page as Clerk makes it, for everybody. No key is sent.
            ///
            /// Superseded by handshakes, as [`local_interstitial`](Self::local_interstitial) is.
            ///
            /// # Errors
            ///
            /// There is no publishable key, or Clerk did not answer with a page.
            pub $($async)? fn remote_public_interstitial(
                &self,
            ) -> Result<String, crate::AuthStateError> {
                let key = self.interstitial_key()?;
                let page = clerk_auth::interstitial::RemotePublicInterstitial::new(key);
                Ok(self.client().send(page)$($await)*?)
            }

            /// That page as Clerk makes it, for the holder of the secret key.
            ///
            /// Superseded by handshakes, as [`local_interstitial`](Self::local_interstitial) is.
            ///
            /// # Errors
            ///
            /// There is no secret key, or Clerk did not answer with a page.
            pub $($async)? fn remote_private_interstitial(
                &self,
            ) -> Result<String, clerk_http::Error> {
                let page = clerk_auth::interstitial::RemotePrivateInterstitial;
                self.client().send(page)$($await)*
            }

            /// The page of [`remote_private_interstitial`](Self::remote_private_interstitial),
            /// by the name of the group it was in: `clerk.interstitial.getInterstitial()`.
            ///
            /// # Errors
            ///
            /// There is no secret key, or Clerk did not answer with a page.
            pub $($async)? fn interstitial(&self) -> Result<String, clerk_http::Error> {
                self.remote_private_interstitial()$($await)*
            }

            fn interstitial_key(
                &self,
            ) -> Result<&clerk_core::PublishableKey, clerk_auth::InvalidSettings> {
                let key = self.authenticator()?.settings().publishable_key();
                key.ok_or(clerk_auth::InvalidSettings::NoPublishableKey)
            }
        }
    };
}
pub(crate) use legacy;

/// Why `auth_state`, or a page that it may ask for, is not to be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthStateError {
    /// The settings do not allow to authenticate requests.
    #[error(transparent)]
    Settings(#[from] clerk_auth::InvalidSettings),
    /// It could not be found out who the request comes from.
    #[error(transparent)]
    Authentication(#[from] clerk_auth::Error),
    /// Clerk did not answer with a page.
    #[error(transparent)]
    Http(#[from] clerk_http::Error),
}
