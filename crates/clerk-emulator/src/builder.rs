use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use clerk_core::{
    InstanceType, InvalidPublishableKey, InvalidSecretKey, PublishableKey, Redacted, SecretKey,
};
use url::Url;

use crate::{
    Emulator,
    claims::TokenVersion,
    hosts::Hosts,
    ids::Ids,
    journal::{Header, Journal},
    key_ring::KeyRing,
    planting,
    seed::{InvalidSeed, Seed},
    signing_key::{InvalidSigningKey, SigningKey},
    state::{Settings, State},
    state_file::{InvalidStateFile, StateFile},
    webhooks::{Endpoint, InvalidWebhook, Outbox, WebhookEndpoint},
};

/// Where an emulator says it is, until a server has it listen somewhere else.
const ORIGIN: &str = "http://127.0.0.1:4010";
/// A host by which clerk-js tells instances in development: what the publishable key names where browsers come
/// through a proxy, and what is usual for [`Builder::development_host`]. It belongs to Clerk.
pub const DEVELOPMENT_HOST: &str = "emulator.lcl.dev";
/// How the names of such hosts end, as clerk-js knows them.
const DEVELOPMENT_DOMAINS: [&str; 4] = [
    ".lcl.dev",
    ".accounts.dev",
    ".lclstage.dev",
    ".accountsstage.dev",
];
/// The application whose pages ask for the session tokens of the seed's users.
const AUTHORIZED_PARTY: &str = "http://localhost:3000";

/// Describes an emulated instance. Nothing has to be said: the seed is then
/// [`Seed::example`].
#[derive(Clone, Debug)]
#[must_use = "an emulator is made by `.build()`, a server by `Server::start`"]
pub struct Builder {
    seed: Seed,
    origin: Option<String>,
    proxy: Option<Proxy>,
    development_host: Option<String>,
    scripts: Option<PathBuf>,
    domain: Option<String>,
    issuer: Option<String>,
    secret_key: Redacted<String>,
    signing_key: Option<Redacted<String>>,
    token_version: TokenVersion,
    authorized_party: Option<String>,
    allowed_hosts: Vec<String>,
    redirect_hosts: Vec<String>,
    refresh_tokens: bool,
    strict: bool,
    identifiers: Option<u64>,
    state_file: Option<PathBuf>,
    webhooks: Vec<WebhookEndpoint>,
}

/// By which address browsers reach the Frontend API.
#[derive(Clone, Debug)]
enum Proxy {
    Own,
    At(String),
}

impl Emulator {
    /// Starts a description of an instance; [`Builder::build`] makes it.
    pub fn builder() -> Builder {
        Builder {
            seed: Seed::example(),
            origin: None,
            proxy: None,
            development_host: None,
            scripts: None,
            domain: None,
            issuer: None,
            secret_key: Redacted::new("sk_test_emulator".to_owned()),
            signing_key: None,
            token_version: TokenVersion::default(),
            authorized_party: Some(AUTHORIZED_PARTY.to_owned()),
            allowed_hosts: Vec::new(),
            redirect_hosts: Vec::new(),
            refresh_tokens: true,
            strict: false,
            identifiers: None,
            state_file: None,
            webhooks: Vec::new(),
        }
    }
}

