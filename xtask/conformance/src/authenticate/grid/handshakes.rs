//! What the Frontend API sends a browser back with, and what the Backend API answers.

use serde_json::{Value, json};

use crate::{
    authenticate::{
        api::{refusal, scripted},
        draft::Draft,
        instance::Instance,
        token::{Mint, NOW, STATES, State, Token},
    },
    signer::Who,
};

/// What can be wrong with a handshake token.
pub(in crate::authenticate) const HANDSHAKES: &[State] = &[
    ("good", |_| {}),
    ("of a foreign key", |token| token.who = Who::Foreign),
    ("of an unknown key", |token| {
        token.head("kid", "ins_unknown");
    }),
    ("of a template", |token| {
        token.head("cat", "cl_B7d4PD222AAA");
    }),
    ("of a machine category", |token| {
        token.head("cat", "cl_B7d4PD333AAA");
    }),
    ("of the category that says nothing", |token| {
        token.head("cat", "cl_I7d4PD111III");
    }),
    ("without category", |token| {
        token.header.remove("cat");
    }),
    ("without type", |token| {
        token.header.remove("typ");
    }),
    ("of OAuth", |token| token.head("typ", "at+jwt")),
    ("of another algorithm", |token| token.head("alg", "none")),
    ("garbage", |token| token.text = Some("garbage")),
];

/// The directives of an exchange, as texts in which `{}` is the session token.
pub(in crate::authenticate) const DIRECTIVES: &[&[&str]] = &[
    &[
        "__session={}; Path=/; Secure; SameSite=Lax",
        "__client_uat=1799999000; Path=/",
    ],
    &["__client_uat=0; Path=/", "__session=; Path=/; Max-Age=0"],
    &["__client_uat=0; Path=/"],
    &["__session=old; Path=/", "__session_abcdefgh={}; Path=/"],
    &["__session_abcdefgh={}; Path=/", "__session=; Path=/"],
    &["__session={}"],
    &["__session; Path=/"],
    &[" __session={}; Path=/"],
];

/// Answers to a nonce, by status and body; `true` stands for directives.
pub(in crate::authenticate) const NONCES: usize = 3;

pub(in crate::authenticate) fn nonce(kind: usize, directives: &[String]) -> String {
    let answer = |status, body: &Value| scripted("", status, body);
    match kind {
        0 => answer(200, &json!({ "directives": directives })),
        1 => answer(500, &json!("<html>")),
        _ => answer(401, &refusal("clerk_key_invalid")),
    }
}

/// How many kinds of answers there are to a refresh token.
pub(in crate::authenticate) const REFRESHES: usize = 11;

pub(in crate::authenticate) fn refresh(kind: usize, token: &str) -> String {
    let cookies = |directives: &[String]| json!({ "object": "cookies", "cookies": directives });
    let answer = |status, body: &Value| scripted("", status, body);
    match kind {
        0 => answer(
            200,
            &cookies(&[
                format!("__session={token}; Path=/"),
                format!("__session_abcdefgh={token}; Path=/"),
                "__client_uat=1799999000; Path=/".to_owned(),
            ]),
        ),
        1 => answer(200, &cookies(&[])),
        2 => answer(200, &cookies(&["__client_uat=0; Path=/".to_owned()])),
        3 => answer(200, &cookies(&["__session=garbage; Path=/".to_owned()])),
        4 => answer(401, &refusal("session_not_found")),
        5 => answer(404, &refusal("resource_not_found")),
        6 => answer(500, &json!({ "errors": [] })),
        7 => answer(502, &json!("<html>")),
        8 => answer(400, &json!({})),
        9 => answer(429, &refusal("unexpected_error")),
        _ => "refresh_of_nobody".to_owned(),
    }
}

/// Opaque tokens of all kinds, with all the answers the Backend API has for them.
pub(in crate::authenticate) fn machine_answers() -> Vec<(&'static str, String)> {
    let mut tokens = Vec::new();
    for (prefix, good) in [
        (
            "ak_.",
            json!({
                "object": "api_key", "id": "ak_1", "type": "api_key", "name": "Ci", "subject": "user_1",
                "scopes": ["read"], "claims": { "tier": 1 }, "revoked": false, "revocation_reason": null,
                "expired": false, "expiration": null, "created_by": null, "description": null,
                "last_used_at": null, "created_at": 1_799_000_000, "updated_at": 1_799_000_000,
            }),
        ),
        (
            "mt_.",
            json!({
                "object": "machine_to_machine_token", "id": "mt_1", "subject": "mch_1",
                "scopes": ["mch_2"], "claims": null, "revoked": false, "revocation_reason": null,
                "expired": false, "expiration": null, "created_at": 1_799_000_000,
                "updated_at": 1_799_000_000,
            }),
        ),
        (
            "oat_.",
            json!({
                "object": "clerk_idp_oauth_access_token", "id": "oat_1", "client_id": "client_1",
                "type": "oauth:access_token", "subject": "user_1", "scopes": ["profile"],
                "revoked": false, "revocation_reason": null, "expired": false, "expiration": null,
                "created_at": 1_799_000_000, "updated_at": 1_799_000_000,
            }),
        ),
    ] {
        let mut organization = good.clone();
        organization["subject"] = "org_1".into();
        for (status, body) in [
            (200, good),
            (200, organization),
            (401, refusal("clerk_key_invalid")),
            (404, refusal("resource_not_found")),
            (404, json!("<html>")),
            (500, refusal("internal_error")),
            (429, refusal("too_many_requests")),
            (422, json!({ "errors": [] })),
        ] {
            tokens.push(("opaque", scripted(prefix, status, &body)));
        }
    }
    tokens
}

