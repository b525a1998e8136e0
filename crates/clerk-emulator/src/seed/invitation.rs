use clerk_core::UnixTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::form::{Moment, Secret, is_default};

/// An invitation that is pending, to the instance of a [`Seed`](crate::Seed) or to one of its organizations.
///
/// ```
/// use clerk_emulator::{Emulator, InvitationSeed, Seed};
///
/// let bob = InvitationSeed::new("bob@example.com").ticket("for-bob");
/// let emulator = Emulator::builder().seed(Seed::empty().invitation(bob)).build()?;
/// let link = format!("{}/v1/tickets/accept?ticket=for-bob", emulator.url());
/// # let _ = link;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// In JSON, the address alone, or `{"email":"bob@example.com","role":"org:admin"}`. Without `expires_at`, it does not expire
/// before 2125.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitationSeed {
    pub(crate) email: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) role: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) inviter: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) ticket: Option<Secret>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) public_metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) private_metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) redirect_url: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) expires_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) created_at: Option<Moment>,
}

impl InvitationSeed {
    /// An invitation of whoever has this address.
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            ..Self::default()
        }
    }

    /// Pins the id: `inv_`, to an organization `orginv_`, and 27 letters and digits. Without it, the id differs in each run.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What they become in the organization: `org:member`, unless this says otherwise.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// Says which user invites them to the organization, by e-mail address or id.
    #[must_use]
    pub fn inviter(mut self, user: impl Into<String>) -> Self {
        self.inviter = Some(user.into());
        self
    }

    /// Pins the ticket in the link that would be mailed: letters, digits, - and _. Without it, it differs in each run.
    #[must_use]
    pub fn ticket(mut self, ticket: impl Into<String>) -> Self {
        self.ticket = Some(Secret::new(ticket));
        self
    }

    /// Sets one member of the public metadata of what they become.
    #[must_use]
    pub fn public_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.public_metadata.insert(name.into(), value.into());
        self
    }

    /// Sets one member of the metadata of a membership that servers alone see.
    #[must_use]
    pub fn private_metadata(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.private_metadata.insert(name.into(), value.into());
        self
    }

    /// Where whoever follows the mail goes on to.
    #[must_use]
    pub fn redirect_url(mut self, url: impl Into<String>) -> Self {
        self.redirect_url = Some(url.into());
        self
    }

    /// When it expires.
    #[must_use]
    pub fn expires_at(mut self, at: UnixTime) -> Self {
        self.expires_at = Some(Moment(at));
        self
    }
}

impl From<String> for InvitationSeed {
    fn from(email: String) -> Self {
        Self::new(email)
    }
}

impl From<&str> for InvitationSeed {
    fn from(email: &str) -> Self {
        Self::new(email)
    }
}
