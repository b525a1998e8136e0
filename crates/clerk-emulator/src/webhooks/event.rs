use bytes::Bytes;
use clerk_core::UnixTime;
use serde_json::{Value, json};

/// What an operation has changed, and is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventType {
    UserCreated,
    UserUpdated,
    UserDeleted,
    SessionCreated,
    SessionEnded,
    SessionRemoved,
    SessionRevoked,
    OrganizationCreated,
    OrganizationUpdated,
    OrganizationDeleted,
    OrganizationMembershipCreated,
    OrganizationMembershipUpdated,
    OrganizationMembershipDeleted,
    OrganizationInvitationCreated,
    OrganizationInvitationAccepted,
    OrganizationInvitationRevoked,
    WaitlistEntryCreated,
    WaitlistEntryUpdated,
    EmailCreated,
    SmsCreated,
    OrganizationDomainCreated,
    OrganizationDomainUpdated,
    OrganizationDomainDeleted,
    RoleCreated,
    RoleUpdated,
    RoleDeleted,
    PermissionCreated,
    PermissionUpdated,
    PermissionDeleted,
}

impl EventType {
    pub(crate) const ALL: [Self; 29] = [
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDeleted,
        Self::SessionCreated,
        Self::SessionEnded,
        Self::SessionRemoved,
        Self::SessionRevoked,
        Self::OrganizationCreated,
        Self::OrganizationUpdated,
        Self::OrganizationDeleted,
        Self::OrganizationMembershipCreated,
        Self::OrganizationMembershipUpdated,
        Self::OrganizationMembershipDeleted,
        Self::OrganizationInvitationCreated,
        Self::OrganizationInvitationAccepted,
        Self::OrganizationInvitationRevoked,
        Self::WaitlistEntryCreated,
        Self::WaitlistEntryUpdated,
        Self::EmailCreated,
        Self::SmsCreated,
        Self::OrganizationDomainCreated,
        Self::OrganizationDomainUpdated,
        Self::OrganizationDomainDeleted,
        Self::RoleCreated,
        Self::RoleUpdated,
        Self::RoleDeleted,
        Self::PermissionCreated,
        Self::PermissionUpdated,
        Self::PermissionDeleted,
    ];

    /// Clerk's name of it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserDeleted => "user.deleted",
            Self::SessionCreated => "session.created",
            Self::SessionEnded => "session.ended",
            Self::SessionRemoved => "session.removed",
            Self::SessionRevoked => "session.revoked",
            Self::OrganizationCreated => "organization.created",
            Self::OrganizationUpdated => "organization.updated",
            Self::OrganizationDeleted => "organization.deleted",
            Self::OrganizationMembershipCreated => "organizationMembership.created",
            Self::OrganizationMembershipUpdated => "organizationMembership.updated",
            Self::OrganizationMembershipDeleted => "organizationMembership.deleted",
            Self::OrganizationInvitationCreated => "organizationInvitation.created",
            Self::OrganizationInvitationAccepted => "organizationInvitation.accepted",
            Self::OrganizationInvitationRevoked => "organizationInvitation.revoked",
            Self::WaitlistEntryCreated => "waitlistEntry.created",
            Self::WaitlistEntryUpdated => "waitlistEntry.updated",
            Self::EmailCreated => "email.created",
            Self::SmsCreated => "sms.created",
            Self::OrganizationDomainCreated => "organizationDomain.created",
            Self::OrganizationDomainUpdated => "organizationDomain.updated",
            Self::OrganizationDomainDeleted => "organizationDomain.deleted",
            Self::RoleCreated => "role.created",
            Self::RoleUpdated => "role.updated",
            Self::RoleDeleted => "role.deleted",
            Self::PermissionCreated => "permission.created",
            Self::PermissionUpdated => "permission.updated",
            Self::PermissionDeleted => "permission.deleted",
        }
    }

    /// Whether `pattern` stands for it: its name, `user.*` or `*`.
    pub(super) fn fits(self, pattern: &str) -> bool {
        match pattern.strip_suffix('*') {
            Some("") => true,
            Some(group) => group.ends_with('.') && self.as_str().starts_with(group),
            None => self.as_str() == pattern,
        }
    }
}

/// Something that has happened, with the record it has happened to as the API shows it.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) event_type: EventType,
    pub(crate) data: Value,
}

/// What the envelope says of the request that made something happen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause<'c> {
    pub(crate) instance_id: &'c str,
    pub(crate) user_agent: &'c str,
    pub(crate) at: UnixTime,
}

impl Event {
    /// The body that is sent. Nobody but this machine reaches an emulator, hence the address.
    pub(super) fn body(&self, cause: Cause<'_>) -> Bytes {
        let envelope = json!({
            "data": self.data,
            "object": "event",
            "type": self.event_type.as_str(),
            "timestamp": cause.at.as_millis(),
            "instance_id": cause.instance_id,
            "event_attributes": {
                "http_request": { "client_ip": "127.0.0.1", "user_agent": cause.user_agent },
            },
        });
        envelope.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_one_event_for_a_group_or_for_all() {
        let fitting = |pattern: &str| -> Vec<&str> {
            let all = EventType::ALL.into_iter();
            all.filter(|event| event.fits(pattern))
                .map(EventType::as_str)
                .collect()
        };
        assert_eq!(fitting("session.ended"), ["session.ended"]);
        assert_eq!(
            fitting("organization.*"),
            [
                "organization.created",
                "organization.updated",
                "organization.deleted"
            ]
        );
        assert_eq!(fitting("*").len(), EventType::ALL.len());
        for none in ["", "user", "user*", "org*", ".*", "user.**", "User.*"] {
            assert_eq!(fitting(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn the_list_of_supported_things_lists_every_event() {
        let supported = include_str!("../../SUPPORTED.md");
        for event in EventType::ALL {
            let name = format!("`{}`", event.as_str());
            assert!(supported.contains(&name), "{name}");
        }
    }
}
