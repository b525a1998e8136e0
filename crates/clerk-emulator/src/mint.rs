use std::{collections::BTreeMap, time::Duration};

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use crate::{
    Emulator,
    claims::{self, Holder, TokenVersion, Validity},
    defect::Defect,
    directory::{Session, SessionStatus, Template, User},
    draft::Draft,
    state::{Settings, State},
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

impl TokenBuilder {
    pub(crate) fn new(emulator: Emulator) -> Self {
        Self {
            emulator,
            spec: TokenSpec::default(),
        }
    }

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

    /// The signed token.
    ///
    /// # Errors
    ///
    /// Says which of the names that were given stands for nothing.
    pub fn try_sign(self, now: UnixTime) -> Result<String, MintError> {
        self.emulator
            .with_state(|settings, state| self.spec.mint(settings, state, now))
    }
}

/// Why a token cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// No user has this id or e-mail address.
    #[error("there is no user {0}")]
    UnknownUser(String),
    /// No organization has this id or slug.
    #[error("there is no organization {0}")]
    UnknownOrganization(String),
    /// No JWT template has this name.
    #[error("there is no JWT template {0}")]
    UnknownTemplate(String),
    /// The user is not a member of the organization.
    #[error("{user} is not a member of {organization}")]
    NotAMember {
        /// The user, as given.
        user: String,
        /// The organization, as given.
        organization: String,
    },
}

/// Everything that was said about a token.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenSpec {
    pub(crate) kind: Kind,
    pub(crate) user: Option<String>,
    pub(crate) organization: Option<String>,
    pub(crate) version: Option<TokenVersion>,
    pub(crate) issued: Issued,
    pub(crate) lifetime: Option<Duration>,
    /// `None` takes the member away.
    pub(crate) claims: BTreeMap<String, Option<Value>>,
    pub(crate) header: BTreeMap<String, Option<Value>>,
    pub(crate) defect: Option<Defect>,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Kind {
    #[default]
    Session,
    Template(String),
    Machine,
    OAuth,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Issued {
    Ago(Duration),
    At(UnixTime),
}

impl Default for Issued {
    fn default() -> Self {
        Self::Ago(Duration::ZERO)
    }
}

impl TokenSpec {
    pub(crate) fn mint(
        &self,
        settings: &Settings,
        state: &mut State,
        now: UnixTime,
    ) -> Result<String, MintError> {
        let issued = match self.issued {
            Issued::Ago(ago) => now.saturating_sub(ago),
            Issued::At(time) => time,
        };
        let form = match &self.kind {
            Kind::Session => Some(Form::Session(
                self.version.unwrap_or(settings.token_version),
            )),
            Kind::Template(name) => {
                let template = state.directory.template(name);
                let unknown = || MintError::UnknownTemplate(name.clone());
                Some(Form::Template(template.ok_or_else(unknown)?.clone()))
            }
            Kind::Machine | Kind::OAuth => None,
        };
        let mut draft = match form {
            Some(form) => {
                let user = self.user(state)?;
                let session = self.session(state, &user, issued, now)?;
                let holder = (&user, &session);
                session_token(&form, settings, state, holder, (issued, self.lifetime))
            }
            None => self.machine_token(settings, state, issued)?,
        };
        if let Some(defect) = self.defect {
            defect.spoil(&mut draft, now);
        }
        apply(&self.claims, &mut draft.claims);
        apply(&self.header, &mut draft.header);
        Ok(match self.defect {
            Some(defect) => defect.sign(&draft, &state.keys),
            None => draft.sign(state.keys.current()),
        })
    }

    fn user(&self, state: &State) -> Result<User, MintError> {
        let user = match &self.user {
            None => state.directory.users.first(),
            Some(name) => state.directory.user_called(name),
        };
        user.cloned()
            .ok_or_else(|| MintError::UnknownUser(self.user.clone().unwrap_or_default()))
    }

    /// An active session of the user in the organization: one there is, or a new one.
    fn session(
        &self,
        state: &mut State,
        user: &User,
        issued: UnixTime,
        now: UnixTime,
    ) -> Result<Session, MintError> {
        let organization = match &self.organization {
            None => None,
            Some(name) => {
                let organization = state
                    .directory
                    .organization(name)
                    .ok_or_else(|| MintError::UnknownOrganization(name.clone()))?;
                if !state.directory.is_member(&user.id, &organization.id) {
                    return Err(MintError::NotAMember {
                        user: self.user.clone().unwrap_or_else(|| user.id.clone()),
                        organization: name.clone(),
                    });
                }
                Some(organization.id.clone())
            }
        };
        let running = state.directory.sessions.iter().find(|session| {
            session.user_id == user.id
                && session.organization_id == organization
                && session.status(now) == SessionStatus::Active
                && session.created_at <= issued
        });
        if let Some(session) = running {
            return Ok(session.clone());
        }
        let State { directory, ids, .. } = state;
        let session = directory.start_session(&user.id, organization.as_deref(), issued, ids);
        Ok(session.clone())
    }

    fn machine_token(
        &self,
        settings: &Settings,
        state: &mut State,
        issued: UnixTime,
    ) -> Result<Draft, MintError> {
        let oauth = matches!(self.kind, Kind::OAuth);
        let validity = Validity {
            issued,
            lifetime: self.lifetime.unwrap_or(if oauth {
                claims::OAUTH_LIFETIME
            } else {
                claims::MACHINE_LIFETIME
            }),
        };
        let user = if oauth { Some(self.user(state)?) } else { None };
        let kid = state.keys.current().id.clone();
        let ids = &mut state.ids;
        Ok(match user {
            Some(user) => {
                let client = ids.object("client_");
                let mut claims = claims::oauth(settings.issuer(), &user, &client, validity);
                claims.insert("jti".into(), json!(ids.machine("oat_")));
                Draft::new("at+jwt", &kid, claims)
            }
            None => {
                let machine = ids.object("mch_");
                let mut claims = claims::machine(settings.issuer(), &machine, validity);
                claims.insert("jti".into(), json!(ids.machine("mt_")));
                Draft::new("JWT", &kid, claims).category(claims::MACHINE_CATEGORY)
            }
        })
    }
}

/// Which of the tokens of a session.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// `POST /v1/sessions/{id}/tokens`
    Session(TokenVersion),
    /// `POST /v1/sessions/{id}/tokens/{template}`
    Template(Template),
}

