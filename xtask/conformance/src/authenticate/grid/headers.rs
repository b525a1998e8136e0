//! Tokens in the `Authorization` header, and what is accepted.

use serde_json::{Value, json};

use crate::authenticate::{
    draft::Draft,
    instance::Instance,
    token::{AUDIENCE, Change, Mint, NOW, State, Token},
};

use super::handshakes::machine_answers;

/// Values of `accepts_token`, in JSON.
pub(in crate::authenticate) const ACCEPTED: [&str; 12] = [
    "null",
    r#""session_token""#,
    r#""api_key""#,
    r#""m2m_token""#,
    r#""oauth_token""#,
    r#""any""#,
    r#"["session_token"]"#,
    r#"["api_key","m2m_token","oauth_token"]"#,
    r#"["session_token","oauth_token"]"#,
    r#"["m2m_token","session_token"]"#,
    r#"["api_key"]"#,
    "[]",
];

/// Headers around a token, which stands where `{}` is.
pub(in crate::authenticate) const AUTHORIZATIONS: [&str; 14] = [
    "bearer {}",
    "BEARER {}",
    "Bearer {}",
    "{}",
    "Bearer  {}",
    "Bearer {} more",
    "Bearer\t{}",
    "Basic {}",
    "Token {}",
    "Bearer",
    "Bearer,{}",
    "Bearer {},Bearer {}",
    "{} Bearer",
    "Basic dXNlcjpwYXNz",
];

/// One of every kind of token that comes in a header, and in every state that matters there.
pub(in crate::authenticate) fn bearers(
    instance: Instance,
    mint: &Mint,
) -> Vec<(&'static str, String)> {
    let session = || Token::session(instance);
    let mut tokens: Vec<(&'static str, Token)> = vec![
        ("session", session()),
        (
            "expired session",
            session().with(|token| token.claim("exp", NOW - 30)),
        ),
        (
            "template",
            session().with(|token| {
                token.head("cat", "cl_B7d4PD222AAA");
            }),
        ),
        (
            "ignored category",
            session().with(|token| token.head("cat", "cl_I7d4PD111III")),
        ),
        ("odd category", session().with(|token| token.head("cat", 5))),
        (
            "handshake",
            Token::handshake(instance, &["__session=x".to_owned()]),
        ),
    ];
    let machines: [State; 13] = [
        ("m2m", |_| {}),
        ("without category", |token| {
            token.header.remove("cat");
        }),
        ("ignored category", |token| {
            token.head("cat", "cl_I7d4PD111III");
        }),
        ("session category", |token| {
            token.head("cat", "cl_B7d4PD111AAA");
        }),
        ("expired", |token| token.claim("exp", NOW - 30)),
        ("foreign", |token| token.who = crate::signer::Who::Foreign),
        ("unknown key", |token| token.head("kid", "ins_unknown")),
        ("not active yet", |token| token.claim("nbf", NOW + 600)),
        ("of the future", |token| token.claim("iat", NOW + 600)),
        ("another algorithm", |token| token.head("alg", "HS256")),
        ("without exp", |token| token.without("exp")),
        ("without jti and scopes", |token| {
            token.without("jti");
            token.without("scopes");
        }),
        ("without anything", |token| {
            for name in ["jti", "scopes", "aud", "role"] {
                token.without(name);
            }
        }),
    ];
    for (name, change) in machines {
        tokens.push((name, Token::m2m().with(change)));
    }
    let delegated: [Change; 14] = [
        |_| {},
        |token| token.head("typ", "application/at+jwt"),
        |token| token.head("typ", "AT+JWT"),
        |token| token.head("cat", "cl_B7d4PD222AAA"),
        |token| token.claim("exp", NOW - 30),
        |token| token.who = crate::signer::Who::Foreign,
        |token| token.claim("scp", json!(["one", "two"])),
        |token| token.without("scope"),
        |token| token.claim("aud", AUDIENCE),
        |token| token.claim("nbf", NOW + 600),
        |token| token.claim("iat", NOW + 600),
        |token| token.head("kid", "ins_unknown"),
        |token| token.head("alg", "HS256"),
        |token| token.without("exp"),
    ];
    for change in delegated {
        tokens.push(("oauth", Token::oauth().with(change)));
    }
    let signed = tokens.into_iter();
    let mut all: Vec<(&'static str, String)> = signed
        .map(|(name, token)| (name, token.sign(mint)))
        .collect();
    for text in [
        "garbage", "a.b.c", "ak", "AK_1", "mt_", "oat_", "ak_", "eyJ.e30.", "mt_a.b.c",
    ] {
        all.push(("text", text.to_owned()));
    }
    all.extend(machine_answers());
    all
}

pub(super) fn all(mint: &Mint, drafts: &mut Vec<Draft>) {
    for instance in Instance::BOTH {
        let bearers = bearers(instance, mint);
        for accepted in ACCEPTED {
            for (index, (name, token)) in bearers.iter().enumerate() {
                let mut draft = Draft::call(instance, token);
                draft.accepts(serde_json::from_str(accepted).unwrap_or(Value::Null));
                if instance == Instance::Production {
                    draft.options.machine_secret_key = Some("ak_machine_1".to_owned());
                }
                if index % 3 == 0 {
                    draft.keys_from_api();
                }
                draft.tell(name);
                draft.tell(accepted);
                drafts.push(draft);
            }
            let mut draft = Draft::visit(instance, mint);
            draft.accepts(serde_json::from_str(accepted).unwrap_or(Value::Null));
            draft.tell("cookies");
            draft.tell(accepted);
            drafts.push(draft);
        }
        audiences(instance, mint, drafts);
        machines(instance, mint, drafts);
        shapes(instance, mint, drafts);
    }
}

fn audiences(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    let kinds = [
        ("session", Token::session(instance)),
        ("m2m", Token::m2m()),
        ("oauth", Token::oauth()),
    ];
    for (kind, plain) in kinds {
        for aud in [AUDIENCE.into(), "mch_2".into(), json!(["x", AUDIENCE])] {
            let token = plain.clone().with(|token| token.claim("aud", aud));
            for audience in [json!(AUDIENCE), json!(["", AUDIENCE])] {
                let mut draft = Draft::call(instance, &token.sign(mint));
                draft.options.audience = Some(audience);
                draft.accepts("any".into());
                draft.tell(kind);
                draft.tell("audience");
                drafts.push(draft);
            }
        }
    }
}

/// Which machine it is that is called, where that is said.
fn machines(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    let scoped = |scopes: &str| Token::m2m().with(|token| token.claim("scopes", scopes));
    for (name, token) in [
        ("one scope", scoped("mch_2")),
        ("two scopes", scoped("mch_3 mch_2")),
        (
            "an audience",
            scoped("").with(|token| token.without("scopes")),
        ),
    ] {
        let mut draft = Draft::call(instance, &token.sign(mint));
        draft.options.machine_id = Some("mch_2".to_owned());
        draft.accepts("m2m_token".into());
        draft.tell(name);
        draft.tell("own machine");
        drafts.push(draft);
    }
}

fn shapes(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    // Another user than that of the cookies, so that it shows which of them was read.
    let token = Token::session(instance).with(|token| token.claim("sub", "user_2"));
    let token = token.sign(mint);
    for shape in AUTHORIZATIONS {
        for accepted in ["session_token", "api_key", "any"] {
            let mut draft = Draft::visit(instance, mint);
            draft.header("authorization", &shape.replace("{}", &token));
            draft.accepts(accepted.into());
            draft.tell(shape);
            drafts.push(draft);
        }
    }
}
