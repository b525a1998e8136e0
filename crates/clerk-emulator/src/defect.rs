use std::{fmt, str::FromStr, time::Duration};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use clerk_core::UnixTime;
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    claims::{MACHINE_CATEGORY, TEMPLATE_CATEGORY},
    draft::{Draft, signing_input, with_signature},
    key_ring::KeyRing,
    signing_key::Digest,
};

/// The list of defects is written once: the variants, [`Defect::ALL`] and the names come from it.
macro_rules! defects {
    ($(#[$attributes:meta])* $vis:vis enum Defect {
        $($(#[$docs:meta])* $variant:ident = $name:literal,)+
    }) => {
        $(#[$attributes])*
        $vis enum Defect {
            $($(#[$docs])* $variant,)+
        }

        impl Defect {
            /// Every defect, for tests that try them all.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The defect's stable name, as `POST /_emulator/mint` takes it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }
    };
}

defects! {
    /// One way in which a token is deliberately bad. Everything else about the token is right, so
    /// that a verifier that accepts it lacks exactly one check.
    ///
    /// Some are wrong only for a verifier that was told what to expect: an issuer
    /// ([`WrongIssuer`](Self::WrongIssuer)), authorized parties
    /// ([`WrongAuthorizedParty`](Self::WrongAuthorizedParty)) or an audience
    /// ([`WrongAudience`](Self::WrongAudience)).
    ///
    /// ```
    /// use clerk_emulator::{Defect, Emulator};
    /// use clerk_core::UnixTime;
    ///
    /// let emulator = Emulator::builder().build()?;
    /// for &defect in Defect::ALL {
    ///     let token = emulator
    ///         .token()
    ///         .user("ada@example.com")
    ///         .defect(defect)
    ///         .sign(UnixTime::from_secs(1_800_000_000));
    ///     // assert!(my_server.refuses(&token), "{defect}");
    ///     # assert!(!token.is_empty());
    /// }
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Defect {
        /// One bit of the signature is flipped.
        DamagedSignature = "damaged-signature",
        /// The third part is empty.
        MissingSignature = "missing-signature",
        /// `sub` was changed after the token was signed.
        TamperedPayload = "tampered-payload",
        /// Signed with a key that is not ours, under our key's `kid`.
        ForeignKey = "foreign-key",
        /// Signed with our key, under a `kid` that no key set has.
        UnknownKeyId = "unknown-key-id",
        /// No `kid`.
        MissingKeyId = "missing-key-id",
        /// `alg: none` and an empty signature (RFC 8725 §2.1).
        AlgNone = "alg-none",
        /// `alg: HS256`, with the public key's PEM text as the secret (RFC 8725 §2.1).
        AlgHs256PublicKey = "alg-hs256-public-key",
        /// The header says `RS384`, the signature is RS256's.
        AlgMismatch = "alg-mismatch",
        /// No `alg`.
        MissingAlg = "missing-alg",
        /// `typ: JOSE`.
        WrongType = "wrong-type",
        /// `crit` names an extension that nobody knows (RFC 7515 §4.1.11).
        CriticalHeader = "critical-header",
        /// The header says that this is a token made from a JWT template.
        TemplateCategory = "template-category",
        /// The header says that this is a machine token.
        MachineCategory = "machine-category",
        /// `exp` was an hour ago.
        Expired = "expired",
        /// No `exp`.
        MissingExpiry = "missing-expiry",
        /// `exp` is a text.
        ExpiryNotANumber = "expiry-not-a-number",
        /// `exp` is 1e300, beyond every calendar.
        ExpiryOutOfRange = "expiry-out-of-range",
        /// `nbf` is an hour ahead.
        NotYetActive = "not-yet-active",
        /// `iat` is an hour ahead, `nbf` is not.
        IssuedInTheFuture = "issued-in-the-future",
        /// No `sub`.
        MissingSubject = "missing-subject",
        /// `sub` is a number.
        SubjectNotAString = "subject-not-a-string",
        /// `sub` is a machine's.
        MachineSubject = "machine-subject",
        /// `iss` is another instance's.
        WrongIssuer = "wrong-issuer",
        /// `azp` is another application's origin.
        WrongAuthorizedParty = "wrong-authorized-party",
        /// `aud` is another service's.
        WrongAudience = "wrong-audience",
        /// The payload has `sub` twice.
        DuplicateClaim = "duplicate-claim",
        /// The header, though signed, is not JSON.
        HeaderNotJson = "header-not-json",
        /// The payload, though signed, is not JSON.
        PayloadNotJson = "payload-not-json",
        /// The payload, though signed, is a JSON array.
        PayloadNotAnObject = "payload-not-an-object",
        /// The end of the token is cut off.
        Truncated = "truncated",
        /// Header and payload without a signature part.
        TwoParts = "two-parts",
        /// A fourth part follows.
        FourParts = "four-parts",
        /// The signature is padded with `=` (RFC 7515 §2 forbids it).
        PaddedBase64 = "padded-base64",
        /// The signature is in base64 proper, with `+` and `/`.
        StandardBase64 = "standard-base64",
        /// The signature's last character has bits that stand for nothing.
        NonCanonicalBase64 = "non-canonical-base64",
    }
}

impl Defect {
    /// Changes what the token says, before the caller's own changes are applied.
    pub(crate) fn spoil(self, draft: &mut Draft, now: UnixTime) {
        const HOUR: Duration = Duration::from_secs(60 * 60);
        let ago = now.saturating_sub(HOUR).as_secs();
        let ahead = now.saturating_add(HOUR).as_secs();
        let much_later = now.saturating_add(2 * HOUR).as_secs();
        let Draft { header, claims, .. } = draft;
        let mut claim = |name: &str, value: Value| {
            claims.insert(name.to_owned(), value);
        };
        let mut parameter = |name: &str, value: Value| {
            header.insert(name.to_owned(), value);
        };
        match self {
            Self::UnknownKeyId => parameter("kid", json!("ins_000000000000000000000000000")),
            Self::AlgNone => parameter("alg", json!("none")),
            Self::AlgHs256PublicKey => parameter("alg", json!("HS256")),
            Self::AlgMismatch => parameter("alg", json!("RS384")),
            Self::WrongType => parameter("typ", json!("JOSE")),
            Self::CriticalHeader => {
                parameter("crit", json!(["https://emulator.example/unknown"]));
                parameter("https://emulator.example/unknown", json!(true));
            }
            Self::TemplateCategory => parameter("cat", json!(TEMPLATE_CATEGORY)),
            Self::MachineCategory => parameter("cat", json!(MACHINE_CATEGORY)),
            Self::Expired => {
                claim("iat", json!(ago - 60));
                claim("nbf", json!(ago - 70));
                claim("exp", json!(ago));
            }
            Self::ExpiryNotANumber => claim("exp", json!(much_later.to_string())),
            Self::ExpiryOutOfRange => claim("exp", json!(1e300)),
            Self::NotYetActive => {
                claim("nbf", json!(ahead));
                claim("exp", json!(much_later));
            }
            Self::IssuedInTheFuture => {
                claim("iat", json!(ahead));
                claim("exp", json!(much_later));
            }
            Self::SubjectNotAString => claim("sub", json!(5)),
            Self::MachineSubject => claim("sub", json!("mch_000000000000000000000000000")),
            Self::WrongIssuer => claim("iss", json!("https://clerk.another-instance.example")),
            Self::WrongAuthorizedParty => claim("azp", json!("https://another-app.example")),
            Self::WrongAudience => claim("aud", json!("https://another-service.example")),
            Self::MissingKeyId => drop(header.remove("kid")),
            Self::MissingAlg => drop(header.remove("alg")),
            Self::MissingExpiry => drop(claims.remove("exp")),
            Self::MissingSubject => drop(claims.remove("sub")),
            _ => {}
        }
    }

    /// Signs the token, and damages what can only be damaged then.
    pub(crate) fn sign(self, draft: &Draft, keys: &KeyRing) -> String {
        let header = match self {
            Self::HeaderNotJson => "not JSON".to_owned(),
            _ => draft.header_json(),
        };
        let payload = match self {
            Self::PayloadNotJson => "not JSON".to_owned(),
            Self::PayloadNotAnObject => "[]".to_owned(),
            Self::DuplicateClaim => draft.claims_json().replacen(
                '{',
                r#"{"sub":"user_000000000000000000000000000","#,
                1,
            ),
            _ => draft.claims_json(),
        };
        let input = signing_input(header.as_bytes(), payload.as_bytes());
        let signature = self.signature(draft, &input, keys);
        let token = with_signature(&input, &signature);
        let encoded = URL_SAFE_NO_PAD.encode(&signature);
        match self {
            Self::TamperedPayload => {
                let mut tampered = draft.clone();
                let subject = json!("user_000000000000000000000000000");
                tampered.claims.insert("sub".into(), subject);
                let input = signing_input(header.as_bytes(), tampered.claims_json().as_bytes());
                with_signature(&input, &signature)
            }
            Self::Truncated => token.chars().take(token.len().saturating_sub(12)).collect(),
            Self::TwoParts => input,
            Self::FourParts => format!("{token}.e30"),
            Self::PaddedBase64 => format!("{token}=="),
            Self::StandardBase64 => format!("{input}.{}", STANDARD_NO_PAD.encode(&signature)),
            Self::NonCanonicalBase64 => format!("{input}.{}", with_stray_bits(&encoded)),
            _ => token,
        }
    }

    fn signature(self, draft: &Draft, input: &str, keys: &KeyRing) -> Vec<u8> {
        let key = &keys.current().key;
        let input = input.as_bytes();
        match self {
            Self::MissingSignature | Self::AlgNone => Vec::new(),
            Self::AlgHs256PublicKey => {
                let secret = hmac::Key::new(hmac::HMAC_SHA256, key.public_pem().as_bytes());
                hmac::sign(&secret, input).as_ref().to_vec()
            }
            Self::ForeignKey => keys.foreign().sign(draft.digest(), input),
            Self::AlgMismatch => key.sign(Digest::Sha256, input),
            Self::DamagedSignature => {
                let mut signature = key.sign(draft.digest(), input);
                if let Some(last) = signature.last_mut() {
                    *last ^= 1;
                }
                signature
            }
            _ => key.sign(draft.digest(), input),
        }
    }
}

/// 256 bytes take 342 characters, and the last of them has four bits to spare: they should be 0.
fn with_stray_bits(encoded: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = encoded.to_owned();
    let stray = text
        .pop()
        .and_then(|last| ALPHABET.find(last))
        .and_then(|index| ALPHABET.as_bytes().get(index | 1));
    text.extend(stray.map(|byte| char::from(*byte)));
    text
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Defect {
    type Err = UnknownDefect;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|defect| defect.name() == name)
            .ok_or(UnknownDefect)
    }
}

/// A name that is no [`Defect`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such defect; Defect::ALL lists them")]
pub struct UnknownDefect;
