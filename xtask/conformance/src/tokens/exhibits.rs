//! One case for each entry of `docs/divergences.md` that tokens can show, with both answers.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    case::{Case, Options},
    draft::{AUDIENCE, Draft, Keys, NOW, Part},
    random::Random,
    signer::{KEY_ID, PEM, Signers},
};

/// Reads a file of `vectors/`.
macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../vectors/", $name))
    };
}

/// An answer as an exhibit announces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Accepted,
    Refused(&'static str),
    Failed,
}

#[derive(Debug)]
pub(super) struct Exhibit {
    /// The entry it shows.
    pub(super) id: &'static str,
    pub(super) case: Case,
    pub(super) reference: Expected,
    pub(super) ours: Expected,
    /// Where we accept what the reference does not: the same token with its key in a form that
    /// the reference reads, so that what we accept is a good token whichever way one looks at it.
    pub(super) control: Option<Case>,
}

/// Makes exhibits out of a good token and what is changed about it.
struct Maker<'s> {
    signers: &'s Signers,
    exhibits: Vec<Exhibit>,
}

const INVALID: Expected = Expected::Refused("token-invalid");
const UNVERIFIED: Expected = Expected::Refused("token-verification-failed");
const MISMATCH: Expected = Expected::Refused("jwk-kid-mismatch");
use Expected::{Accepted, Failed, Refused};

impl Maker<'_> {
    fn case(&self, change: impl FnOnce(&mut Draft)) -> Case {
        let mut draft = Draft::session(self.signers);
        change(&mut draft);
        draft.finish(&mut Random::of_case(0, 0), self.signers)
    }

    fn add(
        &mut self,
        id: &'static str,
        (reference, ours): (Expected, Expected),
        change: impl FnOnce(&mut Draft),
    ) {
        let case = self.case(change);
        self.push(id, (reference, ours), case);
    }

    fn push(&mut self, id: &'static str, (reference, ours): (Expected, Expected), case: Case) {
        self.exhibits.push(Exhibit {
            id,
            case,
            reference,
            ours,
            control: None,
        });
    }

    /// A good token that we accept, and the reference only with its key as `control` gives it.
    fn looser(&mut self, id: &'static str, reason: &'static str, case: Case, control: Case) {
        self.exhibits.push(Exhibit {
            id,
            case,
            reference: Refused(reason),
            ours: Accepted,
            control: Some(control),
        });
    }

    fn key(&mut self, id: &'static str, reference: Expected, name: &str, value: Value) {
        self.add(id, (reference, UNVERIFIED), |draft| {
            if let Some(jwk) = draft.first_jwk() {
                jwk.insert(name.to_owned(), value);
            }
        });
    }
}

pub(super) fn all(signers: &Signers) -> Vec<Exhibit> {
    let mut maker = Maker {
        signers,
        exhibits: Vec::new(),
    };
    form(&mut maker);
    header(&mut maker);
    claims(&mut maker);
    key_members(&mut maker);
    key_numbers(&mut maker);
    settings(&mut maker);
    looser(&mut maker);
    maker.exhibits
}

fn form(make: &mut Maker<'_>) {
    const ACCEPTED: (Expected, Expected) = (Accepted, INVALID);
    make.add("padded-base64url", ACCEPTED, |draft| {
        draft.text.push(|_, token| token.push_str("=="));
    });
    make.add("padded-base64url", ACCEPTED, |draft| {
        draft
            .segments
            .push((Part::Payload, |_, text| text.push('=')));
    });
    make.add("byte-order-mark", ACCEPTED, |draft| {
        draft.bytes.push((Part::Payload, |_, bytes| {
            drop(bytes.splice(..0, *b"\xef\xbb\xbf"));
        }));
    });
    make.add("invalid-utf8", ACCEPTED, |draft| {
        draft.payload.set("x", "\"~\"");
        draft.bytes.push((Part::Payload, |_, bytes| {
            for byte in bytes.iter_mut().filter(|byte| **byte == b'~') {
                *byte = 0xff;
            }
        }));
    });
    make.add("lone-surrogate", ACCEPTED, |draft| {
        draft.payload.set("sub", "\"user_\\ud800\"");
    });
    make.add("not-an-object", (UNVERIFIED, INVALID), |draft| {
        draft
            .bytes
            .push((Part::Payload, |_, bytes| *bytes = b"[]".to_vec()));
    });
    make.add("not-an-object", (Failed, INVALID), |draft| {
        draft
            .bytes
            .push((Part::Header, |_, bytes| *bytes = b"null".to_vec()));
    });
    for name in ["\"sub\"", "\"\\u0073ub\""] {
        make.add("duplicate-member", ACCEPTED, |draft| {
            draft
                .payload
                .0
                .push((name.to_owned(), "\"user_2\"".to_owned()));
        });
    }
    make.add("duplicate-member", ACCEPTED, |draft| {
        draft
            .header
            .0
            .insert(0, ("\"alg\"".to_owned(), "\"none\"".to_owned()));
    });
    make.add("duplicate-member", ACCEPTED, |draft| {
        let twice = || ("\"x\"".to_owned(), "1".to_owned());
        draft.header.0.extend([twice(), twice()]);
    });
    make.add("oversize-token", ACCEPTED, |draft| {
        draft
            .payload
            .set("x", format!("\"{}\"", "x".repeat(16 * 1024)));
    });
}

