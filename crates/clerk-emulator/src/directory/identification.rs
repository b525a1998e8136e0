use std::time::Duration;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::Key;

/// The code in every message: tests know it.
const CODE: &str = "424242";
/// How long a code is good.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How often one may be wrong about a code.
const ATTEMPTS: u32 = 3;

/// What a user is reached by, and signs in by, unlike a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentificationKind {
    EmailAddress,
    PhoneNumber,
    Web3Wallet,
}

impl IdentificationKind {
    pub(crate) const ALL: [Self; 3] = [Self::EmailAddress, Self::PhoneNumber, Self::Web3Wallet];

    /// What a text is, if it is one of them.
    pub(crate) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.is_valid(text))
    }

    /// The API's name of the object, and of the address within it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::EmailAddress => "email_address",
            Self::PhoneNumber => "phone_number",
            Self::Web3Wallet => "web3_wallet",
        }
    }

    pub(crate) fn key(self) -> Key {
        match self {
            Self::EmailAddress => Key::EmailAddress,
            Self::PhoneNumber => Key::PhoneNumber,
            Self::Web3Wallet => Key::Web3Wallet,
        }
    }

    /// What is valid, for people.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::EmailAddress => "a valid email address",
            Self::PhoneNumber => "a phone number as E.164 has them, such as +15555550100",
            Self::Web3Wallet => "the address of a wallet, such as 0x and 40 hexadecimal digits",
        }
    }

    /// Whether `text` looks like one at all.
    pub(crate) fn is_valid(self, text: &str) -> bool {
        match self {
            Self::EmailAddress => is_email_address(text),
            Self::PhoneNumber => text.strip_prefix('+').is_some_and(|digits| {
                (7..=15).contains(&digits.len())
                    && !digits.starts_with('0')
                    && digits.bytes().all(|byte| byte.is_ascii_digit())
            }),
            Self::Web3Wallet => match text.strip_prefix("0x") {
                Some(digits) => digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()),
                None => {
                    (32..=44).contains(&text.len())
                        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
                }
            },
        }
    }

    /// The same for all that mean the same: Clerk tells no e-mail addresses apart by their case, and no
    /// wallet's hexadecimal digits.
    pub(crate) fn normal(self, text: &str) -> String {
        match self {
            Self::EmailAddress => text.to_ascii_lowercase(),
            Self::Web3Wallet if text.starts_with("0x") => text.to_ascii_lowercase(),
            Self::PhoneNumber | Self::Web3Wallet => text.to_owned(),
        }
    }

    /// What a verification by a code is called.
    fn strategy(self) -> &'static str {
        match self {
            Self::EmailAddress => "email_code",
            Self::PhoneNumber => "phone_code",
            Self::Web3Wallet => "web3_metamask_signature",
        }
    }
}

fn is_email_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
    }) && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// How far an address is its user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The user has shown it, or somebody vouches for them.
    Verified(Proof),
    /// Nobody has shown anything, but nobody else may have it, and the user signs in by it.
    Reserved,
    /// Anybody may say that it is theirs.
    Unverified,
}

/// Why an address counts as verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A server says so.
    Admin,
    /// Somebody knew the code that was sent there, which was good until then.
    Code(UnixTime),
    /// An account with somebody else says so, by this strategy.
    Account(String),
}

/// An e-mail address, a phone number or a wallet of a user.
#[derive(Clone, Debug)]
pub(crate) struct Identification {
    pub(crate) id: String,
    pub(crate) kind: IdentificationKind,
    /// The e-mail address, the number, or where the wallet is.
    pub(crate) address: String,
    pub(crate) claim: Claim,
    /// The account that it comes from: its strategy, and its own identification.
    pub(crate) linked_to: Option<(String, String)>,
    /// Whether codes that are sent there are a second factor. Phone numbers alone are.
    pub(crate) is_second_factor: bool,
    codes: Vec<SentCode>,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
}

