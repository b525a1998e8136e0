//! Who a request comes from, in the members that Node's auth objects have.

use clerk::{
    auth::{Auth, MachineAuth, SessionAuth, TokenType},
    jwt::FactorAges,
};
use serde_json::{Map, Value, json};

pub(super) fn show(auth: &Auth) -> Value {
    match auth {
        Auth::Session(session) => show_session(session),
        Auth::Machine(machine) => show_machine(machine),
        Auth::SignedOut(nobody) => {
            let Some(token_type) = nobody.token_type() else {
                return json!({});
            };
            let empty = members(token_type)
                .iter()
                .map(|name| ((*name).to_owned(), Value::Null));
            let mut object: Map<String, Value> = empty.collect();
            if nobody.is_pending() {
                object.insert("session_status".to_owned(), json!("pending"));
            }
            Value::Object(object)
        }
        _ => Value::Null,
    }
}

const fn members(token_type: TokenType) -> &'static [&'static str] {
    match token_type {
        TokenType::Session => &[
            "user_id",
            "session_id",
            "org_id",
            "org_slug",
            "org_role",
            "org_permissions",
            "factor_verification_age",
            "session_status",
            "actor",
        ],
        TokenType::ApiKey => &[
            "id", "subject", "name", "claims", "scopes", "user_id", "org_id",
        ],
        TokenType::M2m => &["id", "subject", "claims", "scopes", "machine_id"],
        TokenType::OAuth => &["id", "subject", "scopes", "user_id", "client_id"],
        _ => &[],
    }
}

fn show_session(session: &SessionAuth) -> Value {
    let organization = session.organization();
    let organization = organization.as_ref();
    let permissions = organization.map(|it| it.permissions().iter().collect::<Vec<_>>());
    let actor = session.actor();
    let actor = actor.and_then(|actor| serde_json::from_str::<Value>(actor.as_json()).ok());
    json!({
        "user_id": session.user_id(),
        "session_id": session.session_id(),
        "org_id": organization.map(|it| it.id()),
        "org_slug": organization.and_then(|it| it.slug()),
        "org_role": organization.and_then(|it| it.role()),
        "org_permissions": permissions,
        "factor_verification_age": session.factor_ages().map(show_ages),
        "session_status": show_status(session),
        "actor": actor,
    })
}

/// As the claim has them: -1 for a factor that was never verified.
fn show_ages(ages: FactorAges) -> [i64; 2] {
    [ages.first, ages.second].map(|age| age.map_or(-1, i64::from))
}

/// Tokens from before the claim was introduced have none, and Node shows none.
fn show_status(session: &SessionAuth) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Status {
        sts: Option<String>,
    }
    let claims = session.claims().all();
    claims.custom::<Status>().ok()?.sts
}

fn show_machine(machine: &MachineAuth) -> Value {
    let token_type = TokenType::from(machine.kind());
    let claims = machine.claims_json();
    let claims = claims.and_then(|json| serde_json::from_str::<Value>(json).ok());
    let all = json!({
        "id": machine.id(),
        "subject": machine.subject(),
        "name": machine.name(),
        "claims": claims,
        "scopes": machine.scopes().collect::<Vec<_>>(),
        "user_id": machine.user_id(),
        "org_id": machine.org_id(),
        "machine_id": machine.machine_id(),
        "client_id": machine.client_id().unwrap_or_default(),
    });
    let of_type = |name: &&str| {
        (
            (*name).to_owned(),
            all.get(*name).cloned().unwrap_or_default(),
        )
    };
    Value::Object(members(token_type).iter().map(of_type).collect())
}
