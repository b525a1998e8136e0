//! One table for every web framework: requests, and what an application with the adapter answers.
//!
//! Adapters translate and decide nothing, so there is nothing for their answers to differ in. Each
//! adapter's tests build the [application](#the-application) with their framework, and have [`run()`]
//! compare its answers with the table, `rows.json`.
//!
//! # The application
//!
//! It answers on these paths whatever the method (`HEAD` too), with the adapter's layer around all
//! of it, or without where [`run()`] gives no authenticator. The body of an answer is JSON: what
//! [`shown`] makes of the handler's extractor.
//!
//! | path | the handler takes | body |
//! |---|---|---|
//! | `/public` | nothing | [`PUBLIC`] |
//! | `/auth` | `CurrentAuth` | `shown(auth)` |
//! | `/me` | `SignedIn` | `shown(session)` |
//! | `/optional` | `MaybeSignedIn` | `shown(session)`, or [`NOBODY`] |
//! | `/machine` | `Machine` | `shown(machine)` |
//! | `/api-key` | `ApiKey` | `shown(machine)` |
//! | `/m2m` | `M2m` | `shown(machine)` |
//! | `/oauth` | `OAuth` | `shown(machine)` |
//! | `/admin` | `Allowed<Admin>` | `shown(session)` |
//! | `/teams` | `Allowed<TeamManager>` | `shown(session)` |
//! | `/fresh` | `Allowed<Fresh>` | `shown(session)` |
//! | `/invitations/` and a ticket, as in [`SECRET_PATH`] | `SignedIn` | `shown(session)` |
//! | `/cached` | nothing | [`PUBLIC`], with the header [`CACHED`] |
//! | `/log-out` | nothing | [`PUBLIC`], with the header [`LOGGED_OUT`] |
//! | `/sign-in-first` | `Redirects` | none: a 303 to the sign-in page |
//!
//! [`sign_out`] and [`webhooks`] are tables of their own, and say what else their applications have.
//! There is nothing on any other path, and the framework says so in its own way.
//!
//! An application that runs elsewhere, such as in a JavaScript engine, has this crate without the feature `run`: how it
//! is set up, and what its handlers show. Then [`elsewhere`] asks it.
//!
//! # The ways in
//!
//! Each row is sent on three ways: as a browser does over HTTP/1.1, the same over HTTP/2, where no
//! header names the host, and by a proxy that says where the browser is. See [`Arrival`].

mod application;
mod guards;
mod rows;

#[cfg(feature = "run")]
mod arrival;
#[cfg(feature = "run")]
mod comparison;
#[cfg(feature = "run")]
mod credentials;
#[cfg(feature = "run")]
pub mod elsewhere;
#[cfg(feature = "run")]
pub mod missing_layer;
#[cfg(feature = "run")]
mod run;
#[cfg(feature = "run")]
mod services;
#[cfg(feature = "run")]
pub mod sign_out;
#[cfg(feature = "run")]
pub mod webhooks;

pub use application::{CACHED, LOGGED_OUT, NOBODY, NOW, PUBLIC, SECRET_PATH, settings, shown};
#[cfg(feature = "run")]
pub use arrival::Arrival;
pub use guards::{Admin, Fresh, TeamManager};
pub use rows::{Expected, Row, Service, Status, rows, unknown};
#[cfg(feature = "run")]
pub use run::{run, run_as_text};
