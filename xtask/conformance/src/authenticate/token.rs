//! Tokens in the making, and signed ones.

use std::{cell::RefCell, collections::HashMap};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::signer::{KEY_ID, Signers, Who};

use super::instance::Instance;

/// The time of questions that nobody moves, in seconds.
pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) const PARTY: &str = "https://example.com";
pub(crate) const AUDIENCE: &str = "https://api.example.com";

/// Signs, and remembers what it signed: most questions have a token of another one.
#[derive(Debug)]
pub(crate) struct Mint {
    signers: Signers,
    signed: RefCell<HashMap<String, String>>,
}

impl Mint {
    pub(crate) fn new(signers: Signers) -> Self {
        Self {
            signers,
            signed: RefCell::default(),
        }
    }

    pub(crate) const fn signers(&self) -> &Signers {
        &self.signers
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) header: Map<String, Value>,
    pub(crate) payload: Map<String, Value>,
    pub(crate) who: Who,
    /// Instead of the token.
    pub(crate) text: Option<&'static str>,
}

impl Token {
    pub(super) fn new(header: Value, payload: Value) -> Self {
        let object = |value: Value| match value {
            Value::Object(object) => object,
            _ => Map::new(),
        };
        Self {
            header: object(header),
            payload: object(payload),
            who: Who::Ours,
            text: None,
        }
    }

    /// A session token of which nothing is wrong.
    pub(crate) fn session(instance: Instance) -> Self {
        Self::new(
            json!({ "alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": KEY_ID, "typ": "JWT" }),
            json!({
                "azp": PARTY, "exp": NOW + 55, "fva": [3, -1], "iat": NOW - 5,
                "iss": instance.issuer(), "nbf": NOW - 15, "sid": "sess_1", "sts": "active",
                "sub": "user_1", "v": 2,
            }),
        )
    }

    /// What the Frontend API sends a browser back with.
    pub(crate) fn handshake(instance: Instance, directives: &[String]) -> Self {
        Self::new(
            json!({ "alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": KEY_ID, "typ": "JWT" }),
            json!({ "handshake": directives, "iat": NOW - 2, "exp": NOW + 58, "iss": instance.issuer() }),
        )
    }

    pub(crate) fn m2m() -> Self {
        Self::new(
            json!({ "alg": "RS256", "cat": "cl_B7d4PD333AAA", "kid": KEY_ID, "typ": "JWT" }),
            json!({
                "sub": "mch_1", "jti": "mt_1", "iat": NOW - 5, "exp": NOW + 55, "nbf": NOW - 15,
                "iss": "https://clerk.example.com", "scopes": "mch_2 mch_3", "aud": ["mch_2"], "role": "billing",
            }),
        )
    }

