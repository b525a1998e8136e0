//! A program for WASI, which judges tokens.

use std::{error::Error, path::Path, process::Command, time::Duration};

use clerk_core::SystemClock;
use clerk_emulator::{Defect, Emulator};
use clerk_jwks::{StaticKeys, blocking::Verifier};
use clerk_jwt::{Policy, SessionClaims};

use crate::{Outcome, edge::now};

pub(crate) const TRIAL: &str = "tokens are judged as they are here, with and without waiting";

/// `host` is the script that runs a program.
pub(crate) fn verdicts(host: &Path, directory: &Path) -> Outcome {
    compared(host, directory).map_err(|error| error.to_string())
}

fn compared(host: &Path, directory: &Path) -> Result<(), Box<dyn Error>> {
    let clerk = Emulator::builder().build()?;
    let ada = clerk.user_id("ada@example.com");
    let token = || clerk.token().user("ada@example.com");
    let good = token().sign(now());
    let expired = token().issued_ago(Duration::from_secs(90)).sign(now());
    let bad = |&defect| token().defect(defect).sign(now());
    let tokens = [vec![good, expired], Defect::ALL.iter().map(bad).collect()].concat();

    let pem = clerk.public_key_pem();
    let keys = StaticKeys::from_pem(&pem)?;
    let verifier = Verifier::new(keys, Policy::default(), SystemClock::new());
    let here = tokens.iter().map(|token| verdict(&verifier, token));
    let here: Vec<String> = here.collect();
    if here.first() != ada.as_ref()
        || here
            .get(1)
            .is_none_or(|expired| !expired.starts_with("401"))
    {
        return Err(format!("here: {here:#?}").into());
    }

    let mut program = Command::new("node");
    program.args(["--no-warnings".as_ref(), host.as_os_str()]);
    program.arg(directory.join("edge-wasi.wasm")).args(&tokens);
    let output = program.env("CLERK_JWT_KEY", &pem).output()?;
    let there = String::from_utf8_lossy(&output.stdout);
    let by_both = here.iter().map(|verdict| format!("{verdict}\t{verdict}"));
    if output.status.success() && there.lines().eq(by_both) {
        return Ok(());
    }
    let problem = String::from_utf8_lossy(&output.stderr);
    Err(format!("{there}{problem}\nand here: {here:#?}").into())
}

fn verdict(verifier: &Verifier, token: &str) -> String {
    match verifier.verify::<SessionClaims>(token) {
        Ok(session) => session.claims().user_id().to_string(),
        Err(error) => format!("{} {}", error.fault().status(), error.reason()),
    }
}
