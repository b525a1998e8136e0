use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Key, Record};

/// What an enterprise's people sign in by: SAML, or OpenID Connect. The emulator lets nobody in by one.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Connection {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) provider: String,
    /// In lower case. No other connection has one of them.
    pub(crate) domains: Vec<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) active: bool,
    pub(crate) sync_user_attributes: bool,
    pub(crate) disable_additional_identifications: bool,
    pub(crate) allow_organization_account_linking: bool,
    pub(crate) custom_attributes: Vec<Value>,
    pub(crate) protocol: Protocol,
    pub(crate) test_runs: Vec<TestRun>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

/// How a connection works, with the id of that part of it, and what is set for it, as the API calls it.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) enum Protocol {
    Saml {
        id: String,
        members: Map<String, Value>,
    },
    OpenIdConnect {
        id: String,
        members: Map<String, Value>,
    },
}

/// Somebody's trial of a connection, which stays undone.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct TestRun {
    pub(crate) id: String,
    pub(crate) created_at: UnixTime,
}

impl Record for Connection {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        for domain in &self.domains {
            add(Key::Name, domain);
        }
        if let Some(id) = &self.organization_id {
            add(Key::Organization, id);
        }
        if let Protocol::Saml { id, .. } = &self.protocol {
            add(Key::Saml, id);
        }
    }
}

impl Protocol {
    /// Nothing but what holds where nobody says otherwise.
    pub(crate) fn saml(id: String) -> Self {
        let members = json!({
            "idp_entity_id": null,
            "idp_sso_url": null,
            "idp_metadata_url": null,
            "idp_metadata": null,
            "idp_certificates": [],
            "attribute_mapping": {
                "user_id": "id",
                "email_address": "mail",
                "first_name": "firstName",
                "last_name": "lastName",
            },
            "allow_subdomains": false,
            "allow_idp_initiated": false,
            "force_authn": false,
            "login_hint": { "mode": "email_address" },
        });
        Self::Saml {
            id,
            members: object(members),
        }
    }

    /// As [`saml`](Self::saml).
    pub(crate) fn openid_connect(id: String) -> Self {
        let members = json!({
            "client_id": null,
            "discovery_url": null,
            "auth_url": null,
            "token_url": null,
            "user_info_url": null,
            "requires_pkce": false,
        });
        Self::OpenIdConnect {
            id,
            members: object(members),
        }
    }

    fn members_mut(&mut self) -> &mut Map<String, Value> {
        match self {
            Self::Saml { members, .. } | Self::OpenIdConnect { members, .. } => members,
        }
    }

    /// Takes what is said anew. `null` takes away what there need not be.
    pub(crate) fn set(&mut self, given: &Map<String, Value>) {
        let members = self.members_mut();
        for (name, value) in given {
            match (name.as_str(), value) {
                // The secret is nobody's to read.
                ("client_secret", _) => {}
                ("name", Value::String(_)) => {
                    members.insert(name.clone(), value.clone());
                }
                ("name", _) => {
                    members.remove(name);
                }
                ("idp_certificate", Value::Null) => {
                    members.insert("idp_certificates".to_owned(), json!([]));
                }
                ("idp_certificate", certificate) => {
                    members.insert("idp_certificates".to_owned(), json!([certificate]));
                }
                ("login_hint", Value::Object(hint)) => {
                    let known = ["mode", "source"].into_iter();
                    let hint =
                        known.filter_map(|name| Some((name.to_owned(), hint.get(name)?.clone())));
                    members.insert(name.clone(), Value::Object(hint.collect()));
                }
                ("attribute_mapping", Value::Object(mapping)) => {
                    if let Some(known) = members.get_mut(name).and_then(Value::as_object_mut) {
                        let mapping = mapping.iter().filter(|(_, value)| value.is_string());
                        known.extend(mapping.map(|(name, value)| (name.clone(), value.clone())));
                    }
                }
                _ => {
                    let known = members.get_mut(name);
                    let known = known
                        .filter(|known| !value.is_null() || known.is_null() || known.is_string());
                    if let Some(known) = known {
                        *known = value.clone();
                    }
                }
            }
        }
    }
}

/// The members of an object that stands in the source.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

impl Connection {
    /// The id of its SAML connection, if it has one.
    pub(crate) fn saml_id(&self) -> Option<&str> {
        match &self.protocol {
            Protocol::Saml { id, .. } => Some(id),
            Protocol::OpenIdConnect { .. } => None,
        }
    }

