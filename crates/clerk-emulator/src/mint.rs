mod opaque;

use std::{collections::BTreeMap, time::Duration};

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use crate::{
    claims::{self, Holder, Issuer, TokenVersion, Validity},
    clock::EmulatorClock,
    defect::Defect,
    directory::{Client, Key, Session, SessionStatus, Template, User},
    draft::Draft,
    state::{Settings, State},
};

/// Why a token cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// No user was named, and the instance has none.
    #[error("the instance has no users; give its seed one")]
    NoUsers,
    /// No user has this id or e-mail address.
    #[error("there is no user {0}")]
    UnknownUser(String),
    /// No organization has this id or slug.
    #[error("there is no organization {0}")]
    UnknownOrganization(String),
    /// No JWT template has this name.
    #[error("there is no JWT template {0}")]
    UnknownTemplate(String),
    /// Something was said that only a JWT can have.
    #[error("API keys and opaque tokens are no JWTs: they have no header and no defects")]
    NoJwt,
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
    /// Of tokens of machines.
    pub(crate) scopes: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Kind {
    #[default]
    Session,
    Template(String),
    Machine,
    OpaqueMachine,
    OAuth,
    OpaqueOAuth,
    ApiKey,
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

impl Issued {
    /// A time of the emulator's, who has it as `now`.
    fn time(self, now: UnixTime, clock: &EmulatorClock) -> UnixTime {
        match self {
            Self::Ago(ago) => now.saturating_sub(ago),
            Self::At(time) => clock.of_tokens(time),
        }
    }
}

impl TokenSpec {
    pub(crate) fn mint(
        &self,
        settings: &Settings,
        state: &mut State,
        now: UnixTime,
    ) -> Result<String, MintError> {
        state.ids.set_time(now);
        let issued = self.issued.time(now, &state.clock);
        if self.is_opaque() {
            return self.opaque_token(state, issued);
        }
        let mut draft = match &self.kind {
            Kind::Session => {
                let version = self.version.unwrap_or(settings.token_version);
                self.session_token(&Form::Session(version), settings, state, (issued, now))?
            }
            Kind::Template(name) => {
                let template = state.directory.template(name).cloned();
                let template = template.ok_or_else(|| MintError::UnknownTemplate(name.clone()))?;
                self.session_token(&Form::Template(template), settings, state, (issued, now))?
            }
            Kind::Machine => self.machine_token(settings, state, issued),
            _ => self.oauth_token(settings, state, issued)?,
        };
        if let Some(defect) = self.defect {
            defect.spoil(&mut draft, state.clock.now_in_tokens());
        }
        apply(&self.claims, &mut draft.claims);
        apply(&self.header, &mut draft.header);
        Ok(match self.defect {
            Some(defect) => defect.sign(&draft, &state.keys),
            None => draft.sign(state.keys.current()),
        })
    }

    /// The token, and whose session on which browser it is one of.
    pub(crate) fn mint_on_client(
        &self,
        settings: &Settings,
        state: &mut State,
        now: UnixTime,
    ) -> Result<(String, Session, Client), MintError> {
        let token = self.mint(settings, state, now)?;
        let user = self.user(state)?;
        let issued = self.issued.time(now, &state.clock);
        let session = self.session(state, &user, issued, now)?;
        let State { directory, ids, .. } = state;
        let client = directory.client_of(&session, ids);
        Ok((token, session, client))
    }

    fn user(&self, state: &State) -> Result<User, MintError> {
        let user = match &self.user {
            None => state
                .directory
                .users
                .iter()
                .next()
                .ok_or(MintError::NoUsers),
            Some(name) => state
                .directory
                .user_called(name)
                .ok_or_else(|| MintError::UnknownUser(name.clone())),
        };
        user.cloned()
    }

    fn session_token(
        &self,
        form: &Form,
        settings: &Settings,
        state: &mut State,
        (issued, now): (UnixTime, UnixTime),
    ) -> Result<Draft, MintError> {
        let user = self.user(state)?;
        let session = self.session(state, &user, issued, now)?;
        let validity = (issued, self.lifetime);
        let (issuer, holder) = (settings.issuer(), (&user, &session));
        Ok(session_token(form, issuer, state, holder, validity))
    }

    /// The id of the organization that was named, which the user has to be a member of.
    fn organization(&self, state: &State, user: &User) -> Result<Option<String>, MintError> {
        let Some(name) = &self.organization else {
            return Ok(None);
        };
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
        Ok(Some(organization.id.clone()))
    }

    /// An active session of the user in the organization: one there is, or a new one.
    fn session(
        &self,
        state: &mut State,
        user: &User,
        issued: UnixTime,
        now: UnixTime,
    ) -> Result<Session, MintError> {
        let organization = self.organization(state, user)?;
        let sessions = &state.directory.sessions;
        let running = sessions.by(Key::User, &user.id).find(|session| {
            session.organization_id == organization
                && session.status(now) == SessionStatus::Active
                && session.created_at <= issued
        });
        if let Some(session) = running {
            return Ok(session.clone());
        }
        let State { directory, ids, .. } = state;
        let place = (ids.object_made_at("client_", issued), organization);
        Ok(directory.start_session(place, &user.id, issued, ids))
    }

    fn machine_token(&self, settings: &Settings, state: &mut State, issued: UnixTime) -> Draft {
        let lifetime = self.lifetime.unwrap_or(claims::MACHINE_LIFETIME);
        let validity = Validity::new(issued, lifetime, &state.clock);
        let machine = state.ids.object("mch_");
        let mut claims = claims::machine(settings.issuer(), &machine, validity);
        if !self.scopes.is_empty() {
            claims.insert("scopes".into(), json!(self.scopes.join(" ")));
        }
        claims.insert("jti".into(), json!(state.ids.machine("mt_")));
        Draft::new("JWT", &state.keys.current().id, claims).category(claims::MACHINE_CATEGORY)
    }

    fn oauth_token(
        &self,
        settings: &Settings,
        state: &mut State,
        issued: UnixTime,
    ) -> Result<Draft, MintError> {
        let lifetime = self.lifetime.unwrap_or(claims::OAUTH_LIFETIME);
        let validity = Validity::new(issued, lifetime, &state.clock);
        let user = self.user(state)?;
        let client = state.ids.object("client_");
        let mut claims = claims::oauth(settings.issuer(), &user, &client, validity);
        if !self.scopes.is_empty() {
            claims.insert("scope".into(), json!(self.scopes.join(" ")));
        }
        claims.insert("jti".into(), json!(state.ids.machine("oat_")));
        Ok(Draft::new("at+jwt", &state.keys.current().id, claims))
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
    issuer: Issuer<'_>,
    state: &mut State,
    (user, session): (&User, &Session),
    (issued, lifetime): (UnixTime, Option<Duration>),
) -> Draft {
    let State {
        directory,
        ids,
        keys,
        clock,
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
        is_pending: !directory.tasks(session).is_empty(),
    };
    let lifetime = lifetime.unwrap_or_else(|| form.lifetime());
    let validity = Validity::new(issued, lifetime, clock);
    let (mut claims, category) = match form {
        Form::Session(version) => (
            claims::session(*version, issuer, holder, validity),
            claims::SESSION_CATEGORY,
        ),
        Form::Template(template) => (
            claims::template(template, issuer, holder, validity),
            claims::TEMPLATE_CATEGORY,
        ),
    };
    claims.insert("jti".into(), json!(ids.hex(20)));
    let draft = Draft::new("JWT", &keys.current().id, claims).category(category);
    match form {
        Form::Template(Template { key: Some(key), .. }) => draft.with_own_key(key.clone()),
        _ => draft,
    }
}

fn apply(changes: &BTreeMap<String, Option<Value>>, members: &mut Map<String, Value>) {
    for (name, value) in changes {
        match value {
            Some(value) => members.insert(name.clone(), value.clone()),
            None => members.remove(name),
        };
    }
}
