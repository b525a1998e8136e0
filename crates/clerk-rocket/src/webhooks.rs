//! Webhooks: a data guard that verifies before anything is parsed.
//!
//! ```
//! use clerk_rocket::webhooks::{Receiver, Rejection, Webhook};
//! use rocket::{Build, Rocket, post, routes};
//!
//! #[post("/webhooks", data = "<webhook>")]
//! async fn webhook(webhook: Result<Webhook, Rejection>) -> Result<(), Rejection> {
//!     let webhook = webhook?;
//!     webhook.once(async || {
//!         store(webhook.body()).await?;
//!         Ok(())
//!     }).await?;
//!     Ok(())
//! }
//! # async fn store(_: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
//!
//! fn application(receiver: Receiver) -> Rocket<Build> {
//!     rocket::build().manage(receiver).mount("/", routes![webhook])
//! }
//! # let _ = application;
//! ```
//!
//! [`Receiver::from_env`] takes the secret from `CLERK_WEBHOOK_SIGNING_SECRET`. Where no receiver is
//! managed, Rocket refuses to launch an application whose handlers take a [`Webhook`]. The fairing
//! is not needed.
//!
//! # Why a `Result`
//!
//! A handler that takes a bare `Webhook` is as safe, and the status of the answer is the same. But
//! Rocket tells nothing else to the catcher that it then asks for the body, be it the application's
//! or its own page in HTML. With a `Result`, the handler returns the [`Rejection`], whose text says
//! in Clerk's dashboard what was wrong. Never take an `Option`: it drops the rejection, and with it
//! the answer that has Clerk send the delivery again.
//!
//! # What is read
//!
//! The body as it arrived, up to [`Receiver::body_limit`], whatever the configured `limits` say.
//! Rocket drops request headers that are not UTF-8 before anybody sees them; a delivery that lacks
//! one for that is refused, for another reason.

pub use clerk_webhooks::{Delivery, Receiver, WorkError};
use rocket::{
    Data, Ignite, Request, Rocket, Sentinel, async_trait,
    data::{FromData, Outcome},
    http::{HeaderMap, Status},
    response::{self, Responder, content::RawText},
};

clerk_webhooks::extractor!("Rocket");

#[async_trait]
impl<'r> FromData<'r> for Webhook {
    type Error = Rejection;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match receive(request, data).await {
            Ok(delivery) => Outcome::Success(Self(delivery)),
            Err(rejection) => {
                let rejection = Rejection(rejection);
                Outcome::Error((rejection.status(), rejection))
            }
        }
    }
}

async fn receive(
    request: &Request<'_>,
    data: Data<'_>,
) -> Result<Delivery, clerk_webhooks::Rejection> {
    let receiver = request.rocket().state::<Receiver>();
    let receiver = receiver.ok_or_else(clerk_webhooks::Rejection::not_configured)?;
    let limit = receiver.body_limit();
    let body = data.open(limit.into()).into_bytes().await;
    let body = body.map_err(|_| clerk_webhooks::Rejection::incomplete())?;
    if !body.is_complete() {
        return Err(clerk_webhooks::Rejection::too_large(limit));
    }
    let headers = Headers(request.headers());
    receiver.receive_async(&headers, body.into_inner()).await
}

/// Without a [`Receiver`], a handler that takes a webhook keeps the application from launching.
impl Sentinel for Webhook {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        rocket.state::<Receiver>().is_none()
    }
}

/// Rocket has a map of its own.
struct Headers<'a>(&'a HeaderMap<'a>);

impl clerk_webhooks::Headers for Headers<'_> {
    fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
        self.0.get(name).map(str::as_bytes)
    }
}

impl Rejection {
    fn status(&self) -> Status {
        Status::new(self.0.status())
    }
}

impl<'r> Responder<'r, 'static> for Rejection {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        (self.status(), RawText(self.0.body())).respond_to(request)
    }
}
