//! What the emulated instance holds: users, browsers and their sessions, organizations,
//! memberships, roles, invitations, JWT templates, and what machines come with. Everything in creation order, found by walking: instances in tests are small.

mod api_key;
mod client;
mod external_account;
mod image;
mod invitation;
mod machine;
mod membership;
mod oauth_token;
mod organization;
mod planting;
mod session;
mod template;
mod user;

pub(crate) use api_key::ApiKey;
pub(crate) use client::{Client, Handshake};
pub(crate) use external_account::ExternalAccount;
pub(crate) use image::Images;
pub(crate) use invitation::{Invitation, InvitationStatus, Place};
pub(crate) use machine::{Machine, MachineToken};
pub(crate) use membership::Membership;
pub(crate) use oauth_token::OAuthToken;
pub(crate) use organization::{ActiveOrganization, Organization};
pub use planting::InvalidSeed;
pub(crate) use session::{Session, SessionStatus};
pub(crate) use template::Template;
pub(crate) use user::{EmailAddress, User};

use std::collections::BTreeMap;

use clerk_core::UnixTime;

use crate::ids::Ids;

/// The records of an instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    pub(crate) images: Images,
    pub(crate) users: Vec<User>,
    pub(crate) clients: Vec<Client>,
    pub(crate) handshakes: Vec<Handshake>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) invitations: Vec<Invitation>,
    /// Permissions by role key.
    pub(crate) roles: BTreeMap<String, Vec<String>>,
    pub(crate) templates: Vec<Template>,
    pub(crate) api_keys: Vec<ApiKey>,
    pub(crate) machines: Vec<Machine>,
    pub(crate) machine_tokens: Vec<MachineToken>,
    pub(crate) oauth_tokens: Vec<OAuthToken>,
}

impl Directory {
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// The user with this id or e-mail address.
    pub(crate) fn user_called(&self, id_or_email: &str) -> Option<&User> {
        self.users
            .iter()
            .find(|user| user.id == id_or_email || user.has_email(id_or_email))
    }

    pub(crate) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// The organization with this id or slug.
    pub(crate) fn organization(&self, id_or_slug: &str) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|organization| organization.id == id_or_slug || organization.slug == id_or_slug)
    }

    pub(crate) fn organization_mut(&mut self, id: &str) -> Option<&mut Organization> {
        self.organizations
            .iter_mut()
            .find(|organization| organization.id == id)
    }

    pub(crate) fn template(&self, name: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.name == name)
    }

    pub(crate) fn is_member(&self, user_id: &str, organization_id: &str) -> bool {
        self.membership(organization_id, user_id).is_some()
    }

    /// The organization a user joined last, which a new session starts in.
    pub(crate) fn last_joined(&self, user_id: &str) -> Option<&str> {
        self.memberships
            .iter()
            .rev()
            .find(|membership| membership.user_id == user_id)
            .map(|membership| membership.organization_id.as_str())
    }

    /// What tokens say about a user's place in an organization; `None` where they have none.
    pub(crate) fn active_organization(
        &self,
        user_id: &str,
        organization_id: &str,
    ) -> Option<ActiveOrganization<'_>> {
        let membership = self.membership(organization_id, user_id)?;
        Some(ActiveOrganization {
            organization: self.organization(organization_id)?,
            role: &membership.role,
            permissions: self.permissions(&membership.role),
        })
    }

    /// Starts a session on a client and in an organization. That is a sign-in of the user's.
    pub(crate) fn start_session(
        &mut self,
        (client_id, organization_id): (String, Option<String>),
        user_id: &str,
        now: UnixTime,
        ids: &mut Ids,
    ) -> &Session {
        let index = self.sessions.len();
        if let Some(user) = self.user_mut(user_id) {
            user.last_sign_in_at = Some(now);
        }
        self.sessions.push(Session::start(
            ids.object_made_at("sess_", now),
            client_id,
            user_id.to_owned(),
            organization_id,
            now,
        ));
        &self.sessions[index]
    }

    /// Revokes those of a user's sessions that are active, and says which.
    pub(crate) fn revoke_sessions(&mut self, user_id: &str, now: UnixTime) -> Vec<Session> {
        self.sessions
            .iter_mut()
            .filter(|session| session.user_id == user_id)
            .filter_map(|session| {
                let ended = session.end(SessionStatus::Revoked, now);
                ended.then(|| session.clone())
            })
            .collect()
    }

    /// Removes a user with all that belongs to them.
    pub(crate) fn remove_user(&mut self, id: &str) -> Option<User> {
        let index = self.users.iter().position(|user| user.id == id)?;
        self.sessions.retain(|session| session.user_id != id);
        self.memberships
            .retain(|membership| membership.user_id != id);
        Some(self.users.remove(index))
    }
}
