use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Auth, MachineAuth, SessionAuth};
use crate::{MachineTokenType, TokenType};

/// What a page that is rendered on the server may show its browser of an [`Auth`].
///
/// It serializes to the object that Clerk's front-end libraries take as their initial state. There
/// is no token in it, and nothing that is called private metadata, however deep it lies in the
/// claims. Whatever else an application put into its tokens is there: a browser has its session
/// token anyway.
///
/// ```
/// use clerk_auth::Auth;
///
/// let json = serde_json::to_value(Auth::default().to_view())?;
/// assert_eq!(json["isAuthenticated"], false);
/// assert_eq!(json["userId"], serde_json::Value::Null);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct AuthView(Value);

impl AuthView {
    pub(super) fn of(auth: &Auth) -> Self {
        Self(match auth {
            Auth::SignedOut(nobody) => signed_out(nobody.token_type(), nobody.is_pending()),
            Auth::Session(session) => signed_in(session),
            Auth::Machine(machine) => of_machine(machine),
        })
    }
}

impl Serialize for AuthView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Debug for AuthView {
    /// Shows who it is of. Claims are for the page, not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthView")
            .field(
                "token_type",
                &self.0.get("tokenType").and_then(Value::as_str),
            )
            .field("user_id", &self.0.get("userId").and_then(Value::as_str))
            .finish_non_exhaustive()
    }
}

fn signed_in(session: &SessionAuth) -> Value {
    let claims = public(session.claims().all().as_json());
    let organization = session.organization();
    let organization = organization.as_ref();
    let permissions = organization.map(|organization| {
        let permissions = organization.permissions().iter();
        permissions.map(str::to_owned).collect::<Vec<_>>()
    });
    json!({
        "tokenType": TokenType::Session.as_str(),
        "isAuthenticated": true,
        "userId": session.user_id(),
        "sessionId": session.session_id(),
        "sessionStatus": claims.get("sts"),
        "actor": claims.get("act"),
        "orgId": organization.map(|organization| organization.id()),
        "orgSlug": organization.and_then(|organization| organization.slug()),
        "orgRole": organization.and_then(|organization| organization.role()),
        "orgPermissions": permissions,
        "factorVerificationAge": claims.get("fva"),
        "sessionClaims": claims,
    })
}

fn signed_out(token_type: Option<TokenType>, is_pending: bool) -> Value {
    let mut view = json!({
        "tokenType": token_type.map(TokenType::as_str),
        "isAuthenticated": false,
    });
    let absent: &[&str] = match token_type {
        None => &[],
        Some(TokenType::Session) => &[
            "userId",
            "sessionId",
            "actor",
            "orgId",
            "orgSlug",
            "orgRole",
            "orgPermissions",
            "factorVerificationAge",
            "sessionClaims",
        ],
        Some(TokenType::ApiKey) => &[
            "id", "subject", "scopes", "name", "claims", "userId", "orgId",
        ],
        Some(TokenType::M2m) => &["id", "subject", "scopes", "claims", "machineId"],
        Some(TokenType::OAuth) => &["id", "subject", "scopes", "userId", "clientId"],
    };
    if let Value::Object(members) = &mut view {
        members.extend(absent.iter().map(|name| ((*name).to_owned(), Value::Null)));
        if token_type == Some(TokenType::Session) {
            let status = if is_pending {
                json!("pending")
            } else {
                Value::Null
            };
            members.insert("sessionStatus".to_owned(), status);
        }
    }
    view
}

fn of_machine(machine: &MachineAuth) -> Value {
    let mut view = json!({
        "tokenType": TokenType::from(machine.kind()).as_str(),
        "isAuthenticated": true,
        "id": machine.id(),
        "subject": machine.subject(),
        "scopes": machine.scopes().collect::<Vec<_>>(),
    });
    let claims = || machine.claims_json().map(public);
    let own = match machine.kind() {
        MachineTokenType::ApiKey => json!({
            "name": machine.name(),
            "claims": claims(),
            "userId": machine.user_id(),
            "orgId": machine.org_id(),
        }),
        MachineTokenType::M2m => json!({
            "claims": claims(),
            "machineId": machine.machine_id(),
        }),
        MachineTokenType::OAuth => json!({
            "userId": machine.user_id(),
            "clientId": machine.client_id(),
        }),
    };
    if let (Value::Object(view), Value::Object(own)) = (&mut view, own) {
        view.extend(own);
    }
    view
}

/// The JSON text as a value, without what is private. What cannot be read is left out.
fn public(json: &str) -> Value {
    let mut value = serde_json::from_str(json).unwrap_or_default();
    strip(&mut value);
    value
}

/// No deeper than serde_json reads, which bounds the recursion.
fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members
                .retain(|name, _| !matches!(name.as_str(), "private_metadata" | "privateMetadata"));
            members.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}
