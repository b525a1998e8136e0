//! One table for every web framework: requests, and what an application with the adapter answers.
//!
//! Adapters translate and decide nothing, so there is nothing for their answers to differ in. Each
//! adapter's tests build the [application](#the-application) with their framework, and have [`run`]
//! compare its answers with the table, `rows.json`.
//!
//! # The application
//!
//! It answers on these paths whatever the method (`HEAD` too), with the adapter's layer around all
//! of it, or without where [`run`] gives no authenticator. The body of an answer is JSON: what
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
//! # The ways in
//!
//! Each row is sent on three ways: as a browser does over HTTP/1.1, the same over HTTP/2, where no
//! header names the host, and by a proxy that says where the browser is. See [`Arrival`].

mod arrival;
mod comparison;
mod credentials;
mod guards;
pub mod missing_layer;
mod rows;
mod services;
pub mod sign_out;
pub mod webhooks;

use std::future::Future;

use bytes::Bytes;
use clerk_auth::{Auth, Authenticator};
use http::{Request, Response};

pub use arrival::Arrival;
pub use guards::{Admin, Fresh, TeamManager};
pub use rows::{Expected, Row, Service, Status, rows};

use services::Services;

/// A path with a part in it that nobody may read in logs.
pub const SECRET_PATH: &str = "/invitations/planted-ticket";

/// The body of an answer on `/public`.
pub const PUBLIC: &str = r#"{"public":true}"#;

/// The header, name and value, by which the handler of `/cached` has all caches keep its answer.
pub const CACHED: (&str, &str) = ("cache-control", "public, max-age=31536000, immutable");

/// The header, name and value, by which the handler of `/log-out` takes the session's cookie away.
pub const LOGGED_OUT: (&str, &str) = ("set-cookie", "__session=; Path=/; Max-Age=0");

/// The body of an answer on `/optional` to somebody who is not signed in.
pub const NOBODY: &str = "null";

/// What a handler was told about the caller, as the body of its answer.
pub fn shown(auth: impl Into<Auth>) -> String {
    serde_json::to_string(&auth.into().to_view()).expect("a view is JSON")
}

/// Sends the request of each row to the application that `answer` makes with this authenticator
/// (without the adapter's layer, where it is `None`), and compares what comes back.
///
/// # Panics
///
/// An answer is not the table's. The message says for each such row in what they differ.
pub async fn run<F, A>(answer: F)
where
    F: FnMut(Option<Authenticator>, Request<Bytes>) -> A,
    A: Future<Output = Response<Bytes>>,
{
    compare(rows(), answer).await;
}

/// As [`run`], for a framework that drops headers that are not UTF-8 before its adapter sees them.
///
/// # Panics
///
/// As [`run`].
pub async fn run_as_text<F, A>(answer: F)
where
    F: FnMut(Option<Authenticator>, Request<Bytes>) -> A,
    A: Future<Output = Response<Bytes>>,
{
    let mut rows = rows();
    for row in &mut rows {
        if let Some(answer) = row.answer_to_text.take() {
            row.answer = answer;
        }
    }
    compare(rows, answer).await;
}

async fn compare<F, A>(rows: Vec<Row>, mut answer: F)
where
    F: FnMut(Option<Authenticator>, Request<Bytes>) -> A,
    A: Future<Output = Response<Bytes>>,
{
    let services = Services::new();
    let mut differences = Vec::new();
    for row in rows {
        let row = services.fill(row);
        for arrival in Arrival::ALL {
            let Some(row) = arrival.of(&row) else {
                continue;
            };
            let authenticator = services.authenticator(row.service);
            let request = arrival.carry(row.request());
            let response = answer(authenticator, request).await;
            let found = comparison::differences(&row, &response);
            differences.extend(found.map(|it| format!("{} ({arrival:?}): {it}", row.name)));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
