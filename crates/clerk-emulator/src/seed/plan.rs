use serde::{Deserialize, Serialize};

use super::form::is_default;

/// A plan of a [`Seed`](crate::Seed), and what it costs. Plans that users and organizations have in the seed need not be
/// said otherwise: they cost nothing.
///
/// ```
/// use clerk_emulator::{Emulator, PlanSeed, Seed};
///
/// let seed = Seed::example().plan(PlanSeed::of_organizations("team").amount(900));
/// # let _ = Emulator::builder().seed(seed).build()?;
/// # Ok::<(), clerk_emulator::BuildError>(())
/// ```
///
/// In JSON, `{"slug":"team","payer":"organization","amount":900}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSeed {
    pub(crate) slug: String,
    pub(crate) payer: Payer,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) amount: i64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) annual_monthly_amount: Option<i64>,
}

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Payer {
    User,
    Organization,
}

impl PlanSeed {
    /// A plan that users subscribe to, for nothing.
    pub fn of_users(slug: impl Into<String>) -> Self {
        Self::new(slug.into(), Payer::User)
    }

    /// A plan that organizations subscribe to, for nothing.
    pub fn of_organizations(slug: impl Into<String>) -> Self {
        Self::new(slug.into(), Payer::Organization)
    }

    fn new(slug: String, payer: Payer) -> Self {
        Self {
            slug,
            payer,
            id: None,
            amount: 0,
            annual_monthly_amount: None,
        }
    }

    /// What a month costs, in cents of a dollar.
    #[must_use]
    pub fn amount(mut self, cents: i64) -> Self {
        self.amount = cents;
        self
    }

    /// What a month costs where a year is paid, in cents of a dollar.
    #[must_use]
    pub fn annual_monthly_amount(mut self, cents: i64) -> Self {
        self.annual_monthly_amount = Some(cents);
        self
    }
}
