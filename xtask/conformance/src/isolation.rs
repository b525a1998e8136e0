//! A network that has the loopback interface alone, where the system makes one for us.
//!
//! The clients are installed before. Within, nothing of theirs reaches anybody but our emulator.

use std::{env, fs, path::Path, process::Command};

use crate::{Settings, Suite, clients};

/// Tells the program that it was started in there.
const WITHIN: &str = "CLERK_CONFORMANCE_WITHIN";

/// Runs the program with these arguments in such a network, and says what it ended with. `None` where it has to run
/// here: it is in there already, or there can be none, which it says.
pub(crate) fn enter(settings: &Settings, suites: &[&Suite], arguments: &[String]) -> Option<u8> {
    if env::var_os(WITHIN).is_some() {
        let routes = fs::read_to_string("/proc/net/route").unwrap_or_default();
        match is_cut_off(&routes) {
            true => println!("network      loopback alone"),
            false => println!("network      not cut off, although it should be"),
        }
        return None;
    }
    let installed = suites
        .iter()
        .flat_map(|suite| suite.clients)
        .all(|client| client(&settings.directory).is_ok());
    if !installed {
        // Which ones is told by the suites that need them.
        println!("network      not cut off: some clients are not installed");
        return None;
    }
    let code = run_within(arguments);
    if let Err(why) = &code {
        println!("network      not cut off: {why}");
    }
    code.ok()
}

fn run_within(arguments: &[String]) -> Result<u8, String> {
    let output = within("true")
        .output()
        .map_err(|error| format!("cannot run `unshare`: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().last().unwrap_or("no reason given").to_owned());
    }
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let mut program = within(&program.to_string_lossy());
    let status = program.args(arguments).env(WITHIN, "1").status();
    let status = status.map_err(|error| error.to_string())?;
    // Without a code, a signal ended it.
    Ok(status
        .code()
        .map_or(1, |code| u8::try_from(code).unwrap_or(1)))
}

fn within(program: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--net", "python3"]);
    command.arg(Path::new(clients::SOURCES).join("loopback.py"));
    command.arg(program);
    command
}

/// Whether the kernel's table of routes has nothing but its head: loopback needs none.
fn is_cut_off(routes: &str) -> bool {
    routes.lines().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_with_a_route_is_not_cut_off() {
        let head = "Iface\tDestination\tGateway\n";
        assert!(is_cut_off(head));
        assert!(!is_cut_off(&format!("{head}eth0\t00000000\t0102A8C0\n")));
        assert!(!is_cut_off(""));
    }
}
