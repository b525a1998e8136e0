//! A few calls of Clerk's own clients to the emulator, and the tokens they are given.

use clerk::{Claims, SessionClaims, TemplateClaims, jwt::TokenClaims};
use clerk_emulator::Server;
use serde_json::{Value, json};

use super::verifiers::{Verifiers, now, server, settings};
use crate::{checks::Checks, outcome::Stopped, programs::Conversation};

/// A client's way to make calls.
struct Caller<'c> {
    program: &'c mut Conversation,
    client: Value,
}

impl Caller<'_> {
    fn call(&mut self, call: &str, arguments: &Value) -> Result<Value, Stopped> {
        let question = json!({ "client": self.client, "call": call, "arguments": arguments });
        self.program.ask(&question)
    }
}

/// Ada, and a session of hers.
fn someone(server: &Server) -> Result<(String, String), Stopped> {
    let emulator = server.emulator();
    let user = emulator.user_id("ada@example.com").unwrap_or_default();
    let token = emulator.token().user("ada@example.com").sign(now());
    let clerk = settings(clerk::blocking::Clerk::builder(), server).build()?;
    let session = clerk.verify_token(&token)?;
    Ok((user, session.claims().session_id().to_owned()))
}

pub(super) fn node(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let server = server()?;
    let (user, session) = someone(&server)?;
    let client = json!({
        "apiUrl": server.url(),
        "secretKey": server.emulator().secret_key().expose(),
        "telemetry": { "disabled": true },
    });
    let program = &mut verifiers.node;
    let mut node = Caller { program, client };

    let answer = node.call("users.getUser", &json!([user]))?;
    checks.equal("users.getUser", &answer["value"]["id"], &json!(user));
    let email = &answer["value"]["emailAddresses"][0]["emailAddress"];
    checks.equal("users.getUser", email, &json!("ada@example.com"));
    let answer = node.call(
        "users.getUserList",
        &json!([{ "query": "ada", "limit": 5 }]),
    )?;
    checks.equal(
        "users.getUserList",
        &answer["value"]["data"][0]["id"],
        &json!(user),
    );
    checks.equal(
        "users.getUserList",
        &answer["value"]["totalCount"],
        &json!(1),
    );
    let answer = node.call("users.getCount", &json!([]))?;
    checks.equal("users.getCount", &answer["value"], &json!(2));
    let answer = node.call("users.getUser", &json!(["user_nobody"]))?;
    checks.equal(
        "users.getUser of nobody",
        &answer["refused"],
        &json!("resource_not_found"),
    );

    let answer = node.call("sessions.getSession", &json!([session]))?;
    checks.equal(
        "sessions.getSession",
        &answer["value"]["userId"],
        &json!(user),
    );
    let answer = node.call("sessions.getSessionList", &json!([{ "userId": user }]))?;
    checks.equal(
        "sessions.getSessionList",
        &answer["value"]["data"][0]["id"],
        &json!(session),
    );
    let answer = node.call("sessions.getToken", &json!([session]))?;
    let token = &answer["value"]["jwt"];
    verified::<SessionClaims>(&server, checks, "sessions.getToken", token, &user)?;
    let answer = node.call("sessions.getToken", &json!([session, "hasura"]))?;
    let token = &answer["value"]["jwt"];
    verified::<TemplateClaims>(
        &server,
        checks,
        "sessions.getToken of a template",
        token,
        &user,
    )
}

pub(super) fn python(verifiers: &mut Verifiers, checks: &mut Checks) -> Result<(), Stopped> {
    let server = server()?;
    let (user, session) = someone(&server)?;
    let client = json!({
        "bearer_auth": server.emulator().secret_key().expose(),
        "server_url": format!("{}/v1", server.url()),
    });
    let program = &mut verifiers.python;
    let mut python = Caller { program, client };

    let answer = python.call("users.get", &json!({ "user_id": user }))?;
    let email = &answer["value"]["email_addresses"][0]["email_address"];
    checks.equal("users.get", email, &json!("ada@example.com"));
    let request = json!({ "request": { "query": "ada", "limit": 5 } });
    let answer = python.call("users.list", &request)?;
    checks.equal("users.list", &answer["value"][0]["id"], &json!(user));
    let answer = python.call("sessions.get", &json!({ "session_id": session }))?;
    checks.equal("sessions.get", &answer["value"]["user_id"], &json!(user));
    let answer = python.call("sessions.list", &json!({ "user_id": user }))?;
    checks.equal("sessions.list", &answer["value"][0]["id"], &json!(session));
    let answer = python.call("sessions.create_token", &json!({ "session_id": session }))?;
    let token = &answer["value"]["jwt"];
    verified::<SessionClaims>(&server, checks, "sessions.create_token", token, &user)
}

/// We accept the token that the client was given, as one of `user`.
fn verified<C: TokenClaims>(
    server: &Server,
    checks: &mut Checks,
    what: &str,
    token: &Value,
    user: &str,
) -> Result<(), Stopped> {
    let clerk = settings(clerk::blocking::Clerk::builder(), server).build()?;
    let answer = clerk.verify::<C>(token.as_str().unwrap_or_default());
    let subject = answer.map(|verified| {
        let claims: &Claims = verified.claims().as_ref();
        claims.subject().map(str::to_owned)
    });
    let good = matches!(&subject, Ok(Some(subject)) if subject == user);
    checks.that(good, || format!("{what}: {subject:?}"));
    Ok(())
}
