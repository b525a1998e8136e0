//! `clerk-dev request authenticate`: who a request comes from, why, and what would change it.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use clap::Args;
use clerk::{
    Clock as _, ManualClock, SystemClock, UnixTime,
    auth::{Evidence, PendingSessions},
    http::Retry,
};

use super::{batch, explanation::Explanation, given::Given, settings::Flags};
use crate::{
    members::Now,
    outcome::{Failure, Verdict},
    output::Output,
    token::{LONGEST_INPUT, unix_time},
};

/// Say who a request comes from: what was read, which rule decided, and what would change it.
///
/// The request is its head as a browser's network view or `curl -v` shows it, or a JSON object
/// as with --batch. It is judged as a server with these settings would: those of the environment
/// (CLERK_PUBLISHABLE_KEY, CLERK_SECRET_KEY and so on), or the object's `options`, and over them
/// the flags. Secret keys are taken from there alone, and neither they nor tokens are ever shown.
/// Where Clerk has to be asked, it is asked.
///
/// Exit codes: 0 signed in, 1 not, 2 it could not be told (usage, configuration, outage).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev request authenticate request.txt
  curl -vs -H \"Authorization: Bearer $TOKEN\" http://localhost:3000/me 2>&1 |
    clerk-dev request authenticate -
  clerk-dev request authenticate --json bug-report.json
  clerk-dev request authenticate --batch < questions.jsonl > answers.jsonl

With --batch each line is a question, answered by one line, in order:
  {\"id\":3,\"now\":1800000000,\"request\":{\"method\":\"GET\",\"url\":\"https://example.com/\",
   \"headers\":[[\"cookie\",\"__session=…\"]]},\"options\":{\"publishable_key\":\"pk_test_…\"}}
  {\"id\":3,\"status\":\"signed-out\",\"reason\":\"…\",\"token_type\":\"session_token\",\"headers\":[],\"auth\":{…}}
  {\"id\":3,\"error\":\"request.url: …\"}
The answers are those of Node's `authenticateRequest`: an absent option checks nothing.")]
pub(crate) struct Authenticate {
    /// The request, a file; `-` reads it from standard input
    #[arg(value_name = "FILE", required_unless_present = "batch")]
    request: Option<PathBuf>,
    /// Answer questions read from standard input, one JSON object a line
    #[arg(long, exclusive = true)]
    batch: bool,
    /// Judge the request at this Unix time in seconds, instead of now
    #[arg(long, value_name = "SECONDS", value_parser = unix_time, allow_negative_numbers = true)]
    now: Option<UnixTime>,
    /// The request came in over TLS; HTTP/2 and X-Forwarded-Proto say so themselves
    #[arg(long)]
    https: bool,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Flags,
}

impl Authenticate {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match &self.request {
            Some(path) => self.explain(&read(path)?, output),
            None => batch::run(io::stdin().lock(), output),
        }
    }

    fn explain(&self, input: &[u8], output: &mut Output) -> Result<Verdict, Failure> {
        let Given {
            request,
            now,
            options,
            pending_sessions,
            checks,
        } = Given::read(input).map_err(Failure::Setup)?;
        let given = now.map(|Now(now)| now);
        let now = self.now.or(given);
        let now = now.unwrap_or_else(|| SystemClock::new().now());
        let clerk = self.settings.over(options)?;
        // No deadline can be measured on a clock that stands, so Clerk is asked once.
        let clerk = clerk.clock(ManualClock::at(now)).retry(Retry::none());
        let clerk = clerk.build();
        let clerk = clerk.map_err(|error| unusable(&error))?;
        let authenticator = clerk.authenticator().map_err(|error| unusable(&error))?;
        let mut head = request.head();
        if self.https {
            head = head.scheme("https");
        }
        let explanation = Explanation {
            evidence: &Evidence::of(&head, authenticator.settings(), now),
            outcome: authenticator.authenticate(&head),
            pending_sessions: pending_sessions.unwrap_or(PendingSessions::SignedOut),
            checks,
            head: &head,
            now,
        };
        if self.json {
            explanation.show_json(output)?;
        } else {
            explanation.show(output)?;
        }
        explanation.verdict()
    }
}

fn unusable(error: &dyn std::error::Error) -> Failure {
    Failure::setup("the settings cannot be used", error)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut input = Vec::new();
    let read = if path == Path::new("-") {
        let stdin = io::stdin().lock();
        stdin.take(LONGEST_INPUT).read_to_end(&mut input)
    } else {
        fs::File::open(path).and_then(|file| file.take(LONGEST_INPUT).read_to_end(&mut input))
    };
    match read {
        Ok(_) => Ok(input),
        Err(error) => Err(Failure::setup(
            &format!("cannot read {}", path.display()),
            &error,
        )),
    }
}
