//! `clerk-dev webhook verify`: whether Clerk sent this, lately.

use std::{io, io::Write as _, path::PathBuf, time::Duration};

use clap::Args;
use clerk::webhooks::Verifier;

use super::{At, answer::Answer, batch, read, secrets};
use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// Say whether a delivery was signed with one of our secrets, lately, and if not, what is wrong.
///
/// The secret is that of the environment, CLERK_WEBHOOK_SIGNING_SECRET; several stand beside each
/// other with white space or commas between them. It is never shown.
///
/// Exit codes: 0 it was, 1 it was not, 2 it could not be told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev webhook verify --headers headers.txt --body body.json --now 1800000000
  clerk-dev webhook verify --batch < questions.jsonl > answers.jsonl

Headers stand one on a line, `svix-id: msg_…`; other lines are passed over. The body must be what
arrived, byte for byte: an editor that adds a line break at its end makes it another one.

With --batch each line is a question, answered by one line, in order:
  {\"id\":1,\"now\":1800000000,\"secret\":\"whsec_…\",\"headers\":[[\"svix-id\",\"msg_…\"],…],\"body_base64\":\"e30=\"}
  {\"id\":1,\"ok\":true}
  {\"id\":1,\"ok\":false,\"reason\":\"header-missing\",\"message\":\"…\"}
  {\"id\":1,\"error\":\"secret: …\"}
`secret` may be a list; `now` is Unix time in seconds, and absent the system's.")]
pub(crate) struct Verify {
    /// The delivery's headers, a file; `-` reads it from standard input
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    headers: Option<PathBuf>,
    /// The delivery's body, a file; `-` reads it from standard input
    #[arg(long, value_name = "FILE", required_unless_present = "batch")]
    body: Option<PathBuf>,
    /// Answer questions read from standard input, one JSON object a line
    #[arg(long, exclusive = true)]
    batch: bool,
    /// How far its timestamp may be away, earlier or later [default: 300]
    #[arg(long, value_name = "SECONDS")]
    tolerance: Option<u64>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Verify {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let (Some(headers), Some(body)) = (&self.headers, &self.body) else {
            return batch::run(io::stdin().lock(), output);
        };
        let mut verifier = Verifier::new(secrets()?);
        if let Some(seconds) = self.tolerance {
            verifier = verifier.tolerance(Duration::from_secs(seconds));
        }
        let (head, body) = (read(headers)?, read(body)?);
        let fields = fields(&head);
        let delivery = verifier.verify(&fields, &body, self.at.time());
        let answer = Answer::of(delivery.as_ref().err());
        if self.json {
            serde_json::to_writer(&mut *output, &answer).map_err(io::Error::from)?;
            writeln!(output)?;
        } else {
            match &delivery {
                Ok(delivery) => writeln!(
                    output,
                    "good: {}, signed at {}, {} bytes",
                    delivery.id(),
                    delivery.timestamp(),
                    delivery.body().len()
                )?,
                Err(error) => {
                    writeln!(output, "refused: {}\n{error}", error.reason())?;
                    let name = error.header();
                    if !fields
                        .iter()
                        .any(|(known, _)| known.eq_ignore_ascii_case(name))
                    {
                        let file = headers.display();
                        writeln!(output, "{file} has no line `{name}: …`")?;
                    }
                }
            }
        }
        Ok(Verdict::of(delivery.is_ok()))
    }
}

/// The header lines of `head`, whatever they were copied from: `curl -v` puts `> ` before them.
fn fields(head: &[u8]) -> Vec<(&str, &[u8])> {
    head.split(|&b| b == b'\n')
        .map(|line| line.strip_prefix(b"> ").unwrap_or(line))
        .filter_map(|line| {
            let colon = line.iter().position(|&b| b == b':')?;
            let (name, value) = line.split_at(colon);
            let name = std::str::from_utf8(name.trim_ascii()).ok()?;
            Some((name, value.strip_prefix(b":")?.trim_ascii()))
        })
        .collect()
}
