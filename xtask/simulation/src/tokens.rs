//! Tokens that the real verifier judges, and signatures that cost next to nothing.
//!
//! A signature is a sum over the signed bytes and the key's number: anybody could forge one, and nobody here does. RSA
//! would take most of the day's time and decide nothing that the sum does not.

use std::{rc::Rc, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use clerk_jwt::{
    Algorithm, InvalidKey, Policy, Provider, RsaPublicKey, SignatureMismatch, SignatureVerifier,
    VerifySignature,
};

use crate::{
    day::{self, KEYS, KeyName, Moment, OLDEST_TOKEN, Published},
    random::Chance,
};

const ISSUER: &str = "https://clerk.simulation.example";
/// Seconds.
const LIFE: u64 = 60;

/// Who presents a token, and what is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A user, with a token of Clerk's.
    User,
    /// Whoever stole a key that is published no more, and signs with it.
    Stolen,
    /// An attacker, who names a key that never was.
    MadeUpKey,
    /// An attacker, who names the right key and cannot sign with it.
    BadSignature,
    /// An attacker, who found an old token.
    Expired,
}

/// A token, with what the simulation knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// `None` for a key that never was.
    pub(crate) key: Option<KeyName>,
    /// In seconds of the day, from when to when it is valid, by a clock that is right.
    pub(crate) issued: u64,
    pub(crate) compact: Rc<str>,
}

impl Token {
    /// Whether a clock that shows `wall`, five seconds forgiven, is within its life.
    pub(crate) fn is_current(&self, wall: clerk_core::UnixTime) -> bool {
        let issued = day::time_of(Moment::from_secs(self.issued)).as_millis();
        let age = wall.as_millis() - issued;
        (-5_000..LIFE as i64 * 1_000 + 5_000).contains(&age)
    }

    /// Whether its signature is what it should be under the key it names.
    pub(crate) fn is_signed(&self) -> bool {
        !matches!(self.kind, Kind::MadeUpKey | Kind::BadSignature)
    }
}

/// What the verifier asks of a token.
pub(crate) fn policy() -> Policy {
    Policy::default().issuers([ISSUER])
}

/// Issues tokens, and remembers them: many requests bring the same one.
#[derive(Debug)]
pub(crate) struct Issuer {
    users: Issued,
    bad_signatures: Issued,
    expired: Issued,
    stolen: Issued,
}

/// Seconds from one token to the next: tokens of all users are issued at the same moments.
const BETWEEN: u64 = 10;

/// Tokens by the moment in which they were issued.
#[derive(Debug)]
struct Issued(Vec<Option<Token>>);

impl Issued {
    fn new() -> Self {
        Self(vec![None; (day::MIDNIGHT.as_secs() / BETWEEN) as usize])
    }

    /// The last one that was issued by then.
    fn get(&mut self, second: u64, kind: Kind) -> Token {
        let number = second / BETWEEN;
        let issued = number * BETWEEN;
        let known = &mut self.0[number as usize];
        known.get_or_insert_with(|| sign(kind, issued)).clone()
    }
}

impl Issuer {
    pub(crate) fn new() -> Self {
        Self {
            users: Issued::new(),
            bad_signatures: Issued::new(),
            expired: Issued::new(),
            stolen: Issued::new(),
        }
    }

    /// A user's token, of any age that users' tokens have.
    pub(crate) fn of_user(&mut self, at: Moment, chance: &mut Chance) -> Token {
        let oldest = at.saturating_sub(OLDEST_TOKEN).as_secs() + BETWEEN;
        let latest = at.as_secs().max(oldest);
        let by_then = at.as_secs() - chance.below(latest - oldest + 1);
        self.users.get(by_then, Kind::User)
    }

    /// One of the attacker's.
    pub(crate) fn of_attacker(&mut self, at: Moment, chance: &mut Chance) -> Token {
        let now = at.as_secs();
        let earlier = now.saturating_sub(600);
        match chance.below(3) {
            0 => made_up(now, chance),
            1 => self.bad_signatures.get(now, Kind::BadSignature),
            _ => self.expired.get(earlier, Kind::Expired),
        }
    }

