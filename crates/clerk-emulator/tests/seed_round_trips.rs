//! Whatever has become of an instance, the seed that it is exported as brings it back.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::{Emulator, Seed};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{NOW, get};

/// What happens, to one of those there are.
#[derive(Clone, Copy, Debug)]
struct Step {
    what: usize,
    whom: usize,
    which: usize,
    /// How many milliseconds later.
    later: u64,
}

struct Instance {
    emulator: Emulator,
    now: UnixTime,
}

impl Instance {
    fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let request = support::request(method, path, body);
        let answer = self.emulator.handle(request, self.now);
        let response = answer.into_response().expect("an answer");
        assert!(response.status().as_u16() < 500, "{method} {path}");
        serde_json::from_slice(response.body()).unwrap_or_default()
    }

    /// The member of one of those that are listed there.
    fn some(&mut self, path: &str, index: usize, name: &str) -> String {
        let list = self.ask("GET", path, None);
        let items = list.as_array().or_else(|| list["data"].as_array());
        let items = items.cloned().unwrap_or_default();
        match items.len() {
            0 => "none".to_owned(),
            count => items[index % count][name]
                .as_str()
                .unwrap_or("none")
                .to_owned(),
        }
    }

    fn go(&mut self, step: Step) {
        let Step {
            what,
            whom,
            which,
            later,
        } = step;
        self.now = self.now.saturating_add(Duration::from_millis(later));
        let user = self.some("/v1/users?limit=100", whom, "id");
        let organization = self.some("/v1/organizations?limit=100", which, "id");
        let name = ["ada", "bob", "eve", "kim", "lee", "sue"][which % 6];
        let address = format!("{name}@example.com");
        let of_user = |rest: &str| format!("/v1/users/{user}{rest}");
        let of_organization = |rest: &str| format!("/v1/organizations/{organization}{rest}");
        let (method, path, body) = match what {
            0 => (
                "POST",
                "/v1/users".into(),
                json!({
                    "email_address": [address], "phone_number": [format!("+1555555010{whom}")],
                    "username": name, "first_name": name, "password": "correct horse battery",
                    "public_metadata": { "n": [1, null, { "m": which }] }, "skip_password_checks": true,
                }),
            ),
            1 => (
                "POST",
                "/v1/users".into(),
                json!({
                    "username": format!("{name}{whom}"), "backup_codes": ["one", "two"],
                    "totp_secret": "GEZDGNBVGY3TQOJQ", "created_at": "2024-02-29T01:02:03.004Z",
                    "password_digest": "$2a$10$abc", "password_hasher": "bcrypt",
                }),
            ),
            2 => (
                "POST",
                "/v1/email_addresses".into(),
                json!({
                    "user_id": user, "email_address": address, "verified": which % 2 == 0, "primary": whom % 2 == 0,
                }),
            ),
            3 => (
                "PATCH",
                of_user(""),
                json!({ "last_name": name, "external_id": name, "locale": "fr" }),
            ),
            4 => (
                "PATCH",
                of_user("/metadata"),
                json!({
                    "private_metadata": { name: which }, "unsafe_metadata": { "a": {} },
                }),
            ),
            5 => (
                "POST",
                of_user(["/ban", "/unban", "/lock", "/unlock"][which % 4]),
                json!({}),
            ),
            6 => ("DELETE", of_user(""), Value::Null),
            7 => (
                "POST",
                "/v1/organizations".into(),
                json!({
                    "name": name, "slug": name, "created_by": user, "max_allowed_memberships": which,
                }),
            ),
            8 => (
                "PATCH",
                of_organization(""),
                json!({ "name": format!("{name}s"), "admin_delete_enabled": false }),
            ),
            9 => (
                "PATCH",
                of_organization("/metadata"),
                json!({ "private_metadata": { name: null, "a": name } }),
            ),
            10 => (
                "POST",
                of_organization("/memberships"),
                json!({ "user_id": user, "role": "org:member" }),
            ),
            11 => (
                "PATCH",
                of_organization(&format!("/memberships/{user}")),
                json!({ "role": "org:admin" }),
            ),
            12 => (
                "PATCH",
                of_organization(&format!("/memberships/{user}/metadata")),
                json!({
                    "public_metadata": { "desk": whom },
                }),
            ),
            13 => (
                "DELETE",
                of_organization(&format!("/memberships/{user}")),
                Value::Null,
            ),
            14 => ("DELETE", of_organization(""), Value::Null),
            15 => (
                "POST",
                of_organization("/invitations"),
                json!({
                    "email_address": address, "role": "org:member", "inviter_user_id": user,
                }),
            ),
            16 => (
                "POST",
                of_organization("/domains"),
                json!({ "name": format!("{name}.example"), "verified": whom % 2 == 0 }),
            ),
            17 => (
                "POST",
                "/v1/invitations".into(),
                json!({ "email_address": address, "ignore_existing": true }),
            ),
            18 => ("POST", "/v1/machines".into(), json!({ "name": name })),
            19 => {
                let (from, to) = (
                    self.some("/v1/machines", whom, "id"),
                    self.some("/v1/machines", which, "id"),
                );
                (
                    "POST",
                    format!("/v1/machines/{from}/scopes"),
                    json!({ "to_machine_id": to }),
                )
            }
            20 => (
                "POST",
                "/v1/api_keys".into(),
                json!({ "name": name, "subject": user, "created_by": user }),
            ),
            21 => (
                "POST",
                "/v1/organization_roles".into(),
                json!({ "name": name, "key": format!("org:{name}") }),
            ),
            22 => (
                "PATCH",
                of_organization(&format!("/memberships/{user}")),
                json!({ "role": format!("org:{name}") }),
            ),
            23 => ("POST", "/v1/sessions".into(), json!({ "user_id": user })),
            24 => (
                "POST",
                "/v1/allowlist_identifiers".into(),
                json!({ "identifier": address, "notify": true }),
            ),
            25 => (
                "POST",
                "/v1/waitlist_entries".into(),
                json!({ "email_address": address }),
            ),
            26 => (
                "PATCH",
                "/v1/instance/organization_settings".into(),
                json!({ "max_allowed_memberships": which }),
            ),
            27 => (
                "POST",
                "/v1/phone_numbers".into(),
                json!({
                    "user_id": user, "phone_number": format!("+1555555020{which}"), "verified": true,
                    "reserved_for_second_factor": true,
                }),
            ),
            28 => (
                "DELETE",
                of_user(["/mfa", "/totp", "/backup_code"][which % 3]),
                Value::Null,
            ),
            _ => (
                "POST",
                "/v1/oauth_applications".into(),
                json!({ "name": name, "public": which % 2 == 0 }),
            ),
        };
        self.ask(method, &path, Some(&body).filter(|body| !body.is_null()));
    }
}

