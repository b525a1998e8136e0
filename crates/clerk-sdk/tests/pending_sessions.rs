//! Whether users whose session is pending are signed in is set on the builder, and is what everything
//! goes by that is made of its authenticator.
#![cfg(all(feature = "async", feature = "blocking"))]

use clerk::{
    Clerk, ManualClock, UnixTime,
    auth::{Admission, PendingSessions, RequestHead},
    blocking,
};
use clerk_emulator::Emulator;

#[tokio::test]
async fn pending_sessions_are_signed_in_where_the_builder_says_so() {
    let now = UnixTime::from_secs(1_800_000_000);
    let emulator = Emulator::builder().build().unwrap();
    let pending = emulator.token().claim("sts", "pending").sign(now);
    let authorization = format!("Bearer {pending}");
    let head = RequestHead::new("GET", "https://example.com/");
    let head = head.header("authorization", authorization.as_bytes());
    let signed_in = |admission: Admission| match admission {
        Admission::Proceed(auth) => auth.session().is_ok(),
        Admission::Redirect(_) => panic!("nobody was to be sent away"),
    };
    for (set, expected) in [
        (None, false),
        (Some(PendingSessions::SignedOut), false),
        (Some(PendingSessions::SignedIn), true),
    ] {
        let mut clerk = Clerk::builder()
            .publishable_key(emulator.publishable_key().as_str())
            .jwt_key(emulator.public_key_pem())
            .clock(ManualClock::at(now));
        let mut twin = blocking::Clerk::builder()
            .publishable_key(emulator.publishable_key().as_str())
            .jwt_key(emulator.public_key_pem())
            .clock(ManualClock::at(now));
        if let Some(set) = set {
            (clerk, twin) = (clerk.pending_sessions(set), twin.pending_sessions(set));
        }
        let (clerk, twin) = (clerk.build().unwrap(), twin.build().unwrap());
        let admission = clerk.authenticator().unwrap().admit(&head).await;
        assert_eq!(signed_in(admission), expected, "{set:?}");
        let admission = twin.authenticator().unwrap().admit(&head);
        assert_eq!(signed_in(admission), expected, "{set:?}, blocking");
    }
}