fn header(make: &mut Maker<'_>) {
    for crit in ["[\"exp\"]", "null"] {
        make.add("critical-header", (Accepted, INVALID), |draft| {
            draft.header.set("crit", crit);
        });
    }
    let algorithm = Refused("token-invalid-algorithm");
    make.add("header-first", (INVALID, algorithm), |draft| {
        draft.header.set("alg", "\"HS256\"");
        draft
            .bytes
            .push((Part::Payload, |_, bytes| *bytes = b"{".to_vec()));
    });
    make.add("header-first", (MISMATCH, INVALID), |draft| {
        draft.header.set("typ", "\"at+jwt\"");
        draft.header.set("kid", "\"ins_b\"");
    });
    for (written, read) in [("5", "5"), ("[\"ins_a\"]", "ins_a"), ("null", "null")] {
        make.add("kid-not-a-string", (Accepted, MISMATCH), |draft| {
            draft.header.set("kid", written);
            if let Some(jwk) = draft.first_jwk() {
                jwk.insert("kid".to_owned(), read.into());
            }
        });
    }
    make.add("kid-inherited", (UNVERIFIED, MISMATCH), |draft| {
        draft.header.set("kid", "\"constructor\"");
    });
}

fn claims(make: &mut Maker<'_>) {
    for (claim, date) in [
        ("exp", "1e300"),
        ("exp", "-1e300"),
        ("exp", "1e999"),
        ("exp", "8640000000001"),
        ("nbf", "1e300"),
        ("iat", "1e300"),
    ] {
        make.add("numeric-date-range", (Accepted, UNVERIFIED), |draft| {
            draft.payload.set(claim, date);
        });
    }
    for aud in [
        None,
        Some("\"\""),
        Some("5"),
        Some("[]"),
        Some("[1]"),
        Some("[\"b\",1]"),
    ] {
        make.add("audience-fails-closed", (Accepted, UNVERIFIED), |draft| {
            draft.options.audience = Some(AUDIENCE.into());
            if let Some(aud) = aud {
                draft.payload.set("aud", aud);
            }
        });
    }
}

fn key_members(make: &mut Maker<'_>) {
    make.key("jwk-private-members", Accepted, "p", json!("AQAB"));
    make.key("jwk-private-members", Accepted, "k", json!("AQAB"));
    make.key("jwk-algorithm", Accepted, "alg", json!("PS256"));
    make.key(
        "jwk-key-operations",
        Accepted,
        "key_ops",
        json!(["verify", "encrypt"]),
    );
    make.key("jwk-member-types", Accepted, "kty", json!(["RSA"]));
    make.key("jwk-member-types", Accepted, "use", json!(["sig"]));
    make.add(
        "empty-key-set",
        (Refused("jwk-remote-failed-to-load"), MISMATCH),
        |draft| {
            draft.keys = Keys::Jwks(Vec::new());
        },
    );
}

