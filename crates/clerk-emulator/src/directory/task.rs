use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Session, SessionStatus};

/// What somebody has to do before they count as signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    ChooseOrganization,
    ResetPassword,
}

impl Task {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ChooseOrganization => "choose-organization",
            Self::ResetPassword => "reset-password",
        }
    }
}

impl Directory {
    /// What is left to do in a session. It follows from what there is, so it is done as soon as that changes.
    pub(crate) fn tasks(&self, session: &Session) -> Vec<Task> {
        let organizations = &self.settings.organizations;
        let user = self.user(&session.user_id);
        let must_choose = organizations.enabled && organizations.force_organization_selection;
        let mut tasks = Vec::new();
        if must_choose && session.organization_id.is_none() {
            tasks.push(Task::ChooseOrganization);
        }
        if user.is_some_and(|user| user.requires_password_reset) {
            tasks.push(Task::ResetPassword);
        }
        tasks
    }

    /// What a session's status is called, one that waits for its user included.
    pub(crate) fn session_status(&self, session: &Session, now: UnixTime) -> &'static str {
        match session.status(now) {
            SessionStatus::Active if !self.tasks(session).is_empty() => "pending",
            status => status.as_str(),
        }
    }

    /// The API's session object.
    pub(crate) fn session_json(&self, session: &Session, now: UnixTime) -> Value {
        let mut body = session.to_json(now);
        body["status"] = json!(self.session_status(session, now));
        body
    }
}
