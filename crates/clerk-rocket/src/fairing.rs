use clerk_auth::{Admission, Authenticator};
use rocket::{
    Build, Data, Request, Response, Rocket, async_trait,
    fairing::{self, Fairing, Info, Kind},
};

use crate::{
    Rejection,
    admission::{admission, admit},
    catchers, gate, headers,
};

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
