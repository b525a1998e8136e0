//! An offline Clerk: tests against it need no account, no network and no waiting.
//!
//! It issues the tokens Clerk issues, answers Clerk's Backend API and what Clerk's script in a page asks, and goes
//! wrong on demand. Clerk's own SDKs accept it unmodified. `SUPPORTED.md` (beside this crate's `Cargo.toml`) says
//! what each operation does; those that it lacks are answered in the right shape, and [`Builder::strict`] refuses
//! them.
//!
//! It is **not** Clerk, and nothing it signs is worth anything: the private half of its signing
//! key is published. It listens on loopback only.
//!
//! # A test of a server
//!
//! ```
//! use clerk_core::{Clock, SystemClock};
//! use clerk_emulator::{Defect, Emulator, Fault, Server};
//! use std::time::Duration;
//!
//! // Ada is the admin of the organization acme, Bob is a member; see `Seed::example`.
//! let clerk = Server::start(Emulator::builder())?;
//! let emulator = clerk.emulator();
//!
//! // The program under test takes these as it takes Clerk's own: CLERK_API_URL,
//! // CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY.
//! let settings = (clerk.url(), emulator.secret_key(), emulator.publishable_key());
//! # let _ = settings;
//!
//! // Tokens to call it with, good and bad.
//! let now = SystemClock::new().now();
//! let admin = emulator.token().user("ada@example.com").organization("acme").sign(now);
//! let stale = emulator.token().issued_ago(Duration::from_secs(90)).sign(now);
//! let forged = emulator.token().defect(Defect::ForeignKey).sign(now);
//! # let _ = (admin, stale, forged);
//!
//! // What if Clerk's key server fails twice, then rotates its keys?
//! emulator.add_fault(Fault::status(503).path("/v1/jwks").times(2));
//! emulator.rotate_keys(false);
//! assert_eq!(emulator.count_requests("GET", "/v1/jwks"), 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # A test of pages
//!
//! To an application that signs browsers in, the emulator is what Clerk's Frontend API and its
//! hosted pages are: the application sends browsers to [`Emulator::sign_in_url`], and handshakes
//! follow by themselves. [`TokenBuilder::cookies`] has the cookies of a browser that has been
//! through that, [`Browser`] goes the whole way. The application belongs on `localhost`, since the
//! emulator is on `127.0.0.1` and cookies tell hosts apart, not ports. [`Builder::production`] is for what
//! is different in production.
//!
//! # A test of webhooks
//!
//! [`Builder::webhook`] names an endpoint, [`Emulator::add_webhook`] one whose address is only known
//! later. What happens to users, sessions, organizations and their members is then posted there, and
//! posted again where it failed, on Clerk's schedule by the emulator's clock.
//! [`Emulator::webhook_secret`] is what the endpoint verifies with, [`Emulator::replay_webhook`] and
//! [`Emulator::forge_webhook`] are what it should be proof against; [`WebhookEndpoint::late`] has a session
//! told of before its user, as Clerk may. In process, tests take
//! deliveries as values, by [`Emulator::next_webhook`], and hand them to the application themselves.
//!
//! # The parts
//!
//! - [`Emulator`] is the instance: a function from requests and the time to [`Answer`]s, over a
//!   state of its own. It reads no clock and moves no bytes.
//! - [`Browser`] keeps cookies and follows redirects, for tests.
//! - [`Server`] puts it behind HTTP on a thread of its own, for blocking and async tests and for
//!   programs in other languages; [`InProcess`] makes it a `clerk-http` transport, without a
//!   socket and with any clock.
//! - [`TokenBuilder`] makes tokens of every kind, [`Defect`]s included; [`Emulator::sign`] signs
//!   anything at all.
//! - [`Seed`] says what the instance holds; [`Fault`] what goes wrong.
//! - [`WebhookEndpoint`] is where events are told, [`WebhookDelivery`] one on its way there,
//!   [`LoggedWebhook`] what became of it.
//!
//! # From other languages
//!
//! The control plane of a [`Server`] is plain JSON, without credentials. Say `content-type:
//! application/json` of what is sent there, which no web page from elsewhere can:
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /_emulator/health` | | the instance's public keys and counts |
//! | `POST /_emulator/mint` | `{"user":"ada@example.com","organization":"acme","issued_ago":90,"defect":"alg-none",…}` | `{"jwt":"…"}` |
//! | `POST /_emulator/clock` | `{"advance":3600}`, or `offset`, `now`, `frozen`, `move_tokens` | `{"now":…,"ahead_ms":3600000,…}`, as of `GET`; `DELETE` takes it back |
//! | `POST /_emulator/keys/announce` | | `{"key_id":"ins_…"}` |
//! | `POST /_emulator/keys/rotate` | `{"keep_old":true}` | `{"key_id":"ins_…"}` |
//! | `POST /_emulator/faults` | `{"method":"GET","path":"/v1/jwks","status":503,"count":2}`, or `body`, `drop`, `delay_ms` | 204 |
//! | `DELETE /_emulator/faults` | | 204 |
//! | `GET /_emulator/state` | | users, organizations and sessions, the latest of each; `/` has a page of it for people |
//! | `GET /_emulator/seed` | | the [`Seed`] that what is there could have come from, as JSON |
//! | `POST /_emulator/sessions/sess_…/token` | | `{"jwt":"…"}`; `…/revoke` ends the session |
//! | `GET /_emulator/wait/request?method=POST&path=/v1/users` | | `{"request":{…}}` as soon as there is one; `wait/message?to=…` and `wait/webhook?type=…` are alike |
//! | `GET /_emulator/mailbox` | | `{"messages":[{"to":"ada@example.com","code":"424242",…}]}` |
//! | `GET /_emulator/requests` | | `{"requests":[{"method":"GET","path":"/v1/jwks","status":200,…}]}` |
//! | `POST /_emulator/webhooks` | `{"url":"http://localhost:3000/webhooks","events":["user.*"]}` | `{"url":…,"secret":"whsec_…",…}` |
//! | `GET /_emulator/webhooks` | | `{"endpoints":[…],"deliveries":[{"id":"msg_…","type":"user.created","attempts":[…],…}]}` |
//! | `DELETE /_emulator/webhooks` | | 204 |
//! | `POST /_emulator/webhooks/msg_…/replay` | `{}`, or `{"defect":"foreign-secret"}` | 204 |
//! | `POST /_emulator/reset` | | 204 |
//!
//! # Web pages
//!
//! Whoever runs an emulator also has web pages open, and browsers send what pages ask for. So it answers
//! to names of this machine alone (`localhost` and names under it, loopback addresses), to that of its
//! [origin](Builder::origin), and to those it was [built with](Builder::allow_host), whatever is asked of
//! it; and its control plane obeys no page that comes from elsewhere by its `Origin`.
//!
//! Where it sits: above `clerk-http`, whose transports it implements, and `clerk-webhooks`, which
//! signs for it; no other crate of ours depends on it but for tests and the command line.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod api_version;
#[cfg(feature = "tls")]
mod authority;
mod browser;
mod builder;
mod call;
mod claims;
mod clock;
mod codes;
mod cookies;
mod defect;
mod described;
mod description;
mod directory;
mod draft;
mod emulator;
mod fault;
mod frontend;
mod harvest;
mod hosts;
mod ids;
mod in_process;
mod journal;
mod kept;
mod key_ring;
mod mint;
mod operations;
mod pem;
mod planting;
mod refusal;
mod request_log;
mod rfc3339;
mod route;
mod routing;
mod seed;
mod server;
mod signing_key;
mod state;
mod state_file;
mod template_key;
mod token_builder;
mod webhooks;

pub use answer::{Answer, Outcome};
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use authority::{Authority, InvalidAuthority};
pub use browser::{Browser, Page};
pub use builder::{BuildError, Builder, DEVELOPMENT_HOST};
pub use claims::TokenVersion;
pub use defect::{Defect, UnknownDefect};
pub use directory::{Message, Presence, SignUpMode};
pub use emulator::Emulator;
pub use fault::Fault;
pub use in_process::InProcess;
pub use mint::MintError;
pub use request_log::LoggedRequest;
pub use seed::{
    AddressSeed, ApiKeySeed, DomainSeed, ExternalAccountSeed, InstanceSeed, InvalidSeed,
    InvitationSeed, MachineSeed, MemberSeed, OAuthApplicationSeed, OrganizationSeed, PlanSeed,
    RoleSeed, Seed, TemplateSeed, UserSeed,
};
pub use server::Server;
pub use signing_key::InvalidSigningKey;
pub use state_file::InvalidStateFile;
pub use token_builder::TokenBuilder;
pub use webhooks::{
    InvalidWebhook, LoggedWebhook, UnknownWebhookDefect, WebhookAttempt, WebhookDefect,
    WebhookDelivery, WebhookEndpoint,
};

/// Has `cargo test` compile and run the README's snippet.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod own_readme {}
