//! What an emulator can be built from, and what it says where it cannot.

mod support;

use clerk_emulator::{
    BuildError, Emulator, InvalidSigningKey, OrganizationSeed, Seed, TemplateSeed, UserSeed,
};
use support::{NOW, decode, get};

fn message(seed: Seed) -> String {
    let error = Emulator::builder().seed(seed).build().unwrap_err();
    assert!(matches!(error, BuildError::Seed(_)));
    error.to_string()
}

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

#[test]
fn a_seed_that_does_not_fit_together_says_where() {
    let ada = || Seed::empty().user(UserSeed::new("ada@example.com"));
    let acme = || OrganizationSeed::new("acme");
    for (seed, expected) in [
        (
            Seed::empty().user(UserSeed::new("ada")),
            "the seed's user ada has no e-mail address",
        ),
        (
            ada().user(UserSeed::new("Ada@Example.com")),
            "the seed's user Ada@Example.com is there twice",
        ),
        (
            Seed::empty().user(UserSeed::new("ada@example.com").id("user_1")),
            "the seed's user ada@example.com needs an id of user_ and 27 letters and digits",
        ),
        (
            Seed::empty().user(UserSeed::new("ada@example.com").feature("a,b")),
            "the seed's user ada@example.com has a slug that is not of lower-case letters, digits, \
             - and _: a,b",
        ),
        (
            ada().organization(acme()).organization(acme()),
            "the seed's organization acme is there twice",
        ),
        (
            ada().organization(acme().member("bob@example.com", "org:admin")),
            "the seed's organization acme has a member who is no user: bob@example.com",
        ),
        (
            ada().organization(acme().member("ada@example.com", "admin")),
            "the seed's organization acme has a member in a role that there is not: admin",
        ),
        (
            ada().organization(OrganizationSeed::new("Acme Ltd")),
            "the seed's organization Acme Ltd has a slug that is not of lower-case letters, \
             digits, - and _: Acme Ltd",
        ),
        (
            Seed::empty().role("billing", ["org:invoices:read"]),
            "the seed's role billing needs a key such as org:billing",
        ),
        (
            Seed::empty().role("org:billing", ["invoices:read"]),
            "the seed's role org:billing has a permission that is not like org:invoices:read: \
             invoices:read",
        ),
        (
            Seed::empty().jwt_template(TemplateSeed::new("api").claim("sub", "me")),
            "the seed's JWT template api sets sub, which is reserved",
        ),
        (
            Seed::empty().jwt_template(TemplateSeed::new("api").lifetime(29)),
            "the seed's JWT template api needs a lifetime of 30 to 315360000 seconds and a clock \
             skew of at most 300",
        ),
    ] {
        assert_eq!(message(seed), expected);
    }
}

#[test]
fn a_seed_may_be_json() {
    let seed = Seed::from_json(
        r#"{
            "roles": [{ "key": "org:billing", "permissions": ["org:invoices:read"] }],
            "users": [{
                "email": "grace@example.com", "external_id": "g-1", "plan": "pro",
                "public_metadata": { "level": 3 }
            }],
            "organizations": [{
                "slug": "navy", "features": ["invoices"],
                "members": { "grace@example.com": "org:billing" }
            }],
            "jwt_templates": [{ "name": "api", "claims": { "level": "{{user.public_metadata.level}}" } }]
        }"#,
    );
    let emulator = Emulator::builder().seed(seed.unwrap()).build().unwrap();
    let token = decode(&emulator.token().organization("navy").sign(NOW));
    assert_eq!(token.claims["o"]["rol"], "billing");
    assert_eq!(
        (&token.claims["pla"], &token.claims["fea"]),
        (&"u:pro".into(), &"o:invoices".into())
    );
    let token = decode(&emulator.token().template("api").sign(NOW));
    assert_eq!(token.claims["level"], 3);
    let (_, users) = get(&emulator, "/v1/users?external_id=g-1");
    assert_eq!(users.as_array().unwrap().len(), 1);

    assert!(Seed::from_json(r#"{ "user": [] }"#).is_err());
}
