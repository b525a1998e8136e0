//! Rules of our own, and where we mean to answer otherwise than Node's `verifyToken`:
//! `docs/divergences.md` has both.

use serde_json::json;

use crate::row::{ALGORITHM, CONFIGURATION, FAILED, INVALID, Keys, NOW, OK, Table, UNKNOWN_KEY};

pub(crate) fn rows(table: &mut Table) {
    form(table);
    header(table);
    claims(table);
    keys(table);
    key_sets(table);
}

fn form(table: &mut Table) {
    let good = table.good();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    table.row("padded signature", format!("{good}=="), INVALID);
    table.row("padded payload", format!("{signed}=.{signature}"), INVALID);
    let exp = 1_900_000_000;
    for (name, payload) in [
        (
            "sub twice",
            format!(r#"{{"sub":"user_2","sub":"user_1","exp":{exp}}}"#),
        ),
        (
            "sub twice, once in disguise",
            format!(r#"{{"sub":"u","exp":{exp},"\u0073ub":"v"}}"#),
        ),
        (
            "exp twice",
            format!(r#"{{"sub":"user_1","exp":1,"exp":{exp}}}"#),
        ),
        (
            "azp twice",
            format!(r#"{{"azp":"a","sub":"user_1","exp":{exp},"azp":"b"}}"#),
        ),
        (
            "half of a character",
            format!(r#"{{"sub":"user_\ud800","exp":{exp}}}"#),
        ),
        (
            "a byte order mark",
            format!("\u{feff}{{\"sub\":\"user_1\",\"exp\":{exp}}}"),
        ),
        (
            "larger than any token",
            format!(
                r#"{{"sub":"u","exp":{exp},"x":"{}"}}"#,
                "x".repeat(16 << 10)
            ),
        ),
        ("payload an array", "[]".to_owned()),
        ("payload a number", "5".to_owned()),
        ("payload a text", "\"user_1\"".to_owned()),
        ("payload null", "null".to_owned()),
    ] {
        let token = table.payload(payload);
        table.row(name, token, INVALID);
    }
    let token = table.payload(b"{\"sub\":\"user_\xff\",\"exp\":1900000000}");
    table.row("not UTF-8", token, INVALID);
}

fn header(table: &mut Table) {
    for value in [
        json!(["exp"]),
        json!(["b64"]),
        json!([]),
        json!(null),
        json!("exp"),
    ] {
        let token = table.header("crit", value.clone());
        table.row(format!("crit {value}"), token, INVALID);
    }
    let kid = json!(table.emulator.key_id());
    let payload = br#"{"sub":"user_1","exp":1900000000}"#;
    for (name, header) in [
        (
            "alg twice",
            format!(r#"{{"alg":"none","alg":"RS256","kid":{kid}}}"#),
        ),
        (
            "kid twice",
            format!(r#"{{"alg":"RS256","kid":"ins_other","kid":{kid}}}"#),
        ),
        (
            "anything twice",
            format!(r#"{{"x":1,"alg":"RS256","kid":{kid},"x":1}}"#),
        ),
        ("header an array", "[]".to_owned()),
        ("header null", "null".to_owned()),
        ("header a text", "\"RS256\"".to_owned()),
    ] {
        let token = table.emulator.sign_bytes(header.as_bytes(), payload);
        table.row(name, token, INVALID);
    }
    // Node resolves the key before it looks at the rest of the header.
    let typ = table.header("typ", json!("at+jwt"));
    table
        .row("wrong typ, no key", typ, INVALID)
        .keys(Keys::None);
    let alg = table
        .token()
        .header("alg", "HS256")
        .header("kid", "ins_other")
        .sign(NOW);
    table.row("wrong alg, unknown key", alg, ALGORITHM);
    // Node: token-invalid, since it reads the payload first.
    let alg = table
        .token()
        .header("alg", "HS256")
        .defect(clerk_emulator::Defect::PayloadNotJson)
        .sign(NOW);
    table.row("wrong alg, bad payload", alg, ALGORITHM);
    // Node: token-verification-failed, since it finds what every object has.
    let token = table.header("kid", json!("__proto__"));
    table.row("kid of every object", token, UNKNOWN_KEY);
    let token = table.header("kid", json!(5));
    let set = table.set_with(|jwk| jwk["kid"] = json!("5"));
    table.row("kid a number", token, UNKNOWN_KEY).set(&set);
}

fn claims(table: &mut Table) {
    for name in ["exp", "nbf", "iat"] {
        for date in [
            "8640000000001",
            "-8640000000001",
            "1e300",
            "-1e300",
            "1e999",
        ] {
            let rest = match name {
                "exp" => "",
                _ => ",\"exp\":1900000000",
            };
            let token = table.payload(format!("{{\"sub\":\"u\",\"{name}\":{date}{rest}}}"));
            table.row(format!("{name} {date}"), token, FAILED);
        }
    }
    let token = table.token().without("aud").sign(NOW);
    table.row("aud missing", token, FAILED).audiences(&["a"]);
    for aud in [
        json!(""),
        json!([]),
        json!([""]),
        json!(null),
        json!(5),
        json!(true),
        json!({ "a": "a" }),
        json!([1]),
        json!(["a", 1]),
        json!(["b", null]),
        json!([["a"]]),
    ] {
        let token = table.claim("aud", aud.clone());
        table
            .row(format!("aud {aud}"), token, FAILED)
            .audiences(&["a"]);
    }
}

fn keys(table: &mut Table) {
    let token = table.good();
    // Node takes a text of any kind for a key, and then the signature does not fit.
    let pem = table.emulator.public_key_pem();
    let written_out = pem.replace('\n', "\\n");
    table
        .row("PEM with line breaks written out", &*token, OK)
        .pem(written_out);
    let content = &pem[27..91];
    let half = format!("-----BEGIN PUBLIC KEY-----\n{content}\n-----END PUBLIC KEY-----");
    for (name, text) in [
        ("of white space", " \n".to_owned()),
        ("of something else", "my key".to_owned()),
        ("cut off", pem[..200].to_owned()),
        ("with a bad character", pem.replacen('I', "!", 1)),
        ("with half of its content", half),
        ("private", PRIVATE.to_owned()),
        ("of a certificate", pem.replace("PUBLIC KEY", "CERTIFICATE")),
        ("of PKCS #1", pem.replace("PUBLIC KEY", "RSA PUBLIC KEY")),
        ("elliptic", ELLIPTIC.to_owned()),
        ("of 1024 bits", SMALL.to_owned()),
        ("of a key set", table.emulator.jwks_json().to_string()),
    ] {
        table
            .row(format!("PEM {name}"), &*token, CONFIGURATION)
            .pem(text);
    }
    for (member, value) in [
        ("alg", json!("PS256")),
        ("n", json!("***")),
        ("n", json!(5)),
        ("e", json!(65537)),
    ] {
        let set = table.set_with(|jwk| jwk[member] = value.clone());
        let name = format!("key whose {member} is {value}");
        table.row(name, &*token, FAILED).set(&set);
    }
}

const PRIVATE: &str = include_str!("../../../crates/clerk-jwt/tests/keys/a.private.pem");
const ELLIPTIC: &str = include_str!("../../../crates/clerk-jwt/tests/keys/ec.public.pem");
const SMALL: &str = include_str!("../../../crates/clerk-jwt/tests/keys/rsa1024.public.pem");

/// Node knows no sets but those it fetches, where each of these is an outage to it.
fn key_sets(table: &mut Table) {
    let token = table.good();
    let jwk = table.jwk();
    for (name, set, expected) in [
        ("of no keys", json!({ "keys": [] }), UNKNOWN_KEY),
        ("with a null", json!({ "keys": [null, jwk] }), OK),
        ("that is no set", json!({ "key": [jwk] }), CONFIGURATION),
        ("that is an array", json!([jwk]), CONFIGURATION),
        ("that is a key", jwk.clone(), CONFIGURATION),
        (
            "of an object",
            json!({ "keys": { "0": jwk } }),
            CONFIGURATION,
        ),
        ("of null", json!({ "keys": null }), CONFIGURATION),
    ] {
        table
            .row(format!("key set {name}"), &*token, expected)
            .set(&set);
    }
    // Of two keys of one id, or two lists of keys, the last one counts there.
    let mut newer = table.jwk();
    newer["kty"] = json!("AKP");
    let both = json!({ "keys": [jwk, newer] });
    table
        .row("two keys of one id, one usable", &*token, OK)
        .set(&both);
    let set = table.emulator.jwks_json();
    let repeated = format!("{{\"keys\":[],\"keys\":{}}}", set["keys"]);
    table
        .row("a key set with two lists", token, CONFIGURATION)
        .keys(Keys::Set(repeated));
}
