use std::sync::Arc;

use clerk_auth::{Authenticator, InvalidSettings};
use clerk_http::Client;
use clerk_http::{Error, Operation, Runtime, Transport};
use clerk_jwks::{Error as VerificationError, KeySource};
use clerk_jwks::{Layered, RemoteKeys, Verifier};
use clerk_jwt::{SessionClaims, TokenClaims, Verified};

use crate::{
    BuildError, Builder,
    builder::{Keys, Plan, sealed},
};

/// One Clerk instance: verifies its tokens and calls its API. Cheap to clone.
///
/// [`blocking::Clerk`](crate::blocking::Clerk) is the same without the `.await`.
#[derive(Clone, Debug)]
pub struct Clerk {
    verifier: Verifier,
    client: Client,
    authenticator: Result<Authenticator, InvalidSettings>,
}

impl Clerk {
    /// Starts with no settings at all.
    pub fn builder() -> Builder<Self> {
        Builder::new()
    }

    /// Takes the settings from the environment, `builder().env().build()`: see [`Builder::env`].
    ///
    /// # Errors
    ///
    /// Says which variable cannot be used, or which of them to set. Without the feature `async` there is nothing to send
    /// through, for which the builder has [`transport`](Builder::transport).
    pub fn from_env() -> Result<Self, BuildError> {
        Self::builder().env().build()
    }

    /// Verifies a session token: that the instance issued it, for a session, and that it is valid
    /// now.
    ///
    /// No token made from a JWT template is one: whoever writes a template chooses its claims. Use [`verify`](Self::verify) for those.
    ///
    /// # Errors
    ///
    /// The token is not acceptable, or there is no key for it;
    /// [`fault`](VerificationError::fault) tells which HTTP status fits.
    pub async fn verify_token(
        &self,
        token: &str,
    ) -> Result<Verified<SessionClaims>, VerificationError> {
        self.verifier.verify(token).await
    }

    /// Verifies a token of the kind `C`.
    ///
    /// A machine's token, [`M2mClaims`](clerk_jwt::M2mClaims), has to be for this service: see
    /// [`Builder::machine_id`] and [`Builder::ignore_machine_scopes`]. Without either, none is
    /// accepted.
    ///
    /// # Errors
    ///
    /// Those of [`verify_token`](Self::verify_token).
    pub async fn verify<C: TokenClaims>(
        &self,
        token: &str,
    ) -> Result<Verified<C>, VerificationError> {
        self.verifier.verify(token).await
    }

    /// Sends an operation to the Backend API.
    ///
    /// # Errors
    ///
    /// The operation makes no request, no complete response came back, Clerk answered with an
    /// error, or the answer cannot be read.
    pub async fn send<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        self.client.send(operation).await
    }

    /// What finds out who requests come from.
    ///
    /// # Errors
    ///
    /// [`InvalidSettings::NoPublishableKey`]: requests may authenticate with session tokens, and
    /// without a publishable key it is not known from which instance.
    pub fn authenticator(&self) -> Result<&Authenticator, InvalidSettings> {
        self.authenticator.as_ref().map_err(Clone::clone)
    }

    /// What verifies tokens.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// What calls the Backend API.
    pub const fn client(&self) -> &Client {
        &self.client
    }
}

#[cfg(feature = "api")]
crate::accessors::accessors!(Clerk, Client);
crate::legacy::legacy!(Clerk, [async], [.await]);

impl Builder<Clerk> {
    /// Sends through `transport` and waits with `runtime`. Default: reqwest and tokio, with the feature `async`.
    pub fn transport(
        self,
        transport: impl Transport + 'static,
        runtime: impl Runtime + 'static,
    ) -> Self {
        self.edge((Arc::new(transport), Arc::new(runtime)))
    }
}

type Edge = (Arc<dyn Transport>, Arc<dyn Runtime>);

/// What carries requests where nothing was said.
fn own_edge() -> Result<Edge, BuildError> {
    let edge: Result<Edge, _> = Err(BuildError::NoTransport);
    #[cfg(feature = "async")]
    let edge = edge.or_else(|_| match clerk_http_reqwest::ReqwestTransport::new() {
        Ok(transport) => Ok::<Edge, _>((
            Arc::new(transport),
            Arc::new(clerk_http_reqwest::TokioRuntime),
        )),
        Err(error) => Err(BuildError::Transport(error.into())),
    });
    edge
}

impl sealed::Build for Clerk {
    type Edge = Edge;

    fn from_plan(plan: &Plan, edge: Option<Self::Edge>) -> Result<Self, BuildError> {
        let (transport, runtime) = edge.map_or_else(own_edge, Ok)?;
        let client = || {
            Client::builder(Arc::clone(&transport), Arc::clone(&runtime))
                .clock(Arc::clone(&plan.clock))
        };
        let api = plan
            .api_client(client())
            .build()
            .map_err(|error| plan.name_in(error))?;
        let fetched = |client, source, provider: &Arc<_>| {
            let (policy, provider) = (plan.cache_policy.clone(), Arc::clone(provider));
            RemoteKeys::with_provider(client, source, policy, provider)
        };
        let (policy, clock) = (plan.policy.clone(), Arc::clone(&plan.clock));
        let verifier = match &plan.keys {
            Keys::Given(keys) => Verifier::new(keys.clone(), policy, clock),
            Keys::BackendApi(provider) => {
                let keys = fetched(api.clone(), KeySource::BackendApi, provider);
                Verifier::new(keys, policy, clock)
            }
            Keys::FrontendApi(url, provider) => {
                let frontend = plan.frontend_client(client(), url).build()?;
                let keys = fetched(frontend, KeySource::FrontendApi, provider);
                Verifier::new(keys, policy, clock)
            }
            Keys::Nowhere => Verifier::new(Layered::new(), policy, clock),
        };
        let verifier = match &plan.token_cache {
            Some(cache) => verifier.with_token_cache(Arc::clone(cache)),
            None => verifier,
        };
        let authenticator = plan
            .authentication
            .clone()
            .map(|settings| Authenticator::new(settings, Arc::clone(verifier.keys()), api.clone()));
        Ok(Self {
            verifier,
            client: api,
            authenticator,
        })
    }
}