fn key_numbers(make: &mut Maker<'_>) {
    let signature = Refused("token-invalid-signature");
    make.key("jwk-base64url", Accepted, "e", json!("AQAB===="));
    let token = vector!("rsa1024.jwt").trim().to_owned();
    let short = Case::new(
        NOW * 1000,
        token,
        verified_with(vector!("rsa1024.jwk.json")),
    );
    make.push("rsa-key-size", (Accepted, UNVERIFIED), short);
    let long = URL_SAFE_NO_PAD.encode([0xff; 1025]);
    make.key("rsa-key-size", signature, "n", json!(long));
    make.key(
        "roca-key",
        signature,
        "n",
        json!(URL_SAFE_NO_PAD.encode(marked_modulus())),
    );
    let forged = make.case(|draft| {
        if let Some(jwk) = draft.first_jwk() {
            jwk.insert("e".to_owned(), json!("AQ"));
        }
        draft
            .text
            .push(|_, token| *token = forged_for_exponent_one(token));
    });
    make.push("rsa-exponent", (Accepted, UNVERIFIED), forged);
}

fn settings(make: &mut Maker<'_>) {
    let signature = Refused("token-invalid-signature");
    make.add("bad-pem", (signature, Failed), |draft| {
        draft.keys = Keys::Pem("sk_test_not_a_key".to_owned());
    });
    make.add("negative-clock-skew", (Accepted, Failed), |draft| {
        draft.now_ms += 1;
        draft.options.clock_skew_ms = Some(-1);
    });
}

/// Where the reference cannot read a key that we can.
fn looser(make: &mut Maker<'_>) {
    let plain = |draft: &mut Draft| draft.verified_with_pem();
    let escaped = |draft: &mut Draft| draft.keys = Keys::Pem(PEM.replace('\n', "\\n"));
    let (case, control) = (make.case(escaped), make.case(plain));
    make.looser("pem-escapes", "token-invalid-signature", case, control);

    let token = || vector!("rsa3072.jwt").trim().to_owned();
    let pem = Options {
        jwt_key: Some(vector!("rsa3072.pem").to_owned()),
        ..Options::default()
    };
    let case = Case::new(NOW * 1000, token(), pem);
    let control = Case::new(
        NOW * 1000,
        token(),
        verified_with(vector!("rsa3072.jwk.json")),
    );
    make.looser("pem-key-size", "token-invalid-signature", case, control);

    let newer = json!({ "kty": "AKP", "kid": KEY_ID, "alg": "ML-DSA-65" });
    let beside = |draft: &mut Draft| match &mut draft.keys {
        Keys::Jwks(keys) => keys.push(newer),
        Keys::Nowhere | Keys::Pem(_) => {}
    };
    let (case, control) = (make.case(beside), make.case(|_| {}));
    make.looser("same-kid-twice", "token-verification-failed", case, control);
}

/// Asks for nothing but a signature by the key `jwk`.
fn verified_with(jwk: &str) -> Options {
    let jwk: Value = serde_json::from_str(jwk).unwrap_or_default();
    Options {
        jwks: Some(json!({ "keys": [jwk] })),
        ..Options::default()
    }
}

/// The smallest power of 65537 beyond 2048 bits, big-endian: modulo any prime it is a power of
/// 65537 too, which is the mark of the faulty generator.
pub(super) fn marked_modulus() -> Vec<u8> {
    // (2^16 + 1)^k, in digits to the base 2^16, is a row of Pascal's triangle with carries.
    let mut digits: Vec<u16> = vec![1];
    for _ in 0..128 {
        let mut next = Vec::with_capacity(digits.len() + 1);
        let mut carry = 0;
        for at in 0..=digits.len() {
            let this = digits.get(at).copied().unwrap_or(0);
            let lower = at
                .checked_sub(1)
                .and_then(|at| digits.get(at))
                .copied()
                .unwrap_or(0);
            let sum = u32::from(this) + u32::from(lower) + carry;
            next.push((sum & 0xffff) as u16);
            carry = sum >> 16;
        }
        if carry > 0 {
            next.push(carry as u16);
        }
        digits = next;
    }
    let bytes = digits.iter().rev().flat_map(|digit| digit.to_be_bytes());
    bytes.skip_while(|byte| *byte == 0).collect()
}

/// With the exponent one a signature is its own padded digest, which anybody can write down.
fn forged_for_exponent_one(token: &str) -> String {
    const SHA256_INFO: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let message = token.rsplit_once('.').map_or(token, |(message, _)| message);
    let digest = ring::digest::digest(&ring::digest::SHA256, message.as_bytes());
    let info = [&SHA256_INFO, digest.as_ref()].concat();
    let mut padded = vec![0x00, 0x01];
    padded.resize(256 - 1 - info.len(), 0xff);
    padded.push(0x00);
    padded.extend(info);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(padded))
}