    /// The API's enterprise connection object of an instance at `origin`.
    pub(crate) fn to_json(&self, origin: &str) -> Value {
        let (saml, oauth) = match &self.protocol {
            Protocol::Saml { id, members } => {
                let mut saml = service_provider(origin, id);
                saml.extend(members.clone());
                saml.remove("attribute_mapping");
                saml.entry("name").or_insert_with(|| json!(self.name));
                saml.insert("active".to_owned(), json!(self.active));
                certify(&mut saml);
                (Some(saml), None)
            }
            Protocol::OpenIdConnect { id, members } => {
                let mut oauth = members.clone();
                oauth.insert("id".to_owned(), json!(id));
                oauth.insert("name".to_owned(), json!(self.name));
                oauth.insert("provider_key".to_owned(), json!(self.provider));
                oauth.insert("logo_public_url".to_owned(), Value::Null);
                let (created_at, updated_at) = (self.created_at, self.updated_at);
                oauth.insert("created_at".to_owned(), json!(created_at.as_millis()));
                oauth.insert("updated_at".to_owned(), json!(updated_at.as_millis()));
                (None, Some(oauth))
            }
        };
        json!({
            "object": "enterprise_connection",
            "id": self.id,
            "name": self.name,
            "provider": self.provider,
            "logo_public_url": null,
            "active": self.active,
            "domains": self.domains,
            "organization_id": self.organization_id,
            "sync_user_attributes": self.sync_user_attributes,
            "disable_additional_identifications": self.disable_additional_identifications,
            "allow_organization_account_linking": self.allow_organization_account_linking,
            "authenticatable": true,
            "disable_jit_provisioning": false,
            "custom_attributes": self.custom_attributes,
            "saml_connection": saml,
            "oauth_config": oauth,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        })
    }

    /// The API's SAML connection object, where it is one.
    pub(crate) fn to_saml_json(&self, origin: &str) -> Option<Value> {
        let Protocol::Saml { id, members } = &self.protocol else {
            return None;
        };
        let mut saml = service_provider(origin, id);
        saml.extend(members.clone());
        let certificates = members.get("idp_certificates").and_then(Value::as_array);
        let certificate = certificates.and_then(|all| all.first()).cloned();
        saml.insert("idp_certificate".to_owned(), json!(certificate));
        certify(&mut saml);
        let whole = json!({
            "object": "saml_connection",
            "name": self.name,
            "domain": self.domains.first(),
            "domains": self.domains,
            "idp_certificate_issued_at": null,
            "idp_certificate_expires_at": null,
            "organization_id": self.organization_id,
            "active": self.active,
            "provider": self.provider,
            "user_count": 0,
            "sync_user_attributes": self.sync_user_attributes,
            "disable_additional_identifications": self.disable_additional_identifications,
            "allow_organization_account_linking": self.allow_organization_account_linking,
            "authenticatable": true,
            "disable_jit_provisioning": false,
            "enterprise_connection_id": self.id,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        });
        saml.extend(object(whole));
        Some(Value::Object(saml))
    }

    /// The API's test run object.
    pub(crate) fn test_run_to_json(&self, run: &TestRun) -> Value {
        json!({
            "id": run.id,
            "status": "pending",
            "connection_type": match &self.protocol {
                Protocol::Saml { .. } => "saml",
                Protocol::OpenIdConnect { .. } => "oauth",
            },
            "parsed_user_info": null,
            "logs": [],
            "saml": null,
            "oauth": null,
            "created_at": run.created_at.as_millis(),
        })
    }
}

/// Where the identity provider finds the instance.
fn service_provider(origin: &str, id: &str) -> Map<String, Value> {
    object(json!({
        "id": id,
        "acs_url": format!("{origin}/v1/saml/acs/{id}"),
        "sp_entity_id": format!("{origin}/saml/{id}"),
        "sp_metadata_url": format!("{origin}/v1/saml/metadata/{id}.xml"),
    }))
}

/// Writes the certificates as the API shows them, the first of them by itself too. Nobody reads their dates.
fn certify(saml: &mut Map<String, Value>) {
    let certificates = saml.get("idp_certificates").and_then(Value::as_array);
    let certificates: Vec<Value> = certificates.into_iter().flatten().cloned().collect();
    if let Some(first) = certificates.first() {
        saml.insert("idp_certificate".to_owned(), first.clone());
    }
    let shown = certificates.into_iter().map(
        |certificate| json!({ "certificate": certificate, "issued_at": null, "expires_at": null }),
    );
    saml.insert("idp_certificates".to_owned(), shown.collect());
}
