use std::{sync::Arc, time::Duration};

use clerk_core::Clock;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use crate::{Emulator, WebhookDelivery};

/// How long an endpoint has for its answer: as long as Svix, who sends Clerk's, gives it.
const PATIENCE: Duration = Duration::from_secs(15);
/// How much of an answer's body is read. Nobody looks at it, but a connection that closes before
/// it has come is an error to some servers.
const MAX_ANSWER: usize = 64 * 1024;

/// Sends webhooks as they become due, one after the other, for as long as it is polled.
pub(super) async fn deliver(emulator: Emulator, clock: Arc<dyn Clock>) {
    loop {
        while let Some(delivery) = emulator.next_webhook(clock.now()) {
            match timeout(PATIENCE, send(&delivery)).await {
                Ok(Some(status)) => delivery.answered(status, clock.now()),
                Ok(None) | Err(_) => delivery.unanswered(clock.now()),
            }
        }
        let change = emulator.bell().heard();
        match emulator.next_webhook_at() {
            None => change.await,
            Some(at) => {
                let wait = at.saturating_duration_since(clock.now());
                drop(timeout(wait, change).await);
            }
        }
    }
}

/// The status of the answer, whatever it is: redirects are answers, too. `None` where none came.
async fn send(delivery: &WebhookDelivery) -> Option<StatusCode> {
    let stream = TcpStream::connect(delivery.addresses()).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    // Dropped with this future, and with it goes the connection.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let request = on_the_wire(delivery.request().clone().map(Full::new))?;
    let response = sender.send_request(request).await.ok()?;
    let (head, body) = response.into_parts();
    drop(Limited::new(body, MAX_ANSWER).collect().await);
    Some(head.status)
}

/// The host as a header, the path alone as the target.
fn on_the_wire<B>(mut request: Request<B>) -> Option<Request<B>> {
    let uri = request.uri();
    let host = HeaderValue::from_str(uri.authority()?.as_str()).ok()?;
    let target = Uri::from(uri.path_and_query()?.clone());
    let headers = request.headers_mut();
    headers.insert(header::HOST, host);
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    *request.uri_mut() = target;
    Some(request)
}
