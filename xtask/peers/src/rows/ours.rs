//! Clerk for Rust, accepting and refusing.

use std::hint::black_box;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk::{Clerk, auth::RequestHead};
use clerk_core::UnixTime;
use clerk_jwt::{
    AuthorizedParties, Jwk, MAX_TOKEN_BYTES, Policy, Provider, Reason, Ring, SessionClaims,
    UnverifiedToken, VerifyError, VerifyingKey,
};

use super::{Run, SharedRun, Threads};
use crate::Fixture;
use crate::clients::{caching, clerk, publishable_key};
use crate::futures::{at_once, to_its_end};

/// A key parsed once and a policy that checks what Clerk recommends checking.
struct Verification {
    key: VerifyingKey,
    policy: Policy,
    now: UnixTime,
}

impl Verification {
    fn new(fixture: &Fixture, provider: &dyn Provider) -> Self {
        let parties = AuthorizedParties::require([Fixture::PARTY]);
        let jwk = Jwk::from_json(&fixture.jwk().to_string()).expect("a JWK");
        Self {
            key: jwk.into_verifying_key(provider).expect("a good key"),
            policy: Policy::default()
                .issuers([Fixture::ISSUER])
                .authorized_parties(parties),
            now: fixture.now,
        }
    }

    fn verify(&self, token: &str) -> Result<SessionClaims, VerifyError> {
        let verified = UnverifiedToken::parse(token)?.verify(&self.key, self.now, &self.policy)?;
        Ok(verified.into_claims())
    }
}

pub(super) fn verify_ring(fixture: &Fixture) -> Run {
    verify_with(fixture, &Ring)
}

pub(super) fn verify_with(fixture: &Fixture, provider: &dyn Provider) -> Run {
    let verification = Verification::new(fixture, provider);
    let token = fixture.token.clone();
    Box::new(move || {
        let claims = verification.verify(black_box(&token));
        black_box(claims.expect("a good token"));
    })
}

fn refuse(fixture: &Fixture, token: String) -> Run {
    let verification = Verification::new(fixture, &Ring);
    Box::new(move || {
        let claims = verification.verify(black_box(&token));
        black_box(claims.expect_err("a bad token"));
    })
}

/// The signature's last character is gone, so its length is no longer one that base64 has.
pub(super) fn refuse_malformed(fixture: &Fixture) -> Run {
    let mut token = fixture.token.clone();
    token.pop();
    refuse(fixture, token)
}

/// One byte more than is looked at.
pub(super) fn refuse_oversize(fixture: &Fixture) -> Run {
    let token = &fixture.token;
    let excess = (MAX_TOKEN_BYTES + 1).saturating_sub(token.len());
    refuse(fixture, format!("{token}{}", "A".repeat(excess)))
}

/// The same token, saying that it was signed with another algorithm.
pub(super) fn refuse_wrong_algorithm(fixture: &Fixture) -> Run {
    refuse(fixture, with_other_header(fixture, "RS256", "HS256"))
}

fn with_other_header(fixture: &Fixture, from: &str, to: &str) -> String {
    let (header, rest) = fixture.token.split_once('.').expect("made of three parts");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header = String::from_utf8(header).expect("JSON");
    let header = URL_SAFE_NO_PAD.encode(header.replace(from, to));
    format!("{header}.{rest}")
}

/// What an application has: it finds the key by its name and reads the clock.
pub(super) fn verifier_cached_key(fixture: &Fixture) -> Run {
    let clerk = clerk(fixture);
    let token = fixture.token.clone();
    to_its_end(clerk.verify_token(&token)).expect("a key fetched and a good token");
    Box::new(move || {
        let verified = at_once(clerk.verify_token(black_box(&token)));
        black_box(verified.expect("a good token"));
    })
}

/// A token that was verified before, among as many as a busy service has that were. The others come
/// before it comes again, so that it is in none of the processor's caches.
pub(super) fn verifier_known_token(fixture: &Fixture) -> Run {
    known_token(caching(fixture), fixture, 0)
}

/// `first` is the number of the token that comes first.
fn known_token(clerk: Clerk, fixture: &Fixture, first: usize) -> SharedRun {
    let live = fixture.live_tokens;
    let tokens: Vec<String> = (0..live).map(|number| fixture.another(number)).collect();
    to_its_end(clerk.verify_token(&fixture.token)).expect("a key fetched and a good token");
    for _ in 0..2 {
        for token in &tokens {
            at_once(clerk.verify_token(token)).expect("a good token");
        }
    }
    let cache = clerk.verifier().token_cache().expect("as it was built");
    assert!(cache.hits() * 100 > live as u64 * 95, "{cache:?}");
    // A prime, so that all come, and not in the order in which they lie.
    let mut at = first;
    Box::new(move || {
        at = (at + 1531) % live;
        let verified = at_once(clerk.verify_token(black_box(&tokens[at])));
        black_box(verified.expect("a good token"));
    })
}

