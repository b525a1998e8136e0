//! `aud`, `azp` and `iss`, where something is asked of them, and which check comes first.

use clerk_emulator::Defect;
use serde_json::{Value, json};

use crate::row::{
    ALGORITHM, EXPIRED, FAILED, INVALID, ISSUER, NOW, OK, PARTY, SIGNATURE, Table, UNKNOWN_KEY,
};

const APP: &str = "https://example.com";
const INSTANCE: &str = "https://clerk.example.com";

pub(crate) fn rows(table: &mut Table) {
    audience(table);
    authorized_party(table);
    issuer(table);
    order(table);
}

fn audience(table: &mut Table) {
    for (aud, audiences, expected) in [
        (json!("a"), ["a"].as_slice(), OK),
        (json!("a"), &["b", "a"], OK),
        (json!(["a"]), &["a"], OK),
        (json!(["b", "a"]), &["a"], OK),
        (json!(["b", "a"]), &["c", "a"], OK),
        (json!(["a", "a"]), &["a"], OK),
        (json!("b"), &["a"], FAILED),
        (json!("A"), &["a"], FAILED),
        (json!("ab"), &["a"], FAILED),
        (json!("a"), &["ab"], FAILED),
        (json!("a "), &["a"], FAILED),
        (json!("a b"), &["a"], FAILED),
        (json!(["b"]), &["a"], FAILED),
        (json!(["b", "c"]), &["a", "d"], FAILED),
        (json!(["ab"]), &["a"], FAILED),
    ] {
        let token = table.claim("aud", aud.clone());
        let name = format!("aud {aud}, audience {audiences:?}");
        table.row(name, token, expected).audiences(audiences);
    }
}

fn authorized_party(table: &mut Table) {
    let token = table.token().without("azp").sign(NOW);
    table
        .row("azp missing, one party", token, PARTY)
        .parties(&[APP]);
    for (azp, parties, expected) in [
        (json!(APP), [APP].as_slice(), OK),
        (json!(APP), &["https://other.example", APP], OK),
        (json!(APP), &["https://other.example"], PARTY),
        (json!("https://example.com/"), &[APP], PARTY),
        (json!(APP), &["https://example.com/"], PARTY),
        (json!("https://EXAMPLE.com"), &[APP], PARTY),
        (json!("http://example.com"), &[APP], PARTY),
        (json!("https://example.com:443"), &[APP], PARTY),
        (json!("https://a.example.com"), &[APP], PARTY),
        (
            json!("https://a.example.com"),
            &["https://*.example.com"],
            PARTY,
        ),
        (json!("https://example.co"), &[APP], PARTY),
        (json!("https://example.com.evil.example"), &[APP], PARTY),
        (json!("null"), &[APP], PARTY),
        (json!(""), &[APP], PARTY),
        (json!(""), &[""], PARTY),
        (json!(null), &[APP], PARTY),
        (json!(5), &[APP], PARTY),
        (json!([APP]), &[APP], PARTY),
        (json!({ "0": APP }), &[APP], PARTY),
    ] {
        let token = table.claim("azp", azp.clone());
        let name = format!("azp {azp}, parties {parties:?}");
        table.row(name, token, expected).parties(parties);
    }
}

fn issuer(table: &mut Table) {
    let token = table.token().without("iss").sign(NOW);
    table
        .row("iss missing, one issuer", token, ISSUER)
        .issuers(&[INSTANCE]);
    for (iss, issuers, expected) in [
        (json!(INSTANCE), [INSTANCE].as_slice(), OK),
        (json!(INSTANCE), &["https://other.example", INSTANCE], OK),
        (json!(INSTANCE), &["https://other.example"], ISSUER),
        (json!("https://clerk.example.com/"), &[INSTANCE], ISSUER),
        (json!(INSTANCE), &["https://clerk.example.com/"], ISSUER),
        (json!("https://CLERK.example.com"), &[INSTANCE], ISSUER),
        (json!("clerk.example.com"), &[INSTANCE], ISSUER),
        (
            json!("https://clerk.example.com.evil.example"),
            &[INSTANCE],
            ISSUER,
        ),
        (json!(""), &[INSTANCE], ISSUER),
        (json!(null), &[INSTANCE], ISSUER),
        (json!(5), &[INSTANCE], ISSUER),
        (json!([INSTANCE]), &[INSTANCE], ISSUER),
    ] {
        let token = table.claim("iss", iss.clone());
        let name = format!("iss {iss}, issuers {issuers:?}");
        table.row(name, token, expected).issuers(issuers);
    }
}

/// Everything from some check on is wrong: the first one names the reason.
fn order(table: &mut Table) {
    let wrong: [(&str, Option<Value>, &str); 5] = [
        ("sub", None, FAILED),
        ("aud", Some(json!("b")), FAILED),
        ("azp", Some(json!("b")), PARTY),
        ("iss", Some(json!("b")), ISSUER),
        ("exp", Some(json!(1)), EXPIRED),
    ];
    for (index, (first, _, expected)) in wrong.iter().enumerate() {
        let mut token = table
            .token()
            .claim("aud", "a")
            .claim("azp", APP)
            .claim("iss", INSTANCE);
        for (name, value, _) in &wrong[index..] {
            token = match value {
                Some(value) => token.claim(*name, value.clone()),
                None => token.without(*name),
            };
        }
        let token = token
            .claim("nbf", 9_000_000_000_i64)
            .claim("iat", 9_000_000_000_i64);
        let token = token.sign(NOW);
        table
            .row(format!("wrong from {first} on"), token, expected)
            .audiences(&["a"])
            .parties(&[APP])
            .issuers(&[INSTANCE]);
    }
    let expired = |table: &Table| table.token().claim("exp", 1).without("sub");
    for (name, token, expected) in [
        (
            "forged and expired",
            expired(table).defect(Defect::ForeignKey),
            SIGNATURE,
        ),
        (
            "unknown key and expired",
            expired(table).header("kid", "ins_other"),
            UNKNOWN_KEY,
        ),
        (
            "no algorithm and expired",
            expired(table).header("alg", "none"),
            ALGORITHM,
        ),
        (
            "wrong typ and no algorithm",
            table.token().header("typ", "x").header("alg", "none"),
            INVALID,
        ),
        (
            "forged and wrong typ",
            table.token().header("typ", "x").defect(Defect::ForeignKey),
            INVALID,
        ),
    ] {
        let token = token.sign(NOW);
        table.row(name, token, expected);
    }
}
