//! Where Clerk tells the API of new users, who are welcomed, each once.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{FromRef, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clerk::{
    axum::webhooks::{Receiver, Rejection, Webhook},
    webhooks::{
        blocking,
        events::{Event, EventData},
    },
};
use serde_json::json;

/// Who was welcomed. Stands for a database, which may be down.
#[derive(Clone, Debug, Default)]
pub(super) struct Welcomes(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    names: Vec<String>,
    is_down: bool,
}

impl Welcomes {
    pub(super) fn set_down(&self, is_down: bool) {
        self.book().is_down = is_down;
    }

    fn enter(&self, event: &Event) -> io::Result<()> {
        let mut book = self.book();
        if book.is_down {
            return Err(io::Error::other("the database is down"));
        }
        if let EventData::UserCreated(user) = event.data() {
            book.names.push(user.first_name.clone().unwrap_or_default());
        }
        Ok(())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Debug)]
struct Shared<R> {
    receiver: R,
    welcomes: Welcomes,
}

impl FromRef<Shared<Receiver>> for Receiver {
    fn from_ref(shared: &Shared<Self>) -> Self {
        shared.receiver.clone()
    }
}

/// The routes over the async receiver.
pub(super) fn router(receiver: Receiver, welcomes: Welcomes) -> Router {
    Router::new()
        .route("/webhooks", post(receive))
        .route("/welcomed", get(welcomed))
        .with_state(Shared { receiver, welcomes })
}

/// The routes over the blocking receiver.
pub(super) fn blocking_router(receiver: blocking::Receiver, welcomes: Welcomes) -> Router {
    Router::new()
        .route("/webhooks", post(receive_blocking))
        .route("/welcomed", get(welcomed))
        .with_state(Shared { receiver, welcomes })
}

async fn receive(
    State(shared): State<Shared<Receiver>>,
    webhook: Webhook,
) -> Result<(), Rejection> {
    let event = webhook.event()?;
    webhook
        .once(async || Ok(shared.welcomes.enter(&event)?))
        .await?;
    Ok(())
}

async fn receive_blocking(
    State(shared): State<Shared<blocking::Receiver>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(), Rejection> {
    let receive = move || {
        let delivery = shared.receiver.receive(&headers, body)?;
        let event = delivery.event()?;
        delivery.once(|| Ok(shared.welcomes.enter(&event)?))
    };
    let received = tokio::task::spawn_blocking(receive).await;
    received.unwrap_or_else(|error| Err(clerk::webhooks::Rejection::Failed(error.into())))?;
    Ok(())
}

async fn welcomed<R>(State(shared): State<Shared<R>>) -> Response {
    let names = shared.welcomes.book().names.join(", ");
    Json(json!({ "sub": names })).into_response()
}
