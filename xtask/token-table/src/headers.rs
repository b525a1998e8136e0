//! Each header parameter, and the kinds of token that some of them tell.

use clerk_emulator::TokenVersion;
use serde_json::{Value, json};

use crate::row::{
    ALGORITHM, FAILED, INVALID, Keys, NO_KEY, NOW, OK, SIGNATURE, Table, UNKNOWN_KEY,
};

const MACHINE: &str = "cl_B7d4PD333AAA";

pub(crate) fn rows(table: &mut Table) {
    typ(table);
    alg(table);
    kid(table);
    cat(table);
    others(table);
    kinds(table);
}

fn typ(table: &mut Table) {
    let token = table.token().without_header("typ").sign(NOW);
    table.row("typ missing", token, OK);
    for (value, expected) in [
        (json!("JWT"), OK),
        (json!("jwt"), INVALID),
        (json!("at+jwt"), INVALID),
        (json!("application/at+jwt"), INVALID),
        (json!("JOSE"), INVALID),
        (json!(""), INVALID),
        (json!(" JWT"), INVALID),
        (json!(null), INVALID),
        (json!(5), INVALID),
        (json!(["JWT"]), INVALID),
    ] {
        let token = table.header("typ", value.clone());
        table.row(format!("typ {value}"), token, expected);
    }
}

fn alg(table: &mut Table) {
    let token = table.token().without_header("alg").sign(NOW);
    table.row("alg missing", token, ALGORITHM);
    for value in [
        json!("none"),
        json!("None"),
        json!("HS256"),
        json!("ES256"),
        json!("PS256"),
        json!("EdDSA"),
        json!("rs256"),
        json!("RS256 "),
        json!("RS1"),
        json!(""),
        json!(null),
        json!(256),
        json!(["RS256"]),
    ] {
        let token = table.header("alg", value.clone());
        table.row(format!("alg {value}"), token, ALGORITHM);
    }
    let without_alg = table.set_with(|jwk| drop(jwk.as_object_mut().unwrap().remove("alg")));
    for alg in ["RS384", "RS512"] {
        let token = table.header("alg", json!(alg));
        table.row(format!("alg {alg}, key for RS256"), &*token, FAILED);
        let pem = table.emulator.public_key_pem();
        table
            .row(format!("alg {alg}, key in PEM"), &*token, FAILED)
            .pem(pem);
        table
            .row(format!("alg {alg}, key for any"), &*token, OK)
            .set(&without_alg);
        let own = table.set_with(|jwk| jwk["alg"] = json!(alg));
        table
            .row(format!("alg {alg}, key for it"), token, OK)
            .set(&own);
        let good = table.good();
        table
            .row(format!("alg RS256, key for {alg}"), good, FAILED)
            .set(&own);
        let header = json!({ "alg": alg, "kid": table.emulator.key_id() }).to_string();
        let payload = br#"{"sub":"user_1","exp":1900000000}"#;
        let token = table.emulator.sign_bytes(header.as_bytes(), payload);
        table
            .row(format!("alg {alg}, signed as RS256"), token, SIGNATURE)
            .set(&without_alg);
    }
}

fn kid(table: &mut Table) {
    let pem = table.emulator.public_key_pem();
    let upper = table.emulator.key_id().to_uppercase();
    let missing = table.token().without_header("kid").sign(NOW);
    table.row("kid missing", &*missing, UNKNOWN_KEY);
    table.row("kid missing, key in PEM", missing, OK).pem(&*pem);
    for value in [json!("ins_other"), json!(""), json!(upper), json!("ins_")] {
        let token = table.header("kid", value.clone());
        table.row(format!("kid {value}"), &*token, UNKNOWN_KEY);
        table
            .row(format!("kid {value}, key in PEM"), token, OK)
            .pem(&*pem);
    }
}

fn cat(table: &mut Table) {
    let token = table.token().without_header("cat").sign(NOW);
    table.row("cat missing", token, OK);
    for (value, expected) in [
        (json!("cl_B7d4PD111AAA"), OK),
        (json!("cl_B7d4PD222AAA"), OK),
        (json!(MACHINE), INVALID),
        (json!("cl_I7d4PD111III"), OK),
        (json!("cl_another"), OK),
        (json!("cl_b7d4pd333aaa"), OK),
        (json!(""), OK),
        (json!(null), OK),
        (json!(333), OK),
        (json!([MACHINE]), OK),
    ] {
        let token = table.header("cat", value.clone());
        table.row(format!("cat {value}"), token, expected);
    }
    let machine = table.header("cat", json!(MACHINE));
    table
        .row("a machine's cat, no key", machine, INVALID)
        .keys(Keys::None);
    let machine = table
        .token()
        .header("cat", MACHINE)
        .header("kid", "ins_other");
    let machine = machine.sign(NOW);
    table.row("a machine's cat, unknown key", machine, INVALID);
    let machine = table
        .token()
        .header("cat", MACHINE)
        .without("sub")
        .sign(NOW);
    table.row("a machine's cat, no subject", machine, INVALID);
}

fn others(table: &mut Table) {
    let harmless: [(&str, Value); 8] = [
        ("cty", json!("JWT")),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("oiat", json!(1_799_999_000)),
        ("jku", json!("https://example.com/jwks.json")),
        ("x5u", json!("https://example.com/key.pem")),
        ("x5c", json!(["MIIB"])),
        ("enc", json!({ "deeply": [{ "nested": null }] })),
    ];
    for (name, value) in harmless {
        let token = table.header(name, value.clone());
        table.row(format!("{name} {value}"), token, OK);
    }
    let own_key = table.jwk();
    let forged = table
        .token()
        .header("jwk", own_key)
        .defect(clerk_emulator::Defect::ForeignKey)
        .sign(NOW);
    table.row("brings a key along", forged, SIGNATURE);
}

fn kinds(table: &mut Table) {
    let token = |table: &Table| table.token();
    for (name, token, expected) in [
        (
            "session, version 1",
            token(table).version(TokenVersion::V1),
            OK,
        ),
        (
            "session, version 2",
            token(table).version(TokenVersion::V2),
            OK,
        ),
        (
            "session in an organization",
            token(table).organization("acme"),
            OK,
        ),
        (
            "session of an actor",
            token(table).claim("act", json!({ "sub": "user_2" })),
            OK,
        ),
        ("JWT template", token(table).template("hasura"), OK),
        ("machine", token(table).machine(), INVALID),
        (
            "machine without cat",
            token(table).machine().without_header("cat"),
            OK,
        ),
        (
            "machine that opted out",
            token(table).machine().header("cat", "cl_I7d4PD111III"),
            OK,
        ),
        (
            "machine as a session",
            token(table).machine().header("cat", "cl_B7d4PD111AAA"),
            OK,
        ),
        ("OAuth access", token(table).oauth(), INVALID),
        (
            "OAuth access as JWT",
            token(table).oauth().header("typ", "JWT"),
            OK,
        ),
        (
            "OAuth access without typ",
            token(table).oauth().without_header("typ"),
            OK,
        ),
    ] {
        let token = token.sign(NOW);
        table.row(name, token, expected);
    }
    let handshake = table.payload(br#"{"handshake":["__client_uat=0"]}"#);
    table.row("handshake", &*handshake, FAILED);
    table
        .row("handshake, no key", handshake, NO_KEY)
        .keys(Keys::None);
}
