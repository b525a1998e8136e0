//! What is a token at all.

use clerk_emulator::Defect;
use serde_json::json;

use crate::row::{ALGORITHM, INVALID, NOW, OK, SIGNATURE, Table};

pub(crate) fn rows(table: &mut Table) {
    parts(table);
    encodings(table);
    signatures(table);
    texts(table);
}

fn parts(table: &mut Table) {
    let good = table.good();
    let parts: Vec<&str> = good.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for (name, token) in [
        ("nothing", String::new()),
        ("one part", header.to_owned()),
        ("two parts", format!("{header}.{payload}")),
        ("four parts", format!("{good}.{signature}")),
        ("three dots", "...".to_owned()),
        ("two dots", "..".to_owned()),
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("a dot before it", format!(".{good}")),
        ("a dot behind it", format!("{good}.")),
        ("its scheme before it", format!("Bearer {good}")),
        ("encoded dots", good.replace('.', "%2E")),
        ("full-width dots", good.replace('.', "\u{ff0e}")),
        ("in quotes", format!("\"{good}\"")),
        (
            "JSON serialization",
            json!({ "payload": payload, "signatures": [] }).to_string(),
        ),
    ] {
        table.row(name, token, INVALID);
    }
}

fn encodings(table: &mut Table) {
    let good = table.good();
    let parts: Vec<&str> = good.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for (name, bad) in [
        ("a space", " "),
        ("a line break", "\n"),
        ("a plus sign", "+"),
        ("a slash", "/"),
        ("a NUL", "\0"),
        ("an umlaut", "\u{fc}"),
        ("a percent sign", "%3D"),
    ] {
        for (place, token) in [
            ("header", format!("{bad}{header}.{payload}.{signature}")),
            ("payload", format!("{header}.{payload}{bad}.{signature}")),
            ("signature", format!("{good}{bad}")),
        ] {
            table.row(format!("{name} in the {place}"), token, INVALID);
        }
    }
    for defect in [Defect::StandardBase64, Defect::NonCanonicalBase64] {
        let token = table.token().defect(defect).sign(NOW);
        table.row(defect.name(), token, INVALID);
    }
    let cut = |characters: usize| good[..good.len() - characters].to_owned();
    table.row("a character of the signature is missing", cut(1), INVALID);
    table.row("a byte of the signature is missing", cut(2), SIGNATURE);
}

fn signatures(table: &mut Table) {
    for (defect, expected) in [
        (Defect::DamagedSignature, SIGNATURE),
        (Defect::MissingSignature, SIGNATURE),
        (Defect::TamperedPayload, SIGNATURE),
        (Defect::ForeignKey, SIGNATURE),
        (Defect::AlgNone, ALGORITHM),
        (Defect::AlgHs256PublicKey, ALGORITHM),
        (Defect::AlgMismatch, crate::row::FAILED),
    ] {
        let token = table.token().defect(defect).sign(NOW);
        table.row(defect.name(), token, expected);
    }
    let (one, other) = (table.good(), table.claim("sub", json!("user_2")));
    let of_another =
        one.rsplit_once('.').unwrap().0.to_owned() + &other[other.rfind('.').unwrap()..];
    table.row("the signature of another token", of_another, SIGNATURE);
    let doubled = format!("{one}{}", &one[one.rfind('.').unwrap() + 1..]);
    table.row("the signature twice", doubled, SIGNATURE);
    let longer = format!("{one}AAAA");
    table.row("bytes after the signature", longer, SIGNATURE);
}

fn texts(table: &mut Table) {
    let kid = json!(table.emulator.key_id());
    let payload = br#"{"sub":"user_1","exp":1900000000}"#;
    for (name, header, expected) in [
        (
            "header in white space",
            format!(" {{\"alg\":\"RS256\", \"kid\":{kid}}}\r\n"),
            OK,
        ),
        (
            "header with escapes",
            format!("{{\"\\u0061lg\":\"RS\\u003256\",\"kid\":{kid}}}"),
            OK,
        ),
        ("header not JSON", "not JSON".to_owned(), INVALID),
        ("header cut off", "{\"alg\":\"RS256\"".to_owned(), INVALID),
        (
            "header with a comma too many",
            "{\"alg\":\"RS256\",}".to_owned(),
            INVALID,
        ),
        (
            "header with more behind it",
            "{\"alg\":\"RS256\"}{}".to_owned(),
            INVALID,
        ),
        (
            "header with single quotes",
            "{'alg':'RS256'}".to_owned(),
            INVALID,
        ),
    ] {
        let token = table.emulator.sign_bytes(header.as_bytes(), payload);
        table.row(name, token, expected);
    }
    for (name, payload, expected) in [
        (
            "payload in white space",
            " \t\r\n{\"sub\" : \"u\", \"exp\":\n1900000000} ",
            OK,
        ),
        (
            "payload with large numbers",
            r#"{"sub":"u","exp":1900000000,"x":[1e999,-0,12345678901234567890]}"#,
            OK,
        ),
        (
            "payload with a lone surrogate",
            r#"{"sub":"u","exp":1900000000,"x":"\ud800"}"#,
            OK,
        ),
        (
            "payload with a member twice that is nobody's",
            r#"{"sub":"u","exp":1900000000,"x":1,"x":2}"#,
            OK,
        ),
        (
            "payload with claims one level down",
            r#"{"claims":{"sub":"u","exp":1900000000}}"#,
            crate::row::FAILED,
        ),
        ("payload empty object", "{}", crate::row::FAILED),
        ("payload not JSON", "not JSON", INVALID),
        ("payload cut off", r#"{"sub":"u","exp":1900000000"#, INVALID),
        (
            "payload with a comma too many",
            r#"{"sub":"u","exp":1900000000,}"#,
            INVALID,
        ),
        (
            "payload with more behind it",
            r#"{"sub":"u","exp":1900000000} x"#,
            INVALID,
        ),
        (
            "payload with a comment",
            r#"{"sub":"u",/**/"exp":1900000000}"#,
            INVALID,
        ),
        ("payload with NaN", r#"{"sub":"u","exp":NaN}"#, INVALID),
        (
            "payload with leading zeros",
            r#"{"sub":"u","exp":01900000000}"#,
            INVALID,
        ),
        (
            "payload with a control character",
            "{\"sub\":\"u\u{1}\",\"exp\":1900000000}",
            INVALID,
        ),
    ] {
        let token = table.payload(payload);
        table.row(name, token, expected);
    }
    let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
    let deep = format!("{{\"sub\":\"u\",\"exp\":1900000000,\"x\":{deep}}}");
    let token = table.payload(deep);
    table.row("payload four hundred levels deep", token, OK);
}
