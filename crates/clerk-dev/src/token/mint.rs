//! `clerk-dev token mint`: a token made by a running emulator.

use std::io::Write as _;

use bytes::Bytes;
use clap::{Args, builder::PossibleValuesParser};
use clerk::{
    blocking::Clerk,
    http::{Authorization, BasePath, Error, Operation, RequestTarget, Retry},
};
use clerk_emulator::Defect;
use http::{Method, Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    outcome::{Failure, Verdict},
    output::Output,
};

/// Make a token with a running emulator, and print it.
///
/// Without any option it is a session token of the emulator's first user. Nobody but those who
/// take the emulator's keys accepts it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev token mint --as ada@example.com --org acme
  clerk-dev token mint --issued-ago 90
  clerk-dev token mint --template hasura
  clerk-dev token mint --claim plan=pro --claim 'roles=[\"a\",\"b\"]' --header kid=ins_other
  clerk-dev token mint --defect foreign-key")]
pub(crate) struct Mint {
    /// Where the emulator is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4010")]
    emulator: String,
    /// Whose token: an e-mail address or a user's id
    #[arg(long = "as", value_name = "EMAIL")]
    user: Option<String>,
    /// In which organization: a slug or an id
    #[arg(long = "org", value_name = "SLUG")]
    organization: Option<String>,
    /// A token of this JWT template instead of a session token
    #[arg(long, value_name = "NAME", conflicts_with_all = ["machine", "oauth"])]
    template: Option<String>,
    /// A machine-to-machine token instead of a session token
    #[arg(long, conflicts_with = "oauth")]
    machine: bool,
    /// An OAuth access token instead of a session token
    #[arg(long)]
    oauth: bool,
    /// Issued so long ago
    #[arg(long, value_name = "SECONDS")]
    issued_ago: Option<u64>,
    /// Valid for so long from its issue on
    #[arg(long, value_name = "SECONDS")]
    lifetime: Option<u64>,
    /// Set a claim, to JSON or else to the text as it is; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = member)]
    claim: Vec<(String, Value)>,
    /// Set a header parameter, to JSON or else to the text as it is; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = member)]
    header: Vec<(String, Value)>,
    /// Make it bad in this one way
    #[arg(long, value_name = "NAME", value_parser = defects())]
    defect: Option<String>,
    /// Answer with a JSON object
    #[arg(long)]
    json: bool,
}

fn member(text: &str) -> Result<(String, Value), &'static str> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("expected a name, `=` and a value, such as plan=pro")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), value))
}

fn defects() -> PossibleValuesParser {
    PossibleValuesParser::new(Defect::ALL.iter().map(|defect| defect.name()))
}

impl Mint {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let clerk = Clerk::builder()
            // The control plane asks for no key, but a client has to have one.
            .secret_key("sk_test_emulator")
            .api_url(&self.emulator)
            .retry(Retry::none())
            .build()
            .map_err(|error| Failure::setup("--emulator cannot be used", &error))?;
        let minted = clerk.send(&self).map_err(|error| self.failure(&error))?;
        if self.json {
            serde_json::to_writer(&mut *output, &minted).map_err(std::io::Error::from)?;
            writeln!(output)?;
        } else {
            writeln!(output, "{}", minted.jwt)?;
        }
        Ok(Verdict::Yes)
    }

    fn failure(&self, error: &Error) -> Failure {
        let url = &self.emulator;
        match error {
            Error::Api(answer) => {
                let said = answer.errors.first();
                let said = said.map(|one| one.long_message.as_ref().unwrap_or(&one.message));
                let said = said.map_or("no reason was given", String::as_str);
                Failure::Setup(format!("the emulator at {url} does not make it: {said}"))
            }
            Error::Transport { .. } => Failure::Setup(format!(
                "no emulator answers at {url}; start one with `clerk-dev emulator`"
            )),
            error => Failure::setup(&format!("is there an emulator at {url}?"), error),
        }
    }
}

/// What the emulator answers with.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Minted {
    jwt: String,
}

impl Operation for Mint {
    type Output = Minted;

    const ID: &'static str = "_emulator.mint";
    const IDEMPOTENT: bool = false;
    const BASE: BasePath = BasePath::Root;
    const AUTHORIZATION: Authorization = Authorization::Public;

    fn request(&self) -> Result<Request<Bytes>, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            user: &'a Option<String>,
            organization: &'a Option<String>,
            template: &'a Option<String>,
            kind: Option<&'static str>,
            issued_ago: Option<u64>,
            lifetime: Option<u64>,
            claims: Map<String, Value>,
            header: Map<String, Value>,
            defect: &'a Option<String>,
        }
        let kind = match (self.machine, self.oauth) {
            (true, _) => Some("machine"),
            (_, true) => Some("oauth"),
            _ => None,
        };
        let body = Body {
            user: &self.user,
            organization: &self.organization,
            template: &self.template,
            kind,
            issued_ago: self.issued_ago,
            lifetime: self.lifetime,
            claims: self.claim.iter().cloned().collect(),
            header: self.header.iter().cloned().collect(),
            defect: &self.defect,
        };
        RequestTarget::new(Self::ID, "/_emulator/mint").json(Method::POST, &body)
    }

    fn response(&self, response: Response<Bytes>) -> Result<Minted, Error> {
        clerk::http::json(Self::ID, response)
    }
}
