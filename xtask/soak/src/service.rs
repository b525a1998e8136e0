//! The example, run as its users would: a process of its own, told by its environment.

use std::{
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use clerk_emulator::Emulator;

/// How the services differ that run side by side: for how many tokens they have a cache. That of the second is full before
/// it has warmed up, and has room for twice as many tokens as are in use.
pub(crate) const VARIANTS: [(&str, Option<&str>); 2] =
    [("as it is", None), ("with a token cache", Some("128"))];

/// A service that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Service {
    /// # Errors
    ///
    /// It does not start, or does not say where it listens.
    pub(crate) fn start(
        program: &Path,
        token_cache: Option<&str>,
        emulator: &Emulator,
    ) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut command = ending_with_us(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CLERK_") {
                command.env_remove(name);
            }
        }
        command
            .env_remove("TOKEN_CACHE")
            .envs(token_cache.map(|tokens| ("TOKEN_CACHE", tokens)))
            .env("CLERK_API_URL", emulator.url())
            .env("CLERK_SECRET_KEY", emulator.secret_key().expose())
            .env("CLERK_PUBLISHABLE_KEY", emulator.publishable_key().as_str())
            .env("PORT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut service = Self {
            process: command.spawn().map_err(failed)?,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        };
        let mut line = String::new();
        if let Some(output) = service.process.stdout.take() {
            BufReader::new(output)
                .read_line(&mut line)
                .map_err(failed)?;
        }
        let port = line
            .trim()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let port = port.ok_or_else(|| {
            format!(
                "{} does not say where it listens; it says `{}`",
                program.display(),
                line.trim()
            )
        })?;
        service.address.set_port(port);
        Ok(service)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Where the system has `setpriv`, the program ends even where nobody is left to drop it. It is of a group of its own:
/// whoever presses Ctrl-C means this program, which then ends it.
fn ending_with_us(program: &Path) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|place| place.join("setpriv"));
    let setpriv: Option<PathBuf> = places.find(|place| place.is_file());
    let mut command = match setpriv {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    stand_alone(&mut command);
    command
}

#[cfg(unix)]
fn stand_alone(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn stand_alone(_: &mut Command) {}
