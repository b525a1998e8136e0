use clerk_auth::{Admission, Authenticator, RequestHead};
use rocket::{
    Build, Data, Request, Response, Rocket, async_trait,
    fairing::{self, Fairing, Info, Kind},
};

use crate::{Rejection, catchers, gate, headers};

/// Finds out who each request comes from; see the [crate's documentation](crate) for what else it
/// does.
///
/// Attach it before fairings that change requests, or the browser comes back from a handshake to
/// the changed URL.
#[derive(Clone, Debug)]
pub struct ClerkFairing {
    authenticator: Authenticator,
}

impl ClerkFairing {
    /// A fairing that asks `authenticator`.
    pub const fn new(authenticator: Authenticator) -> Self {
        Self { authenticator }
    }
}

/// Managed where the fairing is attached.
pub(crate) struct Attached;

#[async_trait]
impl Fairing for ClerkFairing {
    fn info(&self) -> Info {
        Info {
            name: "Clerk",
            kind: Kind::Ignite | Kind::Request | Kind::Response | Kind::Singleton,
        }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        let at_root = rocket
            .catchers()
            .filter(|catcher| catcher.base.path() == "/");
        let taken: Vec<Option<u16>> = at_root.map(|catcher| catcher.code).collect();
        let mut ours = catchers();
        ours.retain(|catcher| !taken.contains(&None) && !taken.contains(&catcher.code));
        let rocket = rocket.manage(Attached).register("/", ours);
        Ok(rocket.mount("/", gate::gates()))
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let request = &*request;
        let admitted = async { Some(admit(&self.authenticator, request).await) };
        request.local_cache_async(admitted).await;
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Some(Admission::Proceed(auth)) = admission(request) else {
            return;
        };
        if let Some(rejection) = Rejection::of(request) {
            rejection.complete(response);
        }
        let edits = auth.header_edits(|name| {
            let values = response.headers().get(name.as_str());
            values.map(str::to_owned).collect::<Vec<String>>()
        });
        headers::edit(&edits, response);
    }
}

/// What the fairing has found out about the request; `None` where it is not attached.
pub(crate) fn admission<'r>(request: &'r Request<'_>) -> Option<&'r Admission> {
    request.local_cache(|| None::<Admission>).as_ref()
}

async fn admit(authenticator: &Authenticator, request: &Request<'_>) -> Admission {
    let target = request.uri().to_string();
    let mut head = RequestHead::new(request.method().as_str(), &target);
    if request.rocket().config().tls_enabled() {
        head = head.scheme("https");
    }
    let headers: Vec<_> = request.headers().iter().collect();
    for header in &headers {
        head = head.header(header.name().as_str(), header.value().as_bytes());
    }
    // In HTTP/2 the host is no header, and Rocket does not keep it in the URI.
    let host = request.host().map(ToString::to_string);
    if let (Some(host), None) = (&host, request.headers().get_one("host")) {
        head = head.header("host", host.as_bytes());
    }
    authenticator.admit(&head).await
}
