//! What minted tokens say, and that they are signed.

mod support;

use std::time::Duration;

use clerk_core::UnixTime;
use clerk_emulator::{
    Defect, Emulator, MintError, OrganizationSeed, Seed, TemplateSeed, TokenVersion, UserSeed,
};
use serde_json::{Value, json};
use support::{ACME, ADA, BOB, NOW, decode, emulator, get, post};

/// The token's claims but for `jti` and `sid`, which are checked to be there and of their shape.
fn claims(token: &str) -> Value {
    let mut claims = decode(token).claims;
    let members = claims.as_object_mut().unwrap();
    let jti = members.remove("jti").unwrap();
    assert_eq!(jti.as_str().unwrap().len(), 20);
    if let Some(sid) = members.remove("sid") {
        assert_eq!(sid.as_str().unwrap().len(), "sess_".len() + 27);
    }
    claims
}

#[test]
fn session_tokens_say_what_clerks_say() {
    let emulator = emulator();
    let common = |subject: &str| {
        json!({
            "azp": "http://localhost:3000",
            "exp": 1_800_000_060, "iat": 1_800_000_000, "nbf": 1_799_999_990,
            "fva": [0, -1],
            "iss": "http://127.0.0.1:4010",
            "sts": "active",
            "sub": subject,
        })
    };
    let with = |subject: &str, more: Value| {
        let mut claims = common(subject);
        let more = more.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(more);
        claims
    };
    let o = |role: &str, per: &str, fpm: &str| json!({ "id": ACME, "slg": "acme", "rol": role, "per": per, "fpm": fpm });
    let ada = || emulator.token().user("ada@example.com");
    let bob = || emulator.token().user("bob@example.com");
    for (token, expected) in [
        (ada(), with(ADA, json!({ "v": 2, "pla": "u:free" }))),
        (
            ada().organization("acme"),
            with(
                ADA,
                json!({
                    "v": 2,
                    "fea": "o:dashboard,o:teams", "pla": "u:free,o:team",
                    "o": o("admin", "manage,read", "3,3"),
                }),
            ),
        ),
        (
            bob().organization(ACME),
            with(
                BOB,
                json!({
                    "v": 2,
                    "fea": "o:dashboard,o:teams", "pla": "u:free,o:team",
                    "o": o("member", "read", "1,1"),
                }),
            ),
        ),
        (
            bob().organization("acme").version(TokenVersion::V1),
            with(
                BOB,
                json!({
                    "org_id": ACME, "org_slug": "acme", "org_role": "org:member",
                    "org_permissions": ["org:dashboard:read", "org:teams:read"],
                }),
            ),
        ),
        (ada().version(TokenVersion::V1), common(ADA)),
    ] {
        let token = token.sign(NOW);
        assert_eq!(claims(&token), expected);
        let jwt = decode(&token);
        assert_eq!(
            jwt.header,
            json!({
                "alg": "RS256", "typ": "JWT",
                "kid": emulator.key_id(), "cat": "cl_B7d4PD111AAA",
            })
        );
        assert!(jwt.verifies(&emulator.jwks_json()));
    }
}

#[test]
fn features_of_the_user_and_of_the_organization_are_told_apart() {
    let seed = Seed::empty()
        .role(
            "org:admin",
            ["org:repositories:read", "org:projects:read", "org:x:read"],
        )
        .user(
            UserSeed::new("ada@example.com")
                .feature("border")
                .feature("projects"),
        )
        .organization(
            OrganizationSeed::new("acme")
                .feature("repositories")
                .feature("projects")
                .member("ada@example.com", "org:admin"),
        );
    let emulator = Emulator::builder().seed(seed).build().unwrap();
    let inside = claims(&emulator.token().organization("acme").sign(NOW));
    assert_eq!(inside["fea"], "o:repositories,uo:projects,u:border");
    assert_eq!(
        (&inside["o"]["per"], &inside["o"]["fpm"]),
        (&json!("read"), &json!("1,1"))
    );
    assert_eq!(inside.get("pla"), None);
    let outside = claims(&emulator.token().sign(NOW));
    assert_eq!(outside["fea"], "u:border,u:projects");
}

#[test]
fn an_organization_without_permissions_has_no_masks() {
    let seed = Seed::empty()
        .user(UserSeed::new("ada@example.com"))
        .organization(OrganizationSeed::new("acme").member("ada@example.com", "org:admin"));
    let emulator = Emulator::builder().seed(seed).build().unwrap();
    let claims = claims(&emulator.token().organization("acme").sign(NOW));
    let members: Vec<&String> = claims["o"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "rol", "slg"]);
}

