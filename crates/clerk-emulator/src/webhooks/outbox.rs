use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use clerk_core::UnixTime;
use http::{HeaderValue, Method, Request, header};
use serde::de::Error as _;
use serde_json::value::{RawValue, to_raw_value};

use super::{
    defect::{self, WebhookDefect},
    endpoint::{Endpoint, WebhookEndpoint},
    event::{Cause, Event},
    log::{LoggedWebhook, WebhookAttempt},
};
use crate::{ids::Ids, kept::Kept};

/// How many deliveries are remembered, those that wait among them.
const CAPACITY: usize = 1000;

/// How long after each attempt that failed the next one follows: Svix's schedule.
const RETRIES: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
];

const USER_AGENT: &str = concat!("clerk-emulator/", env!("CARGO_PKG_VERSION"));

/// The endpoints, and what is or was to be delivered to them, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    endpoints: Vec<Arc<Endpoint>>,
    /// Whether endpoints were added or removed.
    changed: bool,
    deliveries: VecDeque<Delivery>,
    next_number: u64,
}

/// One message on its way to one endpoint.
#[derive(Debug)]
struct Delivery {
    number: u64,
    message: Arc<Message>,
    endpoint: Arc<Endpoint>,
    attempts: Vec<WebhookAttempt>,
    /// Of forgeries alone. They are sent once: whoever refuses one is right.
    defect: Option<WebhookDefect>,
    step: Step,
}

/// What all endpoints are told alike.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) event_type: &'static str,
    body: Bytes,
    at: UnixTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Due(UnixTime),
    /// Somebody is about to say what came of it.
    Sent,
    Over,
}

/// A delivery to be sent now.
pub(super) struct Taken {
    pub(super) number: u64,
    pub(super) attempt: usize,
    pub(super) message: Arc<Message>,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) request: Request<Bytes>,
}

impl Outbox {
    /// Adds an endpoint, or describes the one at this URL anew.
    pub(crate) fn add(&mut self, endpoint: Endpoint) {
        self.endpoints.retain(|known| known.uri != endpoint.uri);
        self.endpoints.push(Arc::new(endpoint));
        self.changed = true;
    }

    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.iter().map(|endpoint| &**endpoint)
    }

    /// Forgets the endpoints, and what waits for them.
    pub(crate) fn clear(&mut self) {
        self.endpoints.clear();
        self.changed = true;
        self.forget_deliveries();
    }

    /// Forgets what waits, and what was delivered. Numbers go on, so that whoever reports on a
    /// delivery from before reports on no other.
    pub(crate) fn forget_deliveries(&mut self) {
        self.deliveries.clear();
    }

    /// Lets an event be delivered to all who want it, at once.
    pub(crate) fn post(&mut self, event: &Event, cause: Cause<'_>, ids: &mut Ids) {
        let wanting: Vec<Arc<Endpoint>> = self
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.wants(event.event_type))
            .cloned()
            .collect();
        if wanting.is_empty() {
            return;
        }
        let message = Arc::new(Message {
            id: ids.object("msg_"),
            event_type: event.event_type.as_str(),
            body: event.body(cause),
            at: cause.at,
        });
        for endpoint in wanting {
            let at = cause.at.saturating_add(endpoint.lateness(event.event_type));
            self.push((Arc::clone(&message), endpoint), at, None);
        }
    }

    /// Lets a message be delivered once more, right or wrong, to every endpoint that it was for.
    /// `false` where there is no such message.
    pub(crate) fn repeat(&mut self, id: &str, defect: Option<WebhookDefect>) -> bool {
        let mut targets: Vec<(Arc<Message>, Arc<Endpoint>)> = Vec::new();
        let deliveries = self.deliveries.iter();
        for delivery in deliveries.filter(|delivery| delivery.message.id == id) {
            let uri = &delivery.endpoint.uri;
            if targets.iter().all(|(_, known)| known.uri != *uri) {
                // It may have been described anew since, with another secret.
                let mut endpoints = self.endpoints.iter();
                let endpoint = endpoints.find(|known| known.uri == *uri);
                let endpoint = Arc::clone(endpoint.unwrap_or(&delivery.endpoint));
                targets.push((Arc::clone(&delivery.message), endpoint));
            }
        }
        let found = !targets.is_empty();
        for (message, endpoint) in targets {
            let at = message.at;
            self.push((message, endpoint), at, defect);
        }
        found
    }

    fn push(
        &mut self,
        (message, endpoint): (Arc<Message>, Arc<Endpoint>),
        due: UnixTime,
        defect: Option<WebhookDefect>,
    ) {
        if self.deliveries.len() == CAPACITY {
            let mut deliveries = self.deliveries.iter();
            let over = deliveries.position(|delivery| delivery.step == Step::Over);
            self.deliveries.remove(over.unwrap_or(0));
        }
        self.deliveries.push_back(Delivery {
            number: self.next_number,
            step: Step::Due(due),
            message,
            endpoint,
            attempts: Vec::new(),
            defect,
        });
        self.next_number += 1;
    }

    /// What has been due for longest at `now`, signed as at `signed_at`. Nobody else gets it until somebody has reported.
    pub(super) fn take(&mut self, now: UnixTime, signed_at: UnixTime) -> Option<Taken> {
        loop {
            let due = self.deliveries.iter_mut().filter_map(|delivery| {
                let at = delivery.due().filter(|at| *at <= now)?;
                Some((at, delivery))
            });
            let (_, delivery) = due.min_by_key(|(at, delivery)| (*at, delivery.number))?;
            if let Some(request) = delivery.request(signed_at) {
                delivery.step = Step::Sent;
                return Some(Taken {
                    number: delivery.number,
                    attempt: delivery.attempts.len() + 1,
                    message: Arc::clone(&delivery.message),
                    endpoint: Arc::clone(&delivery.endpoint),
                    request,
                });
            }
            // What cannot be put into a request will not be put into one later.
            delivery.step = Step::Over;
        }
    }

    /// When there is something to be sent next.
    pub(super) fn next_due(&self) -> Option<UnixTime> {
        self.deliveries.iter().filter_map(Delivery::due).min()
    }

    /// Whether something is due or under way.
    pub(crate) fn is_busy(&self, now: UnixTime) -> bool {
        self.deliveries.iter().any(|delivery| match delivery.step {
            Step::Due(at) => at <= now,
            Step::Sent => true,
            Step::Over => false,
        })
    }

    /// What came of a delivery.
    pub(super) fn report(&mut self, number: u64, attempt: WebhookAttempt) {
        let mut deliveries = self.deliveries.iter_mut();
        if let Some(delivery) = deliveries.find(|delivery| delivery.number == number) {
            delivery.conclude(attempt);
        }
    }

    pub(crate) fn log(&self) -> impl Iterator<Item = LoggedWebhook> {
        self.deliveries.iter().map(|delivery| LoggedWebhook {
            id: delivery.message.id.clone(),
            event_type: delivery.message.event_type,
            url: delivery.endpoint.uri.to_string(),
            body: delivery.message.body.clone(),
            defect: delivery.defect,
            attempts: delivery.attempts.clone(),
            next_attempt: delivery.due(),
        })
    }
}

