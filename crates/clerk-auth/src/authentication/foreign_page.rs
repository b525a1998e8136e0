use super::{
    browser::Browser,
    decision::{Refusal, session_signed_out},
    flow::Flow,
};
use crate::{AuthReason, RequestState, settings::Instance};

impl Flow<'_> {
    /// The application does not let the page that sent the request act with the cookies it came
    /// with. They are not judged, so nothing is refreshed or fetched on its behalf.
    ///
    /// A request whose cookies could sign nobody in is signed out for a reason of its own.
    pub(super) fn foreign_page(&self, instance: &Instance) -> Option<RequestState> {
        let allowed = self.settings.allowed_origins.as_ref()?;
        let origin = allowed.refused(self.incoming.head, self.incoming.public_url())?;
        let browser = Browser::read(&self.incoming, instance, self.effects.now());
        if browser.session.is_none() && self.incoming.brought().is_none() {
            return None;
        }
        Some(session_signed_out(Refusal {
            reason: AuthReason::OriginNotAllowed,
            message: format!(
                "a page of {} sent it, which is none of the allowed origins",
                shown(&origin)
            ),
        }))
    }
}

/// The origin as logs and a header may have it: whoever sends the request writes it.
fn shown(origin: &str) -> String {
    const MOST: usize = 200;
    let mut characters = origin.escape_default();
    let mut shown: String = characters.by_ref().take(MOST).collect();
    if characters.next().is_some() {
        shown.push_str("...");
    }
    shown
}
