//! `clerk-dev token decode`: what a token says, believed or not.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::Args;
use clerk::{
    Claims, M2mClaims, MachineScopes, OAuthClaims, Policy, SessionClaims, TemplateClaims, UnixTime,
    jwt::{
        Algorithm, SignatureMismatch, TokenKind, UnverifiedToken, VerifyError, VerifySignature,
        VerifyingKey, danger,
    },
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{At, given, name};
use crate::{
    dates, json,
    outcome::{Failure, Verdict, causes},
    output::Output,
};

/// Show what a token says, without believing it.
///
/// Header and claims are shown as they stand there; its dates also as seen from now. No signature
/// is checked, so anyone may have written what is shown. Exit code 1 where it is no token.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clerk-dev token decode eyJhbGciOi…
  pbpaste | clerk-dev token decode -
  clerk-dev token decode --json - < token.txt | jq .claims.sid")]
pub(crate) struct Decode {
    /// The token, with or without `Bearer`; `-` reads it from standard input
    token: String,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Decode {
    pub(super) fn run(self, output: &mut Output) -> Result<Verdict, Failure> {
        let token = given(&self.token)?;
        let now = self.at.time();
        let shown = Decoded::read(&token, now);
        if self.json {
            serde_json::to_writer(&mut *output, &shown).map_err(std::io::Error::from)?;
            writeln!(output)?;
        } else {
            shown.print(dates_of(&token, now), output)?;
        }
        Ok(Verdict::of(shown.kind.is_some()))
    }
}

/// Everything that can be seen of a token.
#[derive(Debug, Serialize)]
struct Decoded {
    header: Option<Box<RawValue>>,
    claims: Option<Box<RawValue>>,
    /// Absent where it is no token at all.
    kind: Option<&'static str>,
    /// Why a verifier would refuse it, whatever its signature and its key.
    refused: Option<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    reason: &'static str,
    message: String,
}

impl Decoded {
    fn read(token: &str, now: UnixTime) -> Self {
        let (kind, problem) = match danger::decode_unverified(token) {
            Ok((header, claims)) => {
                let kind = TokenKind::of(&header, &claims);
                (
                    Some(name(kind)),
                    problem_besides_signature(token, kind, now),
                )
            }
            Err(error) => (None, Some(error.into())),
        };
        let mut parts = token.split('.').map(part);
        Self {
            header: parts.next().flatten(),
            claims: parts.next().flatten(),
            kind,
            refused: problem.map(|error| Refused {
                reason: error.reason().as_str(),
                message: causes(&error),
            }),
        }
    }

    fn print(&self, dates: Vec<String>, output: &mut Output) -> std::io::Result<()> {
        for (name, part) in [("header", &self.header), ("claims", &self.claims)] {
            if let Some(part) = part {
                writeln!(output, "{name} {}\n", json::indented(part))?;
            }
        }
        for date in dates {
            writeln!(output, "{date}")?;
        }
        if let Some(kind) = self.kind {
            writeln!(output, "kind       {kind}")?;
            writeln!(
                output,
                "signature  not checked; see `clerk-dev token verify --help`"
            )?;
        }
        match &self.refused {
            None => writeln!(output, "otherwise  nothing speaks against it"),
            Some(Refused { reason, message }) => {
                writeln!(output, "refused    {reason}: {message}")
            }
        }
    }
}

/// A part's JSON, if that is what it holds.
fn part(segment: &str) -> Option<Box<RawValue>> {
    let bytes = URL_SAFE_NO_PAD.decode(segment).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    RawValue::from_string(text.trim().to_owned()).ok()
}

fn dates_of(token: &str, now: UnixTime) -> Vec<String> {
    let Ok((_, claims)) = danger::decode_unverified(token) else {
        return Vec::new();
    };
    let dates = [
        ("issued   iat", claims.issued_at()),
        ("begins   nbf", claims.not_before()),
        ("expires  exp", claims.expires_at()),
    ];
    dates
        .into_iter()
        .filter_map(|(name, date)| Some((name, date?.to_unix_time())))
        .map(|(name, date)| format!("{name}  {}", dates::shown(date, now)))
        .collect()
}

/// Takes every signature for good: to find out what else is wrong with a token, so that all of it
/// is found by the same code that decides in earnest. What is verified with it proves nothing.
#[derive(Debug)]
struct AnySignature;

impl VerifySignature for AnySignature {
    fn verify(&self, _: Algorithm, _: &[u8], _: &[u8]) -> Result<(), SignatureMismatch> {
        Ok(())
    }
}

fn problem_besides_signature(token: &str, kind: TokenKind, now: UnixTime) -> Option<VerifyError> {
    let key = VerifyingKey::new(std::sync::Arc::new(AnySignature));
    // Who would be asked, and so for whom it has to be, is not known here.
    let policy = Policy::default().machine_scopes(MachineScopes::Ignore);
    let token = match UnverifiedToken::parse(token) {
        Ok(token) => token,
        Err(error) => return Some(error.into()),
    };
    match kind {
        TokenKind::Session => token.verify::<SessionClaims>(&key, now, &policy).err(),
        TokenKind::Template => token.verify::<TemplateClaims>(&key, now, &policy).err(),
        TokenKind::M2m => token.verify::<M2mClaims>(&key, now, &policy).err(),
        TokenKind::OAuthAccess => token.verify::<OAuthClaims>(&key, now, &policy).err(),
        _ => token.verify::<Claims>(&key, now, &policy).err(),
    }
}
