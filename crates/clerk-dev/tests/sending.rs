//! `webhook send`, to a server of the test's own.

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Command,
    thread::JoinHandle,
};

use clerk::{
    UnixTime,
    webhooks::{Error, SigningSecrets, Verifier},
};
use serde_json::{Value, json};
use support::{NOW, NOW_SECS, as_json, ask, failure, file, program, run, said};

const SECRET: &str = "whsec_b25seSBhbiBleGFtcGxlIG9mIGEgc2VjcmV0";

/// What a server was sent.
struct Received {
    head: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Received {
    fn read(stream: &mut TcpStream) -> Self {
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let head = lines.remove(0);
        let headers: Vec<(String, String)> = lines
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut received = Self {
            head,
            headers,
            body: Vec::new(),
        };
        let length = received.header("content-length").parse().unwrap();
        received.body = vec![0; length];
        reader.read_exact(&mut received.body).unwrap();
        received
    }

    fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// What a server that knows the secret makes of it.
    fn verify(&self, now: UnixTime) -> Result<(), Error> {
        let verifier = Verifier::new(SigningSecrets::new(SECRET).unwrap());
        let verified = verifier.verify(&self.headers, &self.body, now);
        verified.map(|delivery| assert_eq!(delivery.body(), self.body))
    }
}

/// A server for one request, which it answers with `answer`; and where it is.
fn server(answer: &str) -> (String, JoinHandle<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/webhooks?tenant=1",
        listener.local_addr().unwrap()
    );
    let answer = answer.to_owned();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let received = Received::read(&mut stream);
        stream.write_all(answer.as_bytes()).unwrap();
        received
    });
    (url, served)
}

const ACCEPTED: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn answering(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}")
}

fn sending(url: &str, arguments: &[&str]) -> Command {
    let mut command = program(&[
        "webhook",
        "send",
        "--to",
        url,
        "--now",
        &NOW_SECS.to_string(),
    ]);
    command
        .args(arguments)
        .env("CLERK_WEBHOOK_SIGNING_SECRET", SECRET);
    command
}

/// Sends with `input` on standard input: what was said, with which exit code, and what arrived.
fn send(answer: &str, arguments: &[&str], input: &str) -> (String, i32, Received) {
    let (url, served) = server(answer);
    let (text, code) = said(&run(sending(&url, arguments), input.as_bytes()));
    (text, code, served.join().unwrap())
}

#[test]
fn a_server_that_knows_the_secret_accepts_it() {
    let (text, code, received) = send(ACCEPTED, &["user.created"], "");
    assert_eq!(code, 0);
    assert_eq!(received.head, "POST /webhooks?tenant=1 HTTP/1.1");
    assert_eq!(received.header("content-type"), "application/json");
    assert_eq!(received.verify(NOW), Ok(()));
    let id = received.header("svix-id");
    assert_eq!(text, format!("user.created {id}: 204 No Content\n"));

    let event = received.json();
    assert_eq!(event["object"], "event");
    assert_eq!(event["type"], "user.created");
    assert_eq!(event["timestamp"], NOW.as_millis());
    assert!(event["instance_id"].as_str().unwrap().starts_with("ins_"));
    let request = &event["event_attributes"]["http_request"];
    assert_eq!(request["client_ip"], "192.0.2.1");
    let user = &event["data"];
    assert!(user["id"].as_str().unwrap().starts_with("user_"));
    assert_eq!(
        user["primary_email_address_id"],
        user["email_addresses"][0]["id"]
    );

    let standard = ["session.ended", "--standard"];
    let (_, code, received) = send(ACCEPTED, &standard, "");
    assert_eq!((received.verify(NOW), code), (Ok(()), 0));
    assert_eq!(received.header("svix-id"), "");
    assert_eq!(received.json()["data"]["status"], "ended");
}

#[test]
fn one_that_is_late_or_signed_otherwise_is_not() {
    let (_, _, received) = send(ACCEPTED, &["user.created"], "");
    let later = UnixTime::from_secs(NOW_SECS + 301);
    let refused = received.verify(later).unwrap_err();
    assert_eq!(refused.reason(), "timestamp-too-old");
    let mut changed = received;
    changed.body.push(b' ');
    let refused = changed.verify(NOW).unwrap_err();
    assert_eq!(refused.reason(), "signature-mismatch");
}

#[test]
fn messages_have_the_id_they_are_given_or_one_of_their_own() {
    let id = |arguments: &[&str]| {
        let (_, code, received) = send(ACCEPTED, arguments, "");
        assert_eq!((received.verify(NOW), code), (Ok(()), 0));
        received.header("svix-id").to_owned()
    };
    let same = ["role.created", "--id", "msg_1"];
    assert_eq!([id(&same), id(&same)], ["msg_1", "msg_1"]);
    let (one, other) = (id(&["role.created"]), id(&["role.created"]));
    assert!(one.starts_with("msg_") && one.len() == 31, "{one}");
    assert_ne!(one, other);
}

