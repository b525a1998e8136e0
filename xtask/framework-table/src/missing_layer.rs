//! What operators are told where the adapter's layer was forgotten, in every framework.

use std::{
    future::Future,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use clerk_auth::Authenticator;
use http::{Request, Response};
use tracing::{Level, instrument::WithSubscriber as _};

use crate::{SECRET_PATH, Service, rows, services::Services};

/// Sends the requests of all rows about an application without the layer, and compares what
/// operators are told of each: one event for a handler that asks who it is, and none for a page that
/// does not.
///
/// The event has the pattern of the route, which for [`SECRET_PATH`] is `pattern`, or none where the
/// framework knows no patterns. It says to do what is in `remedy`.
///
/// # Panics
///
/// The events are others. The message says of which row.
pub async fn run<F, A>(pattern: Option<&str>, remedy: &str, mut answer: F)
where
    F: FnMut(Option<Authenticator>, Request<Bytes>) -> A,
    A: Future<Output = Response<Bytes>>,
{
    let services = Services::new();
    let mut asked = 0;
    for row in rows() {
        if row.service != Service::NoLayer {
            continue;
        }
        let row = services.fill(row);
        let (response, log) = logged(answer(None, row.request())).await;
        let name = &row.name;
        for (_, value) in &row.headers {
            assert!(!log.contains(value), "{name}: {log}");
        }
        if response.status() != 500 {
            assert_eq!(log, "", "{name}");
            continue;
        }
        asked += 1;
        let path = row.target.split('?').next();
        let route = match (pattern, path) {
            (Some(pattern), Some(SECRET_PATH)) => format!(" route=\"{pattern}\""),
            (Some(_), Some(path)) => format!(" route=\"{path}\""),
            _ => String::new(),
        };
        let expected = format!(
            "ERROR clerk::security: event=\"layer-missing\"{route} \
             nothing has found out who the request comes from: "
        );
        assert!(log.starts_with(&expected), "{name}: {log}");
        assert!(log.contains(remedy), "{name}: {log}");
        assert_eq!(log.lines().count(), 1, "{name}: {log}");
        assert!(!log.contains("planted"), "{name}: {log}");
    }
    assert!(asked > 5, "the table asks nobody without the layer");
}

/// What a future answers, and the lines that operators were told meanwhile.
///
/// # Panics
///
/// What was told is no text.
pub async fn logged<T>(asked: impl Future<Output = T>) -> (T, String) {
    let lines = Lines::default();
    let to = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .with_ansi(false)
        .without_time()
        .with_writer(move || to.clone())
        .finish();
    let answered = asked.with_subscriber(subscriber).await;
    let bytes = lines.0.lock().unwrap_or_else(PoisonError::into_inner);
    let text = std::str::from_utf8(&bytes).expect("lines are text");
    let ours = text.lines().filter(|line| line.contains("clerk::security"));
    let log = ours.map(|line| format!("{}\n", line.trim_start()));
    (answered, log.collect())
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
