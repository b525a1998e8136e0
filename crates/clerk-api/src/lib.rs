//! Clerk's Backend API: every operation and every model, as values.
//!
//! It does no IO: a [`clerk_http::Client`], or its blocking twin, sends what is built here. It does
//! not verify tokens: that is `clerk-jwt`. And it does not check what Clerk checks: inputs are
//! documented, not enforced.
//!
//! ```
//! # use clerk_http::{Error, blocking::Client, blocking_transport_fn};
//! # #[derive(Debug)]
//! # struct Threads;
//! # impl clerk_http::BlockingRuntime for Threads {
//! #     fn sleep(&self, _: std::time::Duration) {}
//! #     fn spawn(&self, _: Box<dyn FnOnce() + Send>) {}
//! # }
//! # let transport = blocking_transport_fn(|request| {
//! #     let user = r#"{"id":"user_1","first_name":"Ada","public_metadata":{"plan":"pro"}}"#;
//! #     let list = request.uri().path() == "/v1/users";
//! #     let body = if list { format!("[{user}]") } else { user.to_owned() };
//! #     Ok(http::Response::new(body.into()))
//! # });
//! # let client = Client::builder(transport, Threads).secret_key("sk_test_abc".parse()?).build()?;
//! use clerk_api::users::{self, Users};
//!
//! // Bound to a client, an operation sends itself. `client` is a `blocking::Client` here; with the
//! // async one, every `send()` is awaited.
//! let users = Users::new(&client);
//! let ada = users.get("user_1").send()?;
//! assert_eq!(ada.first_name.as_deref(), Some("Ada"));
//! assert_eq!(ada.public_metadata.get("plan")?, Some("pro".to_owned()));
//!
//! for user in users.list().query("ada").limit(20).send()? {
//!     println!("{} was created at {:?}", user.id, user.created_at);
//! }
//! for user in users.list().items() {
//!     println!("{}", user?.id); // page after page
//! }
//!
//! // Without a client, it is a value: to be stored, compared in tests, and sent by any client.
//! let rename = users::update("user_1").first_name("Augusta").clear_last_name();
//! client.send(&rename)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it is laid out
//!
//! A module for each group of operations: `users`, `organizations`, `sessions`, and so on. It has
//! a struct for each operation, a function of the operation's name that makes one, and a struct of
//! the group's name that makes them bound to a client. Inputs that there is no request without are
//! arguments; the others are methods. [`models`] has what comes back.
//!
//! # Answers are read with little trust
//!
//! Clerk adds values and fields at any time, and leaves others out. Unknown values of an enum are kept
//! as `Other`, and every field may be absent or null but ids and the few things that an answer is
//! worthless without. So fields are `Option`s. A missing flag is `None` and not `false`:
//! `banned: None` means that nobody knows.
//!
//! What a model has no field for, and what stands oddly where it has one (a time written as text, an
//! item of a list without its id), is kept in its [`extra`](Extra) and costs nothing but that field.
//!
//! Except where a field can say no: `banned`, `locked`, `revoked`, `expired` and the like. What cannot be
//! read there fails the whole answer, for somebody would take `None` for a no.
//!
//! # What is sent again
//!
//! Clients send a call again after failures that pass, as [`clerk_http::Retry`] says. Of writes that
//! twice does more than once, they do so only where nothing was done: Clerk turned the call away for
//! its rate (429), or there was no connection. The page of each operation says which kind it is.
//!
//! # Features
//!
//! | feature | operations |
//! |---|---|
//! | `users` (default) | users, their addresses, sessions, sign-ups, tokens to sign in with, emails |
//! | `organizations` (default) | organizations, members, domains, roles and permissions |
//! | `invitations` (default) | invitations and the waitlist |
//! | `billing` | plans, prices, subscriptions, statements, credits |
//! | `enterprise` | enterprise connections, SAML, directories, admin portals |
//! | `machines` | API keys, machines and their tokens, OAuth applications, agents |
//! | `instance` | settings, domains, templates, keys, lists of identifiers |
//! | `events` | none; the models of what webhooks tell, and the features whose models they tell it in |
//!
//! `jiff`, `time` and `chrono` convert [`Timestamp`] to and from the types of those crates.
//!
//! Where it sits: on `clerk-http`. Most of it is generated from a catalogue of facts about the API.
//!
//! Unofficial: not affiliated with Clerk.

#![cfg_attr(docsrs, feature(doc_cfg))]

// What the generated code is made with. The set of features decides which of it is used.
#[allow(dead_code, unused_imports, unused_macros)]
mod answer;
#[allow(unused_imports, unused_macros)]
mod calls;
#[allow(dead_code)]
mod decode;
mod id;
mod open_enum;
#[allow(dead_code)]
mod read;
#[allow(dead_code)]
mod redacted;
#[allow(dead_code)]
mod request;

mod extra;
mod generated;
mod json;
mod timestamp;

pub use extra::Extra;
pub use generated::*;
pub use json::{Json, JsonError};
#[cfg(feature = "chrono")]
pub use timestamp::OutOfRange;
pub use timestamp::Timestamp;

/// Has `cargo test` compile and run the README's snippet.
#[cfg(all(doctest, feature = "users"))]
#[doc = include_str!("../README.md")]
mod own_readme {}
