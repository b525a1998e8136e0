//! What a caller is told when an exchange goes wrong on the wire: the same in both modes.
#![cfg(all(feature = "async", feature = "blocking", feature = "users"))]

use std::{
    error::Error as _,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use clerk::api::{models::User, users};
use clerk::http::{CallOptions, Error, Operation as _, Retry, TransportErrorKind as Kind};
use clerk::{Clerk, blocking};

/// More than a client reads of an answer.
const TOO_LARGE: usize = 16 * 1024 * 1024 + 1;

/// What the server does once it has read a request.
#[derive(Clone, Copy)]
enum Then {
    /// Answers with this head, and with this body of the length it has.
    Answer(&'static str, &'static str),
    /// Sends the beginning of an answer, and falls silent.
    Stall(&'static str),
    /// Sends the beginning of an answer, and ends the connection.
    Drop(&'static str),
    /// Answers with a body of this length.
    Flood(usize),
}

struct Row {
    what: &'static str,
    then: Then,
    /// The error and what is behind it, as far as we wrote it.
    text: &'static str,
    status: Option<u16>,
    kind: Option<Kind>,
    code: Option<&'static str>,
    retry_after: Option<u64>,
    is_retryable: bool,
}

/// A failure with an answer.
const fn answered(what: &'static str, status: u16, head: &'static str, body: &'static str) -> Row {
    Row {
        what,
        then: Then::Answer(head, body),
        text: "",
        status: Some(status),
        kind: None,
        code: None,
        retry_after: None,
        is_retryable: status == 429 || status >= 500,
    }
}

/// A failure without a complete answer.
const fn unanswered(what: &'static str, kind: Kind, then: Then) -> Row {
    Row {
        what,
        then,
        text: "",
        status: None,
        kind: Some(kind),
        code: None,
        retry_after: None,
        is_retryable: !matches!(kind, Kind::TooLarge),
    }
}

const ROWS: &[Row] = &[
    Row {
        text: "GetUser: Clerk answered 429 Too Many Requests: slow down (too_many_requests); \
               ask again in 7 s (trace t_1)",
        code: Some("too_many_requests"),
        retry_after: Some(7),
        ..answered(
            "a 429 that says how long to wait",
            429,
            "HTTP/1.1 429 x\r\ncontent-type: application/json\r\nretry-after: 7",
            r#"{"errors":[{"code":"too_many_requests","message":"slow down"}],"clerk_trace_id":"t_1"}"#,
        )
    },
    Row {
        text: "GetUser: Clerk answered 500 Internal Server Error: it broke \
               (internal_clerk_error) (trace ray_1)",
        code: Some("internal_clerk_error"),
        ..answered(
            "a 500",
            500,
            "HTTP/1.1 500 x\r\ncontent-type: application/json\r\ncf-ray: ray_1",
            r#"{"errors":[{"code":"internal_clerk_error","message":"it broke"}]}"#,
        )
    },
    Row {
        text: "GetUser failed: the connection broke while talking to 127.0.0.1",
        ..unanswered(
            "a connection that is dropped before the answer",
            Kind::Broken,
            Then::Drop(""),
        )
    },
    Row {
        text: "GetUser failed: the connection broke while talking to 127.0.0.1",
        ..unanswered(
            "a connection that is dropped inside the answer",
            Kind::Broken,
            Then::Drop("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
        )
    },
    Row {
        text: "GetUser failed: timed out while talking to 127.0.0.1",
        ..unanswered(
            "a body that does not come to its end in time",
            Kind::Timeout,
            Then::Stall("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
        )
    },
    Row {
        text: "GetUser failed: the response is larger than allowed from 127.0.0.1",
        ..unanswered(
            "a body that is too large",
            Kind::TooLarge,
            Then::Flood(TOO_LARGE),
        )
    },
    Row {
        text: "GetUser was answered 200 OK with a body this version cannot read: the body is \
               HTML, not JSON; check where the API's URL leads (line 2, column 1)",
        ..answered(
            "HTML instead of JSON",
            200,
            "HTTP/1.1 200 OK\r\ncontent-type: text/html",
            "\n<html>sk_test</html>",
        )
    },
    Row {
        text: "GetUser: Clerk answered 502 Bad Gateway",
        ..answered(
            "HTML instead of an error",
            502,
            "HTTP/1.1 502 x\r\ncontent-type: text/html",
            "<html>sk_test</html>",
        )
    },
    Row {
        text: "GetUser was answered 200 OK with a body this version cannot read: the body is \
               empty (line 1, column 0)",
        ..answered("an empty body", 200, "HTTP/1.1 200 OK", "")
    },
    Row {
        text: "GetUser: Clerk answered 503 Service Unavailable; ask again in 30 s",
        retry_after: Some(30),
        ..answered(
            "an error with an empty body",
            503,
            "HTTP/1.1 503 x\r\nretry-after: 30",
            "",
        )
    },
];

fn serve(mut stream: &TcpStream, then: Then) -> std::io::Result<()> {
    for line in BufReader::new(stream).lines() {
        if line?.is_empty() {
            break;
        }
    }
    match then {
        Then::Answer(head, body) => {
            let length = body.len();
            write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}")
        }
        Then::Stall(text) => {
            stream.write_all(text.as_bytes())?;
            // Until the other side hangs up.
            stream.read_exact(&mut [0])
        }
        Then::Drop(text) => stream.write_all(text.as_bytes()),
        Then::Flood(length) => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"
            )?;
            stream.write_all(&vec![b' '; length])
        }
    }
}

/// The URL of a server that does the same to every request.
fn server(then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that has read enough hangs up.
            thread::spawn(move || drop(serve(&stream, then)));
        }
    });
    url
}