    pub(crate) fn oauth() -> Self {
        Self::new(
            json!({ "alg": "RS256", "kid": KEY_ID, "typ": "at+jwt" }),
            json!({
                "sub": "user_1", "jti": "oat_1", "client_id": "client_1", "scope": "profile email",
                "iat": NOW - 5, "exp": NOW + 55, "nbf": NOW - 15, "iss": "https://clerk.example.com",
            }),
        )
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn claim(&mut self, name: &str, value: impl Into<Value>) {
        self.payload.insert(name.to_owned(), value.into());
    }

    pub(crate) fn without(&mut self, name: &str) {
        self.payload.remove(name);
    }

    pub(crate) fn head(&mut self, name: &str, value: impl Into<Value>) {
        self.header.insert(name.to_owned(), value.into());
    }

    pub(crate) fn sign(&self, mint: &Mint) -> String {
        if let Some(text) = self.text {
            return text.to_owned();
        }
        let part = |object: &Map<String, Value>| {
            URL_SAFE_NO_PAD.encode(Value::Object(object.clone()).to_string())
        };
        let message = format!("{}.{}", part(&self.header), part(&self.payload));
        let name = format!("{:?} {message}", self.who);
        if let Some(signed) = mint.signed.borrow().get(&name) {
            return signed.clone();
        }
        let signature = mint.signers.sign(self.who, "RS256", message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        mint.signed.borrow_mut().insert(name, token.clone());
        token
    }
}

pub(crate) type Change = fn(&mut Token);

/// What a token can be like, and what that is called in a story.
pub(crate) type State = (&'static str, Change);

/// The first is good; the others are refused by a verifier that is told nothing in particular.
pub(crate) const STATES: &[State] = &[
    ("good", |_| {}),
    ("expired", |token| {
        token.claim("iat", NOW - 90);
        token.claim("exp", NOW - 30);
    }),
    ("expired two days ago", |token| {
        token.claim("iat", NOW - 172_860);
        token.claim("exp", NOW - 172_800);
    }),
    ("expired within the skew", |token| {
        token.claim("exp", NOW - 3);
    }),
    ("not active yet", |token| token.claim("nbf", NOW + 60)),
    ("of the future", |token| token.claim("iat", NOW + 60)),
    ("of the day after tomorrow", |token| {
        token.claim("iat", NOW + 172_800);
    }),
    ("older than the sign-in", |token| {
        token.claim("iat", NOW - 5_000);
    }),
    ("without azp", |token| token.without("azp")),
    ("for another party", |token| {
        token.claim("azp", "https://evil.example.net");
    }),
    ("of an unknown key", |token| {
        token.head("kid", "ins_unknown");
    }),
    ("of a foreign key", |token| token.who = Who::Foreign),
    ("of another algorithm", |token| token.head("alg", "HS256")),
    ("without sub", |token| token.without("sub")),
    ("without exp", |token| token.without("exp")),
    ("with a text for iat", |token| token.claim("iat", "now")),
    ("without iat", |token| token.without("iat")),
    ("of another issuer", |token| {
        token.claim("iss", "https://clerk.elsewhere.example");
    }),
    ("without issuer", |token| token.without("iss")),
    ("of a template", |token| {
        token.head("cat", "cl_B7d4PD222AAA");
    }),
    ("of the machine category", |token| {
        token.head("cat", "cl_B7d4PD333AAA");
    }),
    ("of the category that says nothing", |token| {
        token.head("cat", "cl_I7d4PD111III");
    }),
    ("without category", |token| {
        token.header.remove("cat");
    }),
    ("of a machine", |token| {
        token.claim("sub", "mch_1");
        token.header.remove("cat");
    }),
    ("of OAuth", |token| token.head("typ", "at+jwt")),
    ("of OAuth in full", |token| {
        token.head("typ", "application/at+jwt");
    }),
    ("of an odd type", |token| token.head("typ", "jwt")),
    ("pending", |token| token.claim("sts", "pending")),
    ("no token", |token| token.text = Some("garbage")),
    ("three parts of nothing", |token| token.text = Some("a.b.c")),
    ("empty objects", |token| token.text = Some("e30.e30.e30")),
];

/// Whom a token speaks for.
pub(crate) const SUBJECTS: &[State] = &[
    ("v2", |_| {}),
    ("v1", |token| token.without("v")),
    ("v1 with an organization", |token| {
        token.without("v");
        token.claim("org_id", "org_1");
        token.claim("org_slug", "acme");
        token.claim("org_role", "org:admin");
        token.claim(
            "org_permissions",
            json!(["org:billing:manage", "org:sso:read"]),
        );
    }),
    ("v2 with an organization", |token| {
        token.claim("o", json!({ "id": "org_1", "slg": "acme", "rol": "admin" }));
    }),
    ("v2 with permissions", |token| {
        token.claim(
            "o",
            json!({ "id": "org_1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "1,3" }),
        );
        token.claim("fea", "o:impersonation,u:gold,uo:memberships");
        token.claim("pla", "o:pro,u:plus");
    }),
    ("v2 with wide permissions", |token| {
        let permissions: Vec<String> = (0..54).map(|index| format!("p{index}")).collect();
        token.claim(
            "o",
            json!({
                "id": "org_1", "slg": "acme", "rol": "member",
                "per": permissions.join(","), "fpm": "9007199254740993,18014398509481984",
            }),
        );
        token.claim("fea", "o:one,o:two");
    }),
    ("v2 with an organization without slug", |token| {
        token.claim("o", json!({ "id": "org_2" }));
    }),
    ("with an actor", |token| {
        token.claim(
            "act",
            json!({ "sub": "user_9", "iss": "https://dashboard.clerk.com" }),
        );
    }),
    ("with both factors", |token| {
        token.claim("fva", json!([5, 12]));
    }),
    ("without factors", |token| token.without("fva")),
    ("without status", |token| token.without("sts")),
    ("of a version to come", |token| {
        token.claim("v", 3);
        token.claim("o", json!({ "id": "org_1", "slg": "acme", "rol": "admin" }));
    }),
];
