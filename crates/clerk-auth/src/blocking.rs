//! The authenticator for programs without an async runtime. Same names, same behaviour, no
//! `.await`.

use std::sync::Arc;

use clerk_core::Clock;
use clerk_http::blocking::Client;
use clerk_jwks::BlockingResolveKey;

use crate::{
    Admission, Error, Moment, Rejection, RequestHead, RequestState, Settings, SignOut,
    SignOutResponse, Step, visit::Visit,
};

/// Finds out who requests come from. Cheap to clone.
///
/// The [async `Authenticator`](crate::Authenticator) is the same one `.await` apart.
#[derive(Clone, Debug)]
pub struct Authenticator {
    settings: Arc<Settings>,
    keys: Arc<dyn BlockingResolveKey>,
    client: Client,
}

impl Authenticator {
    /// An authenticator that finds keys with `keys`, and asks Clerk's Backend API through
    /// `client`, whose clock it reads.
    pub fn new(
        settings: Settings,
        keys: impl BlockingResolveKey + 'static,
        client: Client,
    ) -> Self {
        Self {
            settings: Arc::new(settings),
            keys: Arc::new(keys),
            client,
        }
    }

    /// How requests are authenticated.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The same authenticator, with the same keys and connections, and other settings.
    #[must_use]
    pub fn with_settings(&self, settings: Settings) -> Self {
        Self {
            settings: Arc::new(settings),
            ..self.clone()
        }
    }

    /// Finds out who a request comes from.
    ///
    /// Where Clerk has to be asked, each question takes five seconds at the longest, all attempts and
    /// the waits between them together.
    ///
    /// # Errors
    ///
    /// It could not be found out: Clerk cannot be reached, or the settings do not fit. That is not
    /// the same as signed out; [`Error::fault`] tells which HTTP status fits.
    pub fn authenticate(&self, head: &RequestHead<'_>) -> Result<RequestState, Error> {
        let clock: &dyn Clock = &**self.client.clock();
        let mut now = Moment::of(clock);
        let mut step = Step::start(head, &self.settings, self.client.settings(), now);
        loop {
            step = match step {
                Step::Resolve(id, authentication) => {
                    let key = match self.keys.at_hand(id.as_ref()) {
                        Some(key) => key,
                        None => {
                            let key = self.keys.resolve(id.as_ref());
                            now = Moment::of(clock);
                            key
                        }
                    };
                    authentication.resolved(key, now)
                }
                Step::Send(request, authentication) => {
                    let outcome = self.client.transport().send(request);
                    now = Moment::of(clock);
                    authentication.received(outcome, now)
                }
                Step::Wait(duration, authentication) => {
                    self.client.runtime().sleep(duration);
                    now = Moment::of(clock);
                    authentication.waited(now)
                }
                Step::Verify(authentication) => authentication.unverified(now),
                Step::Done(decided) => return decided,
            }
        }
    }

    /// Finds out who a request comes from, and what a framework does with it.
    ///
    /// That it could not be found out is not an error here: what is open to everybody stays open,
    /// and handlers that ask are told.
    pub fn admit(&self, head: &RequestHead<'_>) -> Admission {
        let outcome = self.authenticate(head);
        Admission::of(outcome, Visit::new(head, &self.settings, None))
    }

    /// Signs out, and sends the browser to `target`: [`SignOut::to`] without the `.await`.
    ///
    /// # Errors
    ///
    /// Those of [`SignOut::to`].
    pub fn sign_out(&self, request: &SignOut, target: &str) -> Result<SignOutResponse, Rejection> {
        request.to_by(&self.client, target)
    }
}
