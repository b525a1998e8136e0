use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::verification::{CODE, Unverified, Verification};

/// A code on its way to an address, as the Backend API knows it: by an id.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(super) struct SentCode {
    pub(super) id: String,
    verification: Verification,
}

/// The strategy of a link in the place of a code.
pub(super) const LINK: &str = "email_link";

/// Why a code was not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownCode {
    /// None of this id was sent there.
    NotFound,
    /// It was good before.
    AlreadyVerified,
}

impl SentCode {
    pub(super) fn new(id: String, strategy: &str, now: UnixTime) -> Self {
        Self {
            id,
            verification: Verification::sent(strategy, now),
        }
    }

    /// Whether it is a link, which one opens.
    pub(super) fn is_link(&self) -> bool {
        self.verification.strategy == LINK
    }

    pub(super) fn is_verified(&self) -> bool {
        self.verification.is_verified()
    }

    pub(super) fn expires_at(&self) -> UnixTime {
        self.verification.expires_at()
    }

    /// Takes what somebody says the code is. What came of it, if it was looked at, is in [`to_json`](Self::to_json).
    pub(super) fn attempt(&mut self, code: &str, now: UnixTime) -> Result<(), UnknownCode> {
        match self.verification.attempt(code == CODE, now) {
            Err(Unverified::AlreadyVerified) => Err(UnknownCode::AlreadyVerified),
            Ok(()) | Err(Unverified::Incorrect | Unverified::Expired | Unverified::Failed) => {
                Ok(())
            }
        }
    }

    /// The Backend API's verification of a code.
    pub(super) fn to_json(&self, now: UnixTime) -> Value {
        let mut body = self.verification.described(now);
        body["id"] = json!(self.id);
        body["channel"] = json!((self.verification.strategy == "phone_code").then_some("sms"));
        body
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
        let late = NOW.saturating_add(std::time::Duration::from_secs(10 * 60));
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
