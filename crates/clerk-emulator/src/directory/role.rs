use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Record};

/// Permission to change who is a member: some member has to keep it.
pub(super) const MANAGE_MEMBERS: &str = "org:sys_memberships:manage";

/// What the key of a permission of Clerk's own begins with.
const SYSTEM: &str = "org:sys_";

/// Clerk's own permissions. They are never in tokens.
pub(crate) const SYSTEM_PERMISSIONS: [(&str, &str); 8] = [
    ("org:sys_profile:manage", "Manage organization"),
    ("org:sys_profile:delete", "Delete organization"),
    ("org:sys_memberships:read", "Read members"),
    (MANAGE_MEMBERS, "Manage members"),
    ("org:sys_domains:read", "Read domains"),
    ("org:sys_domains:manage", "Manage domains"),
    ("org:sys_billing:read", "Read billing"),
    ("org:sys_billing:manage", "Manage billing"),
];

/// Clerk's own two roles, and what they permit.
pub(crate) const SYSTEM_ROLES: [(&str, &[&str]); 2] = [
    (
        "org:admin",
        &[
            "org:sys_profile:manage",
            "org:sys_profile:delete",
            "org:sys_memberships:read",
            MANAGE_MEMBERS,
            "org:sys_domains:read",
            "org:sys_domains:manage",
            "org:sys_billing:read",
            "org:sys_billing:manage",
        ],
    ),
    (
        "org:member",
        &["org:sys_memberships:read", "org:sys_billing:read"],
    ),
];

/// What the role of whoever creates an organization has to permit.
const OF_CREATORS: [&str; 3] = [
    "org:sys_memberships:read",
    MANAGE_MEMBERS,
    "org:sys_profile:delete",
];

/// What members of an organization may be.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    /// `org:…`
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The keys of its permissions, Clerk's own too.
    pub(crate) permissions: Vec<String>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for Role {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.key);
        for permission in &self.permissions {
            add(Key::Permission, permission);
        }
    }
}

impl Role {
    /// A role that permits nothing.
    pub(crate) fn new(id: String, key: String, name: String, now: UnixTime) -> Self {
        Self {
            id,
            key,
            name,
            description: None,
            permissions: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// `org:admin` is called Admin.
    pub(crate) fn name_like(key: &str) -> String {
        capitalized(key.strip_prefix("org:").unwrap_or(key))
    }

    /// Adds a permission, if it lacks that.
    pub(crate) fn permit(&mut self, permission: String) {
        if !self.permits(&permission) {
            self.permissions.push(permission);
        }
    }

    pub(crate) fn permits(&self, permission: &str) -> bool {
        self.permissions.iter().any(|known| known == permission)
    }

    /// Whether it may be the role of whoever creates an organization.
    pub(crate) fn is_creator_eligible(&self) -> bool {
        OF_CREATORS
            .iter()
            .all(|permission| self.permits(permission))
    }

    /// The API's role object.
    pub(crate) fn to_json(&self, directory: &Directory) -> Value {
        let permissions = self.permissions.iter();
        let permissions = permissions.filter_map(|key| directory.permission(key));
        let permissions: Vec<Value> = permissions.map(Permission::to_json).collect();
        json!({
            "object": "role",
            "id": self.id,
            "name": self.name,
            "key": self.key,
            "description": self.description,
            "is_creator_eligible": self.is_creator_eligible(),
            "permissions": permissions,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

/// What roles permit.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Permission {
    pub(crate) id: String,
    /// `org:feature:action`
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

impl Record for Permission {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.key);
    }
}

impl Permission {
    pub(crate) fn new(id: String, key: String, name: String, now: UnixTime) -> Self {
        Self {
            id,
            key,
            name,
            description: String::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// `org:invoices:read` is called Read invoices.
    pub(crate) fn name_like(key: &str) -> String {
        let (feature, action) = key
            .strip_prefix("org:")
            .and_then(|rest| rest.split_once(':'))
            .unwrap_or(("", key));
        capitalized(&format!("{action} {feature}"))
            .trim_end()
            .to_owned()
    }

    /// Whether it is one of Clerk's own, which nobody changes.
    pub(crate) fn is_system(&self) -> bool {
        self.key.starts_with(SYSTEM)
    }

    /// The API's permission object.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "object": "permission",
            "id": self.id,
            "name": self.name,
            "key": self.key,
            "description": self.description,
            "type": if self.is_system() { "system" } else { "user" },
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

impl Directory {
    /// The role with this key.
    pub(crate) fn role(&self, key: &str) -> Option<&Role> {
        self.roles.by(Key::Name, key).next()
    }

    /// What people call a role.
    pub(crate) fn role_name(&self, key: &str) -> &str {
        self.role(key).map_or("", |role| role.name.as_str())
    }

    /// The permission with this key.
    pub(crate) fn permission(&self, key: &str) -> Option<&Permission> {
        self.permissions.by(Key::Name, key).next()
    }

    /// Gives a role another key, wherever it is named.
    pub(crate) fn rename_role(&mut self, key: &str, new: &str) {
        let rename = |known: &mut String| {
            if known == key {
                new.clone_into(known);
            }
        };
        self.memberships
            .update_by(Key::Role, key, |membership| rename(&mut membership.role));
        self.invitations.update_by(Key::Role, key, |invitation| {
            if let Some(place) = &mut invitation.organization {
                rename(&mut place.role);
            }
        });
        let settings = &mut self.settings.organizations;
        rename(&mut settings.creator_role);
        rename(&mut settings.domains_default_role);
        self.rename_in_role_sets(key, new);
    }

    /// Gives a permission another key, or takes it away, in every role that has it.
    pub(crate) fn rename_permission(&mut self, key: &str, new: Option<&str>) {
        self.roles
            .update_by(Key::Permission, key, |role| match new {
                Some(new) => {
                    for known in role.permissions.iter_mut().filter(|known| *known == key) {
                        new.clone_into(known);
                    }
                }
                None => role.permissions.retain(|known| known != key),
            });
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
