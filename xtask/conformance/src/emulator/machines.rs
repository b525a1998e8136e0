//! What machines come with, given to Clerk's SDK for Node in an `Authorization` header.

use std::time::Duration;

use clerk_emulator::Emulator;
use serde_json::{Value, json};

use super::{application::Scene, verifiers::Verifiers};
use crate::{checks::Checks, outcome::Stopped};

pub(super) fn all(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let mut scene = Scene::set(&mut verifiers.node, Emulator::builder())?;
    scene.options = |_, _| json!({ "acceptsToken": "any" });
    let (emulator, now) = (scene.emulator(), scene.now());
    let token = || emulator.token().user("ada@example.com").scope("read");
    let ada = json!(emulator.user_id("ada@example.com"));
    let short = Duration::from_secs(60);
    for (kind, builder, user) in [
        ("api_key", token().api_key(), &ada),
        ("m2m_token", token().opaque_machine(), &Value::Null),
        ("oauth_token", token().opaque_oauth(), &ada),
        ("m2m_token", token().machine(), &Value::Null),
        ("oauth_token", token().oauth(), &ada),
        ("session_token", token(), &ada),
    ] {
        let good = builder.clone().sign(now);
        let what = format!("{kind} {}", good.get(..3).unwrap_or_default());
        let answer = scene.ask(&bearing(&good)?)?;
        let found = (
            &answer["status"],
            &answer["tokenType"],
            &answer["auth"]["userId"],
        );
        checks.equal(&what, &found, &(&json!("signed-in"), &json!(kind), user));
        if kind != "session_token" {
            checks.equal(&what, &answer["auth"]["scopes"], &json!(["read"]));
        }
        let old = builder.lifetime(short).issued_ago(2 * short).sign(now);
        let answer = scene.ask(&bearing(&old)?)?;
        checks.equal(
            &format!("{what}, expired"),
            &answer["status"],
            &json!("signed-out"),
        );
    }
    for unknown in ["ak_unknown", "mt_unknown", "oat_unknown"] {
        let answer = scene.ask(&bearing(unknown)?)?;
        let found = (&answer["status"], &answer["reason"]);
        checks.equal(
            unknown,
            &found,
            &(&json!("signed-out"), &json!("token-invalid")),
        );
    }
    Ok(())
}

fn bearing(token: &str) -> Result<http::Request<()>, Stopped> {
    let request = http::Request::get("http://localhost:3000/api");
    Ok(request
        .header("authorization", format!("Bearer {token}"))
        .body(())?)
}
