//! The names of the Node SDK's 0.x releases, against an emulated instance, async and blocking.
#![cfg(all(feature = "async", feature = "blocking"))]

use clerk::{
    Clock as _, SystemClock,
    auth::{DebugRequestState, RequestHead, RequestState},
    blocking,
};
use clerk_emulator::{Emulator, Server};

struct Seen {
    signed_in: DebugRequestState,
    interstitial: DebugRequestState,
    pages: [String; 4],
}

fn seen_by_async(server: &Server, signed_in: &RequestHead<'_>, unknown: &RequestHead<'_>) -> Seen {
    let clerk = clerk::Clerk::builder()
        .secret_key(server.emulator().secret_key())
        .publishable_key(server.emulator().publishable_key().as_str())
        .api_url(server.url())
        .build()
        .unwrap();
    let debug = |state: &RequestState| clerk.debug_auth_state(state).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        Seen {
            signed_in: debug(&clerk.auth_state(signed_in).await.unwrap()),
            interstitial: debug(&clerk.auth_state(unknown).await.unwrap()),
            pages: [
                clerk.local_interstitial().unwrap(),
                clerk.remote_public_interstitial().await.unwrap(),
                clerk.remote_private_interstitial().await.unwrap(),
                clerk.interstitial().await.unwrap(),
            ],
        }
    })
}

fn seen_by_blocking(
    server: &Server,
    signed_in: &RequestHead<'_>,
    unknown: &RequestHead<'_>,
) -> Seen {
    let clerk = blocking::Clerk::builder()
        .secret_key(server.emulator().secret_key())
        .publishable_key(server.emulator().publishable_key().as_str())
        .api_url(server.url())
        .build()
        .unwrap();
    let debug = |state: &RequestState| clerk.debug_auth_state(state).unwrap();
    Seen {
        signed_in: debug(&clerk.auth_state(signed_in).unwrap()),
        interstitial: debug(&clerk.auth_state(unknown).unwrap()),
        pages: [
            clerk.local_interstitial().unwrap(),
            clerk.remote_public_interstitial().unwrap(),
            clerk.remote_private_interstitial().unwrap(),
            clerk.interstitial().unwrap(),
        ],
    }
}

#[test]
fn the_old_names_lead_to_what_does_the_same_today() {
    let server = Server::start(Emulator::builder()).unwrap();
    let now = SystemClock::new().now();
    let cookies = server
        .emulator()
        .token()
        .user("ada@example.com")
        .cookies(now);
    let signed_in = RequestHead::new("GET", "http://localhost:3000/")
        .header("sec-fetch-dest", b"document")
        .header("cookie", cookies.as_bytes());
    let unknown =
        RequestHead::new("GET", "http://localhost:3000/").header("sec-fetch-dest", b"document");

    let seen = seen_by_async(&server, &signed_in, &unknown);
    assert!(seen.signed_in.is_signed_in, "{:?}", seen.signed_in);
    assert!(seen.interstitial.is_interstitial, "{:?}", seen.interstitial);
    assert_eq!(
        seen.interstitial.reason.as_deref(),
        Some("dev-browser-missing")
    );
    for page in &seen.pages {
        assert!(page.contains("<html"), "{page}");
    }

    let blocking = seen_by_blocking(&server, &signed_in, &unknown);
    assert_eq!(blocking.signed_in, seen.signed_in);
    assert_eq!(blocking.interstitial, seen.interstitial);
    assert_eq!(blocking.pages, seen.pages);
}
