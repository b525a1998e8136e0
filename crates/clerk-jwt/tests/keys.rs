//! Which texts are keys, and what each may be used for.

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clerk_core::Pasted;
use clerk_jwt::{
    Algorithm, InvalidKey, Jwk, JwkSet, Policy, Reason, Ring, RsaPublicKey, UnverifiedToken,
    UserClaims, VerifyingKey,
};
use serde_json::{Value, json};
use support::{NOW, PUBLIC_A, Signer, b64, session_header, session_payload, with};

fn body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

#[test]
fn pem_in_every_form_an_environment_file_leaves_it_in() {
    let token = Signer::a().sign(&session_header(), &session_payload());
    for pem in [
        PUBLIC_A.to_owned(),
        PUBLIC_A.trim().to_owned(),
        PUBLIC_A.replace('\n', "\r\n"),
        PUBLIC_A.replace('\n', "\\n"),
        PUBLIC_A.replace('\n', "\\r\\n"),
        PUBLIC_A.replace('\n', " "),
        PUBLIC_A.replace('\n', ""),
        format!("\n\n  {PUBLIC_A}\n"),
        format!("\"{}\"", PUBLIC_A.replace('\n', "\\n")),
        format!("'{PUBLIC_A}'"),
        format!("\"\\n \n'{}\"", body(PUBLIC_A)),
        body(PUBLIC_A),
        format!(" {}\n", body(PUBLIC_A)),
        PUBLIC_A.replace('\n', "\\\\n"),
        PUBLIC_A.replace('\n', "\\\\\\\\n"),
        PUBLIC_A.replace('\n', "\\\n"),
        format!("\\\"{}\\\"", PUBLIC_A.replace('\n', "\\n")),
        format!("CLERK_JWT_KEY=\"{PUBLIC_A}\""),
        STANDARD.encode(PUBLIC_A),
        STANDARD.encode(PUBLIC_A.replace('\n', "\\n")),
    ] {
        let key = VerifyingKey::from_pem(&pem).unwrap_or_else(|error| panic!("{error}: {pem}"));
        let verified = UnverifiedToken::parse(&token)
            .unwrap()
            .verify::<UserClaims>(&key, NOW, &Policy::default());
        assert!(verified.is_ok(), "{pem}");
    }
}

#[test]
fn what_is_not_a_public_key_is_called_what_it_is() {
    let private = include_str!("keys/a.private.pem");
    let der = STANDARD.decode(body(PUBLIC_A)).unwrap();
    let wrap = |der: &[u8]| STANDARD.encode(der);
    let mut trailing = der.clone();
    trailing.push(0);
    for (pem, error) in [
        (String::new(), InvalidKey::Empty),
        ("\"\"".into(), InvalidKey::Empty),
        (private.into(), InvalidKey::Private),
        (
            private.replace("PRIVATE", "RSA PRIVATE"),
            InvalidKey::Private,
        ),
        (
            PUBLIC_A.replace("PUBLIC KEY", "CERTIFICATE"),
            InvalidKey::Label("a certificate"),
        ),
        (
            PUBLIC_A.replace("PUBLIC KEY", "RSA PUBLIC KEY"),
            InvalidKey::Label("a PKCS #1 key"),
        ),
        (PUBLIC_A.replace("MII", "!II"), InvalidKey::Base64),
        (
            PUBLIC_A.replace("-----END PUBLIC KEY-----", ""),
            InvalidKey::Base64,
        ),
        ("sk_test_abc".into(), InvalidKey::Other(Pasted::SecretKey)),
        ("not a key".into(), InvalidKey::Base64),
        (PUBLIC_A.replace("MII", "\\MII"), InvalidKey::Base64),
        (STANDARD.encode(private), InvalidKey::Private),
        (body(private), InvalidKey::Private),
        (format!("{PUBLIC_A}{private}"), InvalidKey::Private),
        (
            STANDARD.encode(STANDARD.encode(PUBLIC_A)),
            InvalidKey::NotRsaSpki,
        ),
        (wrap(b"hello"), InvalidKey::NotRsaSpki),
        (wrap(&trailing), InvalidKey::NotRsaSpki),
        (wrap(&der[..der.len() - 1]), InvalidKey::NotRsaSpki),
        (
            include_str!("keys/ec.public.pem").into(),
            InvalidKey::NotRsaSpki,
        ),
        (
            include_str!("keys/rsa1024.public.pem").into(),
            InvalidKey::Size(1024),
        ),
    ] {
        assert_eq!(VerifyingKey::from_pem(&pem).unwrap_err(), error, "{pem}");
    }
    for cut in 0..der.len() {
        assert!(VerifyingKey::from_pem(&wrap(&der[..cut])).is_err());
    }
}

#[test]
fn larger_keys_verify_too() {
    let pem = include_str!("keys/rsa4096.public.pem");
    let token = include_str!("tokens/session_rs512_4096.jwt").trim();
    let key = VerifyingKey::from_pem(pem).unwrap();
    let token = UnverifiedToken::parse(token).unwrap();
    let verified = token.verify::<UserClaims>(&key, NOW, &Policy::default());
    assert!(verified.is_ok());
}

