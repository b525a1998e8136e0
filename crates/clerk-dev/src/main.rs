//! `clerk-dev`: Clerk on the command line, and Clerk itself offline.
//!
//! It decodes, verifies and explains tokens and requests, verifies, signs and sends webhooks, answers
//! whole files of them for other programs, and calls the Backend API.
//! Every decision is made by the libraries below; here it is only asked for and shown.
//!
//! Exit codes: 0 yes, 1 no, 2 it could not be told, because of usage, configuration or an outage.
//!
//! Unofficial: not affiliated with Clerk.

mod api;
mod batch;
mod dates;
mod decimal;
mod demo;
mod emulator;
mod json;
mod jws;
mod members;
mod outcome;
mod output;
mod request;
mod stop;
mod token;
mod webhook;

use std::{io, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// Clerk on the command line: tokens, requests, webhooks, the Backend API, and Clerk itself offline.
///
/// Unofficial: not affiliated with Clerk.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 yes, 1 no, 2 it could not be told (usage, configuration, outage)."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Session tokens and their relatives.
    #[command(subcommand)]
    Token(token::Command),
    /// Requests, and who they come from.
    #[command(subcommand)]
    Request(request::Command),
    /// Signatures alone, whatever they are over.
    #[command(subcommand)]
    Jws(jws::Command),
    /// Webhooks: whether Clerk sent them, and some to try a server with.
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// The Backend API, operation by operation.
    #[command(subcommand)]
    Api(api::Command),
    Emulator(Box<emulator::Emulate>),
    Demo(demo::Demo),
}

impl Command {
    fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        match self {
            Self::Token(command) => command.run(output),
            Self::Request(command) => command.run(output),
            Self::Jws(command) => command.run(output),
            Self::Webhook(command) => command.run(output),
            Self::Api(command) => command.run(output),
            Self::Emulator(command) => command.run(output),
            Self::Demo(command) => command.run(output),
        }
    }
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let mut output = Output::stdout();
    let result = command.run(&mut output);
    let flushed = output.finish().map_err(Failure::from);
    match result.and_then(|verdict| flushed.map(|()| verdict)) {
        Ok(verdict) => verdict.into(),
        Err(failure) => {
            failure.report(&mut io::stderr().lock());
            ExitCode::from(2)
        }
    }
}
