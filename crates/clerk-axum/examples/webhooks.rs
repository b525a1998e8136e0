//! An axum application that Clerk tells of its users.
//!
//! ```text
//! CLERK_WEBHOOK_SIGNING_SECRET=whsec_… \
//!     cargo run --package clerk-axum --features webhooks --example webhooks
//! ```
//!
//! The secret is on the endpoint's page under Webhooks in the Clerk dashboard. Without one,
//! `--self-test` starts the application, sends it what Clerk would and what others might, and says
//! what each was answered.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{FromRef, State},
    routing::post,
};
use bytes::Bytes;
use clerk::{Clock as _, ReqwestTransport, SystemClock, api::Timestamp, http::Transport as _};
// `clerk::axum::webhooks` and `clerk::webhooks` with the facade's features `axum` and
// `webhook-events`.
use clerk_axum::webhooks::{Receiver, Rejection, Webhook};
use clerk_webhooks::{
    SigningSecrets, Verifier,
    events::{Event, EventData},
};
use tokio::net::TcpListener;

/// The name that a user goes by, and when Clerk last changed something about them.
#[derive(Debug)]
struct User {
    name: String,
    updated_at: Option<Timestamp>,
}

/// Stands for a database: the users by id, and `None` for those who are gone.
#[derive(Clone, Debug, Default)]
struct Users(Arc<Mutex<BTreeMap<String, Option<User>>>>);

impl Users {
    /// Does what the event tells of. Types that are of no interest here are no mistake.
    async fn apply(&self, event: &Event) -> io::Result<()> {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event.data() {
            // Deliveries may overtake each other: one that is late must neither undo what is newer
            // nor bring back who is gone.
            EventData::UserCreated(user) | EventData::UserUpdated(user) => {
                let updated_at = user.updated_at;
                match users.get(user.id.as_str()) {
                    Some(None) => {}
                    Some(Some(known)) if updated_at < known.updated_at => {}
                    _ => {
                        let name = user.first_name.clone().unwrap_or_default();
                        users.insert(user.id.to_string(), Some(User { name, updated_at }));
                    }
                }
            }
            EventData::UserDeleted(user) => {
                if let Some(id) = &user.id {
                    users.insert(id.clone(), None);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn name(&self, id: &str) -> Option<String> {
        let users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(users.get(id)?.as_ref()?.name.clone())
    }
}

/// The state of the application; webhooks are received by what `FromRef` finds in it.
#[derive(Clone)]
struct Application {
    receiver: Receiver,
    users: Users,
}

impl FromRef<Application> for Receiver {
    fn from_ref(application: &Application) -> Self {
        application.receiver.clone()
    }
}

async fn webhook(
    State(application): State<Application>,
    webhook: Webhook,
) -> Result<(), Rejection> {
    let event = webhook.event()?;
    let applied = webhook
        .once(async || Ok(application.users.apply(&event).await?))
        .await?;
    if applied.is_none() {
        println!("{} came again", webhook.id());
    }
    Ok(())
}

fn application(receiver: Receiver, users: Users) -> Router {
    Router::new()
        .route("/webhooks", post(webhook))
        .with_state(Application { receiver, users })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--self-test") {
        return self_test().await;
    }
    let application = application(Receiver::from_env()?, Users::default());
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://localhost:3000/webhooks");
    Ok(axum::serve(listener, application).await?)
}

pub(crate) async fn self_test() -> Result<(), Box<dyn Error>> {
    let secrets = SigningSecrets::new("whsec_YW4gZXhhbXBsZSdzIHNlY3JldDogdGFrZSB5b3VyIG93bg==")?;
    let (receiver, users) = (
        Receiver::new(Verifier::new(secrets.clone())),
        Users::default(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let application = application(receiver, users.clone());
    tokio::spawn(async { axum::serve(listener, application).await });

    let created = r#"{"type":"user.created",
        "data":{"id":"user_1","first_name":"Ada","updated_at":1800000000000}}"#;
    let older = r#"{"type":"user.updated",
        "data":{"id":"user_1","first_name":"Adda","updated_at":1800000001000}}"#;
    let newer = r#"{"type":"user.updated",
        "data":{"id":"user_1","first_name":"Augusta","updated_at":1800000002000}}"#;
    let deleted = r#"{"type":"user.deleted","data":{"id":"user_1"}}"#;
    let (ada, augusta, gone) = (Some("Ada"), Some("Augusta"), None);
    let sender = ReqwestTransport::new()?;
    for (what, id, signed, sent, expected, afterwards) in [
        ("a user is created", "msg_1", created, created, 200, ada),
        ("its id again", "msg_1", newer, newer, 200, ada),
        ("the user is updated", "msg_2", newer, newer, 200, augusta),
        ("an older update", "msg_3", older, older, 200, augusta),
        ("one not signed", "msg_4", created, deleted, 400, augusta),
        ("the user is deleted", "msg_5", deleted, deleted, 200, gone),
        ("a late update", "msg_6", newer, newer, 200, gone),
    ] {
        let headers = secrets.sign(id, SystemClock::new().now(), signed.as_bytes())?;
        let mut request = http::Request::post(&url);
        for (name, value) in headers.svix() {
            request = request.header(name, value);
        }
        let answer = sender.send(request.body(Bytes::from(sent))?).await?;
        println!("{what}: {}", answer.status());
        if answer.status() != expected {
            return Err(format!("{what} should have been answered {expected}").into());
        }
        let known = users.name("user_1");
        if known.as_deref() != afterwards {
            return Err(format!("{what}: the user is {known:?}, not {afterwards:?}").into());
        }
    }
    Ok(())
}
