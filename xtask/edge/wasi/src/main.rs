//! Verifies the session tokens that it is given, and says of each what it thinks: `edge-wasi TOKEN…`, with the PEM key
//! in `CLERK_JWT_KEY`. All it needs are clocks and the environment, which WASI has.

use std::{
    env,
    error::Error,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use clerk_core::SystemClock;
use clerk_jwks::{StaticKeys, Verifier, blocking};
use clerk_jwt::{Policy, SessionClaims, Verified};

fn main() -> Result<(), Box<dyn Error>> {
    let keys = StaticKeys::from_pem(&env::var("CLERK_JWT_KEY")?)?;
    let clock = SystemClock::new();
    let verifier = Verifier::new(keys.clone(), Policy::default(), clock);
    let blocking = blocking::Verifier::new(keys, Policy::default(), clock);
    for token in env::args().skip(1) {
        let awaited = at_once(verifier.verify(&token)).ok_or("a static key was waited for")?;
        let unawaited = blocking.verify(&token);
        println!("{}\t{}", verdict(awaited), verdict(unawaited));
    }
    Ok(())
}

type Session = Result<Verified<SessionClaims>, clerk_jwks::Error>;

fn verdict(session: Session) -> String {
    match session {
        Ok(session) => session.claims().user_id().to_string(),
        Err(error) => format!("{} {}", error.fault().status(), error.reason()),
    }
}

/// What is ready without anything to wait for: nothing is fetched here, and ring answers at once.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
