use clerk_core::UnixTime;
use serde_json::{Value, json};

use super::{
    Key,
    sent_code::{LINK, SentCode, UnknownCode},
    verification::CODE,
};

/// What a user is reached by, and signs in by, unlike a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
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

    /// The same for all that mean the same.
    pub(crate) fn normal(self, text: &str) -> String {
        match self.ignores_case(text) {
            true => text.to_ascii_lowercase(),
            false => text.to_owned(),
        }
    }

    /// Clerk tells no e-mail addresses apart by their case, and no wallet's hexadecimal digits.
    fn ignores_case(self, text: &str) -> bool {
        match self {
            Self::EmailAddress => true,
            Self::PhoneNumber => false,
            Self::Web3Wallet => text.starts_with("0x"),
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
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Claim {
    /// The user has shown it, or somebody vouches for them.
    Verified(Proof),
    /// Nobody has shown anything, but nobody else may have it, and the user signs in by it.
    Reserved,
    /// Anybody may say that it is theirs.
    Unverified,
}

/// Why an address counts as verified.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Proof {
    /// A server says so.
    Admin,
    /// Somebody knew the code that was sent there, which was good until then.
    Code(UnixTime),
    /// Somebody opened the link that was sent there, which was good until then.
    Link(UnixTime),
    /// An account with somebody else says so, by this strategy.
    Account(String),
}

/// An e-mail address, a phone number or a wallet of a user.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
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

    /// Whether this address means the same.
    pub(crate) fn is(&self, address: &str) -> bool {
        match self.kind.ignores_case(address) {
            true => self.address.eq_ignore_ascii_case(address),
            false => self.address == address,
        }
    }

    /// The message that a code or a link comes in, as webhooks tell it: an e-mail or a short message. Nobody sends it.
    pub(crate) fn message_json(
        &self,
        (id, slug, user_id): (&str, &str, &str),
        (text, data): (&str, Value),
        now: UnixTime,
    ) -> Value {
        match self.kind {
            IdentificationKind::PhoneNumber => json!({
                "object": "sms_message",
                "id": id,
                "slug": slug,
                "from_phone_number": "+15555550199",
                "to_phone_number": self.address,
                "phone_number_id": self.id,
                "user_id": user_id,
                "message": text,
                "status": "queued",
                "data": data,
                "delivered_by_clerk": false,
                "created_at": now.as_millis(),
                "created_at_ms": now.as_millis(),
            }),
            IdentificationKind::EmailAddress | IdentificationKind::Web3Wallet => json!({
                "object": "email",
                "id": id,
                "slug": slug,
                "from_email_name": "notifications",
                "reply_to_email_name": null,
                "to_email_address": self.address,
                "email_address_id": self.id,
                "user_id": user_id,
                "subject": text,
                "body": format!("<p>{text}</p>"),
                "body_plain": text,
                "status": "queued",
                "data": data,
                "delivered_by_clerk": false,
            }),
        }
    }

    /// Sends a code there, and says by which id it is known.
    pub(crate) fn send_code(&mut self, id: String, now: UnixTime) -> Value {
        let code = SentCode::new(id, self.kind.strategy(), now);
        let body = code.to_json(now);
        self.codes.push(code);
        body
    }

    /// Takes what somebody says the code is. Whether it was right is in the answer.
    pub(crate) fn attempt_code(
        &mut self,
        (id, code): (&str, &str),
        now: UnixTime,
    ) -> Result<Value, UnknownCode> {
        let sent = self.codes.iter_mut().find(|sent| sent.id == id);
        let sent = sent.ok_or(UnknownCode::NotFound)?;
        sent.attempt(code, now)?;
        let body = sent.to_json(now);
        if sent.is_verified() && !matches!(self.claim, Claim::Verified(_)) {
            let until = sent.expires_at();
            self.claim = Claim::Verified(match sent.is_link() {
                true => Proof::Link(until),
                false => Proof::Code(until),
            });
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

    /// Sends a link there, in the place of a code.
    pub(crate) fn send_link(&mut self, id: String, now: UnixTime) {
        self.codes.push(SentCode::new(id, LINK, now));
    }

    /// Somebody has opened the link that was sent there last. Whether that shows anything is the answer.
    pub(crate) fn open_link(&mut self, now: UnixTime) -> bool {
        let latest = self.codes.last().filter(|sent| sent.is_link());
        let id = latest.map(|sent| sent.id.clone());
        let opened = id.map(|id| self.attempt_code((&id, CODE), now));
        matches!(opened, Some(Ok(_))) && self.is_verified()
    }

    /// Takes what somebody says the code is that was sent there last.
    pub(crate) fn attempt_latest_code(
        &mut self,
        code: &str,
        now: UnixTime,
    ) -> Result<Value, UnknownCode> {
        let latest = self.codes.last().filter(|sent| !sent.is_link());
        let latest = latest.map(|sent| sent.id.clone());
        let id = latest.ok_or(UnknownCode::NotFound)?;
        self.attempt_code((&id, code), now)
    }

    /// What became of the code that was sent there last.
    pub(crate) fn latest_code(&self, now: UnixTime) -> Option<Value> {
        Some(self.codes.last()?.to_json(now))
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
            Proof::Link(_) => ("verification_link", LINK.to_owned()),
            Proof::Account(strategy) => ("verification_from_oauth", format!("from_{strategy}")),
        };
        let until = match proof {
            Proof::Code(until) | Proof::Link(until) => Some(until.as_millis()),
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