    /// The thief's, signed a moment ago with the key that was withdrawn last.
    pub(crate) fn of_thief(&mut self, at: Moment) -> Token {
        self.stolen.get(at.as_secs(), Kind::Stolen)
    }
}

fn sign(kind: Kind, issued: u64) -> Token {
    let at = Moment::from_secs(issued);
    let key = match kind {
        Kind::Stolen => day::last_withdrawn(at),
        _ => day::signer(at),
    };
    let signed = to_be_signed(&name(key), issued);
    let signature = match kind {
        Kind::BadSignature => [0; 8],
        _ => sum(number(key), signed.as_bytes()),
    };
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Token {
        kind,
        key: Some(key),
        issued,
        compact: format!("{signed}.{signature}").into(),
    }
}

fn made_up(issued: u64, chance: &mut Chance) -> Token {
    let signed = to_be_signed(&format!("ins_{:016x}", chance.number()), issued);
    let signature = URL_SAFE_NO_PAD.encode(chance.number().to_be_bytes());
    Token {
        kind: Kind::MadeUpKey,
        key: None,
        issued,
        compact: format!("{signed}.{signature}").into(),
    }
}

fn to_be_signed(kid: &str, issued: u64) -> String {
    let from = day::time_of(Moment::from_secs(issued)).as_secs();
    let to = from + LIFE as i64;
    let header = format!(r#"{{"alg":"RS256","kid":"{kid}","typ":"JWT"}}"#);
    let claims = format!(
        r#"{{"azp":"https://app.example","exp":{to},"fva":[1,-1],"iat":{from},"iss":"{ISSUER}","nbf":{from},"sid":"sess_simulated","sts":"active","sub":"user_simulated","v":2}}"#
    );
    let mut text = URL_SAFE_NO_PAD.encode(header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut text);
    text
}

/// The id of a key.
pub(crate) fn name(key: KeyName) -> String {
    format!("ins_simulated{}", key.0)
}

/// In place of a private key.
fn number(key: KeyName) -> u64 {
    0xC1E4_0000_0000_0001 + (u64::from(key.0) << 8)
}

/// The set of keys as the key server publishes it.
pub(crate) fn key_set(published: Published) -> Bytes {
    let keys = (0..KEYS as u8)
        .map(KeyName)
        .filter(|key| published.has(*key));
    let keys: Vec<String> = keys.map(public_key).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into()
}

fn public_key(key: KeyName) -> String {
    let mut modulus = [0x5D; 256];
    modulus[..8].copy_from_slice(&number(key).to_be_bytes());
    let modulus = URL_SAFE_NO_PAD.encode(modulus);
    let kid = name(key);
    format!(r#"{{"alg":"RS256","e":"AQAB","kid":"{kid}","kty":"RSA","n":"{modulus}","use":"sig"}}"#)
}

/// Verifies those sums, in place of RSA.
#[derive(Debug)]
pub(crate) struct Sums;

#[derive(Debug)]
struct Sum(u64);

impl Provider for Sums {
    fn rsa(&self, key: RsaPublicKey) -> Result<SignatureVerifier, InvalidKey> {
        let first = key.modulus().iter().take(8);
        let number = first.fold(0, |number, byte| number << 8 | u64::from(*byte));
        Ok(SignatureVerifier::AtOnce(Arc::new(Sum(number))))
    }
}

impl VerifySignature for Sum {
    fn verify(
        &self,
        _: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureMismatch> {
        if sum(self.0, message) == signature {
            Ok(())
        } else {
            Err(SignatureMismatch)
        }
    }
}

fn sum(key: u64, message: &[u8]) -> [u8; 8] {
    let chunks = message.chunks(8);
    let sum = chunks.fold(key, |sum, chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        (sum.rotate_left(23) ^ u64::from_be_bytes(bytes)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    sum.to_be_bytes()
}