#[test]
fn what_is_given_is_told_instead_of_the_sample() {
    let data = r#"{"b": 1.0, "a": [2e400]}"#;
    let path = file("webhook-data.json", data);
    for (arguments, input) in [
        (["user.renamed", "--data", "-"], data),
        (["user.created", "--data", &path], ""),
    ] {
        let (_, code, received) = send(ACCEPTED, &arguments, input);
        assert_eq!((received.verify(NOW), code), (Ok(()), 0));
        let body = String::from_utf8(received.body).unwrap();
        assert!(body.contains(&format!("\"type\":\"{}\"", arguments[0])));
        assert!(body.ends_with(&format!("\"data\":{data}}}")), "{body}");
    }
}

#[test]
fn the_answer_decides_and_is_shown() {
    let failed = answering(
        "500 Internal Server Error",
        "no such\u{1b}[2J table\nusers\n",
    );
    let (text, code, received) = send(&failed, &["user.created", "--id", "msg_1"], "");
    let expected =
        "user.created msg_1: 500 Internal Server Error\n\nno such\\u001b[2J table\nusers\n";
    assert_eq!((text.as_str(), code), (expected, 1));
    assert_eq!(received.verify(NOW), Ok(()));

    let unknown = answering("404 Not Found", "");
    let (text, code, _) = send(&unknown, &["user.created", "--id", "msg_1"], "");
    let expected = "user.created msg_1: 404 Not Found\n\nnothing receives webhooks at /webhooks; \
                    compare the path with your route\n";
    assert_eq!((text.as_str(), code), (expected, 1));

    let moved = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    let arguments = ["user.created", "--id", "msg_1", "--json"];
    let (text, code, _) = send(moved, &arguments, "");
    let expected = json!({"id": "msg_1", "type": "user.created", "status": 302, "body": null});
    assert_eq!(as_json(&(text, code)), (expected, 1));

    let long = answering("200 OK", &"x".repeat(5000));
    let (text, code, _) = send(&long, &arguments, "");
    let (answer, code) = as_json(&(text, code));
    let body = answer["body"].as_str().unwrap();
    assert_eq!((body.len(), code), (4096 + "… (5000 bytes)".len(), 0));
}

#[test]
fn an_answer_that_is_too_long_is_none() {
    let (url, served) = server(&answering("200 OK", &"x".repeat((1 << 20) + 1)));
    let text = failure(sending(&url, &["user.created"]));
    drop(served.join());
    let host = url.trim_start_matches("http://").split('/').next().unwrap();
    let expected = format!("the response is larger than allowed from {host}");
    assert!(text.contains(&expected), "{text}");
    assert!(text.trim_end().ends_with("; 1 MiB is allowed"), "{text}");
}

#[test]
fn all_events_are_listed_and_have_a_sample() {
    let (text, code) = ask(&["webhook", "send", "--list"]);
    assert_eq!((text.lines().count(), code), (46, 0));
    for event in ["email.created", "session.pending", "waitlistEntry.updated"] {
        assert!(text.lines().any(|line| line == event), "{event}");
    }
}

#[test]
fn what_cannot_be_sent_is_said_and_not_sent() {
    // It is bound, so that nobody else is, and never accepts.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/");
    let broken = file("webhook-broken.json", "{\"a\":");
    for (arguments, reason) in [
        (&["user.create"][..], "names like it are user.created, "),
        (&["user.create"], "--list"),
        (&["user.created", "--data", &broken], "--data is not JSON"),
        (
            &["user.created", "--data", "/no/such/file"],
            "/no/such/file",
        ),
        (&["user.created", "--data", "-"], "--data is not JSON"),
        (&["user.created", "--id", "a.b"], "svix-id"),
        (&["user.created", "--id", ""], "--id <ID>"),
        (&[], "<EVENT>"),
    ] {
        let text = failure(sending(&url, arguments));
        assert!(text.contains(reason), "{arguments:?}: {text}");
    }
    for to in ["127.0.0.1:3000", "/webhooks", "ftp://127.0.0.1/", ""] {
        let text = failure(sending(to, &["user.created"]));
        assert!(text.contains("expected a URL, such as http://"), "{text}");
    }
    let mut unset = sending(&url, &["user.created"]);
    unset.env_remove("CLERK_WEBHOOK_SIGNING_SECRET");
    assert!(failure(unset).contains("CLERK_WEBHOOK_SIGNING_SECRET"));
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "something was sent");

    drop(listener);
    let text = failure(sending(&url, &["user.created", "--id", "msg_1"]));
    let expected = format!("msg_1 was not answered: could not connect to {address}: ");
    assert!(text.contains(&expected), "{text}");
    assert!(
        text.ends_with("; is the service running there?\n"),
        "{text}"
    );
}
