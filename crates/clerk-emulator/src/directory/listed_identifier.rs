use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, IdentificationKind, Key, Record, Table};

/// Somebody who may sign up, or may not, by the list that it stands on.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct ListedIdentifier {
    pub(crate) id: String,
    /// E-mail addresses are in lower case; `*@example.com` stands for all of a domain.
    pub(crate) identifier: String,
    pub(crate) kind: IdentificationKind,
    /// The invitation that told them, where one did.
    pub(crate) invitation_id: Option<String>,
    pub(crate) created_at: UnixTime,
}

impl Record for ListedIdentifier {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Name, &self.identifier);
    }
}

impl ListedIdentifier {
    /// The API's object for an identifier on this list.
    pub(crate) fn to_json(&self, list: &str, instance_id: &str) -> Value {
        let mut body = json!({
            "object": format!("{list}_identifier"),
            "id": self.id,
            "identifier": self.identifier,
            "identifier_type": self.kind.as_str(),
            "instance_id": instance_id,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.created_at.as_millis(),
        });
        // Nobody on the blocklist is told.
        if let Some(id) = self.invitation_id.as_ref().filter(|_| list == "allowlist") {
            body["invitation_id"] = json!(id);
        }
        body
    }
}

impl Directory {
    /// Whether the lists let an e-mail address sign up, as far as they are in force.
    pub(crate) fn lists_admit(&self, address: &str) -> bool {
        let address = IdentificationKind::EmailAddress.normal(address);
        let domain = address
            .split_once('@')
            .map(|(_, domain)| format!("*@{domain}"));
        let names = [Some(address.clone()), domain];
        let on = |list: &Table<ListedIdentifier>| {
            let mut names = names.iter().flatten();
            names.any(|name| list.by(Key::Name, name).next().is_some())
        };
        let rules = &self.settings.restrictions;
        let local = address.split('@').next().unwrap_or_default();
        !(rules.blocklist && on(&self.blocklist)
            || rules.allowlist && !on(&self.allowlist)
            || rules.block_email_subaddresses && local.contains('+'))
    }
}