impl Builder {
    /// What the instance holds at the start.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// The origin that clients reach the instance at. Without it, `http://127.0.0.1:4010`; a
    /// [`Server`](crate::Server) sets its own.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Has Clerk's script in pages come by this address, a path of the application such as
    /// `http://localhost:3000/__clerk` that hands requests on to the emulator without that path: what
    /// goes into `data-clerk-proxy-url` and `CLERK_PROXY_URL`. It is also the `iss` of tokens, unless
    /// [`issuer`](Self::issuer) says otherwise. The publishable key then names a development host of
    /// Clerk's, as clerk-js expects of an instance in development, so whoever is given it has to be
    /// given the proxy too.
    pub fn proxy_url(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Proxy::At(url.into()));
        self
    }

    /// The same, where pages come to the emulator itself: its own origin is the proxy then.
    pub fn own_proxy(mut self) -> Self {
        self.proxy = Some(Proxy::Own);
        self
    }

    /// Has the publishable key name a host of Clerk's, [`DEVELOPMENT_HOST`] say, as which a
    /// [`Server::serve_tls`](crate::Server::serve_tls) takes browsers in: pages with Clerk's script then find the
    /// instance by its key alone, and take it for one in development. The host has to stand for this machine
    /// where the browser is. `https://` and the host are also the `iss` of tokens, unless
    /// [`issuer`](Self::issuer) says otherwise, and where the sign-in page is. Programs come by plain HTTP as
    /// before, where they are told [`Emulator::url`].
    ///
    /// ```
    /// use clerk_emulator::{DEVELOPMENT_HOST, Emulator};
    ///
    /// let emulator = Emulator::builder().development_host(DEVELOPMENT_HOST).build()?;
    /// assert_eq!(emulator.publishable_key().frontend_api(), "emulator.lcl.dev");
    /// assert_eq!(emulator.sign_in_url(), "https://emulator.lcl.dev/sign-in");
    /// assert_eq!(emulator.url(), "http://127.0.0.1:4010");
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn development_host(mut self, host: impl Into<String>) -> Self {
        self.development_host = Some(host.into().to_ascii_lowercase());
        self
    }

    /// Hands pages Clerk's scripts from this directory, a `node_modules` in which `@clerk/clerk-js` and
    /// `@clerk/ui` are installed: at `/npm/@clerk/…`, where the packages for frameworks look for them. Whatever
    /// version they ask for, they get the one that is there.
    pub fn scripts(mut self, node_modules: impl Into<PathBuf>) -> Self {
        self.scripts = Some(node_modules.into());
        self
    }

    /// Makes it a production instance of this domain, such as `example.com`: its origin is
    /// `https://clerk.example.com`, its publishable key begins with `pk_live_`, cookies are `Secure` and
    /// for the whole domain, handshakes come back with a cookie, and browsers may be sent back to the
    /// domain over https. Nothing listens there, so it is for tests
    /// [in process](crate::InProcess) with a [`Browser`](crate::Browser). Without it, the instance is one
    /// of development.
    pub fn production(mut self, domain: impl Into<String>) -> Self {
        let domain = domain.into().to_ascii_lowercase();
        self.origin = Some(format!("https://clerk.{domain}"));
        self.domain = Some(domain);
        self
    }

    /// The `iss` of tokens. Without it, the origin.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// The secret key. Without it, `sk_test_emulator`. A live one is refused.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Redacted::new(key.into());
        self
    }

    /// Signs with a key of one's own: RSA, 2048 bits, exponent 65537, PKCS#8 in PEM. Without it,
    /// with a published test key, whose private half everybody has.
    pub fn signing_key_pkcs8_pem(mut self, pem: impl Into<String>) -> Self {
        self.signing_key = Some(Redacted::new(pem.into()));
        self
    }

    /// The version of session tokens. Without it, version 2.
    pub fn token_version(mut self, version: TokenVersion) -> Self {
        self.token_version = version;
        self
    }

    /// The `azp` of session tokens: the origin of the application. In tokens that a browser gets
    /// for an application, it is that application's origin instead. Without it,
    /// `http://localhost:3000`; `None` leaves the claim out.
    pub fn authorized_party(mut self, origin: Option<String>) -> Self {
        self.authorized_party = origin;
        self
    }

    /// Answers to this host too, a name or an IP address without a port: that by which a container or a
    /// proxy is reached, `clerk` for instance. Without it, the emulator answers to names of this machine
    /// alone, and to that of its origin. A web page at such a host may do with it what it likes, so the
    /// name must be one that nobody else can take.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// Sends browsers back to this host too, a name or an IP address without a port. Without it,
    /// they go back to applications on this machine alone: `localhost`, names under it, loopback
    /// addresses. Whom they are sent to, gets their session.
    pub fn redirect_host(mut self, host: impl Into<String>) -> Self {
        self.redirect_hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// Whether browsers get refresh tokens, with which an application's server renews an expired
    /// session token itself. Without them, it sends the browser through another handshake. They
    /// do unless this says otherwise.
    pub fn refresh_tokens(mut self, given: bool) -> Self {
        self.refresh_tokens = given;
        self
    }

    /// Refuses operations of which the emulator knows nothing but Clerk's description, with 501 and
    /// `operation_not_emulated`. Otherwise it checks what they are sent and makes up an answer of the right shape,
    /// which it marks with `Clerk-Emulator-Fidelity: described`.
    ///
    /// ```
    /// use clerk_core::UnixTime;
    /// use clerk_emulator::Emulator;
    ///
    /// let status = |strict: bool| -> Result<_, Box<dyn std::error::Error>> {
    ///     let emulator = Emulator::builder().strict(strict).build()?;
    ///     let request = http::Request::get("/v1/billing/statements")
    ///         .header("authorization", "Bearer sk_test_emulator")
    ///         .body(bytes::Bytes::new())?;
    ///     let answer = emulator.handle(request, UnixTime::from_secs(1_800_000_000));
    ///     Ok(answer.into_response().map(|response| response.status().as_u16()))
    /// };
    /// assert_eq!(status(false)?, Some(200));
    /// assert_eq!(status(true)?, Some(501));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Derives every identifier and every secret from this number: the same ones in each run, where the same requests
    /// come at the same times, with which identifiers begin. The `kid` is made from the number and the key, whatever
    /// the seed is. Without it they differ, so that a token of one run is worth nothing in another.
    pub fn deterministic(mut self, number: u64) -> Self {
        self.identifiers = Some(number);
        self
    }

    /// The same with a number that is always the same: what an emulator has given ids, keys and tickets to has them
    /// again after a restart, and tokens of one run are good in the next. Two that are built alike answer the
    /// same requests at the same times by the same bytes, but for tokens of JWT templates that sign by an elliptic curve.
    ///
    /// ```
    /// use clerk_emulator::{Emulator, Seed, UserSeed};
    ///
    /// let start = || {
    ///     let seed = Seed::empty().user(UserSeed::new("ada@example.com"));
    ///     Emulator::builder().seed(seed).stable_ids().build()
    /// };
    /// let (first, second) = (start()?, start()?);
    /// assert_eq!(first.user_id("ada@example.com"), second.user_id("ada@example.com"));
    /// assert_eq!(first.key_id(), second.key_id());
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn stable_ids(self) -> Self {
        self.deterministic(0)
    }

    /// Keeps what the instance holds in this file, so that the next emulator with it goes on: with the same users,
    /// sessions, browsers, keys and secrets. Whatever was answered is in there, also if the process was killed the moment
    /// after. Nobody else can have the file in the meantime, and nobody but its owner can read it: it has secrets.
    ///
    /// The seed is planted where the file is new; otherwise it is what a [reset](Emulator::reset) brings back. What else the
    /// builder says holds for one start, and is to be said again. A [signing key](Self::signing_key_pkcs8_pem) has to
    /// be the same each time. Faults, logged requests and webhooks on their way are forgotten with the process.
    ///
    /// ```
    /// use clerk_emulator::Emulator;
    ///
    /// # let directory = std::env::temp_dir().join(format!("clerk-emulator-{}", std::process::id()));
    /// # std::fs::create_dir_all(&directory)?;
    /// # let file = directory.join("state");
    /// let emulator = Emulator::builder().state_file(&file).build()?;
    /// let key = emulator.rotate_keys(false);
    /// drop(emulator);
    ///
    /// let emulator = Emulator::builder().state_file(&file).build()?;
    /// assert_eq!(emulator.key_id(), key);
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Sends webhooks to this endpoint too, beside those of the seed. A URL stands for an endpoint
    /// that gets all of them, signed with [`Emulator::webhook_secret`].
    pub fn webhook(mut self, endpoint: impl Into<WebhookEndpoint>) -> Self {
        self.webhooks.push(endpoint.into());
        self
    }

    /// Makes the emulator.
    ///
    /// # Errors
    ///
    /// Something that was given does not fit: the error says what.
    pub fn build(mut self) -> Result<Emulator, BuildError> {
        let opened = self.state_file.as_deref().map(StateFile::open);
        let (file, content) = opened.transpose()?.unzip();
        let path = self.state_file.take().unwrap_or_default();
        let journal = Journal::read(content.as_deref().unwrap_or_default())
            .map_err(|problem| InvalidStateFile::new(&path, &problem))?;
        let header = match &journal {
            Some(journal) => journal.header,
            None => Header::new(self.identifiers.unwrap_or_else(Ids::random_seed)),
        };
        let mut ids = Ids::from_seed(header.identifiers);
        let number = self.identifiers.map(|_| header.identifiers);
        let signing_key = self
            .signing_key
            .map(|pem| SigningKey::from_pkcs8_pem(pem.expose()))
            .transpose()?;
        let secret_key = SecretKey::new(self.secret_key.into_exposed())?;
        if secret_key.instance_type() == InstanceType::Production {
            return Err(BuildError::LiveSecretKey);
        }
        let outbox = outbox(std::mem::take(&mut self.seed.webhooks), self.webhooks)?;
        let origin = self.origin.unwrap_or_else(|| ORIGIN.to_owned());
        let origin = origin.trim_end_matches('/').to_owned();
        let proxy_url = match self.proxy {
            None => None,
            Some(Proxy::Own) => Some(origin.clone()),
            Some(Proxy::At(url)) => Some(check_proxy(&url)?),
        };
        let development_host = self.development_host;
        if let Some(host) = &development_host {
            check_development_host(host, self.domain.is_none())?;
        }
        let named = development_host.as_deref();
        let named = named.or(proxy_url.as_ref().map(|_| DEVELOPMENT_HOST));
        let publishable_key = match self.domain {
            None => publishable_key("pk_test_", named.unwrap_or(&origin))?,
            Some(_) => publishable_key("pk_live_", origin.trim_start_matches("https://"))?,
        };
        let first_keys = KeyRing::new(signing_key, number, &mut ids)?;
        let domain_id = ids.object("dmn_");
        let first_directory = planting::plant(self.seed, &origin, &mut ids)?;
        let allowed = self.allowed_hosts.into_iter();
        let allowed = allowed.chain(development_host.clone()).collect();
        let frontend = development_host
            .as_ref()
            .map(|host| format!("https://{host}"));
        let settings = Settings {
            hosts: Hosts::new(&origin, allowed).map_err(BuildError::AllowedHost)?,
            issuer: self
                .issuer
                .or_else(|| proxy_url.clone())
                .or_else(|| frontend.clone())
                .unwrap_or_else(|| origin.clone()),
            frontend: frontend.unwrap_or_else(|| origin.clone()),
            development_host,
            scripts: self.scripts,
            origin,
            proxy_url,
            secret_key,
            publishable_key,
            domain: self.domain,
            token_version: self.token_version,
            authorized_party: self.authorized_party,
            redirect_hosts: self.redirect_hosts,
            refresh_tokens: self.refresh_tokens,
            strict: self.strict,
            first_keys,
            domain_id,
            first_directory,
        };
        let mut state = State::new(&settings, ids, outbox);
        if let Some(journal) = journal {
            state
                .replay(&journal)
                .map_err(|problem| InvalidStateFile::new(&path, &problem))?;
        }
        if let Some(file) = file {
            state
                .keep_in(Box::new(file), header.started())
                .map_err(|problem| InvalidStateFile::new(&path, &problem))?;
        }
        Ok(Emulator::new(settings, state))
    }

    /// The origin, unless one was given.
    pub(crate) fn default_origin(mut self, origin: String) -> Self {
        self.origin.get_or_insert(origin);
        self
    }
}