fn step() -> impl Strategy<Value = Step> {
    (0..30_usize, 0..10_usize, 0..10_usize, 1..100_000_u64).prop_map(
        |(what, whom, which, later)| Step {
            what,
            whom,
            which,
            later,
        },
    )
}

/// Without what a seed cannot say.
fn said(mut list: Value) -> Value {
    let items = match &mut list {
        Value::Array(items) => Some(items),
        other => other["data"].as_array_mut(),
    };
    for item in items.into_iter().flatten() {
        let Some(members) = item.as_object_mut() else {
            continue;
        };
        for name in [
            "password_last_updated_at",
            "mfa_enabled_at",
            "mfa_disabled_at",
        ] {
            members.remove(name);
        }
        for kind in ["email_addresses", "phone_numbers"] {
            for address in members
                .get_mut(kind)
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                address["verification"] = address["verification"]["status"].take();
            }
        }
    }
    list
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_became_of_an_instance_is_there_again(steps in prop::collection::vec(step(), 0..60)) {
        let emulator = Emulator::builder().deterministic(7).build().unwrap();
        let mut instance = Instance { emulator, now: NOW };
        for step in steps {
            instance.go(step);
        }
        let Instance { emulator, now } = instance;
        let exported = emulator.to_seed(now).to_json();
        let seed = Seed::from_json(&exported).unwrap();
        let again = Emulator::builder().seed(seed).build();
        prop_assert!(again.is_ok(), "{:?}\n{exported}", again.err());
        let again = again.unwrap();
        prop_assert_eq!(again.to_seed(now).to_json(), exported);
        for path in [
            "/v1/users?limit=500",
            "/v1/organizations?limit=500&include_members_count=true",
            "/v1/organization_memberships?limit=500",
        ] {
            let (before, after) = (get(&emulator, path), get(&again, path));
            prop_assert_eq!(before.0, 200);
            prop_assert_eq!(said(before.1), said(after.1));
        }
    }
}
