use alloc::{borrow::Cow, boxed::Box};

use clerk_core::Pasted;

use crate::VerifyError;

/// For whom machine-to-machine tokens have to be.
///
/// Any machine of an instance can have a token signed by the instance's key, so a good signature
/// does not say that its holder is meant to call *this* service. The scopes do: they name the
/// machines that the token is for. Comparing them takes knowing which machine one is oneself, so
/// tokens of machines are refused until that, or that it does not matter, has been said.
///
/// ```
/// use clerk_jwt::{MachineScopes, Policy};
///
/// let policy = Policy::default().machine_scopes(MachineScopes::require("mch_2billing")?);
/// # let _ = policy;
/// # Ok::<(), clerk_jwt::InvalidMachineId>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MachineScopes {
    /// It has not been said: no machine-to-machine token is accepted.
    #[default]
    Undecided,
    /// Scopes are not looked at: every machine of the instance may call.
    Ignore,
    /// One of the scopes has to be this machine, `mch_…`: the service's own.
    Require(Box<str>),
}

impl MachineScopes {
    /// [`Require`](Self::Require) the machine of this id among the scopes. What [`Pasted::strip`]
    /// takes off is dropped.
    ///
    /// # Errors
    ///
    /// The text is not a machine's id.
    pub fn require(machine_id: impl Into<Box<str>>) -> Result<Self, InvalidMachineId> {
        let given = machine_id.into();
        let id = Pasted::strip(&given);
        let is_part_of_one = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        match id.strip_prefix("mch_") {
            Some(rest) if !rest.is_empty() && rest.bytes().all(is_part_of_one) => {
                Ok(Self::Require(id.into()))
            }
            _ => Err(InvalidMachineId),
        }
    }

    /// Whether a token with these scopes is for this machine.
    pub fn accept<'s>(&self, mut scopes: impl Iterator<Item = &'s str>) -> bool {
        match self {
            Self::Undecided => false,
            Self::Ignore => true,
            Self::Require(machine_id) => scopes.any(|scope| *scope == **machine_id),
        }
    }

    pub(crate) fn check(&self, scopes: &[Cow<'_, str>]) -> Result<(), VerifyError> {
        if self.accept(scopes.iter().map(AsRef::as_ref)) {
            Ok(())
        } else {
            Err(VerifyError::OtherMachine)
        }
    }
}

/// A text is not a machine's id. It is not repeated: it might be the machine's secret key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the machine id cannot be used; it looks like mch_2xhFjEI5X2qWRvtV13BzSj8H6Dk, and is shown \
     beside the machine's name in the Clerk Dashboard. The machine's secret key, ak_…, is not it"
)]
pub struct InvalidMachineId;
