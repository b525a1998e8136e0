//! `clerk-dev token verify`: yes or no, which check said no, and what to do about it.

use std::{fs, io, io::Write as _, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use clerk::{
    AuthorizedParties, BuildError, Claims, Fault, JwkSet, M2mClaims, ManualClock, OAuthClaims,
    Policy, SessionClaims, TemplateClaims, UnixTime, UserClaims, VerificationError,
    blocking::Clerk,
    http::Retry,
    jwt::{Ring, TokenClaims, TokenKind, UnverifiedToken, VerifyError},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{At, advice, batch, given, name};
use crate::{
    dates, decimal, json,
    outcome::{Failure, Verdict, causes},
    output::Output,
};

/// Say whether a token is good, and if not, which check it fails, why, and what to do.
///
/// Keys come from --pem or --jwks; without them, from the environment as in a server:
/// CLERK_JWT_KEY, or else CLERK_SECRET_KEY or CLERK_PUBLISHABLE_KEY, with which they are fetched
/// (from CLERK_API_URL, where that is set). With --pem or --jwks the environment is not looked at.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev token verify --pem key.pem eyJhbGciOi…
  CLERK_SECRET_KEY=sk_test_… clerk-dev token verify - < token.txt
  clerk-dev token verify --jwks jwks.json --authorized-party https://example.com eyJhbGciOi…
  clerk-dev token verify --batch < questions.jsonl > answers.jsonl

With --batch each line is a question, answered by one line, in order:
  {\"id\":7,\"now\":1800000000,\"token\":\"eyJ…\",\"options\":{\"jwt_key\":\"-----BEGIN PUBLIC KEY-----…\"}}
  {\"id\":7,\"ok\":true,\"claims\":{…}}
  {\"id\":7,\"ok\":false,\"reason\":\"token-expired\",\"message\":\"…\"}
  {\"id\":7,\"error\":\"options.audiences: unknown field…\"}
Options are jwt_key (PEM), jwks (an object), audience, issuer (each a text or a list),
authorized_parties (a list) and clock_skew_ms; what is absent is not checked. `now` is Unix time
in seconds, and absent the system's. The answers are those of Node's `verifyToken`.")]
pub(crate) struct Verify {
    /// The token, with or without `Bearer`; `-` reads it from standard input
    #[arg(required_unless_present = "batch")]
    token: Option<String>,
    /// Answer questions read from standard input, one JSON object a line
    #[arg(long, exclusive = true)]
    batch: bool,
    /// The instance's public key, a file in PEM
    #[arg(long, value_name = "FILE", conflicts_with = "jwks")]
    pem: Option<PathBuf>,
    /// The instance's key set, a file in JSON
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Accept only tokens of this kind
    #[arg(long, value_enum, default_value_t = Kind::Session)]
    kind: Kind,
    /// Accept only tokens for this audience; may be repeated
    #[arg(long, value_name = "NAME")]
    audience: Vec<String>,
    /// Accept only tokens that this origin asked for; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    authorized_party: Vec<String>,
    /// Accept only tokens of this issuer; may be repeated
    #[arg(long, value_name = "URL")]
    issuer: Vec<String>,
    /// The machine that a token of kind m2m has to be for, mch_…. If neither this nor
    /// CLERK_MACHINE_ID is said, scopes are not looked at
    #[arg(long, value_name = "ID")]
    machine_id: Option<String>,
    /// The leeway for clocks that disagree [default: 5000]
    #[arg(long, value_name = "MILLISECONDS", value_parser = milliseconds)]
    clock_skew_ms: Option<Duration>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

fn milliseconds(text: &str) -> Result<Duration, &'static str> {
    decimal::milliseconds(text).ok_or("expected milliseconds, such as 5000")
}

/// The kinds of token that can be asked for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A user's session.
    Session,
    /// Made from a JWT template.
    Template,
    /// Machine to machine.
    M2m,
    /// An OAuth access token.
    Oauth,
    /// All but machine to machine.
    User,
    /// Every kind.
    Any,
}

impl Verify {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let Some(token) = &self.token else {
            return batch::run(io::stdin().lock(), output);
        };
        let token = given(token)?;
        let now = self.at.time();
        let clerk = self.clerk(now)?;
        let judged = match self.kind {
            Kind::Session => judge::<SessionClaims>(&clerk, &token),
            Kind::Template => judge::<TemplateClaims>(&clerk, &token),
            Kind::M2m => judge::<M2mClaims>(&clerk, &token),
            Kind::Oauth => judge::<OAuthClaims>(&clerk, &token),
            Kind::User => judge::<UserClaims>(&clerk, &token),
            Kind::Any => judge::<Claims>(&clerk, &token),
        };
        match judged {
            Ok(accepted) => {
                accepted.show(self.json, now, output)?;
                Ok(Verdict::Yes)
            }
            Err(refused) if refused.fault == Fault::Caller => {
                refused.show(self.json, output)?;
                Ok(Verdict::No)
            }
            // Nobody said no, so that must not be the answer.
            Err(Refused {
                reason,
                message,
                advice,
                ..
            }) => Err(Failure::Setup(format!("{reason}: {message}\n{advice}"))),
        }
    }

    fn clerk(&self, now: UnixTime) -> Result<Clerk, Failure> {
        let mut builder = Clerk::builder().ignore_machine_scopes();
        if let Some(path) = &self.pem {
            builder = builder.jwt_key(read(path)?);
        } else if let Some(path) = &self.jwks {
            let set = JwkSet::from_json(&read(path)?, &Ring)
                .map_err(|error| Failure::setup(&path.display().to_string(), &error))?;
            builder = builder.jwks(set);
        } else {
            builder = builder.env();
        }
        if !self.issuer.is_empty() {
            builder = builder.issuers(self.issuer.iter().map(String::as_str));
        }
        if !self.authorized_party.is_empty() {
            let origins = self.authorized_party.iter().map(String::as_str);
            builder = builder.authorized_parties(AuthorizedParties::require(origins));
        }
        if let Some(skew) = self.clock_skew_ms {
            builder = builder.clock_skew(skew);
        }
        if !self.audience.is_empty() {
            builder = builder.audiences(self.audience.iter().map(String::as_str));
        }
        if let Some(id) = &self.machine_id {
            builder = builder.machine_id(id.as_str());
        }
        builder
            .clock(ManualClock::at(now))
            // No deadline can be measured on a clock that stands, so Clerk is asked once.
            .retry(Retry::none())
            .build()
            .map_err(|error| match error {
                BuildError::NoKeys => Failure::Setup(format!("{error}, or give --pem or --jwks")),
                BuildError::JwtKey(error) => Failure::setup("the PEM key cannot be used", &error),
                error => Failure::setup("the settings cannot be used", &error),
            })
    }
}

fn read(path: &PathBuf) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::setup(&format!("cannot read {}", path.display()), &error))
}

fn judge<C: TokenClaims>(clerk: &Clerk, token: &str) -> Result<Accepted, Refused> {
    match clerk.verify::<C>(token) {
        Ok(verified) => {
            let claims = verified.claims().as_ref();
            Ok(Accepted {
                kind: TokenKind::of(verified.header(), claims),
                claims: claims.clone(),
            })
        }
        Err(error) => Err(Refused {
            reason: error.reason().as_str(),
            message: causes(&error),
            check: failed_check::<C>(&error, token),
            advice: advice::on(error.reason()),
            fault: error.fault(),
        }),
    }
}

/// What is asked of a token, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Check {
    Form,
    Header,
    Key,
    Signature,
    Kind,
    Claims,
}

impl Check {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Form, "form"),
        (Self::Header, "header"),
        (Self::Key, "key"),
        (Self::Signature, "signature"),
        (Self::Kind, "kind"),
        (Self::Claims, "claims"),
    ];
}

