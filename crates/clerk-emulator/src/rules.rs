//! What an instance asks of those who sign up and in.

/// What the instance asks of those who sign up and in.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Rules {
    pub(crate) sign_up: SignUpMode,
    /// Whether a browser has one session at a time.
    pub(crate) single_session: bool,
    pub(crate) password: Presence,
    pub(crate) username: Presence,
    pub(crate) first_name: Presence,
    pub(crate) last_name: Presence,
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUpMode {
    /// Everybody.
    #[default]
    Public,
    /// Whoever was invited.
    Restricted,
}

impl SignUpMode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
        }
    }
}

/// Whether users have something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Nobody has it.
    Off,
    /// Those who want to.
    Optional,
    /// Nobody signs up without it.
    Required,
}

impl Presence {
    pub(crate) fn is_on(self) -> bool {
        self != Self::Off
    }

    pub(crate) fn is_required(self) -> bool {
        self == Self::Required
    }
}

/// Those of a new instance of Clerk's.
impl Default for Rules {
    fn default() -> Self {
        Self {
            sign_up: SignUpMode::Public,
            single_session: true,
            password: Presence::Required,
            username: Presence::Off,
            first_name: Presence::Optional,
            last_name: Presence::Optional,
        }
    }
}
