//! `clerk-dev jws`: signatures alone.

use std::io::{self, Read};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::{Args, Subcommand};
use clerk::jwt::{UnverifiedToken, VerifyError, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    batch,
    outcome::{Failure, Verdict, causes},
    output::Output,
};

/// The subcommands of `clerk-dev jws`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Verify(Verify),
}

impl Command {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Verify(_) => run(io::stdin().lock(), output),
        }
    }
}

/// Say whether a compact JWS was signed with a key that may be used for it.
///
/// No claim is judged, and the payload need not be JSON. Of the algorithms there are, RS256, RS384
/// and RS512 are accepted.
#[derive(Debug, Args)]
#[command(
    after_help = "Each line of input is a question, answered by one line, in order:
  {\"id\":1,\"jws\":\"eyJ…\",\"jwk\":{\"kty\":\"RSA\",\"n\":\"…\",\"e\":\"AQAB\"}}
  {\"id\":1,\"ok\":true,\"payload_base64url\":\"…\"}
  {\"id\":1,\"ok\":false,\"reason\":\"token-invalid-signature\",\"message\":\"…\"}
  {\"id\":1,\"error\":\"jwk: expected an object\"}"
)]
pub(crate) struct Verify {
    /// Answer questions read from standard input, one JSON object a line.
    #[arg(long, required = true)]
    batch: bool,
}

fn run(input: impl Read, output: &mut Output) -> Result<Verdict, Failure> {
    batch::answer_lines(input, output, answer)?;
    Ok(Verdict::Yes)
}

/// One line of input.
#[derive(Debug, Deserialize)]
struct Question {
    jws: Option<Box<RawValue>>,
    jwk: Option<Box<RawValue>>,
}

/// One line of output, beside the id.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Verified {
        ok: bool,
        payload_base64url: String,
    },
    Refused {
        ok: bool,
        reason: &'static str,
        message: String,
    },
}

fn answer(question: Question) -> Result<Answer, String> {
    let jws = question.jws.ok_or("jws: expected a string")?;
    let jwk = question.jwk.ok_or("jwk: expected an object")?;
    if !jwk.get().starts_with('{') {
        return Err("jwk: expected an object".to_owned());
    }
    // The JSON serializations (RFC 7515 §7.2) are JWS too; Clerk signs nothing that way.
    let compact: String = match serde_json::from_str(jws.get()) {
        Ok(compact) => compact,
        Err(_) if jws.get().starts_with('{') => String::new(),
        Err(_) => return Err("jws: expected a string".to_owned()),
    };
    Ok(match payload(&compact, jwk.get()) {
        Ok(payload) => Answer::Verified {
            ok: true,
            payload_base64url: URL_SAFE_NO_PAD.encode(payload),
        },
        Err(error) => Answer::Refused {
            ok: false,
            reason: error.reason().as_str(),
            message: causes(&error),
        },
    })
}

/// The payload, if the signature is good and the key may be used for it.
///
/// The line is in memory already, so there is nothing to gain by a limit.
fn payload(compact: &str, jwk: &str) -> Result<Vec<u8>, VerifyError> {
    let key = VerifyingKey::from_jwk(jwk)?;
    UnverifiedToken::parse_with_limit(compact, usize::MAX)?.verify_signature(&key)
}