/// With the endpoints of a seed, and with those that this start alone was given.
fn outbox(
    seeded: Vec<WebhookEndpoint>,
    given: Vec<WebhookEndpoint>,
) -> Result<Outbox, InvalidWebhook> {
    let mut outbox = Outbox::default();
    for endpoint in seeded {
        outbox.add(Endpoint::try_from(endpoint)?);
    }
    for endpoint in given {
        let mut endpoint = Endpoint::try_from(endpoint)?;
        endpoint.is_of_start = true;
        outbox.add(endpoint);
    }
    Ok(outbox)
}

/// A key is the base64 of a place: of a host of Clerk's, or of an origin. A scheme in it, which Clerk's have not, has
/// SDKs come there over plain HTTP.
fn publishable_key(prefix: &str, place: &str) -> Result<PublishableKey, BuildError> {
    let encoded = STANDARD_NO_PAD.encode(format!("{place}$"));
    PublishableKey::new(format!("{prefix}{encoded}")).map_err(BuildError::Origin)
}

fn check_development_host(host: &str, is_development: bool) -> Result<(), BuildError> {
    let mut domains = DEVELOPMENT_DOMAINS.iter();
    let is_domain = matches!(url::Host::parse(host), Ok(url::Host::Domain(name)) if name == host);
    match is_development && is_domain && domains.any(|domain| host.ends_with(domain)) {
        true => Ok(()),
        false => Err(BuildError::DevelopmentHost(host.to_owned())),
    }
}

