//! The same for webhooks: deliveries, and what an application with the adapter's extractor answers.
//!
//! # The application
//!
//! It answers `POST` on these paths, with the receiver that it is given.
//!
//! | path | the handler | body |
//! |---|---|---|
//! | `/webhook` | takes the delivery | [`shown`] |
//! | `/event` | reads its event | the type of the event |
//! | `/once` | does [`work`] once | [`acted`] |

mod library;

use std::{fmt::Write as _, future::Future, time::Duration};

use bytes::Bytes;
use clerk_core::{ManualClock, MonotonicTime, UnixTime};
use clerk_webhooks::{
    Claim, ClaimDelivery, ClaimError, ClaimFuture, Claimant, Delivery, Policy, Provider, Receiver,
    RecentDeliveries, Ring, SigningSecrets, Verifier,
};
use http::{
    Request, Response,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};

use self::library::Later;

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const CURRENT: &str = "whsec_dGhlIGN1cnJlbnQgc2VjcmV0IG9mIGEgc2VydmVy";
const NEXT: &str = "whsec_dGhlIG5leHQgc2VjcmV0IG9mIGEgc2VydmVy";
const FOREIGN: &str = "whsec_dGhlIGZvcmVpZ24gc2VjcmV0IG9mIGEgc2VydmVy";
/// More than the limits that frameworks set by themselves, of which axum's 2 MiB is the largest.
const LIMIT: usize = 2_100_000;

/// What a handler was told of a delivery, as the body of its answer: of its own body the length, and
/// the beginning.
pub fn shown(delivery: &Delivery) -> String {
    let body = delivery.body();
    let mut shown = format!(
        "{} at {}: {}",
        delivery.id(),
        delivery.timestamp(),
        body.len()
    );
    for byte in body.iter().take(4) {
        let _ = write!(shown, " {byte:02x}");
    }
    shown
}

/// What `/once` does: it fails where the body asks for that.
///
/// # Errors
///
/// The body is `fail`.
pub fn work(delivery: &Delivery) -> Result<&'static str, &'static str> {
    match delivery.body() {
        b"fail" => Err("the database is at db.internal"),
        _ => Ok("acted"),
    }
}

/// What came of it, as the body of an answer.
pub fn acted(outcome: Option<&str>) -> String {
    outcome.unwrap_or("acted before").to_owned()
}

/// Sends each delivery to the application that `answer` makes with this receiver, and compares what
/// comes back: with a cryptography library that answers at once, and with one that answers later.
///
/// # Panics
///
/// An answer is not the table's. The message says for each such row in what they differ.
pub async fn run<F, A>(answer: F)
where
    F: FnMut(Receiver, Request<Bytes>) -> A,
    A: Future<Output = Response<Bytes>>,
{
    compare(|row| row.says, answer).await;
}

/// As [`run`], for a framework that drops headers that are not UTF-8 before its adapter sees them.
///
/// # Panics
///
/// As [`run`].
pub async fn run_as_text<F, A>(answer: F)
where
    F: FnMut(Receiver, Request<Bytes>) -> A,
    A: Future<Output = Response<Bytes>>,
{
    compare(|row| row.says_as_text.unwrap_or(row.says), answer).await;
}

