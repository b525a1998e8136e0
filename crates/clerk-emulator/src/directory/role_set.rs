use std::collections::BTreeMap;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Membership, Organization, Record, Role};

/// The roles that members of certain organizations may have.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct RoleSet {
    pub(crate) id: String,
    /// `role_set:…`
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The keys of its roles.
    pub(crate) roles: Vec<String>,
    /// The key of what new members become.
    pub(crate) default_role: String,
    /// The key of what creators of organizations become.
    pub(crate) creator_role: String,
    /// Whether new organizations have it. One at most is.
    pub(crate) is_initial: bool,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for RoleSet {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.key);
        for role in &self.roles {
            add(Key::Role, role);
        }
    }
}

impl RoleSet {
    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|known| known == role)
    }

    /// The API's role set object.
    pub(crate) fn to_json(&self, directory: &Directory) -> Value {
        let item = |key: &String| {
            let role = directory.role(key)?;
            Some(self.item(directory, role))
        };
        let roles: Vec<Value> = self.roles.iter().filter_map(item).collect();
        json!({
            "object": "role_set",
            "id": self.id,
            "name": self.name,
            "key": self.key,
            "description": self.description,
            "roles": roles,
            "default_role": item(&self.default_role),
            "creator_role": item(&self.creator_role),
            "type": if self.is_initial { "initial" } else { "custom" },
            "role_set_migration": null,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }

    fn item(&self, directory: &Directory, role: &Role) -> Value {
        let members = directory.members_of_set(&self.key, &role.key).count();
        json!({
            "object": "role_set_item",
            "id": role.id,
            "name": role.name,
            "key": role.key,
            "description": role.description,
            "members_count": members,
            "has_members": members > 0,
            "created_at": role.created_at.as_millis(),
            "updated_at": role.updated_at.as_millis(),
        })
    }
}

impl Directory {
    /// The role set with this id or key.
    pub(crate) fn role_set(&self, id_or_key: &str) -> Option<&RoleSet> {
        self.role_sets
            .get(id_or_key)
            .or_else(|| self.role_sets.by(Key::Name, id_or_key).next())
    }

    /// The role set that new organizations have.
    pub(crate) fn initial_role_set(&self) -> Option<&RoleSet> {
        self.role_sets.iter().find(|set| set.is_initial)
    }

    /// What whoever creates an organization becomes there.
    pub(crate) fn creator_role(&self, organization: &Organization) -> &str {
        let set = organization.role_set.as_deref();
        let set = set.and_then(|key| self.role_set(key));
        set.map_or(&self.settings.organizations.creator_role, |set| {
            &set.creator_role
        })
    }

    /// Whether members of an organization may have a role.
    pub(crate) fn allows_role(&self, organization: &Organization, role: &str) -> bool {
        let set = organization.role_set.as_deref();
        let set = set.and_then(|key| self.role_set(key));
        self.role(role).is_some() && set.is_none_or(|set| set.has(role))
    }

    /// Who has a role in organizations with this role set.
    pub(crate) fn members_of_set<'d>(
        &'d self,
        set: &'d str,
        role: &'d str,
    ) -> impl Iterator<Item = &'d Membership> {
        let members = self.memberships.by(Key::Role, role);
        members.filter(move |membership| {
            let organization = self.organizations.get(&membership.organization_id);
            organization.is_some_and(|known| known.role_set.as_deref() == Some(set))
        })
    }

    /// Gives those who have one of these roles in organizations with this role set the role that stands beside
    /// it, and says who they are.
    pub(crate) fn reassign(
        &mut self,
        set: &str,
        roles: &BTreeMap<String, String>,
        now: UnixTime,
    ) -> Vec<Membership> {
        let mut changed = Vec::new();
        for (from, to) in roles {
            let members = self.members_of_set(set, from).cloned();
            changed.extend(members.map(|mut membership| {
                membership.role.clone_from(to);
                membership.updated_at = now;
                membership
            }));
        }
        for membership in &changed {
            self.memberships.put(membership.clone());
        }
        changed
    }

    /// Has the organizations with one role set in another.
    pub(crate) fn move_to_role_set(&mut self, from: &str, to: &str) {
        self.organizations
            .update_by(Key::RoleSet, from, |organization| {
                organization.role_set = Some(to.to_owned());
            });
    }

    /// Has a role in the role set of new organizations, if there is that.
    pub(crate) fn add_to_initial_role_set(&mut self, role: &str) {
        let initial = self.initial_role_set().map(|set| set.id.clone());
        if let Some(id) = initial {
            self.role_sets
                .update(&id, |set| set.roles.push(role.to_owned()));
        }
    }

    /// Whether some role set could not do without a role.
    pub(crate) fn is_needed_in_role_sets(&self, role: &str) -> bool {
        let mut sets = self.role_sets.by(Key::Role, role);
        sets.any(|set| set.default_role == role || set.creator_role == role)
    }

    pub(crate) fn remove_from_role_sets(&mut self, role: &str) {
        self.role_sets.update_by(Key::Role, role, |set| {
            set.roles.retain(|known| known != role);
        });
    }

    /// Gives a role another key in every role set that has it.
    pub(super) fn rename_in_role_sets(&mut self, role: &str, new: &str) {
        self.role_sets.update_by(Key::Role, role, |set| {
            let keys = set.roles.iter_mut();
            let keys = keys.chain([&mut set.default_role, &mut set.creator_role]);
            for key in keys.filter(|key| *key == role) {
                new.clone_into(key);
            }
        });
    }
}