#[test]
fn jwk_members_are_honoured() {
    let sound = Signer::a().jwk();
    let d = Some(json!("AQAB"));
    let rows: [(&str, Option<Value>, Option<InvalidKey>); 36] = [
        ("x", Some(json!(1)), None),
        ("kid", None, None),
        ("kid", Some(json!(5)), None),
        (
            "kty",
            None,
            Some(InvalidKey::Jwk("kty is missing or not a string")),
        ),
        (
            "kty",
            Some(json!(1)),
            Some(InvalidKey::Jwk("kty is missing or not a string")),
        ),
        ("kty", Some(json!("EC")), Some(InvalidKey::KeyType)),
        ("kty", Some(json!("oct")), Some(InvalidKey::KeyType)),
        ("kty", Some(json!("AKP")), Some(InvalidKey::KeyType)),
        ("kty", Some(json!("rsa")), Some(InvalidKey::KeyType)),
        ("use", None, None),
        ("use", Some(json!("enc")), Some(InvalidKey::Use("use"))),
        (
            "use",
            Some(json!(1)),
            Some(InvalidKey::Jwk("use is not a string")),
        ),
        ("key_ops", Some(json!(["verify"])), None),
        ("key_ops", Some(json!(["sign", "verify"])), None),
        (
            "key_ops",
            Some(json!(["sign"])),
            Some(InvalidKey::Use("key_ops")),
        ),
        ("key_ops", Some(json!([])), Some(InvalidKey::Use("key_ops"))),
        (
            "key_ops",
            Some(json!(["verify", "verify"])),
            Some(InvalidKey::Use("key_ops")),
        ),
        (
            "key_ops",
            Some(json!(["verify", "encrypt"])),
            Some(InvalidKey::Use("use and key_ops disagree")),
        ),
        (
            "key_ops",
            Some(json!("verify")),
            Some(InvalidKey::Jwk("key_ops is not an array of strings")),
        ),
        ("alg", Some(json!("RS256")), None),
        ("alg", Some(json!("RS512")), None),
        ("alg", Some(json!("PS256")), Some(InvalidKey::Algorithm)),
        ("alg", Some(json!("HS256")), Some(InvalidKey::Algorithm)),
        ("alg", Some(json!("RSA-OAEP")), Some(InvalidKey::Algorithm)),
        (
            "alg",
            Some(Value::Null),
            Some(InvalidKey::Jwk("alg is not a string")),
        ),
        (
            "n",
            None,
            Some(InvalidKey::Jwk("n is missing or not base64url")),
        ),
        (
            "n",
            Some(json!("a+b")),
            Some(InvalidKey::Jwk("n is missing or not base64url")),
        ),
        (
            "n",
            Some(json!(b64([0xff; 128]))),
            Some(InvalidKey::Size(1024)),
        ),
        (
            "n",
            Some(json!(b64([0xff; 1025]))),
            Some(InvalidKey::Size(8200)),
        ),
        ("e", Some(json!("AQ")), Some(InvalidKey::Exponent)),
        ("e", Some(json!("Ag")), Some(InvalidKey::Exponent)),
        ("e", Some(json!("")), Some(InvalidKey::Exponent)),
        ("d", d.clone(), Some(InvalidKey::Private)),
        ("p", d.clone(), Some(InvalidKey::Private)),
        ("k", d, Some(InvalidKey::Private)),
        ("oth", Some(json!([])), Some(InvalidKey::Private)),
    ];
    for (member, value, error) in rows {
        let jwk = with(sound.clone(), member, value);
        assert_eq!(Jwk::from_json(&jwk.to_string()).err(), error, "{jwk}");
    }
    let twice = sound
        .to_string()
        .replacen('{', "{\"alg\":\"RS256\",\"alg\":\"RS512\",", 1);
    assert_eq!(
        Jwk::from_json(&twice).unwrap_err(),
        InvalidKey::Jwk("it names a member twice")
    );
    for text in ["", "null", "[]", "{", "5"] {
        assert!(Jwk::from_json(text).is_err());
    }
}

#[test]
fn a_jwk_without_alg_is_for_the_three_and_one_with_alg_for_it_alone() {
    let jwk = Signer::a().jwk();
    for (key_alg, token_alg, expected) in [
        (None, "RS256", None),
        (None, "RS384", None),
        (None, "RS512", None),
        (Some("RS256"), "RS256", None),
        (
            Some("RS256"),
            "RS512",
            Some(Reason::TokenVerificationFailed),
        ),
        (Some("RS512"), "RS512", None),
    ] {
        let jwk = with(jwk.clone(), "alg", key_alg.map(|alg| json!(alg)));
        let key = VerifyingKey::from_jwk(&jwk.to_string()).unwrap();
        let header = with(session_header(), "alg", Some(json!(token_alg)));
        let token = Signer::a().sign(&header, &session_payload());
        let reason = UnverifiedToken::parse(&token)
            .unwrap()
            .verify::<UserClaims>(&key, NOW, &Policy::default())
            .err()
            .map(|error| error.reason());
        assert_eq!(reason, expected, "{key_alg:?} {token_alg}");
    }
}