/// What a browser sends that is signed in, answered with who it is: cookies read under both of
/// their names, the rules for browsers gone through, and the token verified.
pub(super) fn authenticate_cookie(fixture: &Fixture) -> Run {
    authenticate(clerk(fixture), fixture, "cookie", cookies(fixture))
}

/// The same, with a token that came before.
pub(super) fn authenticate_cookie_known(fixture: &Fixture) -> Run {
    authenticate(caching(fixture), fixture, "cookie", cookies(fixture))
}

/// What another program sends with a user's token.
pub(super) fn authenticate_header(fixture: &Fixture) -> Run {
    authenticate(clerk(fixture), fixture, "authorization", bearer(fixture))
}

/// The same, with a token that came before.
pub(super) fn authenticate_header_known(fixture: &Fixture) -> Run {
    authenticate(caching(fixture), fixture, "authorization", bearer(fixture))
}

fn bearer(fixture: &Fixture) -> String {
    format!("Bearer {}", fixture.token)
}

fn cookies(fixture: &Fixture) -> String {
    let (token, suffix) = (&fixture.token, publishable_key().cookie_suffix());
    format!(
        "theme=dark; __client_uat=1; __client_uat_{suffix}=1; __session={token}; \
         __session_{suffix}={token}; consent=2026-05-12"
    )
}

fn authenticate(clerk: Clerk, fixture: &Fixture, name: &'static str, credentials: String) -> Run {
    to_its_end(clerk.verify_token(&fixture.token)).expect("a key fetched and a good token");
    Box::new(move || {
        let head = RequestHead::new("GET", "/orders?page=2")
            .header("host", b"app.example.com")
            .header(
                "user-agent",
                b"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
            )
            .header("accept", b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
            .header("sec-fetch-dest", b"document")
            .header(name, black_box(credentials.as_bytes()));
        let authenticator = clerk.authenticator().expect("sound settings");
        let state = at_once(authenticator.authenticate(&head)).expect("a decision");
        assert_eq!(state.status(), "signed-in");
        black_box(state);
    })
}

/// Two threads that verify new tokens, with a client each and with one for both.
pub(super) fn verifying_apart_and_together(fixture: &Fixture) -> (Threads, Threads) {
    let run = |clerk: Clerk| -> SharedRun {
        let token = fixture.token.clone();
        to_its_end(clerk.verify_token(&token)).expect("a key fetched and a good token");
        Box::new(move || {
            let verified = at_once(clerk.verify_token(black_box(&token)));
            black_box(verified.expect("a good token"));
        })
    };
    let together = clerk(fixture);
    let apart = [(); 2].map(|()| run(clerk(fixture)));
    (apart, [(); 2].map(|()| run(together.clone())))
}

/// Two threads that verify tokens that came before, with a client each and with one for both. Both go
/// through all tokens, far from each other, as requests of many users do.
pub(super) fn recognising_apart_and_together(fixture: &Fixture) -> (Threads, Threads) {
    recognising([0, fixture.live_tokens / 2], fixture)
}

/// The same where both verify the same token at the same time, over and over.
pub(super) fn recognising_the_same(fixture: &Fixture) -> (Threads, Threads) {
    recognising([0, 0], fixture)
}

fn recognising(first: [usize; 2], fixture: &Fixture) -> (Threads, Threads) {
    let together = caching(fixture);
    let apart = first.map(|first| known_token(caching(fixture), fixture, first));
    let shared = first.map(|first| known_token(together.clone(), fixture, first));
    (apart, shared)
}

/// A key that was asked for a moment ago and is not among those of the instance.
pub(super) fn refuse_unknown_key(fixture: &Fixture) -> Run {
    let clerk = clerk(fixture);
    let token = with_other_header(fixture, fixture.kid, "ins_2unknown");
    to_its_end(clerk.verify_token(&fixture.token)).expect("a key fetched and a good token");
    let error = to_its_end(clerk.verify_token(&token)).expect_err("no such key");
    assert_eq!(error.reason(), Reason::JwkKidMismatch);
    Box::new(move || {
        let verified = at_once(clerk.verify_token(black_box(&token)));
        black_box(verified.expect_err("no such key"));
    })
}
