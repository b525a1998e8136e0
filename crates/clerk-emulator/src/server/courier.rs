use std::{sync::Arc, time::Duration};

use clerk_core::Clock;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

use crate::{Emulator, WebhookDelivery};

/// How long an endpoint has for its answer: as long as Svix, who sends Clerk's, gives it.
const PATIENCE: Duration = Duration::from_secs(15);
/// How much of an answer's body is read: more than is kept, since a connection that closes before
/// it has come is an error to some servers.
const MAX_ANSWER: usize = 64 * 1024;
/// How much of it is kept: enough to say why a webhook was refused.
const KEPT: usize = 500;

/// Sends webhooks as they become due, one after the other, for as long as it is polled.
pub(super) async fn deliver(emulator: Emulator, clock: Arc<dyn Clock>) {
    loop {
        while let Some(delivery) = emulator.next_webhook(clock.now()) {
            match timeout(PATIENCE, send(&delivery)).await {
                Ok(Some((status, body))) => delivery.answered_with(status, &body, clock.now()),
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

/// The status of the answer and how its body begins, whatever it is: redirects are answers, too.
/// `None` where none came.
async fn send(delivery: &WebhookDelivery) -> Option<(StatusCode, Vec<u8>)> {
    let stream = TcpStream::connect(delivery.addresses()).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    // Dropped with this future, and with it goes the connection.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let request = on_the_wire(delivery.request().clone().map(Full::new))?;
    let response = sender.send_request(request).await.ok()?;
    let (head, body) = response.into_parts();
    Some((head.status, beginning(body).await))
}

/// The first bytes of a body, the rest of which is read and dropped.
async fn beginning(mut body: Incoming) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        let Some(data) = frame.data_ref() else {
            continue;
        };
        kept.extend(data.iter().take(KEPT - kept.len()));
        read += data.len();
        if read > MAX_ANSWER {
            break;
        }
    }
    kept
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

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader},
        net::TcpListener,
    };

    use bytes::Bytes;
    use clerk_core::{ManualClock, UnixTime};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_says_nothing_has_failed_in_the_end() {
        let now = UnixTime::from_secs(1_800_000_000);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
        let emulator = Emulator::builder().webhook(url).build().unwrap();
        let bob = emulator.user_id("bob@example.com").unwrap();
        let deletion = Request::delete(format!("/v1/users/{bob}"))
            .header("authorization", "Bearer sk_test_emulator")
            .body(Bytes::new());
        emulator.handle(deletion.unwrap(), now);

        let delivering = deliver(emulator.clone(), Arc::new(ManualClock::at(now)));
        assert!(timeout(PATIENCE * 2, delivering).await.is_err());
        let log = emulator.webhooks();
        assert_eq!(log[0].attempts.len(), 1);
        assert_eq!(log[0].attempts[0].status, None);
        assert!(log[0].next_attempt.is_some());
        let (stream, _) = listener.accept().unwrap();
        let mut first = String::new();
        BufReader::new(stream).read_line(&mut first).unwrap();
        assert_eq!(first, "POST /webhooks HTTP/1.1\r\n");
    }
}
