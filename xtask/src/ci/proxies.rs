//! The guide's lines for reverse proxies, by the program in `xtask/proxies`.

use super::{Shell, StepOutcome, Verdict, cargo, debian};
use crate::repository::Metadata;

/// Each program, and Debian's package of it. That of Apache has the program alone.
const PROGRAMS: [(&str, &str); 5] = [
    ("nginx", "nginx"),
    ("haproxy", "haproxy"),
    ("caddy", "caddy"),
    ("apache2", "apache2-bin"),
    ("curl", "curl"),
];

/// What the program exits with where one of them is missing. It says which.
const SKIPPED: i32 = 77;

pub(super) fn check(_: &Metadata) -> StepOutcome {
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect();
    let installed = match missing.as_slice() {
        [] => Ok(()),
        missing => debian::install(missing),
    };
    let mut command = cargo(&["run", "--quiet", "--locked", "--package", "clerk-proxies"]);
    let status = command.status().map_err(|error| error.to_string())?;
    match status.code() {
        Some(0) => Ok(Verdict::Passed),
        Some(SKIPPED) => {
            let why = installed.err().unwrap_or_default();
            Ok(Verdict::Skipped(format!(
                "see above for what is missing; {why}"
            )))
        }
        _ => Err(format!("{status}\nrepeat with: {}", Shell(&command))),
    }
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/usr/local/sbin"].map(Into::into);
    let mut places = std::env::split_paths(&path).chain(system);
    places.any(|place| place.join(program).is_file())
}
