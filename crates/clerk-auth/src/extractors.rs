#[cfg(test)]
mod tests;

use crate::{Rejection, RequestAuth};

/// What a handler can take, made of who the request comes from.
///
/// Every framework adapter has the same extractors, and each asks through this, so that none of
/// them decides for itself who gets through.
///
/// ```
/// use clerk_auth::{FromRequestAuth, Rejection, RequestAuth};
///
/// /// The id of the user, for handlers that want nothing else.
/// struct UserId(String);
///
/// impl FromRequestAuth for UserId {
///     fn from_request_auth(auth: &RequestAuth) -> Result<Self, Rejection> {
///         Ok(Self(auth.session()?.user_id().to_owned()))
///     }
/// }
/// ```
pub trait FromRequestAuth: Sized {
    /// Asks `auth`.
    ///
    /// # Errors
    ///
    /// Whoever the request comes from does not get through, or it is not known who that is.
    fn from_request_auth(auth: &RequestAuth) -> Result<Self, Rejection>;
}

/// The extractors of a framework adapter, as types of its own: a framework's trait can only be
/// implemented for those.
#[doc(hidden)]
#[macro_export]
macro_rules! extractors {
    () => {
        $crate::extractors! {
            /// The user who is signed in with a session.
            SignedIn($crate::SessionAuth): |auth| auth.session();

            /// Who the request comes from: a user, a machine, or nobody that is known.
            CurrentAuth($crate::Auth): |auth| auth.auth();

            /// The machine the request comes from, whatever type of token it has.
            Machine($crate::MachineAuth): |auth| auth.machine();

            /// Whoever holds the API key the request comes with.
            ApiKey($crate::MachineAuth): |auth| auth.machine_of($crate::MachineTokenType::ApiKey);

            /// The machine the request comes from, with a token of its own.
            M2m($crate::MachineAuth): |auth| auth.machine_of($crate::MachineTokenType::M2m);

            /// The OAuth application the request comes from, with a user's consent.
            OAuth($crate::MachineAuth): |auth| auth.machine_of($crate::MachineTokenType::OAuth);

            /// Where to send whoever has to sign in: `to_sign_in()` is the URL, and the browser
            /// comes back from there to the page that it has asked for.
            Redirects($crate::Redirects): |auth| Ok(auth.redirects()?);
        }

        /// The user who is signed in with a session, if there is one.
        ///
        /// Machines are no users, and a session that is pending counts as none unless the
        /// authenticator's settings say otherwise.
        #[derive(Clone, Debug)]
        pub struct MaybeSignedIn(pub Option<$crate::SessionAuth>);

        impl $crate::FromRequestAuth for MaybeSignedIn {
            fn from_request_auth(auth: &$crate::RequestAuth) -> Result<Self, $crate::Rejection> {
                Ok(Self(auth.auth()?.as_session().cloned()))
            }
        }

        /// A request to be signed out: [`SignOut::to`] does it, and says where the browser goes on.
        ///
        /// [`clerk_auth::SignOut`] says what it comes to. For a route that takes `POST`.
        #[derive(Clone, Debug)]
        pub struct SignOut(pub $crate::SignOut);

        impl SignOut {
            /// Ends the session, and has the browser drop its cookies and go on to `target`: a path
            /// of the application as browsers see it, such as `/`, or a URL. What leads elsewhere
            /// leads to the application's root, so `target` may come from the request.
            ///
            /// # Errors
            ///
            /// The session could not be ended, and the browser stays signed in: 503, or 500 where
            /// this service is set up wrongly.
            pub async fn to(
                &self,
                target: &str,
            ) -> ::std::result::Result<SignOutResponse, Rejection> {
                Ok(SignOutResponse(self.0.to(target).await?))
            }
        }

        impl $crate::FromRequestAuth for SignOut {
            fn from_request_auth(auth: &$crate::RequestAuth) -> Result<Self, $crate::Rejection> {
                auth.sign_out().map(Self)
            }
        }

        /// The user who is signed in with a session that meets `G`'s requirement.
        pub struct Allowed<G> {
            /// The session.
            pub session: $crate::SessionAuth,
            guard: ::std::marker::PhantomData<fn() -> G>,
        }

        impl<G: $crate::Guard> Allowed<G> {
            /// What a handler is given for `session`, if that meets the requirement: for tests that
            /// call the handler as the function that it is. There is none of a session that does not.
            ///
            /// A pending session counts as none here, whatever the authenticator's settings say.
            ///
            /// # Errors
            ///
            /// What is missing.
            pub fn new(session: $crate::SessionAuth) -> Result<Self, $crate::Denied> {
                let auth = $crate::Auth::of_session(
                    ::std::clone::Clone::clone(&session),
                    $crate::PendingSessions::SignedOut,
                );
                auth.require(&G::requirement())?;
                Ok(Self {
                    session,
                    guard: ::std::marker::PhantomData,
                })
            }
        }

        impl<G: $crate::Guard> $crate::FromRequestAuth for Allowed<G> {
            fn from_request_auth(auth: &$crate::RequestAuth) -> Result<Self, $crate::Rejection> {
                Ok(Self {
                    session: auth.require(&G::requirement())?,
                    guard: ::std::marker::PhantomData,
                })
            }
        }

        impl<G> ::std::ops::Deref for Allowed<G> {
            type Target = $crate::SessionAuth;

            fn deref(&self) -> &$crate::SessionAuth {
                &self.session
            }
        }

        impl<G> Clone for Allowed<G> {
            fn clone(&self) -> Self {
                Self {
                    session: self.session.clone(),
                    guard: ::std::marker::PhantomData,
                }
            }
        }

        impl<G> ::std::fmt::Debug for Allowed<G> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("Allowed")
                    .field("session", &self.session)
                    .finish_non_exhaustive()
            }
        }
    };
    ($($(#[$docs:meta])* $name:ident($holds:ty): |$auth:ident| $ask:expr;)+) => {$(
        $(#[$docs])*
        #[derive(Clone, Debug)]
        pub struct $name(pub $holds);

        impl $crate::FromRequestAuth for $name {
            fn from_request_auth($auth: &$crate::RequestAuth) -> Result<Self, $crate::Rejection> {
                $ask.map(Self)
            }
        }

        impl ::std::ops::Deref for $name {
            type Target = $holds;

            fn deref(&self) -> &$holds {
                &self.0
            }
        }
    )+};
}
