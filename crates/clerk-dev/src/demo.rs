//! `clerk-dev demo`: a protected API over an offline Clerk, and what becomes of its callers.

mod api;
mod report;
mod stage;
mod story;
mod webhooks;

use std::{
    io::{self, Write as _},
    sync::Arc,
};

use clap::Args;
use clerk::{Clock, SystemClock};
use serde_json::json;

use self::{
    report::Report,
    stage::{Door, Stage},
};
use crate::{
    outcome::{Failure, Verdict},
    output::Output,
    stop::Stop,
};

/// Start an offline Clerk and a protected HTTP API, and show what the API answers to whom.
///
/// Good tokens and bad ones, what an admin may do and a member may not, machines, webhooks, a browser
/// that signs in and out, a rotation of keys, an outage of Clerk and its end, first with the async
/// client, then with the blocking one. All of it happens on loopback, over HTTP,
/// on a clock of its own, so nothing waits. Exit code 1 where an answer is not the expected one.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Afterwards, keep an emulator and the API running, to try by hand
    #[arg(long)]
    serve: bool,
    /// Tell each step in one JSON object
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let start = SystemClock::new().now();
        let mut report = Report::new(self.json, output);
        for door in [Door::Async, Door::Blocking] {
            story::play(door, start, &mut report)?;
        }
        let verdict = report.conclude()?;
        if self.serve && verdict == Verdict::Yes {
            self.serve(output)?;
        }
        Ok(verdict)
    }

    fn serve(&self, output: &mut Output) -> Result<(), Failure> {
        let stage = Stage::start(&(Arc::new(SystemClock::new()) as _))?;
        stage.subscribe(Door::Async)?;
        let stop = {
            let _within = stage.runtime().enter();
            Stop::listen()?
        };
        if self.json {
            let urls = json!({
                "emulator": stage.emulator().url(),
                "async": stage.url(Door::Async, "/me"),
                "blocking": stage.url(Door::Blocking, "/me"),
            });
            writeln!(output, "{urls}")?;
        } else {
            instructions(&stage, output)?;
        }
        output.flush()?;
        Ok(stage.runtime().block_on(stop.asked_for())?)
    }
}

fn instructions(stage: &Stage, output: &mut Output) -> io::Result<()> {
    let emulator = stage.emulator().url();
    let sign_in = stage.emulator().emulator().sign_in_url();
    let (api, blocking) = (
        stage.url(Door::Async, "/me"),
        stage.url(Door::Blocking, "/me"),
    );
    // Wherever cargo has put it.
    let program = std::env::current_exe().unwrap_or_else(|_| "clerk-dev".into());
    let program = program.display();
    let mint = format!("{program} token mint --emulator {emulator}");
    let secret = stage.emulator().emulator().webhook_secret();
    let (webhooks, welcomed) = (
        stage.url(Door::Async, "/webhooks"),
        stage.url(Door::Async, "/welcomed"),
    );
    write!(
        output,
        "
Try it:

  {api}   in a browser
  {sign_in}?redirect_url={api}   to sign in there
  curl -i {api}
  TOKEN=$({mint} --as ada@example.com --org acme)
  curl -i -H \"Authorization: Bearer $TOKEN\" {api}
  curl -i -H \"Authorization: Bearer $TOKEN\" {blocking}
  curl -i -H \"Authorization: Bearer $({mint} --issued-ago 90)\" {api}
  curl -i -H \"Authorization: Bearer $({mint} --template hasura)\" {api}
  CLERK_WEBHOOK_SIGNING_SECRET={secret} {program} webhook send user.created --to {webhooks}
  curl {welcomed}
  curl -X POST {emulator}/_emulator/keys/rotate
  curl {emulator}/_emulator/faults -H 'content-type: application/json' -d '{{\"path\":\"/v1/jwks\",\"status\":503}}'
  curl -X DELETE {emulator}/_emulator/faults

Stop it: Ctrl-C
"
    )
}