#[test]
fn failures_on_the_wire_say_what_happened() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for row in ROWS {
        let url = server(row.then);
        // Whether it would be sent again is `Retry`'s business; here it is sent once.
        let (secret, retry) = ("sk_test_planted", Retry::none());
        let timeout = match row.kind {
            Some(Kind::Timeout) => Duration::from_millis(200),
            _ => Duration::from_secs(20),
        };
        let call = || users::get("user_1").with(CallOptions::new().timeout(timeout));

        let clerk = Clerk::builder().secret_key(secret).api_url(&url);
        let clerk = clerk.retry(retry.clone()).build().unwrap();
        let outcome = runtime.block_on(clerk.send(call()));
        judge(row, "async", outcome);

        let clerk = blocking::Clerk::builder().secret_key(secret).api_url(&url);
        let clerk = clerk.retry(retry).build().unwrap();
        judge(row, "blocking", clerk.send(call()));
    }
}

fn judge(row: &Row, mode: &str, outcome: Result<User, Error>) {
    let what = format!("{}, {mode}", row.what);
    let error = outcome.expect_err(&what);
    let transport = match &error {
        Error::Transport { cause, .. } => Some(cause.kind()),
        _ => None,
    };
    assert_eq!(transport, row.kind, "{what}: {error:?}");
    let text = error.to_string();
    assert!(
        error.source().is_none(),
        "{what}: {text} says its causes already"
    );
    if transport.is_some() {
        // What follows is the library's, and has its words.
        assert!(text.starts_with(row.text), "{what}: {text}");
    } else {
        assert_eq!(text, row.text, "{what}");
    }
    assert_eq!(error.operation(), "GetUser", "{what}");
    assert_eq!(
        error.status().map(|status| status.as_u16()),
        row.status,
        "{what}"
    );
    assert_eq!(error.is_retryable(), row.is_retryable, "{what}");
    let api = error.api();
    let wait = api.and_then(|api| api.retry_after);
    assert_eq!(wait, row.retry_after.map(Duration::from_secs), "{what}");
    let code = api.and_then(|api| api.errors.first());
    assert_eq!(code.map(|first| first.code.as_str()), row.code, "{what}");
    let everything = format!("{error:?} {text}");
    assert!(!everything.contains("sk_test"), "{what}: {everything}");
}
