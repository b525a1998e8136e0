//! What stands behind the proxies: an application, and the offline Clerk that its users come from.

use std::{
    error::Error,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, http::HeaderMap, routing::get, serve::ListenerExt as _};
use clerk::{
    Clerk, Clock as _, SystemClock, UnixTime,
    axum::{ClerkLayer, SignedIn},
};
use clerk_emulator::{Emulator, Seed, Server, UserSeed};
use tokio::{net::TcpListener, runtime::Runtime};

/// The host of the guide's lines. Browsers are told where it is.
pub(crate) const HOST: &str = "app.example.com";

/// In bytes. Few claims of one's own; many; as many as fit into a cookie.
pub(crate) const TOKEN_SIZES: [usize; 3] = [1_200, 2_500, 3_900];

/// Sizes of session tokens between which nginx's own buffers become too small.
pub(crate) const AROUND_NGINX_BUFFERS: [usize; 2] = [2_800, 3_600];

#[derive(Debug)]
pub(crate) struct Application {
    clerk: Server,
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Application {
    /// Serves until the runtime ends.
    pub(crate) fn start(runtime: &Runtime) -> Result<Self, Box<dyn Error>> {
        let builder = Emulator::builder().seed(users()?).redirect_host(HOST);
        let offline = Server::start(builder)?;
        let emulator = offline.emulator();
        let clerk = Clerk::builder()
            .secret_key(emulator.secret_key())
            .publishable_key(emulator.publishable_key().as_str())
            .api_url(offline.url())
            .build()?;
        let pages = Router::new()
            .route("/me", get(me))
            .route("/app/me", get(me))
            .layer(ClerkLayer::new(clerk.authenticator()?.clone()))
            .route("/seen", get(seen));
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let port = listener.local_addr()?.port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        let listener = listener.tap_io(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        runtime.spawn(async { axum::serve(listener, pages).await });
        Ok(Self {
            clerk: offline,
            port,
            connections,
        })
    }

    pub(crate) fn clerk(&self) -> &Emulator {
        self.clerk.emulator()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many connections it has accepted so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

pub(crate) fn now() -> UnixTime {
    SystemClock::new().now()
}

/// The user whose session tokens have this size.
pub(crate) fn email(size: usize) -> String {
    format!("user{size}@example.com")
}

async fn me(session: SignedIn) -> String {
    format!("Hello {}", session.user_id())
}

/// The request's headers, as the proxy has sent them.
async fn seen(headers: HeaderMap) -> String {
    let line = |(name, value): (_, &axum::http::HeaderValue)| {
        format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
    };
    headers.iter().map(line).collect()
}

/// One user for each size of token. What fills a token is a feature of the user's plan.
fn users() -> Result<Seed, Box<dyn Error>> {
    let seed_with = |seed: Seed, size, feature: usize| {
        let user = UserSeed::new(email(size)).feature("f".repeat(feature));
        seed.user(user)
    };
    let probe = seed_with(Seed::empty(), 0, 1);
    let probe = Emulator::builder().seed(probe).build()?;
    let least = probe.token().user(email(0)).sign(now()).len();
    // Three bytes of a claim are four of a token.
    let feature = |size: usize| 1 + size.saturating_sub(least) * 3 / 4;
    let sizes = TOKEN_SIZES.into_iter().chain(AROUND_NGINX_BUFFERS);
    Ok(sizes.fold(Seed::empty(), |seed, size| {
        seed_with(seed, size, feature(size))
    }))
}
