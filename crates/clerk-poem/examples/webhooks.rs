//! A poem application that Clerk tells of its users.
//!
//! ```text
//! CLERK_WEBHOOK_SIGNING_SECRET=whsec_… \
//!     cargo run --package clerk-poem --features webhooks --example webhooks
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

use bytes::Bytes;
use clerk::{Clock as _, ReqwestTransport, SystemClock, http::Transport as _};
// `clerk::poem::webhooks` and `clerk::webhooks` with the facade's features `poem` and
// `webhook-events`.
use clerk_poem::webhooks::{Receiver, Rejection, Webhook};
use clerk_webhooks::{
    SigningSecrets, Verifier,
    events::{Event, EventData},
};
use poem::{
    Endpoint, EndpointExt as _, Route, handler,
    listener::{Acceptor as _, Listener as _, TcpListener},
    post,
    web::Data,
};

/// Stands for a database: the users by id, with the names they go by.
#[derive(Clone, Debug, Default)]
struct Users(Arc<Mutex<BTreeMap<String, String>>>);

impl Users {
    /// Does what the event tells of. Types that are of no interest here are no mistake.
    async fn apply(&self, event: &Event) -> io::Result<()> {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event.data() {
            EventData::UserCreated(user) | EventData::UserUpdated(user) => {
                let name = user.first_name.clone().unwrap_or_default();
                users.insert(user.id.to_string(), name);
            }
            EventData::UserDeleted(user) => {
                users.remove(user.id.as_deref().unwrap_or_default());
            }
            _ => {}
        }
        Ok(())
    }
}

#[handler]
async fn webhooks(webhook: Webhook, Data(users): Data<&Users>) -> Result<(), Rejection> {
    let event = webhook.event()?;
    let applied = webhook.once(|| users.apply(&event)).await?;
    if applied.is_none() {
        println!("{} came again", webhook.id());
    }
    Ok(())
}

fn application(receiver: Receiver, users: Users) -> impl Endpoint + 'static {
    Route::new()
        .at("/webhooks", post(webhooks))
        .data(receiver)
        .data(users)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if env::args().any(|argument| argument == "--self-test") {
        return self_test().await;
    }
    let application = application(Receiver::from_env()?, Users::default());
    let listener = TcpListener::bind("127.0.0.1:3000");
    println!("http://localhost:3000/webhooks");
    Ok(poem::Server::new(listener).run(application).await?)
}

pub(crate) async fn self_test() -> Result<(), Box<dyn Error>> {
    let secrets = SigningSecrets::new("whsec_YW4gZXhhbXBsZSdzIHNlY3JldA==")?;
    let receiver = Receiver::new(Verifier::new(secrets.clone()));
    let users = Users::default();
    let application = application(receiver, users.clone());
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await?;
    let addresses = acceptor.local_addr();
    let address = addresses.first().ok_or("the application listens nowhere")?;
    let address = address.as_socket_addr().ok_or("not by TCP")?;
    let url = format!("http://{address}/webhooks");
    tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(application));

    let created = r#"{"type":"user.created","data":{"id":"user_1","first_name":"Ada"}}"#;
    let updated = r#"{"type":"user.updated","data":{"id":"user_1","first_name":"Augusta"}}"#;
    let forged = r#"{"type":"user.deleted","data":{"id":"user_1"}}"#;
    let sender = ReqwestTransport::new()?;
    for (what, id, signed, sent, expected) in [
        ("a user is created", "msg_1", created, created, 200),
        ("the user is updated", "msg_2", updated, updated, 200),
        (
            "the first delivery, played back",
            "msg_1",
            created,
            created,
            200,
        ),
        (
            "a body that Clerk has not signed",
            "msg_3",
            created,
            forged,
            400,
        ),
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
    }
    let users = users.0.lock().unwrap_or_else(PoisonError::into_inner);
    match users.get("user_1").map(String::as_str) {
        Some("Augusta") => Ok(()),
        other => Err(format!("the user is {other:?}").into()),
    }
}