pub(in crate::authenticate) fn directives(kind: usize, token: &str) -> Vec<String> {
    let texts = DIRECTIVES[kind % DIRECTIVES.len()].iter();
    texts.map(|text| text.replace("{}", token)).collect()
}

pub(super) fn all(mint: &Mint, drafts: &mut Vec<Draft>) {
    for instance in Instance::BOTH {
        let good = Token::session(instance).sign(mint);
        for (name, change) in HANDSHAKES {
            let token = Token::handshake(instance, &directives(0, &good)).with(change);
            for visited in [false, true] {
                carried(
                    instance,
                    mint,
                    visited,
                    "__clerk_handshake",
                    &token.sign(mint),
                    name,
                    drafts,
                );
            }
        }
        for kind in 0..DIRECTIVES.len() {
            let token = Token::handshake(instance, &directives(kind, &good)).sign(mint);
            carried(
                instance,
                mint,
                true,
                "__clerk_handshake",
                &token,
                "directives",
                drafts,
            );
            let nonce = nonce(0, &directives(kind, &good));
            carried(
                instance,
                mint,
                false,
                "__clerk_handshake_nonce",
                &nonce,
                "directives",
                drafts,
            );
        }
        for (name, change) in STATES.iter().filter(|(name, _)| is_of_a_session(name)) {
            let session = Token::session(instance).with(change).sign(mint);
            let token = Token::handshake(instance, &directives(0, &session)).sign(mint);
            carried(
                instance,
                mint,
                true,
                "__clerk_handshake",
                &token,
                name,
                drafts,
            );
        }
        for kind in 0..NONCES {
            let nonce = nonce(kind, &directives(0, &good));
            for visited in [false, true] {
                carried(
                    instance,
                    mint,
                    visited,
                    "__clerk_handshake_nonce",
                    &nonce,
                    "nonce",
                    drafts,
                );
            }
        }
        refreshed(instance, mint, drafts);
    }
}

/// Whether a state is one of session tokens, and not another class of token.
fn is_of_a_session(state: &str) -> bool {
    const OTHERS: [&str; 5] = [
        "of a template",
        "of the machine category",
        "of a machine",
        "of OAuth",
        "of OAuth in full",
    ];
    !OTHERS.contains(&state)
}

/// In the query, and in production also in a cookie.
fn carried(
    instance: Instance,
    mint: &Mint,
    visited: bool,
    name: &'static str,
    value: &str,
    story: &'static str,
    drafts: &mut Vec<Draft>,
) {
    for in_query in [true, false] {
        if !in_query && instance == Instance::Development {
            continue;
        }
        let mut draft = if visited {
            Draft::visit(instance, mint)
        } else {
            Draft::navigation(instance)
        };
        if in_query {
            draft.ask("tab=1");
            draft.ask(&format!("{name}={value}"));
            draft.ask("__clerk_help=x");
        } else {
            draft.plain(name, value);
        }
        draft.tell(name);
        draft.tell(story);
        drafts.push(draft);
    }
}

fn refreshed(instance: Instance, mint: &Mint, drafts: &mut Vec<Draft>) {
    let good = Token::session(instance).sign(mint);
    let expired = Token::session(instance).with(|token| token.claim("exp", NOW - 30));
    let nameless = expired.clone().with(|token| token.without("sid"));
    for (token, story) in [
        (expired.sign(mint), "expired"),
        (nameless.sign(mint), "without sid"),
    ] {
        for kind in 0..REFRESHES {
            for (method, destination) in
                [("GET", "document"), ("GET", "empty"), ("POST", "document")]
            {
                let mut draft = Draft::navigation(instance);
                draft.method = method;
                draft.headers[0].1 = destination.to_owned();
                draft.browser();
                if kind % 2 == 0 {
                    draft.plain("__session", &token);
                    draft.plain("__client_uat", "1799999000");
                } else {
                    draft.session(&token);
                    draft.client_uat("1799999000");
                }
                draft.suffixed("__refresh", &refresh(kind, &good));
                draft.header("x-trace", "one");
                draft.tell("refresh");
                draft.tell(story);
                drafts.push(draft);
            }
        }
    }
    let mut draft = Draft::visit(instance, mint);
    draft.forget("__session");
    draft.session(&expired.sign(mint));
    draft.plain("__refresh", &refresh(0, &good));
    draft.tell("refresh token under the plain name");
    drafts.push(draft);
}
