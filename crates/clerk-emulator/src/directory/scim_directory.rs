use std::fmt;

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Directory, Key, Record, Role};

/// Where an identity provider would tell who an enterprise's people are. Nobody does.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct ScimDirectory {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) connection_id: String,
    pub(crate) provider: String,
    pub(crate) enabled: bool,
    pub(crate) role_mapping_enabled: bool,
    /// Texts alone.
    pub(crate) attribute_mapping: Map<String, Value>,
    pub(crate) mappings: Vec<GroupRoleMapping>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

/// The role that people of a group have.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct GroupRoleMapping {
    pub(crate) id: String,
    pub(crate) group_id: String,
    pub(crate) group_name: String,
    pub(crate) role_id: String,
    /// The lowest counts where somebody is in several groups.
    pub(crate) precedence: i64,
    pub(crate) created_at: UnixTime,
}

impl Record for ScimDirectory {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Connection, &self.connection_id);
    }
}

impl ScimDirectory {
    /// The API's object, of this name, for the directory of an instance at `origin`.
    pub(crate) fn to_json(&self, object: &str, origin: &str, directory: &Directory) -> Value {
        let connection = directory.connections.get(&self.connection_id);
        json!({
            "object": object,
            "id": self.id,
            "name": self.name,
            "enterprise_connection_id": self.connection_id,
            "endpoint_url": format!("{origin}/scim/v2/{}", self.id),
            "provider": self.provider,
            "enabled": self.enabled,
            "group_role_mapping_enabled": self.role_mapping_enabled,
            "attribute_mapping": self.attribute_mapping,
            "custom_attributes": connection.map_or(&[][..], |connection| &connection.custom_attributes),
            "api_key": null,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }
}

impl Directory {
    /// No group stands for the role any more.
    pub(crate) fn remove_role_mappings(&mut self, role_id: &str) {
        let ids: Vec<String> = self
            .scim_directories
            .iter()
            .map(|known| known.id.clone())
            .collect();
        for id in ids {
            self.scim_directories.update(&id, |known| {
                known.mappings.retain(|mapping| mapping.role_id != role_id);
            });
        }
    }
}

impl GroupRoleMapping {
    /// The API's object for a mapping of the directory that `object` names.
    pub(crate) fn to_json(&self, object: &str, owner: &str, directory: &Directory) -> Value {
        let role = directory.roles.get(&self.role_id);
        json!({
            "object": object,
            "id": self.id,
            "directory_id": owner,
            "scim_directory_id": owner,
            "directory_group_id": self.group_id,
            "scim_group_id": self.group_id,
            "directory_group_display_name": self.group_name,
            "scim_group_display_name": self.group_name,
            "role": role.map(|role: &Role| role.to_json(directory)),
            "precedence": self.precedence,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.created_at.as_millis(),
        })
    }
}

impl fmt::Debug for ScimDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScimDirectory")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