/// A code on its way to an address.
#[derive(Clone, Debug)]
struct SentCode {
    id: String,
    attempts: u32,
    expires_at: UnixTime,
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

impl Identification {
    /// One that a server vouches for.
    pub(crate) fn verified(
        kind: IdentificationKind,
        id: String,
        address: String,
        now: UnixTime,
    ) -> Self {
        Self {
            id,
            kind,
            address,
            claim: Claim::Verified(Proof::Admin),
            linked_to: None,
            is_second_factor: false,
            codes: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn is_verified(&self) -> bool {
        matches!(self.claim, Claim::Verified(_))
    }

    /// Whether nobody else may have it.
    pub(crate) fn is_claimed(&self) -> bool {
        self.claim != Claim::Unverified
    }

    pub(crate) fn is(&self, address: &str) -> bool {
        self.kind.normal(&self.address) == self.kind.normal(address)
    }

    /// Sends a code there, and says by which id it is known.
    pub(crate) fn send_code(&mut self, id: String, now: UnixTime) -> Value {
        let code = SentCode {
            id,
            attempts: 0,
            expires_at: now.saturating_add(CODE_LIFETIME),
            is_verified: false,
        };
        let body = code.to_json(self.kind, now);
        self.codes.push(code);
        body
    }

    /// Takes what somebody says the code is. Whether it was right is in the answer.
    pub(crate) fn attempt_code(
        &mut self,
        (id, code): (&str, &str),
        now: UnixTime,
    ) -> Result<Value, UnknownCode> {
        let kind = self.kind;
        let sent = self.codes.iter_mut().find(|sent| sent.id == id);
        let sent = sent.ok_or(UnknownCode::NotFound)?;
        if sent.is_verified {
            return Err(UnknownCode::AlreadyVerified);
        }
        if now < sent.expires_at && sent.attempts < ATTEMPTS {
            sent.attempts += 1;
            sent.is_verified = code == CODE;
        }
        let body = sent.to_json(kind, now);
        if sent.is_verified && !matches!(self.claim, Claim::Verified(_)) {
            self.claim = Claim::Verified(Proof::Code(sent.expires_at));
            self.updated_at = now;
        }
        Ok(body)
    }

    /// One that anybody may say is theirs, until a code that was sent there is known.
    pub(crate) fn unverified(
        kind: IdentificationKind,
        id: String,
        address: String,
        now: UnixTime,
    ) -> Self {
        Self {
            claim: Claim::Unverified,
            ..Self::verified(kind, id, address, now)
        }
    }

    /// Takes what somebody says the code is that was sent there last.
    pub(crate) fn attempt_latest_code(
        &mut self,
        code: &str,
        now: UnixTime,
    ) -> Result<Value, UnknownCode> {
        let latest = self.codes.last().map(|sent| sent.id.clone());
        let id = latest.ok_or(UnknownCode::NotFound)?;
        self.attempt_code((&id, code), now)
    }

    /// What became of the code that was sent there last.
    pub(crate) fn latest_code(&self, now: UnixTime) -> Option<Value> {
        Some(self.codes.last()?.to_json(self.kind, now))
    }

    /// The API's object. Of the phone numbers that are second factors, one is the default.
    pub(crate) fn to_json(&self, is_default_second_factor: bool) -> Value {
        let mut body = json!({
            "id": self.id,
            "object": self.kind.as_str(),
            "verification": self.verification_json(),
            "created_at": self.created_at.as_millis(),
            "updated_at": self.updated_at.as_millis(),
        });
        body[self.kind.as_str()] = json!(self.address);
        if self.kind == IdentificationKind::Web3Wallet {
            return body;
        }
        let link = self.linked_to.iter();
        let links: Vec<Value> = link
            .map(|(of, id)| json!({ "type": of, "id": id }))
            .collect();
        body["reserved"] = json!(self.claim == Claim::Reserved);
        body["linked_to"] = json!(links);
        if self.kind == IdentificationKind::EmailAddress {
            body["matches_sso_connection"] = json!(false);
        } else {
            body["reserved_for_second_factor"] = json!(self.is_second_factor);
            body["default_second_factor"] = json!(is_default_second_factor);
            body["backup_codes"] = Value::Null;
        }
        body
    }

    fn verification_json(&self) -> Value {
        let Claim::Verified(proof) = &self.claim else {
            return Value::Null;
        };
        let (object, strategy) = match proof {
            Proof::Admin => ("verification_admin", "admin".to_owned()),
            Proof::Code(_) => ("verification_otp", self.kind.strategy().to_owned()),
            Proof::Account(strategy) => ("verification_from_oauth", format!("from_{strategy}")),
        };
        let until = match proof {
            Proof::Code(until) => Some(until.as_millis()),
            Proof::Admin | Proof::Account(_) => None,
        };
        json!({
            "object": object,
            "status": "verified",
            "strategy": strategy,
            "attempts": until.map(|_| 1),
            "expire_at": until,
            "verified_at_client": null,
        })
    }
}

impl SentCode {
    /// The API's verification of a code.
    fn to_json(&self, kind: IdentificationKind, now: UnixTime) -> Value {
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
            "strategy": kind.strategy(),
            "attempts": self.attempts,
            "expire_at": self.expires_at.as_millis(),
            "channel": (kind == IdentificationKind::PhoneNumber).then_some("sms"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

    #[test]
    fn addresses_look_like_what_they_are() {
        let [email, phone, wallet] = IdentificationKind::ALL;
        let hex = "0x52908400098527886E0F7030069857D2E4169EE7";
        for (kind, good, bad) in [
            (
                email,
                &["a@b.c", "a+b@c.example"][..],
                &["", "a", "@b.c", "a@b", "a@.c", "a b@c.d"][..],
            ),
            (
                phone,
                &["+15555550100", "+4930123456"],
                &[
                    "",
                    "+",
                    "15555550100",
                    "+0155555501",
                    "+1 555 555",
                    "+1555555010012345",
                ],
            ),
            (
                wallet,
                &[hex, "7EqQdEULxWcraVx3mXKFjc84LhCkMGZCkRuDpvcMwJeK"],
                &[
                    "",
                    "0x52",
                    "0x52908400098527886E0F7030069857D2E4169EEZ",
                    "7EqQ",
                ],
            ),
        ] {
            for text in good {
                assert!(kind.is_valid(text), "{text}");
            }
            for text in bad {
                assert!(!kind.is_valid(text), "{text}");
            }
        }
        assert_eq!(wallet.normal(hex), hex.to_ascii_lowercase());
    }

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
        let late = NOW.saturating_add(CODE_LIFETIME);
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
