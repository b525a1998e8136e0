//! `clerk-dev webhook send`: a delivery as Clerk would make it, to a server of ours.

use std::{
    io,
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use clap::Args;
use clerk::{
    UnixTime,
    blocking::UreqTransport,
    http::{
        BlockingTransport as _, RequestTimeout, ResponseLimit, TransportError, TransportErrorKind,
    },
};
use http::{Request, Response, StatusCode, Uri, header, uri::Scheme};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use super::{
    At,
    message::MessageId,
    read,
    sample::{INSTANCE, Samples},
    secrets,
};
use crate::{
    json,
    outcome::{Failure, Verdict, causes},
    output::Output,
};

/// Send an event to a server, signed with our secret, and show what it answers.
///
/// What the event tells is a sample, made up but of the shape that Clerk sends. The secret is that
/// of the environment, CLERK_WEBHOOK_SIGNING_SECRET, which the server has to know as well. It is
/// sent once: no redirect is followed, and after 15 seconds without an answer it is given up, as Clerk
/// does. An answer over 1 MiB counts as none.
///
/// Exit codes: 0 the server accepted it (2xx), 1 it did not, 2 it gave no answer.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev webhook send user.created --to http://127.0.0.1:3000/webhooks
  clerk-dev webhook send user.created --to http://127.0.0.1:3000/webhooks --id msg_1
  clerk-dev webhook send user.renamed --to http://127.0.0.1:3000/webhooks --data data.json
  clerk-dev webhook send --list

The same --id twice is what Clerk does when it has no answer: act on it once. The id alone decides
whether it is a repeat, whatever the rest says. With --now in the past it is too old to be accepted.
With --data the event may be one that Clerk has not thought of yet.")]
pub(crate) struct Send {
    /// What happened, such as user.created
    #[arg(required_unless_present = "list")]
    event: Option<String>,
    /// Where to send it
    #[arg(long, value_name = "URL", value_parser = destination, required_unless_present = "list")]
    to: Option<Uri>,
    #[command(flatten)]
    message: MessageId,
    /// Tell this instead of the sample, the JSON of a file; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Use the names of Standard Webhooks, `webhook-id` and so on
    #[arg(long)]
    standard: bool,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
    /// List the events that there are samples of; nothing is sent
    #[arg(long, exclusive = true)]
    list: bool,
}

fn destination(text: &str) -> Result<Uri, &'static str> {
    let is_sound = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    let uri = text.parse().ok().filter(is_sound);
    uri.ok_or("expected a URL, such as http://127.0.0.1:3000/webhooks")
}

impl Send {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let samples = Samples::read().map_err(io::Error::from)?;
        let (Some(event), Some(to)) = (&self.event, &self.to) else {
            for event in samples.types() {
                writeln!(output, "{event}")?;
            }
            return Ok(Verdict::Yes);
        };
        let now = self.at.time();
        let id = self.message.given_or_new();
        let body = match &self.data {
            Some(path) => body(event, &given(path)?, now)?,
            None => body(event, sample(&samples, event)?, now)?,
        };
        let signed = secrets()?
            .sign(&id, now, &body)
            .map_err(|error| Failure::setup("this cannot be signed", &error))?;
        let headers = if self.standard {
            signed.standard()
        } else {
            signed.svix()
        };
        let request = request(to, headers, body)
            .map_err(|error| Failure::setup("this cannot be sent", &error))?;
        let response = UreqTransport::new()
            .send(request)
            .map_err(|error| unanswered(&id, to, &error))?;
        let sent = Sent {
            id: &id,
            event,
            status: response.status().as_u16(),
            body: beginning(response.body()),
        };
        if self.json {
            serde_json::to_writer(&mut *output, &sent).map_err(io::Error::from)?;
            writeln!(output)?;
        } else {
            sent.show(&response, output)?;
            if response.status() == StatusCode::NOT_FOUND {
                let path = json::shown(to.path());
                writeln!(
                    output,
                    "\nnothing receives webhooks at {path}; compare the path with your route"
                )?;
            }
        }
        Ok(Verdict::of(response.status().is_success()))
    }
}

