use std::{fmt, sync::Arc};

use clerk_http::Client;

use crate::{
    InvalidRedirect, Redirects, RequestHead, Settings,
    authentication::header_token,
    origin_check::{self, AllowedOrigins},
    request_url::RequestUrl,
};

/// What is kept of a request, for answers that lead its browser somewhere.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) settings: Arc<Settings>,
    /// `None` where a blocking driver has judged the request.
    pub(crate) client: Option<Arc<Client>>,
    /// The URL under which the browser knows the request.
    pub(crate) here: RequestUrl,
    pub(crate) is_safe: bool,
    /// Whether there is a token in the header, which counts in place of cookies.
    pub(crate) has_header_token: bool,
    /// Whether the browser shows what is at this URL, so that it can come back to it.
    shows_page: bool,
    /// Whether a page sent the request that must not act with cookies.
    pub(crate) is_of_foreign_page: bool,
}

impl Visit {
    pub(crate) fn new(
        head: &RequestHead<'_>,
        settings: &Arc<Settings>,
        client: Option<&Arc<Client>>,
    ) -> Self {
        let here = settings.public_address.unread_url(head);
        let is_safe = origin_check::is_safe(head.method());
        let has_header_token = header_token(head).is_some();
        // Signing out is not left to whether the settings ask for it.
        let own_alone = AllowedOrigins::default();
        let allowed = settings.allowed_origins.as_ref().unwrap_or(&own_alone);
        let is_of_foreign_page =
            !is_safe && !has_header_token && allowed.refused(head, here.get()).is_some();
        Self {
            settings: Arc::clone(settings),
            client: client.cloned(),
            here,
            is_safe,
            has_header_token,
            shows_page: head.shows_page(),
            is_of_foreign_page,
        }
    }

    pub(crate) fn redirects(&self) -> Result<Redirects, InvalidRedirect> {
        let here = self.here.get().ok_or(InvalidRedirect::RequestUrl)?;
        self.settings.redirects_from(here, self.shows_page)
    }
}

/// The URL's query may hold what signs somebody in.
impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit").finish_non_exhaustive()
    }
}
