//! Clients of the instance whose tokens are verified, ours and clerk-rs's.

use std::time::Duration;

use clerk::{Builder, CachePolicy, Clerk, PublishableKey, VerifiedTokenCache};
use clerk_jwt::AuthorizedParties;
use clerk_rs::validators::jwks::MemoryCacheJwksProvider;

use crate::{Fixture, loopback};

pub(crate) fn publishable_key() -> PublishableKey {
    PublishableKey::new("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k").expect("names the fixture's issuer")
}

/// What an application has that sets nothing of its own.
pub(crate) fn clerk(fixture: &Fixture) -> Clerk {
    builder(fixture).build().expect("sound settings")
}

/// With room for more tokens than are in use, so that hardly any is verified twice.
pub(crate) fn caching(fixture: &Fixture) -> Clerk {
    let cache = VerifiedTokenCache::new(4 * fixture.live_tokens);
    let built = builder(fixture).token_cache(cache).build();
    built.expect("sound settings")
}

pub(crate) fn builder(fixture: &Fixture) -> Builder<Clerk> {
    let keys = serde_json::json!({ "keys": [fixture.jwk()] });
    let mut policy = CachePolicy::default();
    // Nothing falls due while a row runs, under a profiler either.
    policy.refresh_after = Duration::from_secs(3600);
    policy.time_to_live = Duration::from_secs(3600);
    policy.unknown_key_cooldown = Duration::from_secs(3600);
    Clerk::builder()
        .secret_key("sk_live_of_the_benchmark")
        .publishable_key(publishable_key().as_str())
        .api_url(loopback::start(&keys.to_string()))
        .authorized_parties(AuthorizedParties::require([Fixture::PARTY]))
        .cache_policy(policy)
}

/// The keys that clerk-rs fetches and keeps.
pub(crate) fn clerk_rs_keys(fixture: &Fixture) -> MemoryCacheJwksProvider {
    let keys = serde_json::json!({ "keys": [fixture.jwk()] });
    let configuration = clerk_rs::ClerkConfiguration::new("sk_test_of_the_benchmark")
        .with_base_path(loopback::start(&keys.to_string()));
    MemoryCacheJwksProvider::new(clerk_rs::Clerk::new(configuration))
}