#[test]
fn a_set_keeps_its_good_keys_whatever_else_it_holds() {
    let good = with(Signer::a().jwk(), "alg", Some(json!("RS256")));
    let set = json!({"keys": [
        {"kty": "AKP", "kid": "ins_pq", "alg": "ML-DSA-65", "pub": "AA"},
        good,
        {"kty": "RSA", "kid": "ins_half"},
        null,
        5,
    ], "next": true});
    let set = JwkSet::from_json(&set.to_string(), &Ring).unwrap();
    let usable: Vec<bool> = set.keys().iter().map(|key| key.key.is_ok()).collect();
    assert_eq!(usable, [false, true, false, false, false]);
    assert_eq!(set.keys()[0].id.as_ref().unwrap().as_str(), "ins_pq");
    assert_eq!(
        set.keys()[1].key.as_ref().unwrap().algorithm(),
        Some(Algorithm::Rs256)
    );

    assert!(
        JwkSet::from_json("{\"keys\":[]}", &Ring)
            .unwrap()
            .keys()
            .is_empty()
    );
    for text in [
        "",
        "[]",
        "[[]]",
        "{}",
        "{\"keys\":{}}",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":[}",
        "<html>",
        "null",
    ] {
        assert!(JwkSet::from_json(text, &Ring).is_err(), "{text}");
    }
}

#[test]
fn a_key_with_the_mark_of_the_faulty_generator_is_refused() {
    // A power of 65537 is one modulo every prime too: that is the mark.
    assert_eq!(
        RsaPublicKey::from_components(&power_of_65537(2100), &[1, 0, 1]).unwrap_err(),
        InvalidKey::Roca
    );
}

/// 65537 multiplied with itself until it has at least `bits` bits, big-endian.
fn power_of_65537(bits: usize) -> Vec<u8> {
    let mut power = vec![1_u8];
    while power.len() * 8 < bits {
        let mut next = vec![0_u16; power.len() + 2];
        for (at, byte) in power.iter().enumerate() {
            next[at] += u16::from(*byte);
            next[at + 2] += u16::from(*byte);
        }
        power = carry(&next);
    }
    power.reverse();
    power
}

fn carry(digits: &[u16]) -> Vec<u8> {
    let mut carried = 0;
    let mut bytes = Vec::new();
    for digit in digits {
        let value = digit + carried;
        bytes.push((value & 0xff) as u8);
        carried = value >> 8;
    }
    if carried > 0 {
        bytes.push(carried as u8);
    }
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}

#[test]
fn keys_of_the_exact_limits() {
    let odd = |bytes: usize| {
        let mut modulus = vec![0xff; bytes];
        modulus[0] = 0x80;
        modulus
    };
    let e = [1, 0, 1];
    assert!(RsaPublicKey::from_components(&odd(256), &e).is_ok());
    assert!(RsaPublicKey::from_components(&odd(1024), &e).is_ok());
    let padded = [vec![0, 0], odd(256)].concat();
    assert_eq!(
        RsaPublicKey::from_components(&padded, &e)
            .unwrap()
            .modulus(),
        odd(256)
    );
    assert_eq!(
        RsaPublicKey::from_components(&odd(255), &e).unwrap_err(),
        InvalidKey::Size(2040)
    );
    assert!(RsaPublicKey::from_components(&odd(256), &[3]).is_ok());
    assert_eq!(
        RsaPublicKey::from_components(&odd(256), &[2, 0, 0, 0, 1]).unwrap_err(),
        InvalidKey::Exponent
    );
}

/// Attack: a key for another algorithm whose numbers would do for RSA. What a key is for is said by
/// its algorithm identifier (RFC 3279 §2.3.1) and by nothing else.
#[test]
fn an_rsa_key_is_one_by_its_algorithm_identifier() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    const RSA_ENCRYPTION: [u8; 11] = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    ];
    let der = STANDARD.decode(body(PUBLIC_A)).unwrap();
    let at = der.windows(11).position(|it| it == RSA_ENCRYPTION).unwrap();
    let with_byte = |offset: usize, byte: u8| {
        let mut other = der.clone();
        other[at + offset] = byte;
        VerifyingKey::from_pem(&STANDARD.encode(other)).map(drop)
    };
    assert_eq!(with_byte(10, 0x01), Ok(()));
    // RSASSA-PSS, RSAES-OAEP, and an identifier that is none.
    for last in [0x0a, 0x07, 0x02] {
        assert_eq!(with_byte(10, last).unwrap_err(), InvalidKey::NotRsaSpki);
    }
    // Parameters that are not NULL.
    assert_eq!(with_byte(11, 0x04).unwrap_err(), InvalidKey::NotRsaSpki);
}
