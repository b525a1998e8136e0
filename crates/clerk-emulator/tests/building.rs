//! What an emulator can be built from, and what it says where it cannot.

mod support;

use clerk_emulator::{BuildError, Emulator, InvalidSigningKey};
use support::{NOW, decode};

#[test]
fn the_defaults_are_those_of_the_documentation() {
    let emulator = Emulator::builder().build().unwrap();
    assert_eq!(emulator.url(), "http://127.0.0.1:4010");
    assert_eq!(emulator.issuer(), "http://127.0.0.1:4010");
    assert_eq!(emulator.secret_key().expose(), "sk_test_emulator");
    assert_eq!(
        emulator.publishable_key().as_str(),
        "pk_test_aHR0cDovLzEyNy4wLjAuMTo0MDEwJA"
    );
    let ada = emulator.user_id("ada@example.com");
    assert_eq!(ada.as_deref(), Some("user_0adaLovelaceExample00000000"));
    let acme = emulator.organization_id("acme");
    assert_eq!(acme.as_deref(), Some("org_0acmeExampleOrganization000"));
    assert_eq!(emulator.user_id("eve@example.com"), None);
}

#[test]
fn ones_own_key_signs_until_it_is_rotated_away() {
    let published = Emulator::builder().build().unwrap();
    let pem = include_str!("../src/keys/signing-3.pem");
    let own = Emulator::builder()
        .signing_key_pkcs8_pem(pem)
        .build()
        .unwrap();
    assert_ne!(own.public_key_pem(), published.public_key_pem());
    assert!(decode(&own.token().sign(NOW)).verifies(&own.jwks_json()));
    let first = own.public_key_pem();
    own.rotate_keys(false);
    assert_eq!(own.public_key_pem(), published.public_key_pem());
    own.reset();
    assert_eq!(own.public_key_pem(), first);
}

#[test]
fn the_public_key_is_spki_in_pem() {
    let pem = Emulator::builder().build().unwrap().public_key_pem();
    let lines: Vec<&str> = pem.lines().collect();
    assert_eq!(lines[0], "-----BEGIN PUBLIC KEY-----");
    // Clerk's Node SDK takes the key apart by these very characters.
    assert!(lines[1].starts_with("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"));
    assert!(lines[lines.len() - 2].ends_with("IDAQAB"));
    assert_eq!(lines[lines.len() - 1], "-----END PUBLIC KEY-----");
    assert!(lines.iter().all(|line| line.len() <= 64));
}

#[test]
fn keys_that_no_sdk_of_clerk_could_use_are_refused() {
    let good = include_str!("../src/keys/signing-1.pem");
    let damaged = good.replacen("MII", "***", 1);
    let cut: String = good
        .lines()
        .take(5)
        .chain(["-----END PRIVATE KEY-----"])
        .collect();
    for (pem, expected) in [
        ("", InvalidSigningKey::Pem),
        ("-----BEGIN PRIVATE KEY-----", InvalidSigningKey::Pem),
        (&damaged, InvalidSigningKey::Pem),
        (&cut, InvalidSigningKey::Rsa),
        (include_str!("data/rsa-3072.pem"), InvalidSigningKey::Shape),
        (include_str!("data/ed25519.pem"), InvalidSigningKey::Rsa),
    ] {
        let error = Emulator::builder()
            .signing_key_pkcs8_pem(pem)
            .build()
            .unwrap_err();
        assert_eq!(error, BuildError::SigningKey(expected));
    }
}

#[test]
fn what_belongs_to_production_or_makes_no_key_is_refused() {
    let live = Emulator::builder().secret_key("sk_live_x").build();
    assert_eq!(live.unwrap_err(), BuildError::LiveSecretKey);
    let published = Emulator::builder().secret_key("pk_test_x").build();
    assert!(matches!(published.unwrap_err(), BuildError::SecretKey(_)));
    for origin in ["http://localhost:4010", "http://127.0.0.1:4010/path"] {
        let error = Emulator::builder().origin(origin).build().unwrap_err();
        assert!(matches!(error, BuildError::Origin(_)), "{origin}");
    }
}
