use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Value, json};

/// The code in every message: tests know it.
pub(super) const CODE: &str = "424242";
/// How long a code is good.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How often one may be wrong about a code.
const ATTEMPTS: u32 = 3;

/// A code on its way to an address.
#[derive(Clone, Debug)]
pub(super) struct SentCode {
    pub(super) id: String,
    attempts: u32,
    pub(super) expires_at: UnixTime,
    is_verified: bool,
}

/// Why a code was not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownCode {
    /// None of this id was sent there.
    NotFound,
    /// It was good before.
    AlreadyVerified,
}

impl SentCode {
    pub(super) fn new(id: String, now: UnixTime) -> Self {
        Self {
            id,
            attempts: 0,
            expires_at: now.saturating_add(LIFETIME),
            is_verified: false,
        }
    }

    pub(super) fn is_verified(&self) -> bool {
        self.is_verified
    }

    /// Takes what somebody says the code is, unless it is too late for that.
    pub(super) fn attempt(&mut self, code: &str, now: UnixTime) -> Result<(), UnknownCode> {
        if self.is_verified {
            return Err(UnknownCode::AlreadyVerified);
        }
        if now < self.expires_at && self.attempts < ATTEMPTS {
            self.attempts += 1;
            self.is_verified = code == CODE;
        }
        Ok(())
    }

    /// The API's verification of a code.
    pub(super) fn to_json(&self, strategy: &str, now: UnixTime) -> Value {
        let status = if self.is_verified {
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
            "id": self.id,
            "status": status,
            "strategy": strategy,
            "attempts": self.attempts,
            "expire_at": self.expires_at.as_millis(),
            "channel": (strategy == "phone_code").then_some("sms"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Claim, Identification, IdentificationKind};

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

    #[test]
    fn guessing_a_code_ends_with_the_third_attempt() {
        let kind = IdentificationKind::EmailAddress;
        let mut email = Identification::verified(kind, "idn_1".into(), "a@b.c".into(), NOW);
        email.claim = Claim::Unverified;
        email.send_code("ver_1".into(), NOW);
        for status in ["unverified", "unverified", "failed"] {
            let found = email.attempt_code(("ver_1", "000000"), NOW).unwrap();
            assert_eq!(found["status"], status);
        }
        let found = email.attempt_code(("ver_1", CODE), NOW).unwrap();
        assert_eq!(
            (&found["status"], &found["attempts"]),
            (&json!("failed"), &json!(3))
        );
        assert!(!email.is_verified());
        email.send_code("ver_2".into(), NOW);
        let late = NOW.saturating_add(LIFETIME);
        let found = email.attempt_code(("ver_2", CODE), late).unwrap();
        assert_eq!(found["status"], "expired");
        assert!(!email.is_verified());
        let found = email.attempt_code(("ver_2", CODE), NOW).unwrap();
        assert_eq!(found["status"], "verified");
        assert!(email.is_verified());
        let again = email.attempt_code(("ver_2", CODE), NOW);
        assert_eq!(again, Err(UnknownCode::AlreadyVerified));
    }
}
