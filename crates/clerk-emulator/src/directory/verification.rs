use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Value, json};

/// The code in every message: tests know it, people find it in the mailbox.
pub(crate) const CODE: &str = "424242";

const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How often one may be wrong about a code.
const ATTEMPTS: u32 = 3;

/// A proof that somebody is asked for: of an address, of a factor.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Verification {
    pub(crate) strategy: String,
    attempts: u32,
    expires_at: UnixTime,
    verified: bool,
    /// The client of the browser on which it was given, where that is known.
    pub(crate) verified_at_client: Option<String>,
}

/// Why a proof is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unverified {
    Incorrect,
    Expired,
    /// It was tried too often.
    Failed,
    /// It was given before.
    AlreadyVerified,
}

impl Verification {
    /// A code on its way.
    pub(crate) fn sent(strategy: &str, now: UnixTime) -> Self {
        Self {
            strategy: strategy.to_owned(),
            attempts: 0,
            expires_at: now.saturating_add(LIFETIME),
            verified: false,
            verified_at_client: None,
        }
    }

    /// One that was given at once.
    pub(crate) fn passed(strategy: &str, now: UnixTime) -> Self {
        Self {
            attempts: 1,
            verified: true,
            ..Self::sent(strategy, now)
        }
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.verified
    }

    pub(super) fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// Takes an answer, which is right or not.
    pub(crate) fn attempt(&mut self, is_right: bool, now: UnixTime) -> Result<(), Unverified> {
        if self.verified {
            return Err(Unverified::AlreadyVerified);
        }
        if now >= self.expires_at {
            return Err(Unverified::Expired);
        }
        if self.attempts >= ATTEMPTS {
            return Err(Unverified::Failed);
        }
        self.attempts += 1;
        self.verified = is_right;
        match is_right {
            true => Ok(()),
            false => Err(Unverified::Incorrect),
        }
    }

    /// The Frontend API's verification object.
    pub(crate) fn to_json(&self, now: UnixTime) -> Value {
        let mut body = self.described(now);
        body["verified_at_client"] = json!(self.verified_at_client);
        body
    }

    /// What verifications have in both APIs.
    pub(super) fn described(&self, now: UnixTime) -> Value {
        let status = if self.verified {
            "verified"
        } else if now >= self.expires_at {
            "expired"
        } else if self.attempts >= ATTEMPTS {
            "failed"
        } else {
            "unverified"
        };
        json!({
            "object": "verification",
            "status": status,
            "strategy": self.strategy,
            "attempts": self.attempts,
            "expire_at": self.expires_at.as_millis(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

    #[test]
    fn guessing_ends_with_the_third_attempt() {
        let mut verification = Verification::sent("email_code", NOW);
        for _ in 0..3 {
            let outcome = verification.attempt(false, NOW);
            assert_eq!(outcome, Err(Unverified::Incorrect));
        }
        assert_eq!(verification.attempt(true, NOW), Err(Unverified::Failed));
        assert_eq!(verification.to_json(NOW)["status"], "failed");
    }

    #[test]
    fn a_code_expires_and_is_good_once() {
        let mut verification = Verification::sent("email_code", NOW);
        let late = NOW.saturating_add(LIFETIME);
        assert_eq!(verification.attempt(true, late), Err(Unverified::Expired));
        assert_eq!(verification.attempt(true, NOW), Ok(()));
        let again = verification.attempt(true, NOW);
        assert_eq!(again, Err(Unverified::AlreadyVerified));
        assert_eq!(verification.to_json(late)["status"], "verified");
    }
}
