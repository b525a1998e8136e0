use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{Directory, Key, Record};

/// Somebody who would like to be a user.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct WaitlistEntry {
    pub(crate) id: String,
    pub(crate) email_address: String,
    decision: Option<Decision>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

/// What became of an entry.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
enum Decision {
    /// By the invitation with this id.
    Invited(String),
    Rejected,
}

/// Where an entry is in its life. Who was invited and is a user by now has completed it; that is found out,
/// never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitlistEntryStatus {
    Pending,
    Invited,
    Completed,
    Rejected,
}

impl WaitlistEntryStatus {
    /// The API's name of the status.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Invited => "invited",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
        }
    }
}

impl Record for WaitlistEntry {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::EmailAddress, &self.email_address.to_ascii_lowercase());
    }
}

impl WaitlistEntry {
    pub(crate) fn new(id: String, email_address: String, now: UnixTime) -> Self {
        Self {
            id,
            email_address,
            decision: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn invite(&mut self, invitation_id: String, now: UnixTime) {
        self.decision = Some(Decision::Invited(invitation_id));
        self.updated_at = now;
    }

    pub(crate) fn reject(&mut self, now: UnixTime) {
        self.decision = Some(Decision::Rejected);
        self.updated_at = now;
    }

    pub(crate) fn status(&self, directory: &Directory) -> WaitlistEntryStatus {
        match &self.decision {
            None => WaitlistEntryStatus::Pending,
            Some(Decision::Rejected) => WaitlistEntryStatus::Rejected,
            Some(Decision::Invited(_)) => {
                match directory.user_with_email(&self.email_address).is_some() {
                    true => WaitlistEntryStatus::Completed,
                    false => WaitlistEntryStatus::Invited,
                }
            }
        }
    }

    /// The API's waitlist entry object.
    pub(crate) fn to_json(&self, directory: &Directory, now: UnixTime) -> Value {
        let invitation = match &self.decision {
            Some(Decision::Invited(id)) => directory.invitations.get(id),
            Some(Decision::Rejected) | None => None,
        };
        json!({
            "object": "waitlist_entry",
            "id": self.id,
            "email_address": self.email_address,
            "status": self.status(directory).as_str(),
            "is_locked": false,
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
            "invitation": invitation.map(|invitation| invitation.to_json(directory, now)),
        })
    }
}