fn failed_check<C: TokenClaims>(error: &VerificationError, token: &str) -> Check {
    let VerificationError::Token(error) = error else {
        return Check::Key;
    };
    match error {
        VerifyError::Malformed(_) => Check::Form,
        VerifyError::Type
        | VerifyError::Algorithm
        | VerifyError::Critical
        | VerifyError::Machine => Check::Header,
        VerifyError::KeyAlgorithm { .. } | VerifyError::Key(_) => Check::Key,
        VerifyError::Signature | VerifyError::Unchecked(_) => Check::Signature,
        VerifyError::Kind { .. } => {
            // The category in the header may have settled it before a key was looked for.
            let header = UnverifiedToken::parse(token)
                .map(|token| token.check_header::<C>(&Policy::default()));
            match header {
                Ok(Err(_)) => Check::Header,
                _ => Check::Kind,
            }
        }
        _ => Check::Claims,
    }
}

struct Accepted {
    kind: TokenKind,
    claims: Claims,
}

impl Accepted {
    fn show(&self, as_json: bool, now: UnixTime, output: &mut Output) -> io::Result<()> {
        #[derive(Serialize)]
        struct Json<'a> {
            ok: bool,
            kind: &'static str,
            claims: &'a RawValue,
        }
        let claims = RawValue::from_string(self.claims.as_json().trim().to_owned())?;
        if as_json {
            let shown = Json {
                ok: true,
                kind: name(self.kind),
                claims: &json::one_line(&claims),
            };
            serde_json::to_writer(&mut *output, &shown)?;
            return writeln!(output);
        }
        write!(output, "yes: {}", self.kind)?;
        if let Some(expires) = self.claims.expires_at() {
            let expires = dates::relative(expires.to_unix_time(), now);
            write!(output, ", expires {expires}")?;
        }
        writeln!(output, "\n\nclaims {}", json::indented(&claims))
    }
}

#[derive(Serialize)]
struct Refused {
    reason: &'static str,
    message: String,
    check: Check,
    advice: &'static str,
    #[serde(skip)]
    fault: Fault,
}

impl Refused {
    fn show(&self, as_json: bool, output: &mut Output) -> io::Result<()> {
        #[derive(Serialize)]
        struct Json<'a> {
            ok: bool,
            #[serde(flatten)]
            refused: &'a Refused,
        }
        if as_json {
            let shown = Json {
                ok: false,
                refused: self,
            };
            serde_json::to_writer(&mut *output, &shown)?;
            return writeln!(output);
        }
        writeln!(output, "no: {}\n", self.reason)?;
        for (check, name) in Check::ALL {
            match check.cmp(&self.check) {
                std::cmp::Ordering::Less => writeln!(output, "{name:<9}  ok")?,
                std::cmp::Ordering::Equal => writeln!(output, "{name:<9}  NO: {}", self.message)?,
                std::cmp::Ordering::Greater => writeln!(output, "{name:<9}  not reached")?,
            }
        }
        writeln!(output, "\n{}", self.advice)
    }
}