#[test]
fn template_tokens_have_the_templates_claims_and_no_session() {
    let seed = Seed::example().jwt_template(
        TemplateSeed::new("api")
            .lifetime(300)
            .allowed_clock_skew(0)
            .claim("email", "{{user.primary_email_address}}")
            .claim("role", "{{org.role || 'none'}}")
            .claim("names", json!([{ "full": "{{user.full_name}}" }]))
            .claim("secret", "{{user.private_metadata}}"),
    );
    let emulator = Emulator::builder().seed(seed).build().unwrap();
    let token = emulator
        .token()
        .user("bob@example.com")
        .template("api")
        .sign(NOW);
    let jwt = decode(&token);
    assert_eq!(jwt.header["cat"], "cl_B7d4PD222AAA");
    assert!(jwt.verifies(&emulator.jwks_json()));
    assert_eq!(
        claims(&token),
        json!({
            "azp": "http://localhost:3000", "iss": "http://127.0.0.1:4010", "sub": BOB,
            "iat": 1_800_000_000, "nbf": 1_800_000_000, "exp": 1_800_000_300,
            "email": "bob@example.com", "role": "none", "secret": null,
            "names": [{ "full": "Bob Example" }],
        })
    );
    let token = emulator
        .token()
        .organization("acme")
        .template("hasura")
        .sign(NOW);
    let claims = claims(&token);
    assert_eq!(
        claims["https://hasura.io/jwt/claims"]["x-hasura-org-id"],
        ACME
    );
    assert_eq!(claims["nbf"], 1_799_999_995);
    assert_eq!(claims.get("sid"), None);
}

#[test]
fn machine_tokens_are_of_their_kind() {
    let emulator = emulator();
    let machine = decode(&emulator.token().machine().sign(NOW));
    assert_eq!(machine.header["cat"], "cl_B7d4PD333AAA");
    assert!(machine.claims["sub"].as_str().unwrap().starts_with("mch_"));
    assert!(machine.claims["jti"].as_str().unwrap().starts_with("mt_"));
    assert_eq!(machine.claims["exp"], 1_800_003_600);
    assert!(machine.verifies(&emulator.jwks_json()));

    let oauth = decode(&emulator.token().oauth().user("bob@example.com").sign(NOW));
    assert_eq!(oauth.header["typ"], "at+jwt");
    assert_eq!(oauth.header.get("cat"), None);
    assert_eq!(oauth.claims["sub"], BOB);
    assert_eq!(oauth.claims["scope"], "profile email");
    assert!(oauth.claims["jti"].as_str().unwrap().starts_with("oat_"));
    assert!(oauth.claims["client_id"].is_string());
    assert_eq!(oauth.claims["exp"], 1_800_086_400);
    assert!(oauth.verifies(&emulator.jwks_json()));
}

#[test]
fn what_the_caller_says_wins() {
    let emulator = emulator();
    let token = emulator
        .token()
        .defect(Defect::Expired)
        .issued_at(UnixTime::from_secs(1_700_000_000))
        .lifetime(Duration::from_secs(5))
        .claim("sub", json!({ "not": "a string" }))
        .claim("plan", "pro")
        .claim("exp", 7)
        .without("sid")
        .without("v")
        .header("cat", 5)
        .header("alg", "RS512")
        .without_header("typ")
        .sign(NOW);
    let jwt = decode(&token);
    assert_eq!(jwt.claims["sub"], json!({ "not": "a string" }));
    assert_eq!(
        (&jwt.claims["plan"], &jwt.claims["exp"]),
        (&json!("pro"), &json!(7))
    );
    assert_eq!((jwt.claims.get("sid"), jwt.claims.get("v")), (None, None));
    assert_eq!(
        jwt.header,
        json!({ "alg": "RS512", "cat": 5, "kid": emulator.key_id() })
    );

    let token = emulator
        .token()
        .issued_at(UnixTime::from_secs(1_700_000_000))
        .lifetime(Duration::from_secs(5))
        .sign(NOW);
    let claims = decode(&token).claims;
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(1_700_000_000), &json!(1_700_000_005))
    );

    let stale = emulator
        .token()
        .issued_ago(Duration::from_secs(90))
        .sign(NOW);
    assert_eq!(decode(&stale).claims["exp"], 1_799_999_970);
}

#[test]
fn a_token_belongs_to_a_session_there_is() {
    let emulator = emulator();
    let sid = |token: &str| decode(token).claims["sid"].as_str().unwrap().to_owned();
    let first = sid(&emulator.token().sign(NOW));
    assert_eq!(first, sid(&emulator.token().sign(NOW)));
    let other = sid(&emulator.token().organization("acme").sign(NOW));
    assert_ne!(first, other);

    let (status, session) = get(&emulator, &format!("/v1/sessions/{other}"));
    assert_eq!((status, &session["user_id"]), (200, &json!(ADA)));
    assert_eq!(session["last_active_organization_id"], ACME);

    let (status, _) = post(
        &emulator,
        &format!("/v1/sessions/{first}/revoke"),
        json!({}),
    );
    assert_eq!(status, 200);
    assert_ne!(first, sid(&emulator.token().sign(NOW)));
}

