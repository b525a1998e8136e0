//! The facade against an emulated instance over real HTTP, async and blocking.
#![cfg(all(feature = "async", feature = "blocking"))]

use clerk::{AuthorizedParties, Clock as _, SystemClock, UserClaims, blocking};
use clerk_emulator::{Defect, Emulator, Server};

fn say<T>(answer: &Result<T, clerk::VerificationError>) -> &'static str {
    match answer {
        Ok(_) => "ok",
        Err(error) => error.reason().as_str(),
    }
}

/// What both facades say of `token`, each built once with the secret and once without.
fn verify_everywhere(server: &Server, token: &str) -> &'static str {
    let emulator = server.emulator();
    let (secret, publishable) = (emulator.secret_key(), emulator.publishable_key().as_str());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let asynchronous = runtime.block_on(async {
        let with_secret = clerk::Clerk::builder()
            .secret_key(secret)
            .api_url(server.url())
            .build()
            .unwrap();
        let without = clerk::Clerk::builder()
            .publishable_key(publishable)
            .build()
            .unwrap();
        [
            say(&with_secret.verify_token(token).await),
            say(&without.verify_token(token).await),
        ]
    });
    let with_secret = blocking::Clerk::builder()
        .secret_key(secret)
        .api_url(server.url())
        .build()
        .unwrap();
    let without = blocking::Clerk::builder()
        .publishable_key(publishable)
        .build()
        .unwrap();
    let networkless = blocking::Clerk::builder()
        .jwt_key(emulator.public_key_pem())
        .build()
        .unwrap();
    let blocking = [
        say(&with_secret.verify_token(token)),
        say(&without.verify_token(token)),
    ];
    assert_eq!(asynchronous, blocking);
    assert_eq!(blocking[0], blocking[1]);
    if blocking[0] != "jwk-kid-mismatch" {
        assert_eq!(say(&networkless.verify_token(token)), blocking[0]);
    }
    blocking[0]
}

#[test]
fn good_and_bad_tokens() {
    let server = Server::start(Emulator::builder()).unwrap();
    let emulator = server.emulator();
    let now = SystemClock::new().now();
    let token = || {
        emulator
            .token()
            .user("ada@example.com")
            .organization("acme")
    };
    assert_eq!(verify_everywhere(&server, &token().sign(now)), "ok");
    for (defect, reason) in [
        (Defect::Expired, "token-expired"),
        (Defect::ForeignKey, "token-invalid-signature"),
        (Defect::UnknownKeyId, "jwk-kid-mismatch"),
        (Defect::AlgNone, "token-invalid-algorithm"),
        (Defect::TemplateCategory, "token-type-mismatch"),
        (Defect::MachineCategory, "token-type-mismatch"),
    ] {
        let bad = token().defect(defect).sign(now);
        assert_eq!(verify_everywhere(&server, &bad), reason, "{defect:?}");
    }
}

#[test]
fn several_instances_in_one_program_keep_apart() {
    let servers: Vec<_> = (0..2)
        .map(|_| Server::start(Emulator::builder()).unwrap())
        .collect();
    let clerks: Vec<_> = servers
        .iter()
        .map(|server| {
            blocking::Clerk::builder()
                .secret_key(server.emulator().secret_key())
                .publishable_key(server.emulator().publishable_key().as_str())
                .api_url(server.url())
                .build()
                .unwrap()
        })
        .collect();
    let now = SystemClock::new().now();
    for (at, clerk) in clerks.iter().enumerate() {
        for (issuer, server) in servers.iter().enumerate() {
            let token = server.emulator().token().sign(now);
            let answer = clerk.verify_token(&token);
            assert_eq!(answer.is_ok(), at == issuer, "{}", say(&answer));
        }
    }
}

#[test]
fn a_publishable_key_refuses_other_issuers_and_a_policy_other_parties() {
    let server = Server::start(Emulator::builder()).unwrap();
    let emulator = server.emulator();
    let now = SystemClock::new().now();
    let builder = || {
        blocking::Clerk::builder()
            .publishable_key(emulator.publishable_key().as_str())
            .jwt_key(emulator.public_key_pem())
    };
    let foreign = emulator
        .token()
        .claim("iss", "https://clerk.other.example")
        .sign(now);
    let clerk = builder().build().unwrap();
    assert_eq!(say(&clerk.verify_token(&foreign)), "token-invalid-issuer");
    let any = builder().issuers([""; 0]).build().unwrap();
    assert_eq!(say(&any.verify_token(&foreign)), "ok");

    let strict = builder()
        .authorized_parties(AuthorizedParties::require(["https://example.com"]))
        .build()
        .unwrap();
    let mine = emulator
        .token()
        .claim("azp", "https://example.com")
        .sign(now);
    let theirs = emulator
        .token()
        .claim("azp", "https://evil.example")
        .sign(now);
    assert_eq!(say(&strict.verify_token(&mine)), "ok");
    assert_eq!(
        say(&strict.verify_token(&theirs)),
        "token-invalid-authorized-parties"
    );
}

#[test]
fn template_tokens_are_verified_where_they_are_asked_for() {
    let server = Server::start(Emulator::builder()).unwrap();
    let token = server.emulator().token().defect(Defect::TemplateCategory);
    let token = token.sign(SystemClock::new().now());
    let clerk = blocking::Clerk::builder()
        .jwt_key(server.emulator().public_key_pem())
        .build()
        .unwrap();
    assert_eq!(say(&clerk.verify::<UserClaims>(&token)), "ok");
    assert_eq!(say(&clerk.verify_token(&token)), "token-type-mismatch");
}
