use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Directory, Key, Record, User, role::MANAGE_MEMBERS};

/// Whose role is which in which organization.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Membership {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
    pub(crate) role: String,
    pub(crate) public_metadata: Map<String, Value>,
    pub(crate) private_metadata: Map<String, Value>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for Membership {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::User, &self.user_id);
        add(Key::Organization, &self.organization_id);
        add(Key::Role, &self.role);
    }
}

impl Membership {
    pub(crate) fn new(
        id: String,
        organization_id: String,
        user_id: String,
        role: String,
        now: UnixTime,
    ) -> Self {
        Self {
            id,
            organization_id,
            user_id,
            role,
            public_metadata: Map::new(),
            private_metadata: Map::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The API's membership object, with the organization and who the user is.
    pub(crate) fn to_json(&self, directory: &Directory) -> Value {
        json!({
            "object": "organization_membership",
            "id": self.id,
            "role": self.role,
            "role_name": directory.role_name(&self.role),
            "permissions": directory.permissions(&self.role),
            "public_metadata": self.public_metadata,
            "private_metadata": self.private_metadata,
            "organization": directory
                .organization(&self.organization_id)
                .map(super::Organization::to_json),
            "public_user_data": directory.user(&self.user_id).map(public_user_data),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

impl Directory {
    pub(crate) fn membership(&self, organization_id: &str, user_id: &str) -> Option<&Membership> {
        self.memberships
            .by(Key::User, user_id)
            .find(|membership| membership.organization_id == organization_id)
    }

    /// The members of an organization, oldest membership first.
    pub(crate) fn members<'d>(
        &'d self,
        organization_id: &'d str,
    ) -> impl DoubleEndedIterator<Item = &'d Membership> + Clone {
        self.memberships.by(Key::Organization, organization_id)
    }

    /// The memberships of a user, oldest first.
    pub(crate) fn memberships_of(
        &self,
        user_id: &str,
    ) -> impl DoubleEndedIterator<Item = &Membership> {
        self.memberships.by(Key::User, user_id)
    }

    /// The keys of what a role permits, Clerk's own too.
    pub(crate) fn permissions(&self, role: &str) -> &[String] {
        let role = self.role(role);
        role.map(|role| role.permissions.as_slice())
            .unwrap_or_default()
    }

    /// Whether a role lets its holder change who is a member.
    pub(crate) fn manages_members(&self, role: &str) -> bool {
        let permissions = self.permissions(role);
        permissions.iter().any(|known| known == MANAGE_MEMBERS)
    }

    /// Whether nobody but this user may change who is a member of the organization.
    pub(crate) fn is_last_manager(&self, organization_id: &str, user_id: &str) -> bool {
        let mut managers = self
            .members(organization_id)
            .filter(|membership| self.manages_members(&membership.role))
            .map(|membership| membership.user_id.as_str());
        managers.next() == Some(user_id) && managers.next().is_none()
    }

    /// Ends a membership; the user's sessions are then in no organization where they were in it.
    pub(crate) fn remove_membership(&mut self, organization_id: &str, user_id: &str) {
        let membership = self.membership(organization_id, user_id);
        if let Some(id) = membership.map(|membership| membership.id.clone()) {
            self.memberships.remove(&id);
        }
        self.leave(user_id, organization_id);
    }

    /// Removes an organization with all that belongs to it.
    pub(crate) fn remove_organization(&mut self, id: &str) {
        let organization = self.organizations.remove(id);
        if let Some(picture) = organization.and_then(|organization| organization.picture_id) {
            self.pictures.remove(&picture);
        }
        self.invitations.remove_by(Key::Organization, id);
        self.remove_belongings(id);
        self.organization_domains.remove_by(Key::Organization, id);
        for membership in self.memberships.remove_by(Key::Organization, id) {
            self.leave(&membership.user_id, id);
        }
    }

    /// No session of the user is in the organization any more.
    fn leave(&mut self, user_id: &str, organization_id: &str) {
        self.sessions.update_by(Key::User, user_id, |session| {
            if session.organization_id.as_deref() == Some(organization_id) {
                session.organization_id = None;
            }
        });
    }
}

/// What an organization's members get to know of a user.
fn public_user_data(user: &User) -> Value {
    json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "profile_image_url": user.image_url,
        "image_url": user.image_url,
        "has_image": user.picture_id.is_some(),
        "identifier": user.identifier(),
        "username": user.username,
        "banned": user.banned,
        "deprovisioned": false,
    })
}
