use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Key, Record};

/// Clerk's default maximum lifetime of a session.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long Clerk waits for somebody who does not come back.
const ABANDONED_AFTER: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A session of a user on one client.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    pub(crate) organization_id: Option<String>,
    /// Who acts in it, if that is not the user: the claim `act`.
    pub(crate) actor: Option<Map<String, Value>>,
    pub(crate) lifetime: Duration,
    pub(crate) created_at: UnixTime,
    /// When the browser last said that somebody is there.
    touched_at: UnixTime,
    /// When the user last showed who they are, by a first factor and by a second.
    first_factor_at: UnixTime,
    second_factor_at: Option<UnixTime>,
    ended: Option<(SessionStatus, UnixTime)>,
}

impl Record for Session {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::User, &self.user_id);
        add(Key::Client, &self.client_id);
    }
}

/// Where a session is in its life. Expiry is computed from the time, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum SessionStatus {
    Active,
    /// By its user, who signed out.
    Ended,
    /// By its user, who signed out in a way that leaves nothing on the browser.
    Removed,
    Revoked,
    Expired,
}

impl SessionStatus {
    /// The API's name of the status.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Removed => "removed",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl Session {
    pub(crate) fn start(
        id: String,
        client_id: String,
        user_id: String,
        organization_id: Option<String>,
        now: UnixTime,
    ) -> Self {
        Self {
            id,
            client_id,
            user_id,
            organization_id,
            actor: None,
            lifetime: LIFETIME,
            created_at: now,
            touched_at: now,
            first_factor_at: now,
            second_factor_at: None,
            ended: None,
        }
    }

    pub(crate) fn status(&self, now: UnixTime) -> SessionStatus {
        if let Some((status, _)) = self.ended {
            status
        } else if now >= self.expires_at() {
            SessionStatus::Expired
        } else {
            SessionStatus::Active
        }
    }

    /// Ends it. `false` if it has ended already.
    pub(crate) fn end(&mut self, status: SessionStatus, now: UnixTime) -> bool {
        let is_active = self.status(now) == SessionStatus::Active;
        if is_active {
            self.ended = Some((status, now));
        }
        is_active
    }

    pub(crate) fn touch(&mut self, now: UnixTime) {
        self.touched_at = self.touched_at.max(now);
    }

    pub(crate) fn show_first_factor(&mut self, now: UnixTime) {
        self.first_factor_at = now;
    }

    pub(crate) fn show_second_factor(&mut self, now: UnixTime) {
        self.second_factor_at = Some(now);
    }

    /// How many minutes ago each factor was shown; -1 is never. It is the claim `fva`.
    pub(crate) fn factor_ages(&self, now: UnixTime) -> [i64; 2] {
        let minutes = |at: UnixTime| {
            let seconds = now.saturating_duration_since(at).as_secs();
            i64::try_from(seconds / 60).unwrap_or(i64::MAX)
        };
        [
            minutes(self.first_factor_at),
            self.second_factor_at.map_or(-1, minutes),
        ]
    }

    fn expires_at(&self) -> UnixTime {
        self.created_at.saturating_add(self.lifetime)
    }

    /// The API's session object.
    pub(crate) fn to_json(&self, now: UnixTime) -> Value {
        let abandoned_at = self.created_at.saturating_add(ABANDONED_AFTER);
        let mut session = json!({
            "object": "session",
            "id": self.id,
            "client_id": self.client_id,
            "user_id": self.user_id,
            "actor": self.actor,
            "status": self.status(now).as_str(),
            "last_active_at": self.touched_at.as_millis(),
            "expire_at": self.expires_at().as_millis(),
            "abandon_at": abandoned_at.as_millis(),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.ended.map_or(self.created_at, |(_, at)| at).as_millis(),
        });
        if let Some(id) = &self.organization_id {
            session["last_active_organization_id"] = json!(id);
        }
        session
    }
}
