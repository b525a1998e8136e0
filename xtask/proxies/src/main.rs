//! Signs browsers in through real reverse proxies, set up with the lines of `docs/guides/deploy.md`.
//!
//! `cargo xtask ci proxies` sees to it that the proxies are there, and runs this program.

#![allow(
    clippy::print_stdout,
    reason = "a command line speaks on its standard streams"
)]

mod application;
mod certificate;
mod checks;
mod controls;
mod curl;
mod guide;
mod network;
mod process;
mod proxy;
mod visit;

use std::{
    error::Error,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    process::ExitCode,
};

use tokio::runtime::Runtime;

use crate::{
    application::Application,
    certificate::Certificate,
    guide::{Guide, Lines},
    network::Network,
    proxy::{PROXIES, Proxy, Site},
    visit::{Outcome, Visit},
};

/// The status that test harnesses commonly take for `skipped`.
const SKIPPED: u8 = 77;

fn main() -> ExitCode {
    match run() {
        Ok(status) => status,
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What every proxy is tried with.
struct Bench<'b> {
    guide: &'b Guide,
    commands: Lines,
    site: Site<'b>,
    application: &'b Application,
    network: &'b Network<'b>,
}

/// How many checks passed, and what the others say.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failures: Vec<String>,
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let guide = Guide::read()?;
    let directory = directory()?;
    let certificate = Certificate::new()?;
    certificate.write(
        &directory.join("certificate.pem"),
        &directory.join("key.pem"),
    )?;
    let runtime = Runtime::new()?;
    let application = Application::start(&runtime)?;
    let bench = Bench {
        guide: &guide,
        commands: guide.block("## Check it", "sh")?,
        site: Site {
            runtime: runtime.handle(),
            directory: &directory,
            application: application.port(),
        },
        application: &application,
        network: &Network::new(&runtime, application.clerk(), &certificate)?,
    };
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let has_curl = process::find("curl").is_some();
    if !has_curl {
        skipped += 1;
        println!(
            "{:<10}SKIPPED  there is no `curl` here; install it",
            "commands"
        );
    }
    for proxy in PROXIES {
        if let Some(why) = proxy.missing() {
            skipped += 1;
            println!("{:<10}SKIPPED  {why}", proxy.name);
            continue;
        }
        let tally = bench.try_out(proxy, has_curl);
        let verdict = if tally.failures.is_empty() {
            "passed"
        } else {
            "FAILED"
        };
        println!(
            "{:<10}{verdict:<9}{} checks passed; {}",
            proxy.name,
            tally.passed,
            proxy.version()
        );
        for failure in &tally.failures {
            println!("{}: {failure}\n", proxy.name);
        }
        passed += tally.passed;
        failed += tally.failures.len();
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(match (failed, skipped) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(SKIPPED),
        _ => ExitCode::FAILURE,
    })
}

/// An empty directory beside the one that cargo has put this program into.
fn directory() -> Result<PathBuf, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let target = program
        .ancestors()
        .nth(2)
        .ok_or("a program in no directory")?;
    let directory = target.join("proxies");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    Ok(directory)
}

impl Bench<'_> {
    /// With the guide's lines everything works; without some of them it does not, as the guide says.
    fn try_out(&self, proxy: &Proxy, has_curl: bool) -> Tally {
        let mut tally = Tally::default();
        let lines = proxy.lines(self.guide);
        let mut checks = checks::all();
        if has_curl {
            checks.push(checks::of_commands());
        }
        self.with(proxy, lines, "https", &checks, &mut tally);
        for control in controls::of(proxy.name) {
            let lines = proxy
                .lines(self.guide)
                .and_then(|lines| (control.change)(&lines));
            let check = (control.claim.to_owned(), control.check);
            self.with(proxy, lines, control.scheme, &[check], &mut tally);
        }
        tally
    }

    /// Starts the proxy with these lines, makes the checks, and ends it.
    fn with<C: Fn(&Visit<'_>) -> Outcome>(
        &self,
        proxy: &Proxy,
        lines: Result<Lines, String>,
        scheme: &'static str,
        checks: &[(String, C)],
        tally: &mut Tally,
    ) {
        let started = lines.and_then(|lines| proxy.start(self.site, &lines));
        let (running, port) = match started {
            Ok(started) => started,
            Err(problem) => {
                // Of many checks that need the same lines, one is enough to name.
                let name = checks.first().map_or("", |(name, _)| name);
                tally.failures.push(format!("{name}: {problem}"));
                return;
            }
        };
        let visit = Visit {
            application: self.application,
            network: self.network,
            scheme,
            port,
            commands: &self.commands,
            directory: self.site.directory,
        };
        let mut failures = Vec::new();
        for (name, check) in checks {
            // A browser for tests panics where it is sent in circles.
            let outcome = catch_unwind(AssertUnwindSafe(|| check(&visit)));
            match outcome.unwrap_or_else(|_| Err("panicked; see above".to_owned())) {
                Ok(()) => tally.passed += 1,
                Err(problem) => failures.push(format!("{name}: {problem}")),
            }
        }
        if let Some(last) = failures.last_mut() {
            last.push('\n');
            last.push_str(&running.log());
        }
        tally.failures.extend(failures);
    }
}