async fn compare<F, A>(says: fn(&Row) -> &'static str, mut answer: F)
where
    F: FnMut(Receiver, Request<Bytes>) -> A,
    A: Future<Output = Response<Bytes>>,
{
    let mut differences = Vec::new();
    let (at_once, later) = (receiver(Ring), receiver(Later::Answers));
    let receivers = rows().into_iter().map(|row| (row, &at_once));
    let receivers = receivers.chain(rows().into_iter().map(|row| (row, &later)));
    let failing = receiver(Later::Fails);
    for (row, receiver) in receivers.chain([(unchecked(), &failing)]) {
        let receiver = match row.store {
            Store::Working => receiver.clone(),
            broken => receiver.clone().deliveries(broken),
        };
        let response = answer(receiver, row.request()).await;
        let found = (response.status().as_u16(), &**response.body());
        let says = says(&row).as_bytes();
        // Refusals go on to say what to do.
        let is_said = match row.status {
            200 => found.1 == says,
            _ => found.1.starts_with(says),
        };
        if found.0 != row.status || !is_said {
            let body = String::from_utf8_lossy(found.1);
            differences.push(format!("{}: {} {body}", row.name, found.0));
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        let is_text = content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
        if !is_text {
            differences.push(format!("{}: it is {content_type:?}", row.name));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn receiver(library: impl Provider + 'static) -> Receiver {
    let secrets = SigningSecrets::new_with(CURRENT, library).expect("a secret");
    let verifier = Verifier::new(secrets.also(NEXT).expect("a secret"));
    Receiver::new(verifier)
        .policy(Policy::default().body_limit(LIMIT))
        .clock(ManualClock::at(NOW))
        .deliveries(std::sync::Mutex::new(RecentDeliveries::default()))
}

/// What remembers deliveries, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    Working,
    Unreachable,
    /// Another replica is at work.
    Elsewhere,
}

impl ClaimDelivery for Store {
    fn claim<'a>(
        &'a self,
        _: &'a str,
        _: Claimant,
        _: Duration,
        _: MonotonicTime,
    ) -> ClaimFuture<'a, Claim> {
        let claim = match self {
            Self::Elsewhere => Ok(Claim::InProgress),
            _ => Err(ClaimError::new("the store is at redis.internal")),
        };
        Box::pin(async { claim })
    }

    fn complete<'a>(&'a self, _: &'a str, _: Duration, _: MonotonicTime) -> ClaimFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn release<'a>(&'a self, _: &'a str, _: Claimant) -> ClaimFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// One delivery and the answer to it.
struct Row {
    name: &'static str,
    path: &'static str,
    id: &'static str,
    secret: &'static str,
    signed_ago: i64,
    body: Vec<u8>,
    tamper: fn(&mut Request<Bytes>),
    store: Store,
    status: u16,
    /// The answer's body, or of a refusal what it begins with.
    says: &'static str,
    says_as_text: Option<&'static str>,
}

impl Row {
    fn new(name: &'static str, path: &'static str, body: &[u8]) -> Self {
        Self {
            name,
            path,
            id: "msg_1",
            secret: CURRENT,
            signed_ago: 0,
            body: body.to_vec(),
            tamper: |_| {},
            store: Store::Working,
            status: 200,
            says: "",
            says_as_text: None,
        }
    }

    fn answered(mut self, status: u16, says: &'static str) -> Self {
        (self.status, self.says) = (status, says);
        self
    }

    fn tampered(mut self, tamper: fn(&mut Request<Bytes>)) -> Self {
        self.tamper = tamper;
        self
    }

    fn request(&self) -> Request<Bytes> {
        let secrets = SigningSecrets::new(self.secret).expect("a secret");
        let at = UnixTime::from_secs(NOW.as_secs() - self.signed_ago);
        let signed = secrets.sign(self.id, at, &self.body).expect("signed");
        let mut request = Request::post(self.path).header(CONTENT_TYPE, "application/json");
        for (name, value) in signed.svix() {
            request = request.header(name, value);
        }
        let body = Bytes::copy_from_slice(&self.body);
        let mut request = request.body(body).expect("a request");
        (self.tamper)(&mut request);
        request
    }
}

fn rows() -> Vec<Row> {
    let mut rows = refusals();
    rows.extend(deliveries());
    rows.extend(occasions());
    rows
}

/// What is no delivery.
fn refusals() -> Vec<Row> {
    let row = |name| Row::new(name, "/webhook", b"{}");
    let no_match = "no signature in the header svix-signature is right";
    let mut not_text = row("a header that is not text")
        .tampered(|request| {
            let id = http::HeaderValue::from_bytes(b"msg\xff1").expect("a value");
            request.headers_mut().insert("svix-id", id);
        })
        .answered(400, "the header svix-id is not up to 256 visible ASCII");
    not_text.says_as_text = Some("the header svix-id is missing");
    let mut foreign = row("a signature under somebody else's secret").answered(400, no_match);
    foreign.secret = FOREIGN;
    let mut old = row("a recording").answered(
        400,
        "by the header svix-timestamp this was signed too long ago",
    );
    old.signed_ago = 301;
    let mut new = row("a delivery from the future").answered(
        400,
        "by the header svix-timestamp this was signed in the future",
    );
    new.signed_ago = -301;
    let too_long = Row::new("more than the limit", "/webhook", &[b' '; LIMIT + 1]);
    vec![
        row("no signature")
            .tampered(|request| drop(request.headers_mut().remove("svix-signature")))
            .answered(400, "the header svix-signature is missing"),
        row("no headers at all")
            .tampered(|request| request.headers_mut().clear())
            .answered(400, "the header svix-id is missing"),
        row("a header that came twice")
            .tampered(|request| {
                let id = http::HeaderValue::from_static("msg_2");
                request.headers_mut().append("svix-id", id);
            })
            .answered(400, "the header svix-id came more than once"),
        row("another body")
            .tampered(|request| *request.body_mut() = Bytes::from_static(b"[]"))
            .answered(400, no_match),
        row("a body that was parsed and written again")
            .tampered(|request| *request.body_mut() = Bytes::from_static(b"{ }"))
            .answered(400, no_match),
        row("no body")
            .tampered(|request| request.body_mut().clear())
            .answered(400, no_match),
        not_text,
        foreign,
        old,
        new,
        too_long.answered(413, "the body has more than 2100000 bytes"),
    ]
}

/// A good delivery, by a library that cannot tell.
fn unchecked() -> Row {
    let row = Row::new("a library that fails", "/webhook", b"{}");
    row.answered(500, "the delivery was not handled")
}

/// What is a delivery, and what is in it.
fn deliveries() -> Vec<Row> {
    let row =
        |name| Row::new(name, "/webhook", b"{}").answered(200, "msg_1 at 1800000000: 2 7b 7d");
    let mut next = row("a signature under the secret that comes next");
    next.secret = NEXT;
    let mut edge = row("five minutes ago").answered(200, "msg_1 at 1799999700: 2 7b 7d");
    edge.signed_ago = 300;
    let event = |name, body| Row::new(name, "/event", body);
    vec![
        row("a delivery"),
        row("the names of Standard Webhooks").tampered(|request| {
            for (from, to) in [
                ("svix-id", "webhook-id"),
                ("svix-timestamp", "webhook-timestamp"),
                ("svix-signature", "webhook-signature"),
            ] {
                let value = request.headers_mut().remove(from).expect("signed");
                request.headers_mut().insert(to, value);
            }
        }),
        row("a type of content that does not fit").tampered(|request| {
            let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(CONTENT_TYPE, form);
        }),
        row("no type of content")
            .tampered(|request| drop(request.headers_mut().remove(CONTENT_TYPE))),
        row("a body that is said to be compressed").tampered(|request| {
            let gzip = http::HeaderValue::from_static("gzip");
            request.headers_mut().insert(CONTENT_ENCODING, gzip);
        }),
        next,
        edge,
        Row::new("a body that is not text", "/webhook", b"\xff\x00\r\n")
            .answered(200, "msg_1 at 1800000000: 4 ff 00 0d 0a"),
        Row::new("an empty body", "/webhook", b"").answered(200, "msg_1 at 1800000000: 0"),
        Row::new("as much as the limit", "/webhook", &[b' '; LIMIT])
            .answered(200, "msg_1 at 1800000000: 2100000 20 20 20 20"),
        event(
            "an event",
            br#"{"type":"user.created","data":{"id":"user_1"}}"#,
        )
        .answered(200, "user.created"),
        event("an event of a later version", br#"{"type":"user.renamed"}"#)
            .answered(200, "user.renamed"),
        event(
            "an event of which nobody knows whom it is about",
            br#"{"type":"user.created","data":{}}"#,
        )
        .answered(500, "the JSON is no event, or lacks"),
        event("JSON that is no event", b"[1]").answered(400, "the JSON is no event, or lacks"),
        event("a body that is no JSON", b"type=user.created").answered(400, "this is no JSON"),
    ]
}

/// What is done once, in this order.
fn occasions() -> Vec<Row> {
    let row = |name, id, body| Row {
        id,
        ..Row::new(name, "/once", body)
    };
    let failed = "the delivery was not handled";
    let to_another = |name| Row {
        secret: NEXT,
        ..row(name, "msg_2", b"{}")
    };
    let mut unreachable = row("no store", "msg_4", b"{}");
    unreachable.store = Store::Unreachable;
    let mut elsewhere = row("another replica at work", "msg_5", b"{}");
    elsewhere.store = Store::Elsewhere;
    vec![
        row("the first time", "msg_2", b"{}").answered(200, "acted"),
        row("the second time", "msg_2", b"{}").answered(200, "acted before"),
        row("another delivery", "msg_3", b"{}").answered(200, "acted"),
        to_another("the same, sent to another endpoint").answered(200, "acted"),
        to_another("the same there, again").answered(200, "acted before"),
        row("a failure", "msg_6", b"fail").answered(500, failed),
        row("the same failure", "msg_6", b"fail").answered(500, failed),
        row("the attempt that works out", "msg_6", b"{}").answered(200, "acted"),
        row("the attempt after that", "msg_6", b"fail").answered(200, "acted before"),
        unreachable.answered(503, "the delivery cannot be handled right now"),
        elsewhere.answered(409, "the same delivery is being handled"),
    ]
}
