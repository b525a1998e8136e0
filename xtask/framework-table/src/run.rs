//! Asks an application that is a value here.

use std::future::Future;

use bytes::Bytes;
use clerk_auth::Authenticator;
use http::{Request, Response};

use crate::{Arrival, Row, comparison, rows, services::Services};

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
