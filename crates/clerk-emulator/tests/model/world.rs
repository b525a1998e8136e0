//! What the model knows of an instance, and what it thinks of addresses and names.

use serde_json::{Value, json};

use crate::observation::sorted;

pub(crate) const ADMIN: &str = "org:admin";

/// Everything there is, oldest first. Times are in seconds since the sequence began.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) seconds: u64,
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) invitations: Vec<Invitation>,
    pub(crate) sessions: Vec<Session>,
    /// The ids that were ever given out, of what is gone, too.
    pub(crate) ever: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) banned: bool,
    pub(crate) emails: Vec<Address>,
    pub(crate) phones: Vec<Address>,
    pub(crate) created: u64,
    pub(crate) signed_in: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Email,
    Phone,
}

#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) verified: bool,
    /// Whether it was made the primary one. Where none was, the first is.
    pub(crate) chosen: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) created_by: Option<String>,
    /// Zero is no limit.
    pub(crate) limit: usize,
    pub(crate) created: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Membership {
    pub(crate) organization: String,
    pub(crate) user: String,
    pub(crate) role: String,
    pub(crate) created: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) ticket: String,
    /// The organization and the role there.
    pub(crate) place: Option<(String, String)>,
    pub(crate) created: u64,
    pub(crate) outcome: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) organization: Option<String>,
    pub(crate) revoked: bool,
    pub(crate) created: u64,
}

pub(crate) const DAY: u64 = 24 * 60 * 60;

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "email_address",
            Self::Phone => "phone_number",
        }
    }

    pub(crate) fn is_valid(self, text: &str) -> bool {
        match self {
            Self::Email => text.contains('@'),
            Self::Phone => text.starts_with('+'),
        }
    }
}

impl User {
    pub(crate) fn addresses(&self, kind: Kind) -> &Vec<Address> {
        match kind {
            Kind::Email => &self.emails,
            Kind::Phone => &self.phones,
        }
    }

    pub(crate) fn addresses_mut(&mut self, kind: Kind) -> &mut Vec<Address> {
        match kind {
            Kind::Email => &mut self.emails,
            Kind::Phone => &mut self.phones,
        }
    }

    pub(crate) fn primary(&self, kind: Kind) -> Option<&Address> {
        let all = self.addresses(kind);
        all.iter().find(|own| own.chosen).or(all.first())
    }

    pub(crate) fn has(&self, kind: Kind, text: &str) -> bool {
        let mut own = self.addresses(kind).iter();
        own.any(|own| own.text.eq_ignore_ascii_case(text))
    }

    fn view(&self) -> Value {
        let addresses = |kind: Kind| -> Value {
            let all = self.addresses(kind).iter();
            all.map(|own| json!([own.id, own.text, own.verified]))
                .collect()
        };
        let primary = |kind| self.primary(kind).map(|own| &own.id);
        json!([
            self.id,
            self.username,
            self.external_id,
            self.first_name,
            self.banned,
            addresses(Kind::Email),
            primary(Kind::Email),
            addresses(Kind::Phone),
            primary(Kind::Phone),
            self.created,
            self.signed_in,
        ])
    }
}

impl World {
    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// Whose address it is: unverified ones are nobody's.
    pub(crate) fn owner(&self, kind: Kind, text: &str) -> Option<&User> {
        self.users.iter().find(|user| {
            let mut own = user.addresses(kind).iter();
            own.any(|own| own.verified && own.text.eq_ignore_ascii_case(text))
        })
    }

    pub(crate) fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations.iter().find(|known| known.id == id)
    }

    pub(crate) fn members(&self, organization: &str) -> Vec<&Membership> {
        let all = self.memberships.iter();
        all.filter(|known| known.organization == organization)
            .collect()
    }

    pub(crate) fn membership(&self, organization: &str, user: &str) -> Option<&Membership> {
        let members = self.members(organization);
        members.into_iter().find(|known| known.user == user)
    }

    /// The organization that the user came into last.
    pub(crate) fn last_joined(&self, user: &str) -> Option<String> {
        let mut all = self.memberships.iter().rev();
        let last = all.find(|known| known.user == user);
        last.map(|last| last.organization.clone())
    }

    pub(crate) fn is_only_admin(&self, organization: &str, user: &str) -> bool {
        let members = self.members(organization);
        let mut admins = members.iter().filter(|known| known.role == ADMIN);
        admins.next().is_some_and(|admin| admin.user == user) && admins.next().is_none()
    }

    /// A membership ends: no session of the user is in the organization any more.
    pub(crate) fn leave(&mut self, organization: &str, user: &str) {
        self.memberships
            .retain(|known| known.organization != organization || known.user != user);
        for session in &mut self.sessions {
            if session.user == user && session.organization.as_deref() == Some(organization) {
                session.organization = None;
            }
        }
    }

    pub(crate) fn status_of_invitation(&self, invitation: &Invitation) -> &'static str {
        match invitation.outcome {
            Some(outcome) => outcome,
            None if self.seconds >= invitation.created + 30 * DAY => "expired",
            None => "pending",
        }
    }

    pub(crate) fn status_of_session(&self, session: &Session) -> &'static str {
        match session.revoked {
            true => "revoked",
            false if self.seconds >= session.created + 7 * DAY => "expired",
            false => "active",
        }
    }

    /// The whole world, as [`observe`](super::observation::observe) reads it off the emulator.
    pub(crate) fn view(&self) -> Value {
        let organizations = self.organizations.iter().map(|known| {
            json!([
                known.id,
                known.name,
                known.slug,
                known.created_by.as_deref().unwrap_or_default(),
                known.limit,
                self.members(&known.id).len(),
                known.created,
            ])
        });
        let memberships = self
            .memberships
            .iter()
            .map(|known| json!([known.organization, known.user, known.role, known.created]));
        let invitations = |to_organizations: bool| -> Value {
            let all = self.invitations.iter();
            all.filter(|known| known.place.is_some() == to_organizations)
                .map(|known| {
                    let (organization, role) = known.place.clone().unzip();
                    let status = self.status_of_invitation(known);
                    json!([
                        known.id,
                        known.email,
                        organization,
                        role,
                        status,
                        known.created
                    ])
                })
                .collect()
        };
        let sessions = self.sessions.iter().map(|known| {
            let status = self.status_of_session(known);
            json!([
                known.id,
                known.user,
                known.organization,
                status,
                known.created
            ])
        });
        json!({
            "users": self.users.iter().map(User::view).collect::<Vec<_>>(),
            "organizations": organizations.collect::<Vec<_>>(),
            "memberships": memberships.collect::<Vec<_>>(),
            "invitations": invitations(false),
            "organization invitations": invitations(true),
            "sessions": sorted(sessions.collect()),
        })
    }
}
