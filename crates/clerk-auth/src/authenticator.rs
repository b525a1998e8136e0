use std::sync::Arc;

use clerk_core::Clock;
use clerk_http::Client;
use clerk_jwks::ResolveKey;

use crate::{Admission, Error, Moment, RequestHead, RequestState, Settings, Step, visit::Visit};

/// Finds out who requests come from. Cheap to clone.
///
/// [`blocking::Authenticator`](crate::blocking::Authenticator) is the same without the `.await`.
#[derive(Clone, Debug)]
pub struct Authenticator(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: Arc<Settings>,
    keys: Arc<dyn ResolveKey>,
    client: Arc<Client>,
}

impl Authenticator {
    /// An authenticator that finds keys with `keys`, and asks Clerk's Backend API through
    /// `client`, whose clock it reads.
    pub fn new(settings: Settings, keys: impl ResolveKey + 'static, client: Client) -> Self {
        Self(Arc::new(Shared {
            settings: Arc::new(settings),
            keys: Arc::new(keys),
            client: Arc::new(client),
        }))
    }

    /// How requests are authenticated.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The same authenticator, with the same keys and connections, and other settings.
    #[must_use]
    pub fn with_settings(&self, settings: Settings) -> Self {
        Self(Arc::new(Shared {
            settings: Arc::new(settings),
            keys: Arc::clone(&self.0.keys),
            client: Arc::clone(&self.0.client),
        }))
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
    pub async fn authenticate(&self, head: &RequestHead<'_>) -> Result<RequestState, Error> {
        let Shared {
            settings,
            keys,
            client,
        } = &*self.0;
        let clock: &dyn Clock = &**client.clock();
        let mut now = Moment::of(clock);
        let mut step = Step::start(head, settings, client.settings(), now);
        loop {
            step = match step {
                Step::Resolve(id, authentication) => {
                    let key = match keys.at_hand(id.as_ref()) {
                        Some(key) => key,
                        None => {
                            let key = keys.resolve(id.as_ref()).await;
                            now = Moment::of(clock);
                            key
                        }
                    };
                    authentication.resolved(key, now)
                }
                Step::Send(request, authentication) => {
                    let outcome = client.transport().send(request).await;
                    now = Moment::of(clock);
                    authentication.received(outcome, now)
                }
                Step::Wait(duration, authentication) => {
                    client.runtime().sleep(duration).await;
                    now = Moment::of(clock);
                    authentication.waited(now)
                }
                Step::Verify(authentication) => {
                    let next = authentication.verified().await;
                    now = Moment::of(clock);
                    next
                }
                Step::Done(decided) => return decided,
            }
        }
    }

    /// Finds out who a request comes from, and what a framework does with it.
    ///
    /// That it could not be found out is not an error here: what is open to everybody stays open,
    /// and handlers that ask are told.
    pub async fn admit(&self, head: &RequestHead<'_>) -> Admission {
        let outcome = self.authenticate(head).await;
        Admission::of(
            outcome,
            Visit::new(head, &self.0.settings, Some(&self.0.client)),
        )
    }
}