fn check_proxy(url: &str) -> Result<String, BuildError> {
    let parsed = Url::parse(url).ok();
    let parsed = parsed.filter(|parsed| matches!(parsed.scheme(), "http" | "https"));
    let parsed = parsed.filter(|parsed| parsed.query().is_none() && parsed.fragment().is_none());
    match parsed {
        Some(_) => Ok(url.trim_end_matches('/').to_owned()),
        None => Err(BuildError::ProxyUrl(url.to_owned())),
    }
}

/// Why an emulator cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The secret key is not one.
    #[error(transparent)]
    SecretKey(#[from] InvalidSecretKey),
    /// The secret key is a production instance's, which has no place in a test.
    #[error("the emulator takes no live secret key; give it one that starts with sk_test_")]
    LiveSecretKey,
    /// The origin makes no publishable key.
    #[error("the origin must be like http://127.0.0.1:4010, with a dot in the host: {0}")]
    Origin(InvalidPublishableKey),
    /// The proxy is not at an address that browsers can go to.
    #[error("`{0}` is no proxy URL: give one such as http://localhost:3000/__clerk")]
    ProxyUrl(String),
    /// Clerk's script takes the host for none of an instance in development, or it is not one of those.
    #[error(
        "`{0}` is no development host: give a name such as emulator.lcl.dev, without scheme and port, to an \
         instance that is not one of production"
    )]
    DevelopmentHost(String),
    /// A host that the emulator is to answer to is none.
    #[error(
        "`{0}` is no host to allow: give a name such as clerk or an address, without scheme and port"
    )]
    AllowedHost(String),
    /// The signing key cannot be used.
    #[error(transparent)]
    SigningKey(#[from] InvalidSigningKey),
    /// The seed does not fit together.
    #[error(transparent)]
    Seed(#[from] InvalidSeed),
    /// The state cannot be kept where it was to be.
    #[error(transparent)]
    StateFile(#[from] InvalidStateFile),
    /// Webhooks cannot be sent to an endpoint of the builder or of the seed.
    #[error(transparent)]
    Webhook(#[from] InvalidWebhook),
}
