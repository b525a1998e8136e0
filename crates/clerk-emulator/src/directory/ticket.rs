use std::{fmt, time::Duration};

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Client, Directory, Key, Record, Session};
use crate::ids::Ids;

/// What a server gives out so that somebody signs in with nothing else, once: a sign-in token, an actor
/// token or an agent task.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Ticket {
    pub(crate) id: String,
    /// Who is signed in then.
    pub(crate) user_id: String,
    /// What is shown to be let in.
    pub(crate) token: String,
    pub(crate) purpose: Purpose,
    pub(crate) expires_at: UnixTime,
    pub(crate) created_at: UnixTime,
    ended: Option<(TicketStatus, UnixTime)>,
}

/// What the session becomes that a ticket starts.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) enum Purpose {
    /// The user's own, in this organization if one is given.
    SignIn { organization_id: Option<String> },
    /// That of somebody else, who acts as the user.
    Impersonation {
        actor: Map<String, Value>,
        lifetime: Duration,
    },
    /// That of an agent, who acts for the user and begins at this URL.
    AgentTask {
        agent_id: String,
        redirect_url: String,
        lifetime: Duration,
    },
}

/// Where a ticket is in its life. Expiry is computed from the time, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum TicketStatus {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl TicketStatus {
    /// The API's name of the status.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl Record for Ticket {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::Secret, &self.token);
        add(Key::User, &self.user_id);
    }
}

impl Ticket {
    /// One that is good for so long.
    pub(crate) fn new(
        (id, token): (String, String),
        user_id: String,
        purpose: Purpose,
        (now, lifetime): (UnixTime, Duration),
    ) -> Self {
        Self {
            id,
            user_id,
            token,
            purpose,
            expires_at: now.saturating_add(lifetime),
            created_at: now,
            ended: None,
        }
    }

    pub(crate) fn status(&self, now: UnixTime) -> TicketStatus {
        match self.ended {
            Some((status, _)) => status,
            None if now >= self.expires_at => TicketStatus::Expired,
            None => TicketStatus::Pending,
        }
    }

    /// Ends it. `false` if it was pending no more.
    pub(crate) fn end(&mut self, status: TicketStatus, now: UnixTime) -> bool {
        let is_pending = self.status(now) == TicketStatus::Pending;
        if is_pending {
            self.ended = Some((status, now));
        }
        is_pending
    }

    pub(crate) fn updated_at(&self) -> UnixTime {
        self.ended.map_or(self.created_at, |(_, at)| at)
    }

    /// Who acts in the session, if it is not the user.
    fn actor(&self) -> Option<Map<String, Value>> {
        match &self.purpose {
            Purpose::SignIn { .. } => None,
            Purpose::Impersonation { actor, .. } => Some(actor.clone()),
            Purpose::AgentTask { agent_id, .. } => Some(Map::from_iter([
                ("type".to_owned(), json!("agent")),
                ("sub".to_owned(), json!(agent_id)),
            ])),
        }
    }

    fn lifetime(&self) -> Option<Duration> {
        match &self.purpose {
            Purpose::SignIn { .. } => None,
            Purpose::Impersonation { lifetime, .. } | Purpose::AgentTask { lifetime, .. } => {
                Some(*lifetime)
            }
        }
    }
}

impl Directory {
    /// The ticket that this is shown for, pending or not.
    pub(crate) fn ticket(&self, token: &str) -> Option<&Ticket> {
        self.tickets.by(Key::Secret, token).next()
    }

    /// Starts the session that a pending ticket is for, on a browser on which none is active. The ticket is
    /// accepted then.
    pub(crate) fn sign_in_by_ticket(
        &mut self,
        ticket: &Ticket,
        client: &Client,
        now: UnixTime,
        ids: &mut Ids,
    ) -> Session {
        self.tickets
            .update(&ticket.id, |ticket| ticket.end(TicketStatus::Accepted, now));
        let mut session = self.sign_in(client, &ticket.user_id, now, ids);
        if let Purpose::SignIn {
            organization_id: Some(id),
        } = &ticket.purpose
        {
            // Whoever has left it meanwhile is not in it.
            if self.is_member(&ticket.user_id, id) {
                session.organization_id = Some(id.clone());
            }
        }
        session.actor = ticket.actor();
        if let Some(lifetime) = ticket.lifetime() {
            session.lifetime = lifetime;
        }
        self.sessions.put(session.clone());
        session
    }
}

/// Without what lets somebody in.
impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("id", &self.id)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

    #[test]
    fn a_ticket_ends_once_and_expiry_ends_it_too() {
        let ticket = || {
            let names = ("sit_1".to_owned(), "planted-secret".to_owned());
            let purpose = Purpose::SignIn {
                organization_id: None,
            };
            let validity = (NOW, Duration::from_secs(60));
            Ticket::new(names, "user_1".to_owned(), purpose, validity)
        };
        let late = NOW.saturating_add(Duration::from_secs(60));
        for (first, second, now, expected) in [
            (
                TicketStatus::Accepted,
                TicketStatus::Revoked,
                NOW,
                "accepted",
            ),
            (
                TicketStatus::Revoked,
                TicketStatus::Accepted,
                NOW,
                "revoked",
            ),
            (
                TicketStatus::Accepted,
                TicketStatus::Revoked,
                late,
                "expired",
            ),
        ] {
            let mut ticket = ticket();
            assert_eq!(ticket.end(first, now), now < late);
            assert!(!ticket.end(second, now));
            assert_eq!(ticket.status(late).as_str(), expected);
        }
        assert!(!format!("{:?}", ticket()).contains("planted-secret"));
    }
}
