//! The facade against an emulated instance over real HTTP, async and blocking.
#![cfg(all(feature = "async", feature = "blocking"))]

use clerk::{AuthorizedParties, Clock as _, Fault, M2mClaims, SystemClock, UserClaims, blocking};
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
    let any = builder().ignore_issuer().build().unwrap();
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

/// Attack: a machine's token is brought to a service that it is not for. Both modes, whether it is
/// verified by itself or with a request.
#[test]
fn a_machines_token_opens_only_the_services_among_its_scopes() {
    use clerk::auth::{RequestHead, TokenType};

    let server = Server::start(Emulator::builder()).unwrap();
    let emulator = server.emulator();
    let now = SystemClock::new().now();
    let (jwt, opaque) = (
        emulator.token().machine(),
        emulator.token().opaque_machine(),
    );
    let jwt = jwt.scope("mch_billing").sign(now);
    let opaque = opaque.scope("mch_billing").sign(now);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (own, expected) in [
        (Some("mch_billing"), "ok"),
        (Some("mch_other"), "token-verification-failed"),
        (None, "ok"),
    ] {
        macro_rules! clerk {
            ($clerk:ty) => {{
                let builder = <$clerk>::builder()
                    .secret_key(emulator.secret_key())
                    .api_url(server.url())
                    .accepts(TokenType::M2m);
                let builder = match own {
                    Some(own) => builder.machine_id(own),
                    None => builder.ignore_machine_scopes(),
                };
                builder.build().unwrap()
            }};
        }
        let (waiting, clerk) = (clerk!(clerk::Clerk), clerk!(blocking::Clerk));
        let verified = runtime.block_on(waiting.verify::<M2mClaims>(&jwt));
        assert_eq!(say(&verified), expected, "{own:?}");
        assert_eq!(say(&clerk.verify::<M2mClaims>(&jwt)), expected, "{own:?}");
        for token in [&jwt, &opaque] {
            let authorization = format!("Bearer {token}");
            let head = RequestHead::new("GET", "https://example.com/");
            let head = head.header("authorization", authorization.as_bytes());
            let authenticator = waiting.authenticator().unwrap();
            let decided = runtime.block_on(authenticator.authenticate(&head)).unwrap();
            let blocking = clerk.authenticator().unwrap().authenticate(&head).unwrap();
            for state in [decided, blocking] {
                let reason = state.reason().map(ToString::to_string);
                assert_eq!(reason.as_deref().unwrap_or("ok"), expected, "{own:?}");
            }
        }
    }

    let undecided = blocking::Clerk::builder().jwt_key(emulator.public_key_pem());
    let refused = undecided.build().unwrap().verify::<M2mClaims>(&jwt);
    assert_eq!(refused.unwrap_err().fault(), Fault::Configuration);
}
