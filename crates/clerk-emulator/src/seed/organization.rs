use clerk_core::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    form::{Moment, in_order, is_default, texts_or_objects},
    invitation::InvitationSeed,
};

/// An organization of a [`Seed`](crate::Seed).
///
/// ```
/// use clerk_emulator::{DomainSeed, InvitationSeed, MemberSeed, OrganizationSeed, Seed, UserSeed};
///
/// let navy = OrganizationSeed::new("navy")
///     .name("The Navy")
///     .max_allowed_memberships(100)
///     .member("grace@example.com", "org:admin")
///     .member("ada@example.com", MemberSeed::new("org:member").public_metadata("desk", 7))
///     .domain(DomainSeed::new("navy.example").enrollment_mode("automatic_suggestion"))
///     .invitation(InvitationSeed::new("bob@example.com").role("org:member"));
/// let seed = Seed::empty()
///     .user(UserSeed::new("grace@example.com"))
///     .user(UserSeed::new("ada@example.com"))
///     .organization(navy);
/// # let _ = clerk_emulator::Emulator::builder().seed(seed).build()?;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// In JSON, `members` is an object of who they are and their roles, `domains` and `invitations` are lists, and all else is
/// called like the methods.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationSeed {
    pub(crate) slug: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) public_metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) private_metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) max_allowed_memberships: Option<u64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) admin_delete_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_by: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) plan: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) features: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default", with = "in_order")]
    pub(crate) members: Vec<(String, MemberSeed)>,
    #[serde(
        default,
        skip_serializing_if = "is_default",
        deserialize_with = "texts_or_objects"
    )]
    pub(crate) domains: Vec<DomainSeed>,
    #[serde(
        default,
        skip_serializing_if = "is_default",
        deserialize_with = "texts_or_objects"
    )]
    pub(crate) invitations: Vec<InvitationSeed>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) updated_at: Option<Moment>,
}

impl OrganizationSeed {
    /// An organization with this slug, named like it.
    pub fn new(slug: impl Into<String>) -> Self {
        Self {
            slug: slug.into(),
            ..Self::default()
        }
    }

    /// Pins the id: `org_` and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets one member of the organization's public metadata.
    #[must_use]
    pub fn public_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.public_metadata.insert(name.into(), value.into());
        self
    }

    /// Sets one member of the metadata that servers alone see.
    #[must_use]
    pub fn private_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.private_metadata.insert(name.into(), value.into());
        self
    }

    /// How many members it takes: 0 is any number. Without it, as many as the instance says. The seed itself may have more.
    #[must_use]
    pub fn max_allowed_memberships(mut self, limit: u64) -> Self {
        self.max_allowed_memberships = Some(limit);
        self
    }

    /// Says which user made it, by e-mail address or id.
    #[must_use]
    pub fn created_by(mut self, user: impl Into<String>) -> Self {
        self.created_by = Some(user.into());
        self
    }

    /// Sets the organization's plan: the claim `pla` then has `o:<plan>`.
    #[must_use]
    pub fn plan(mut self, slug: impl Into<String>) -> Self {
        self.plan = Some(slug.into());
        self
    }

    /// Adds a feature of the organization's plan: the claim `fea` then has `o:<feature>`. A
    /// permission `org:<feature>:<action>` is in tokens only where the organization has the
    /// feature.
    #[must_use]
    pub fn feature(mut self, slug: impl Into<String>) -> Self {
        self.features.push(slug.into());
        self
    }

    /// Makes a user a member, in a role such as `org:admin`. They are called by their e-mail address, phone number,
    /// username or id.
    #[must_use]
    pub fn member(mut self, user: impl Into<String>, member: impl Into<MemberSeed>) -> Self {
        self.members.push((user.into(), member.into()));
        self
    }

    /// Adds a domain by whose e-mail addresses people find it.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<DomainSeed>) -> Self {
        self.domains.push(domain.into());
        self
    }

    /// Invites somebody to it: as `org:member`, unless the invitation names another role.
    #[must_use]
    pub fn invitation(mut self, invitation: impl Into<InvitationSeed>) -> Self {
        self.invitations.push(invitation.into());
        self
    }

    /// When it was created. Without it, early in 2025, a second after whatever stands before it.
    #[must_use]
    pub fn created_at(mut self, at: UnixTime) -> Self {
        self.created_at = Some(Moment(at));
        self
    }
}

/// What a member of an [`OrganizationSeed`] is. In JSON, the role alone, or
/// `{"role":"org:member","public_metadata":{"desk":7}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberSeed {
    pub(crate) role: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) public_metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) private_metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) updated_at: Option<Moment>,
}

impl MemberSeed {
    /// Somebody in this role.
    pub fn new(role: impl Into<String>) -> Self {
        Self {
            role: role.into(),
            ..Self::default()
        }
    }

    /// Sets one member of the membership's public metadata.
    #[must_use]
    pub fn public_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.public_metadata.insert(name.into(), value.into());
        self
    }

    /// Sets one member of the metadata that servers alone see.
    #[must_use]
    pub fn private_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.private_metadata.insert(name.into(), value.into());
        self
    }
}

impl From<String> for MemberSeed {
    fn from(role: String) -> Self {
        Self::new(role)
    }
}

impl From<&str> for MemberSeed {
    fn from(role: &str) -> Self {
        Self::new(role)
    }
}

/// A domain of an [`OrganizationSeed`], verified unless this says otherwise. In JSON, its name alone, or
/// `{"name":"navy.example","enrollment_mode":"automatic_suggestion"}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainSeed {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) enrollment_mode: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) verified: Option<bool>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
}

impl DomainSeed {
    /// A domain, whose people are invited by hand.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// How people join by it: `manual_invitation`, `automatic_invitation`, `automatic_suggestion` or `enterprise_sso`.
    #[must_use]
    pub fn enrollment_mode(mut self, mode: impl Into<String>) -> Self {
        self.enrollment_mode = Some(mode.into());
        self
    }

    /// Nobody has shown that it is the organization's.
    #[must_use]
    pub fn unverified(mut self) -> Self {
        self.verified = Some(false);
        self
    }
}

impl From<String> for DomainSeed {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&str> for DomainSeed {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}
