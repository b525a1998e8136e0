//! What the emulator shows of an instance.

use clerk_core::UnixTime;
use clerk_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{NOW, request};

/// An instance, and the time there.
pub(crate) struct Instance {
    pub(crate) emulator: Emulator,
    pub(crate) now: UnixTime,
}

impl Instance {
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = self.emulator.handle(request(method, path, body), self.now);
        let response = answer.into_response().expect("a response");
        let body = serde_json::from_slice(response.body()).expect("a JSON body");
        (response.status().as_u16(), body)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path} {body}");
        body
    }
}

/// Lists in the order in which their records were made.
const LISTS: [&str; 5] = [
    "/v1/users?order_by=%2Bcreated_at&limit=500",
    "/v1/organizations?order_by=created_at&limit=500&include_members_count=true",
    "/v1/organization_memberships?order_by=created_at&limit=500",
    "/v1/invitations?order_by=created_at&limit=500&status=pending&status=accepted&status=revoked&status=expired",
    "/v1/organization_invitations?order_by=created_at&limit=500",
];

/// All that the API shows, as it does: nothing of it changes where an operation is refused.
pub(crate) fn read(instance: &Instance) -> Vec<Vec<Value>> {
    let items = |body: Value| match body {
        Value::Array(items) => items,
        mut page => {
            let items = page["data"].take();
            assert_eq!(page["total_count"], json!(items.as_array().map(Vec::len)));
            items.as_array().cloned().unwrap_or_default()
        }
    };
    let mut lists: Vec<Vec<Value>> = LISTS.iter().map(|path| items(instance.get(path))).collect();
    let of_user = |user: &Value| {
        let id = user["id"].as_str().unwrap_or_default();
        items(instance.get(&format!("/v1/sessions?user_id={id}&limit=500")))
    };
    lists.push(lists[0].iter().flat_map(of_user).collect());
    lists
}

/// As much of it as [`World::view`](super::world::World::view) has.
pub(crate) fn view(lists: &[Vec<Value>]) -> Value {
    let seconds = |at: &Value| at.as_i64().map(|at| at / 1000 - NOW.as_secs());
    let addresses = |user: &Value, name: &str| -> Value {
        let all =
            user[format!("{name}{}", if name.ends_with('s') { "es" } else { "s" })].as_array();
        let view = |own: &Value| json!([own["id"], own[name], !own["verification"].is_null()]);
        all.into_iter().flatten().map(view).collect()
    };
    let all = |list: &[Value], view: &dyn Fn(&Value) -> Value| -> Value {
        list.iter().map(view).collect()
    };
    let invitation = |known: &Value| {
        json!([
            known["id"],
            known["email_address"],
            known["organization_id"],
            known["role"],
            known["status"],
            seconds(&known["created_at"]),
        ])
    };
    json!({
        "users": all(&lists[0], &|user| json!([
            user["id"],
            user["username"],
            user["external_id"],
            user["first_name"],
            user["banned"],
            addresses(user, "email_address"),
            user["primary_email_address_id"],
            addresses(user, "phone_number"),
            user["primary_phone_number_id"],
            seconds(&user["created_at"]),
            seconds(&user["last_sign_in_at"]),
        ])),
        "organizations": all(&lists[1], &|known| json!([
            known["id"],
            known["name"],
            known["slug"],
            known["created_by"],
            known["max_allowed_memberships"],
            known["members_count"],
            seconds(&known["created_at"]),
        ])),
        "memberships": all(&lists[2], &|known| json!([
            known["organization"]["id"],
            known["public_user_data"]["user_id"],
            known["role"],
            seconds(&known["created_at"]),
        ])),
        "invitations": all(&lists[3], &invitation),
        "organization invitations": all(&lists[4], &invitation),
        "sessions": sorted(all(&lists[5], &|known| json!([
            known["id"],
            known["user_id"],
            known["last_active_organization_id"],
            known["status"],
            seconds(&known["created_at"]),
        ]))),
    })
}

/// Sessions are listed by user, and the model has them in no such order.
pub(crate) fn sorted(mut list: Value) -> Value {
    if let Some(items) = list.as_array_mut() {
        items.sort_by_key(|item| item[0].to_string());
    }
    list
}
