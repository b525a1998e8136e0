use std::{
    fmt,
    future::ready,
    io::Cursor,
    sync::{Mutex, PoisonError},
};

use clerk_auth::{Denied, InvalidRedirect};
use http::header::CONTENT_TYPE;
use rocket::{
    Catcher, Request, Response,
    catcher::BoxFuture,
    http::Status,
    outcome::Outcome,
    response::{self, Responder, content::RawText},
};

use crate::headers;

/// The response to a request that may not go on: [`clerk_auth::Rejection`], as Rocket wants it.
///
/// Handlers that ask for something themselves can answer with it, too:
///
/// ```
/// use clerk_rocket::{Rejection, Requirement, SignedIn};
///
/// #[rocket::post("/delete")]
/// fn delete(session: SignedIn) -> Result<&'static str, Rejection> {
///     session.require(&Requirement::new().role("org:admin"))?;
///     Ok("deleted")
/// }
/// # let _ = rocket::routes![delete];
/// ```
#[derive(Clone, Debug)]
pub struct Rejection(pub clerk_auth::Rejection);

/// The last rejection of a request: more than one guard may have been asked.
#[derive(Default)]
struct Last(Mutex<Option<Rejection>>);

impl Rejection {
    /// What the last guard refused that refused this request. For catchers:
    ///
    /// ```
    /// use clerk_rocket::Rejection;
    /// use rocket::{Request, response::content::RawHtml};
    ///
    /// #[rocket::catch(401)]
    /// fn sign_in(request: &Request<'_>) -> RawHtml<&'static str> {
    ///     match Rejection::of(request) {
    ///         Some(_) => RawHtml("<a href=\"/sign-in\">Sign in</a>"),
    ///         None => RawHtml("Something of our own"),
    ///     }
    /// }
    /// # let _ = rocket::catchers![sign_in];
    /// ```
    pub fn of(request: &Request<'_>) -> Option<Self> {
        let last = request.local_cache(Last::default);
        let last = last.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// The outcome of a guard of your own that refuses the request, be it a request guard or a data
    /// guard. The answer has this rejection's status, headers and body, as if one of this crate's
    /// guards had refused; see [there](crate#guards-of-your-own).
    ///
    /// Rocket tells catchers nothing but the status, so a guard that makes an `Outcome::Error` of a
    /// rejection by itself is answered with the status alone.
    pub fn refuse<T, F>(self, request: &Request<'_>) -> Outcome<T, (Status, Self), F> {
        let last = request.local_cache(Last::default);
        let mut last = last.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(self.clone());
        Outcome::Error((self.status(), self))
    }

    pub(crate) fn status(&self) -> Status {
        Status::new(self.0.status().as_u16())
    }

    /// Adds the headers that whoever wrote this response to the rejection has left out.
    pub(crate) fn complete(&self, response: &mut Response<'_>) {
        if response.status() != self.status() {
            return;
        }
        for (name, value) in self.0.headers() {
            if name != CONTENT_TYPE && !response.headers().contains(name.as_str()) {
                response.set_header(headers::translated(name, value));
            }
        }
    }
}

impl<'r> Responder<'r, 'static> for Rejection {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::new();
        response.set_status(self.status());
        headers::append(self.0.headers(), &mut response);
        let body = self.0.body().to_owned();
        response.set_sized_body(body.len(), Cursor::new(body));
        Ok(response)
    }
}

/// Catchers that answer with the [`Rejection`]: for 401, 403, 405, 500 and 503.
///
/// The fairing registers them at `/`. Register them yourself where they shall have precedence over
/// your own, such as below `/api`:
///
/// ```
/// use rocket::{Build, Rocket, catch};
///
/// #[catch(default)]
/// fn page() -> &'static str {
///     "Something for people to read"
/// }
///
/// fn with_catchers(rocket: Rocket<Build>) -> Rocket<Build> {
///     rocket
///         .register("/", rocket::catchers![page])
///         .register("/api", clerk_rocket::catchers())
/// }
/// # let _ = with_catchers;
/// ```
///
/// What has such a status for a reason of the application's own is answered with the status alone.
pub fn catchers() -> Vec<Catcher> {
    [401, 403, 405, 500, 503]
        .map(|code| {
            let mut catcher = Catcher::new(code, answer);
            catcher.name = Some("clerk".into());
            catcher
        })
        .into()
}

fn answer<'r>(status: Status, request: &'r Request<'_>) -> BoxFuture<'r> {
    let ours = Rejection::of(request).filter(|rejection| rejection.status() == status);
    let response = match ours {
        Some(rejection) => rejection.respond_to(request),
        None => (status, RawText(status.to_string())).respond_to(request),
    };
    Box::pin(ready(response))
}

impl From<clerk_auth::Rejection> for Rejection {
    fn from(rejection: clerk_auth::Rejection) -> Self {
        Self(rejection)
    }
}

impl From<Denied> for Rejection {
    fn from(denied: Denied) -> Self {
        Self(clerk_auth::Rejection::denied(&denied))
    }
}

/// There is nowhere to send people: 500.
impl From<InvalidRedirect> for Rejection {
    fn from(problem: InvalidRedirect) -> Self {
        Self(problem.into())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Rejection {}
