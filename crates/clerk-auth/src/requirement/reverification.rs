use std::num::NonZeroU32;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// How recently, and with which factors, a user has to have proven to be the user.
///
/// See <https://clerk.com/docs/guides/secure/reverification>.
///
/// ```
/// use clerk_auth::{FactorLevel, Reverification};
///
/// assert_eq!(Reverification::STRICT.after_minutes(), 10);
/// let within_five_minutes = Reverification::new(FactorLevel::FirstFactor, 5)?;
/// assert!(Reverification::new(FactorLevel::FirstFactor, 0).is_err());
/// # let _ = within_five_minutes;
/// # Ok::<(), clerk_auth::InvalidReverification>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reverification {
    level: FactorLevel,
    after_minutes: NonZeroU32,
    preset: Option<&'static str>,
}

/// Which of a user's factors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FactorLevel {
    /// The first: a password, a code sent by e-mail, and so on.
    FirstFactor,
    /// The second; or the first, for users without a second.
    SecondFactor,
    /// Both; or the first, for users without a second.
    MultiFactor,
}

impl FactorLevel {
    /// Clerk's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstFactor => "first_factor",
            Self::SecondFactor => "second_factor",
            Self::MultiFactor => "multi_factor",
        }
    }
}

impl Reverification {
    /// Both factors within the last 10 minutes.
    pub const STRICT_MFA: Self = Self::preset("strict_mfa", FactorLevel::MultiFactor, TEN_MINUTES);
    /// The second factor within the last 10 minutes.
    pub const STRICT: Self = Self::preset("strict", FactorLevel::SecondFactor, TEN_MINUTES);
    /// The second factor within the last hour.
    pub const MODERATE: Self = Self::preset("moderate", FactorLevel::SecondFactor, HOUR);
    /// The second factor within the last 24 hours.
    pub const LAX: Self = Self::preset("lax", FactorLevel::SecondFactor, DAY);

    const PRESETS: [Self; 4] = [Self::STRICT_MFA, Self::STRICT, Self::MODERATE, Self::LAX];

    const fn preset(name: &'static str, level: FactorLevel, after_minutes: NonZeroU32) -> Self {
        Self {
            level,
            after_minutes,
            preset: Some(name),
        }
    }

    /// Asks for `level`, verified less than `after_minutes` minutes ago.
    ///
    /// # Errors
    ///
    /// `after_minutes` is 0, which nobody could satisfy.
    pub const fn new(
        level: FactorLevel,
        after_minutes: u32,
    ) -> Result<Self, InvalidReverification> {
        match NonZeroU32::new(after_minutes) {
            Some(after_minutes) => Ok(Self {
                level,
                after_minutes,
                preset: None,
            }),
            None => Err(InvalidReverification::NoTime),
        }
    }

    /// The preset of that name: `strict_mfa`, `strict`, `moderate` or `lax`.
    ///
    /// # Errors
    ///
    /// There is no such preset.
    pub fn from_name(name: &str) -> Result<Self, InvalidReverification> {
        Self::PRESETS
            .into_iter()
            .find(|one| one.preset == Some(name))
            .ok_or(InvalidReverification::Name)
    }

    /// Which factors count.
    pub const fn level(&self) -> FactorLevel {
        self.level
    }

    /// After how many minutes a verification no longer counts.
    pub const fn after_minutes(&self) -> u32 {
        self.after_minutes.get()
    }

    /// Whether factors verified that many minutes ago are enough; `None` is a factor that the user
    /// does not have.
    pub(super) fn is_met(&self, first: Option<u32>, second: Option<u32>) -> bool {
        let is_fresh = |age: u32| age < self.after_minutes.get();
        match (self.level, first, second) {
            (FactorLevel::FirstFactor, Some(first), _)
            | (FactorLevel::SecondFactor | FactorLevel::MultiFactor, Some(first), None) => {
                is_fresh(first)
            }
            (FactorLevel::SecondFactor, _, Some(second)) => is_fresh(second),
            (FactorLevel::MultiFactor, Some(first), Some(second)) => {
                is_fresh(first) && is_fresh(second)
            }
            (FactorLevel::FirstFactor | FactorLevel::MultiFactor, None, _)
            | (FactorLevel::SecondFactor, None, None) => false,
        }
    }
}

const TEN_MINUTES: NonZeroU32 = minutes(10);
const HOUR: NonZeroU32 = minutes(60);
const DAY: NonZeroU32 = minutes(24 * 60);

const fn minutes(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Serialize for Reverification {
    /// As Clerk's front end reads it: a preset's name, or the level and the minutes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(name) = self.preset {
            return serializer.serialize_str(name);
        }
        let mut custom = serializer.serialize_struct("Reverification", 2)?;
        custom.serialize_field("level", self.level.as_str())?;
        custom.serialize_field("afterMinutes", &self.after_minutes)?;
        custom.end()
    }
}

/// Why a [`Reverification`] cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidReverification {
    /// No time was left for it.
    #[error("the reverification window must be at least 1 minute")]
    NoTime,
    /// There is no preset of that name.
    #[error(
        "there is no such reverification preset; there are strict_mfa, strict, moderate and lax"
    )]
    Name,
}
