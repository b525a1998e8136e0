//! `clerk-dev webhook sign`: the headers Clerk would send.

use std::{collections::BTreeMap, io, io::Write as _, path::PathBuf};

use clap::Args;

use super::{At, message::MessageId, read, secrets};
use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// Show the headers of a delivery of this body, signed with our secrets.
///
/// The secret is that of the environment, CLERK_WEBHOOK_SIGNING_SECRET.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev webhook sign --body body.json > headers.txt
  curl -H @headers.txt --data-binary @body.json http://localhost:3000/webhooks")]
pub(crate) struct Sign {
    #[command(flatten)]
    message: MessageId,
    /// The delivery's body, a file; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// Use the names of Standard Webhooks, `webhook-id` and so on
    #[arg(long)]
    standard: bool,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Sign {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let body = read(&self.body)?;
        let signed = secrets()?
            .sign(&self.message.given_or_new(), self.at.time(), &body)
            .map_err(|error| Failure::setup("this cannot be signed", &error))?;
        let headers = if self.standard {
            signed.standard()
        } else {
            signed.svix()
        };
        if self.json {
            let object = BTreeMap::from(headers);
            serde_json::to_writer(&mut *output, &object).map_err(io::Error::from)?;
            writeln!(output)?;
        } else {
            for (name, value) in headers {
                writeln!(output, "{name}: {value}")?;
            }
        }
        Ok(Verdict::Yes)
    }
}
