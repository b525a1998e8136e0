//! One case for each entry of `docs/divergences.md` that tokens can show, with both answers.

use serde_json::{Value, json};

use super::{
    case::{Case, Options},
    draft::{Draft, Keys, NOW, Part},
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
}

pub(super) fn all(signers: &Signers) -> Vec<Exhibit> {
    let mut maker = Maker {
        signers,
        exhibits: Vec::new(),
    };
    form(&mut maker);
    header(&mut maker);
    settings(&mut maker);
    looser(&mut maker);
    maker.exhibits
}

fn form(make: &mut Maker<'_>) {
    make.add("not-an-object", (UNVERIFIED, INVALID), |draft| {
        draft
            .bytes
            .push((Part::Payload, |_, bytes| *bytes = b"[]".to_vec()));
    });
}

fn header(make: &mut Maker<'_>) {
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
    make.add("kid-inherited", (UNVERIFIED, MISMATCH), |draft| {
        draft.header.set("kid", "\"constructor\"");
    });
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
    make.add(
        "empty-key-set",
        (Refused("jwk-remote-failed-to-load"), MISMATCH),
        |draft| {
            draft.keys = Keys::Jwks(Vec::new());
        },
    );
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
