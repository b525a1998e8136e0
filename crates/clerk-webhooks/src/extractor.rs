/// The extractor of a framework adapter and its rejection, as types of its own: a framework's traits
/// can only be implemented for those.
#[doc(hidden)]
#[macro_export]
macro_rules! extractor {
    ($framework:literal) => {
        /// A delivery that Clerk has sent, verified.
        ///
        /// What is none is answered with a [`Rejection`].
        #[derive(Clone, Debug)]
        pub struct Webhook(pub $crate::Delivery);

        impl ::std::ops::Deref for Webhook {
            type Target = $crate::Delivery;

            fn deref(&self) -> &$crate::Delivery {
                &self.0
            }
        }

        /// The response to what is no delivery, or could not be dealt with:
        /// [`clerk_webhooks::Rejection`], as
        #[doc = $framework]
        /// wants it.
        #[derive(Debug)]
        pub struct Rejection(pub $crate::Rejection);

        impl From<$crate::Rejection> for Rejection {
            fn from(rejection: $crate::Rejection) -> Self {
                Self(rejection)
            }
        }

        impl ::std::fmt::Display for Rejection {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::error::Error for Rejection {}
    };
}