#[test]
fn names_that_stand_for_nothing_are_errors() {
    let emulator = emulator();
    let token = || emulator.token();
    for (token, expected) in [
        (
            token().user("eve@example.com"),
            MintError::UnknownUser("eve@example.com".into()),
        ),
        (
            token().organization("umbrella"),
            MintError::UnknownOrganization("umbrella".into()),
        ),
        (
            token().template("nope"),
            MintError::UnknownTemplate("nope".into()),
        ),
        (
            token().oauth().user("eve@example.com"),
            MintError::UnknownUser("eve@example.com".into()),
        ),
    ] {
        assert_eq!(token.try_sign(NOW).unwrap_err(), expected);
    }
    let empty = Emulator::builder().seed(Seed::empty()).build().unwrap();
    assert_eq!(empty.token().try_sign(NOW).unwrap_err(), MintError::NoUsers);

    let seed = Seed::example().organization(OrganizationSeed::new("umbrella"));
    let emulator = Emulator::builder().seed(seed).build().unwrap();
    let error = emulator.token().organization("umbrella").try_sign(NOW);
    let organization = "umbrella".to_owned();
    let user = ADA.to_owned();
    assert_eq!(
        error.unwrap_err(),
        MintError::NotAMember { user, organization }
    );
}

#[test]
#[should_panic(expected = "there is no user ada@exmaple.com")]
fn signing_for_a_misspelt_user_names_them() {
    let _ = emulator().token().user("ada@exmaple.com").sign(NOW);
}

#[test]
fn signs_any_header_and_any_payload() {
    let emulator = emulator();
    let header = json!({ "alg": "RS256", "kid": emulator.key_id(), "x": [1] });
    let jwt = decode(&emulator.sign(&header, b"[]"));
    assert_eq!((&jwt.header, &jwt.claims), (&header, &json!([])));
    assert!(jwt.verifies(&emulator.jwks_json()));
    let token = emulator.sign_bytes(b"\xff", b"");
    assert!(token.starts_with("_w.."), "{token}");
}

#[test]
fn a_run_has_a_key_id_of_its_own() {
    let run = || Emulator::builder().build().unwrap();
    assert_ne!(run().key_id(), run().key_id());
    let seeded = |seed| Emulator::builder().deterministic(seed).build().unwrap();
    assert_eq!(seeded(1).key_id(), seeded(1).key_id());
    assert_eq!(seeded(1).token().sign(NOW), seeded(1).token().sign(NOW));
    assert_ne!(seeded(1).key_id(), seeded(2).key_id());
    let id = run().key_id();
    assert_eq!(id.len(), "ins_".len() + 27);
    assert!(id.starts_with("ins_"));
}

#[test]
fn a_key_is_announced_before_it_signs() {
    let emulator = emulator();
    let (old, old_pem) = (emulator.key_id(), emulator.public_key_pem());

    let next = emulator.announce_key();
    assert_ne!(next, old);
    assert_eq!(emulator.announce_key(), next, "there is one at a time");
    let before = decode(&emulator.token().sign(NOW));
    assert_eq!(before.header["kid"], old.as_str());
    let both = emulator.jwks_json();
    let ids: Vec<_> = both["keys"].as_array().unwrap().iter().collect();
    assert_eq!(
        (ids[0]["kid"].as_str(), ids[1]["kid"].as_str()),
        (Some(&*old), Some(&*next))
    );

    assert_eq!(emulator.rotate_keys(true), next);
    assert_ne!(emulator.public_key_pem(), old_pem);
    let after = decode(&emulator.token().sign(NOW));
    assert!(after.verifies(&both), "it was published before it signed");
    let set = emulator.jwks_json();
    assert!(before.verifies(&set) && after.verifies(&set));
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);

    let later = emulator.announce_key();
    assert_eq!(emulator.rotate_keys(false), later);
    assert_eq!(emulator.jwks_json()["keys"].as_array().unwrap().len(), 1);
    assert_ne!(
        emulator.rotate_keys(true),
        later,
        "what was announced was used"
    );
    emulator.announce_key();
    emulator.reset();
    assert_eq!(emulator.jwks_json()["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn rotation_changes_key_and_id_and_keeps_the_old_key_if_asked() {
    let emulator = emulator();
    let old = decode(&emulator.token().sign(NOW));
    let first_pem = emulator.public_key_pem();

    let id = emulator.rotate_keys(true);
    assert_eq!(id, emulator.key_id());
    assert_ne!(first_pem, emulator.public_key_pem());
    let new = decode(&emulator.token().sign(NOW));
    assert_eq!(new.header["kid"], id.as_str());
    let both = emulator.jwks_json();
    assert!(old.verifies(&both) && new.verifies(&both));
    assert_eq!(both["keys"].as_array().unwrap().len(), 2);

    emulator.rotate_keys(false);
    let alone = emulator.jwks_json();
    assert_eq!(alone["keys"].as_array().unwrap().len(), 1);
    assert!(!old.verifies(&alone) && !new.verifies(&alone));
    assert!(decode(&emulator.token().sign(NOW)).verifies(&alone));
}