fn sample(samples: &Samples, event: &str) -> Result<&'static RawValue, Failure> {
    samples.data(event).ok_or_else(|| {
        Failure::Setup(format!(
            "there is no sample of `{event}`; names like it are {}, and `clerk-dev webhook send \
             --list` shows all of them. Any event can be sent with --data",
            samples.near(event).join(", ")
        ))
    })
}

fn given(path: &Path) -> Result<Box<RawValue>, Failure> {
    serde_json::from_slice(&read(path)?)
        .map_err(|error| Failure::setup("--data is not JSON", &error))
}

/// The envelope, with the data as it is.
fn body(event: &str, data: &RawValue, now: UnixTime) -> Result<Vec<u8>, Failure> {
    #[derive(Serialize)]
    struct Envelope<'a> {
        object: &'a str,
        #[serde(rename = "type")]
        event: &'a str,
        timestamp: i64,
        instance_id: &'a str,
        event_attributes: serde_json::Value,
        data: &'a RawValue,
    }
    let envelope = Envelope {
        object: "event",
        event,
        timestamp: now.as_millis(),
        instance_id: INSTANCE,
        event_attributes: json!({
            "http_request": {"client_ip": "192.0.2.1", "user_agent": "Mozilla/5.0"}
        }),
        data,
    };
    let body = serde_json::to_vec(&envelope).map_err(io::Error::from)?;
    Ok(body)
}

/// Svix, which delivers for Clerk, waits as long.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Whatever an endpoint has to say fits; more is an outage.
const LONGEST_ANSWER: usize = 1 << 20;

fn request(
    to: &Uri,
    headers: [(&'static str, &str); 3],
    body: Vec<u8>,
) -> http::Result<Request<Bytes>> {
    let mut request = Request::post(to)
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::USER_AGENT,
            concat!("clerk-dev/", env!("CARGO_PKG_VERSION")),
        )
        .extension(RequestTimeout(TIMEOUT))
        .extension(ResponseLimit(LONGEST_ANSWER));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Bytes::from(body))
}

/// Why there is no answer, and what to look at.
fn unanswered(id: &str, to: &Uri, error: &TransportError) -> Failure {
    let is_tls = to.scheme() == Some(&Scheme::HTTPS);
    let port = to.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let mut text = format!(
        "{id} was not answered: {} {}:{port}",
        error.kind(),
        error.host()
    );
    if let Some(cause) = error.cause() {
        text.push_str(": ");
        text.push_str(&causes(cause));
    }
    text.push_str(match error.kind() {
        TransportErrorKind::Connect => "; is the service running there?",
        TransportErrorKind::Timeout => "; Clerk waits 15 seconds, too, and then sends it again",
        TransportErrorKind::TooLarge => "; 1 MiB is allowed",
        _ => "",
    });
    Failure::Setup(text)
}

/// Enough to see what went wrong.
const SHOWN: usize = 4096;

fn beginning(body: &[u8]) -> Option<String> {
    let shown = body.get(..SHOWN).unwrap_or(body);
    let mut text = String::from_utf8_lossy(shown).into_owned();
    if shown.len() < body.len() {
        text.push_str(&format!("… ({} bytes)", body.len()));
    }
    (!text.trim().is_empty()).then_some(text)
}

/// What was sent, and what came of it.
#[derive(Serialize)]
struct Sent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    event: &'a str,
    status: u16,
    body: Option<String>,
}

impl Sent<'_> {
    fn show(&self, response: &Response<Bytes>, output: &mut Output) -> io::Result<()> {
        writeln!(output, "{} {}: {}", self.event, self.id, response.status())?;
        let lines = self.body.iter().flat_map(|body| body.trim_end().lines());
        for (number, line) in lines.enumerate() {
            let gap = if number == 0 { "\n" } else { "" };
            writeln!(output, "{gap}{}", json::shown(line))?;
        }
        Ok(())
    }
}
