//! What the calls that authentication makes may take of the time and the memory of who waits for them.

use std::time::Duration;

use crate::{
    play::{Driver, Play},
    recipes::Keys,
    script,
    scripts::recipes,
};

/// Every call that authentication makes, each in a script that makes it.
const CALLS: &str = "
the_payload_of_a_nonce
  GET https://example.com/?__clerk_handshake_nonce=nonce_1
  sec-fetch-dest: document
  <- 503
a_refresh
  GET https://example.com/
  cookie: __session={expired}; __client_uat=1799999900; __refresh_{suffix}=refresh_1
  <- found
  <- 503
an_api_key
  with accepts api_key
  GET https://example.com/
  authorization: Bearer ak_1
  <- 401
an_opaque_m2m_token
  with accepts m2m_token
  GET https://example.com/
  authorization: Bearer mt_1
  <- 401
an_opaque_access_token
  with accepts oauth_token
  GET https://example.com/
  authorization: Bearer oat_1
  <- 401
";

fn in_every_call(check: impl Fn(&str, Duration, usize)) {
    let keys = Keys::new();
    for script in script::read(CALLS) {
        for driver in [Driver::ByHand, Driver::Async, Driver::Blocking] {
            let limits = Play::of(&script, &recipes(), &keys).limits(driver);
            let [(timeout, limit)] = limits[..] else {
                panic!("{}: one exchange, and not {limits:?}", script.name);
            };
            check(&script.name, timeout, limit);
        }
    }
}

#[test]
fn clerk_has_five_seconds_for_what_somebody_waits_for() {
    in_every_call(|name, timeout, _| assert_eq!(timeout, Duration::from_secs(5), "{name}"));
}

#[test]
fn an_answer_that_somebody_waits_for_has_64_kib_at_most() {
    in_every_call(|name, _, limit| assert_eq!(limit, 64 * 1024, "{name}"));
}
