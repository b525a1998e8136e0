use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::Value;

use crate::{
    Emulator,
    claims::TokenVersion,
    cookies::Cookies,
    defect::Defect,
    mint::{Issued, Kind, MintError, TokenSpec},
    state::State,
};

/// A token in the making: what it says is what the emulator knows, until told otherwise.
///
/// Without a [`user`](Self::user) it is the first one's. Without any other word it is a session
/// token of the current version, outside of any organization, issued at the time of signing and
/// valid for 60 seconds, with the same claims and header as Clerk's. Claims and header
/// parameters given or taken away by name win over everything else.
///
/// ```
/// use clerk_core::UnixTime;
/// use clerk_emulator::{Defect, Emulator};
/// use std::{collections::BTreeMap, time::Duration};
///
/// let emulator = Emulator::builder().build()?;
/// let now = UnixTime::from_secs(1_800_000_000);
///
/// let admin = emulator.token().user("ada@example.com").organization("acme").sign(now);
/// let stale = emulator.token().issued_ago(Duration::from_secs(90)).sign(now);
/// let forged = emulator.token().defect(Defect::AlgNone).sign(now);
/// let odd = emulator.token().claim("azp", 5).without("sid").header("cat", "cl_X").sign(now);
/// # let _ = (admin, stale, forged, odd);
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "no token is made until `.sign(now)`"]
pub struct TokenBuilder {
    emulator: Emulator,
    spec: TokenSpec,
}

impl Emulator {
    /// Starts a token; see [`TokenBuilder`].
    pub fn token(&self) -> TokenBuilder {
        TokenBuilder {
            emulator: self.clone(),
            spec: TokenSpec::default(),
        }
    }
}

impl TokenBuilder {
    /// Whose token it is: an e-mail address or an id. Session tokens belong to a session of this
    /// user, which is started if there is none in the same organization.
    pub fn user(mut self, id_or_email: impl Into<String>) -> Self {
        self.spec.user = Some(id_or_email.into());
        self
    }

    /// The active organization, by slug or id.
    pub fn organization(mut self, id_or_slug: impl Into<String>) -> Self {
        self.spec.organization = Some(id_or_slug.into());
        self
    }

    /// The version of a session token. Without it, the emulator's.
    pub fn version(mut self, version: TokenVersion) -> Self {
        self.spec.version = Some(version);
        self
    }

    /// Makes it a token of this JWT template, instead of a session token.
    pub fn template(mut self, name: impl Into<String>) -> Self {
        self.spec.kind = Kind::Template(name.into());
        self
    }

    /// Makes it a machine-to-machine token, instead of a session token.
    pub fn machine(mut self) -> Self {
        self.spec.kind = Kind::Machine;
        self
    }

    /// Makes it an OAuth access token (RFC 9068), instead of a session token.
    pub fn oauth(mut self) -> Self {
        self.spec.kind = Kind::OAuth;
        self
    }

    /// Makes it a machine-to-machine token of the opaque kind, `mt_…`: the application has to ask
    /// the emulator what it stands for. Claims are what the machine says of itself.
    pub fn opaque_machine(mut self) -> Self {
        self.spec.kind = Kind::OpaqueMachine;
        self
    }

    /// Makes it an OAuth access token of the opaque kind, `oat_…`. Of its claims, only `aud` is told
    /// to who asks.
    pub fn opaque_oauth(mut self) -> Self {
        self.spec.kind = Kind::OpaqueOAuth;
        self
    }

    /// Makes it an API key, `ak_…`, of the organization if one is named, or else of the user. It
    /// does not expire unless [`lifetime`](Self::lifetime) says when.
    pub fn api_key(mut self) -> Self {
        self.spec.kind = Kind::ApiKey;
        self
    }

    /// Adds a scope to an API key, an OAuth access token or a machine's token. The scopes of a
    /// machine's token are the ids of the machines that it is for, `mch_…`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.spec.scopes.push(scope.into());
        self
    }

    /// Issued this long before the time of signing.
    pub fn issued_ago(mut self, ago: Duration) -> Self {
        self.spec.issued = Issued::Ago(ago);
        self
    }

    /// Issued at this time, whenever it is signed.
    pub fn issued_at(mut self, time: UnixTime) -> Self {
        self.spec.issued = Issued::At(time);
        self
    }

    /// How long the token is valid, from its issue on.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.spec.lifetime = Some(lifetime);
        self
    }

    /// Sets a claim to any JSON value.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.spec.claims.insert(name.into(), Some(value.into()));
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: impl Into<String>) -> Self {
        self.spec.claims.insert(name.into(), None);
        self
    }

    /// Sets a header parameter to any JSON value. Where `alg` becomes RS384 or RS512, the
    /// signature is made accordingly; any other value leaves it RS256's.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.spec.header.insert(name.into(), Some(value.into()));
        self
    }

    /// Leaves a header parameter out.
    pub fn without_header(mut self, name: impl Into<String>) -> Self {
        self.spec.header.insert(name.into(), None);
        self
    }

    /// Makes the token bad in one way.
    pub fn defect(mut self, defect: Defect) -> Self {
        self.spec.defect = Some(defect);
        self
    }

    /// The signed token.
    ///
    /// # Panics
    ///
    /// The user, the organization or the template does not exist, or the user is not a member:
    /// in a test, the message is the quickest way to the misspelt name. Where the names are not
    /// the test's own, use [`try_sign`](Self::try_sign).
    #[track_caller]
    #[must_use]
    pub fn sign(self, now: UnixTime) -> String {
        match self.try_sign(now) {
            Ok(token) => token,
            Err(error) => panic!("the token cannot be made: {error}"),
        }
    }

    /// The `Cookie` header of a browser that holds the token as its session's: `__session` and
    /// what goes with it, as the emulator's own handshake sets it. The emulator knows the browser
    /// from then on.
    ///
    /// ```
    /// # use clerk_core::UnixTime;
    /// # use clerk_emulator::Emulator;
    /// let emulator = Emulator::builder().build()?;
    /// let now = UnixTime::from_secs(1_800_000_000);
    /// let cookie = emulator.token().user("ada@example.com").cookies(now);
    /// let request = http::Request::get("http://localhost:3000/").header("cookie", cookie);
    /// # let _ = request;
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`sign`](Self::sign).
    #[track_caller]
    #[must_use]
    pub fn cookies(self, now: UnixTime) -> String {
        let Self { emulator, spec } = self;
        let minted = |settings: &_, state: &mut State| {
            let now = state.clock.tell(now);
            Cookies::mint(&spec, settings, state, now)
        };
        match emulator.with_state(minted) {
            Ok(cookies) => cookies.header(),
            Err(error) => panic!("the token cannot be made: {error}"),
        }
    }

    /// The signed token.
    ///
    /// # Errors
    ///
    /// Says which of the names that were given stands for nothing.
    pub fn try_sign(self, now: UnixTime) -> Result<String, MintError> {
        self.emulator.with_state(|settings, state| {
            let now = state.clock.tell(now);
            self.spec.mint(settings, state, now)
        })
    }
}
