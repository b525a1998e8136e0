//! Clerk for Rust, accepting and refusing.

use std::hint::black_box;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk::{CachePolicy, Clerk};
use clerk_core::UnixTime;
use clerk_jwt::{
    AuthorizedParties, MAX_TOKEN_BYTES, Policy, SessionClaims, UnverifiedToken, VerifyError,
    VerifyingKey,
};

use super::Run;
use crate::futures::{at_once, to_its_end};
use crate::{Fixture, loopback};

/// A key parsed once and a policy that checks what Clerk recommends checking.
struct Verification {
    key: VerifyingKey,
    policy: Policy,
    now: UnixTime,
}

impl Verification {
    fn new(fixture: &Fixture) -> Self {
        let parties = AuthorizedParties::require([Fixture::PARTY]);
        Self {
            key: VerifyingKey::from_jwk(&fixture.jwk().to_string()).expect("a JWK"),
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
    let verification = Verification::new(fixture);
    let token = fixture.token.clone();
    Box::new(move || {
        let claims = verification.verify(black_box(&token));
        black_box(claims.expect("a good token"));
    })
}

fn refuse(fixture: &Fixture, token: String) -> Run {
    let verification = Verification::new(fixture);
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

/// A key that was asked for a moment ago and is not among those of the instance.
pub(super) fn refuse_unknown_key(fixture: &Fixture) -> Run {
    let clerk = clerk(fixture);
    let token = with_other_header(fixture, fixture.kid, "ins_2unknown");
    to_its_end(clerk.verify_token(&token)).expect_err("no such key");
    Box::new(move || {
        let verified = at_once(clerk.verify_token(black_box(&token)));
        black_box(verified.expect_err("no such key"));
    })
}

fn clerk(fixture: &Fixture) -> Clerk {
    let keys = serde_json::json!({ "keys": [fixture.jwk()] });
    let mut policy = CachePolicy::default();
    // Nothing falls due while a row runs, under a profiler either.
    policy.refresh_after = Duration::from_secs(3600);
    policy.time_to_live = Duration::from_secs(3600);
    policy.unknown_key_cooldown = Duration::from_secs(3600);
    Clerk::builder()
        .secret_key("sk_test_of_the_benchmark")
        .api_url(loopback::start(&keys.to_string()))
        .issuers([Fixture::ISSUER])
        .authorized_parties(AuthorizedParties::require([Fixture::PARTY]))
        .cache_policy(policy)
        .build()
        .expect("sound settings")
}
