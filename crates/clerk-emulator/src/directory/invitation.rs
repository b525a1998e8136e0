use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Map, Value, json};

use super::{Directory, Key, Record, User};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An invitation to the instance, or to one of its organizations.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Invitation {
    pub(crate) id: String,
    pub(crate) email_address: String,
    /// Where the mail would lead.
    pub(crate) url: String,
    pub(crate) organization: Option<Place>,
    pub(crate) public_metadata: Map<String, Value>,
    /// Organizations' alone have it.
    pub(crate) private_metadata: Map<String, Value>,
    pub(crate) expires_at: UnixTime,
    pub(crate) created_at: UnixTime,
    pub(crate) revoked_at: Option<UnixTime>,
    pub(crate) accepted_at: Option<UnixTime>,
    /// Where whoever follows the mail goes on to.
    pub(crate) redirect_url: Option<String>,
}

impl Record for Invitation {
    fn id(&self) -> &str {
        &self.id
    }

    fn keys(&self, add: &mut dyn FnMut(Key, &str)) {
        add(Key::EmailAddress, &self.email_address.to_ascii_lowercase());
        let place = self.organization.as_ref();
        let organization = place.map_or("", |place| place.organization_id.as_str());
        add(Key::Organization, organization);
        if let Some(place) = place {
            add(Key::Role, &place.role);
        }
    }
}

/// What whoever accepts an invitation to an organization becomes there.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Place {
    pub(crate) organization_id: String,
    pub(crate) role: String,
    /// The id of a user.
    pub(crate) inviter_id: Option<String>,
}

/// Where an invitation is in its life. Expiry is computed from the time, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvitationStatus {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl InvitationStatus {
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

impl Invitation {
    /// An invitation that expires after this many days.
    pub(crate) fn new(
        id: String,
        email_address: String,
        url: String,
        days: u64,
        now: UnixTime,
    ) -> Self {
        let lifetime = DAY.saturating_mul(u32::try_from(days).unwrap_or(u32::MAX));
        Self {
            id,
            email_address,
            url,
            organization: None,
            public_metadata: Map::new(),
            private_metadata: Map::new(),
            expires_at: now.saturating_add(lifetime),
            created_at: now,
            revoked_at: None,
            accepted_at: None,
            redirect_url: None,
        }
    }

    pub(crate) fn status(&self, now: UnixTime) -> InvitationStatus {
        if self.revoked_at.is_some() {
            InvitationStatus::Revoked
        } else if self.accepted_at.is_some() {
            InvitationStatus::Accepted
        } else if now >= self.expires_at {
            InvitationStatus::Expired
        } else {
            InvitationStatus::Pending
        }
    }

    pub(crate) fn is_pending(&self, now: UnixTime) -> bool {
        self.status(now) == InvitationStatus::Pending
    }

    /// The ticket in the mail.
    pub(crate) fn ticket(&self) -> Option<&str> {
        self.url.rsplit_once("ticket=").map(|(_, ticket)| ticket)
    }

    /// Whether the mail has this ticket.
    pub(crate) fn has_ticket(&self, ticket: &str) -> bool {
        self.ticket() == Some(ticket)
    }

    pub(crate) fn is_for(&self, address: &str) -> bool {
        self.email_address.eq_ignore_ascii_case(address)
    }

    /// The API's invitation object, or its organization invitation object.
    pub(crate) fn to_json(&self, directory: &Directory, now: UnixTime) -> Value {
        let status = self.status(now);
        let mut invitation = json!({
            "object": "invitation",
            "id": self.id,
            "email_address": self.email_address,
            "public_metadata": self.public_metadata,
            "status": status.as_str(),
            "url": self.url,
            "expires_at": self.expires_at.as_millis(),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.revoked_at.or(self.accepted_at).unwrap_or(self.created_at).as_millis(),
        });
        match &self.organization {
            None => invitation["revoked"] = json!(status == InvitationStatus::Revoked),
            Some(place) => {
                invitation["object"] = json!("organization_invitation");
                invitation["private_metadata"] = json!(self.private_metadata);
                place.describe(directory, &mut invitation);
            }
        }
        invitation
    }
}

impl Place {
    fn describe(&self, directory: &Directory, invitation: &mut Value) {
        let inviter = self.inviter_id.as_deref().and_then(|id| directory.user(id));
        invitation["role"] = json!(self.role);
        invitation["role_name"] = json!(directory.role_name(&self.role));
        invitation["organization_id"] = json!(self.organization_id);
        invitation["inviter_id"] = json!(self.inviter_id);
        invitation["public_inviter_data"] = json!(inviter.map(public_inviter_data));
    }
}

/// What whoever is invited gets to know of who invites: less than members know of each other.
fn public_inviter_data(inviter: &User) -> Value {
    json!({
        "user_id": inviter.id,
        "first_name": inviter.first_name,
        "last_name": inviter.last_name,
        "image_url": inviter.image_url,
        "has_image": inviter.picture_id.is_some(),
        "identifier": inviter.identifier(),
    })
}

impl Directory {
    /// The invitations to an organization, oldest first; those to the instance without one.
    pub(crate) fn invitations_to<'d>(
        &'d self,
        organization_id: Option<&'d str>,
    ) -> impl DoubleEndedIterator<Item = &'d Invitation> {
        let organization_id = organization_id.unwrap_or_default();
        self.invitations.by(Key::Organization, organization_id)
    }

    /// Whether an invitation waits for this address already.
    pub(crate) fn is_invited(
        &self,
        address: &str,
        organization_id: Option<&str>,
        now: UnixTime,
    ) -> bool {
        self.invitations_to(organization_id).any(|invitation| {
            invitation.is_for(address) && invitation.status(now) == InvitationStatus::Pending
        })
    }
}