/// The endpoints. What waits for them is of one run.
impl Kept for Outbox {
    fn watch(&mut self) {
        self.changed = false;
    }

    fn has_changed(&self) -> bool {
        self.changed
    }

    fn all(&self) -> serde_json::Result<Vec<Box<RawValue>>> {
        let kept = self.endpoints().filter(|endpoint| !endpoint.is_of_start);
        let kept: Vec<_> = kept.map(WebhookEndpoint::from).collect();
        Ok(vec![to_raw_value(&kept)?])
    }

    /// Those that this start was given stay as they are.
    fn apply(&mut self, changes: &RawValue) -> serde_json::Result<()> {
        let kept: Vec<WebhookEndpoint> = serde_json::from_str(changes.get())?;
        self.endpoints.retain(|endpoint| endpoint.is_of_start);
        for endpoint in kept {
            let endpoint = Endpoint::try_from(endpoint).map_err(serde_json::Error::custom)?;
            if self.endpoints().all(|known| known.uri != endpoint.uri) {
                self.add(endpoint);
            }
        }
        Ok(())
    }
}

impl Delivery {
    fn due(&self) -> Option<UnixTime> {
        match self.step {
            Step::Due(at) => Some(at),
            Step::Sent | Step::Over => None,
        }
    }

    fn conclude(&mut self, attempt: WebhookAttempt) {
        let retry = RETRIES
            .get(self.attempts.len())
            .filter(|_| !attempt.is_success() && self.defect.is_none());
        self.step = match retry {
            None => Step::Over,
            Some(delay) => Step::Due(attempt.at.saturating_add(*delay)),
        };
        self.attempts.push(attempt);
    }

    fn request(&self, now: UnixTime) -> Option<Request<Bytes>> {
        let Message { id, body, .. } = &*self.message;
        let (signed, body) = defect::sign(&self.endpoint.secrets, id, body, now, self.defect)?;
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.uri.clone();
        let headers = request.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        for (name, value) in signed.svix() {
            let is_missing =
                self.defect == Some(WebhookDefect::MissingSignature) && name == "svix-signature";
            if !is_missing {
                headers.insert(name, HeaderValue::from_str(value).ok()?);
            }
        }
        Some(request)
    }
}
