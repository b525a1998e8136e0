//! `clerk-dev token`: tokens made by Clerk, or said to be.

pub(crate) mod advice;
mod batch;
mod decode;
mod mint;
mod verify;

use std::io::{self, Read as _};

use clap::{Args, Subcommand};
use clerk::{Clock as _, SystemClock, UnixTime, jwt::TokenKind};

use crate::{
    decimal,
    outcome::{Failure, Verdict},
    output::Output,
};

/// The subcommands of `clerk-dev token`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Decode(Box<decode::Decode>),
    Verify(Box<verify::Verify>),
    Mint(Box<mint::Mint>),
}

impl Command {
    pub(crate) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Decode(command) => command.run(output),
            Self::Verify(command) => command.run(output),
            Self::Mint(command) => command.run(output),
        }
    }
}

/// A token as it was copied from somewhere.
fn given(argument: &str) -> Result<String, Failure> {
    let text = if argument == "-" {
        io::read_to_string(io::stdin().lock().take(LONGEST_INPUT))?
    } else {
        argument.to_owned()
    };
    let text = text.trim();
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => text,
    };
    Ok(token.to_owned())
}

/// Far beyond any token; whoever pipes in a film is told so rather than waited for.
pub(crate) const LONGEST_INPUT: u64 = 1 << 20;

/// When a token is judged.
#[derive(Clone, Copy, Debug, Args)]
struct At {
    /// Judge the token at this Unix time in seconds, instead of now
    #[arg(long, value_name = "SECONDS", value_parser = unix_time, allow_negative_numbers = true)]
    now: Option<UnixTime>,
}

impl At {
    fn time(self) -> UnixTime {
        self.now.unwrap_or_else(|| SystemClock::new().now())
    }
}

pub(crate) fn unix_time(text: &str) -> Result<UnixTime, &'static str> {
    decimal::unix_time(text).ok_or("expected seconds since 1970, such as 1800000000")
}

/// The name of a kind of token in options and in JSON.
pub(crate) fn name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Session => "session",
        TokenKind::Template => "template",
        TokenKind::M2m => "m2m",
        TokenKind::OAuthAccess => "oauth",
        _ => "unknown",
    }
}