impl Form {
    fn lifetime(&self) -> Duration {
        match self {
            Self::Session(_) => claims::SESSION_LIFETIME,
            Self::Template(template) => Duration::from_secs(template.lifetime),
        }
    }
}

/// A token of `user`'s `session`, not yet signed.
pub(crate) fn session_token(
    form: &Form,
    settings: &Settings,
    state: &mut State,
    (user, session): (&User, &Session),
    (issued, lifetime): (UnixTime, Option<Duration>),
) -> Draft {
    let State {
        directory,
        ids,
        keys,
        ..
    } = state;
    let organization = session
        .organization_id
        .as_deref()
        .and_then(|id| directory.active_organization(&user.id, id));
    let holder = Holder {
        user,
        session,
        organization,
    };
    let validity = Validity {
        issued,
        lifetime: lifetime.unwrap_or_else(|| form.lifetime()),
    };
    let (mut claims, category) = match form {
        Form::Session(version) => (
            claims::session(*version, settings.issuer(), holder, validity),
            claims::SESSION_CATEGORY,
        ),
        Form::Template(template) => (
            claims::template(template, settings.issuer(), holder, validity),
            claims::TEMPLATE_CATEGORY,
        ),
    };
    claims.insert("jti".into(), json!(ids.hex(20)));
    Draft::new("JWT", &keys.current().id, claims).category(category)
}

fn apply(changes: &BTreeMap<String, Option<Value>>, members: &mut Map<String, Value>) {
    for (name, value) in changes {
        match value {
            Some(value) => members.insert(name.clone(), value.clone()),
            None => members.remove(name),
        };
    }
}
