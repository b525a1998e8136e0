//! Programs that are started here, and end with what started them.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use tokio::runtime::Handle;

/// A machine that is busy takes longer than a tenth of a second, which is usual.
const PATIENCE: u32 = 1000;
const MOMENT: Duration = Duration::from_millis(10);

/// Where programs of the system are that only its administrator is expected to call.
const SYSTEM: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// A program by its name.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(SYSTEM.map(PathBuf::from));
    let mut programs = places.map(|place| place.join(name));
    programs.find(|program| program.is_file())
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    process: Child,
    log: PathBuf,
    runtime: Handle,
}

impl Running {
    /// Starts a server, and waits until it listens on the port.
    pub(crate) fn start(
        runtime: &Handle,
        program: &Path,
        arguments: &[String],
        (directory, port): (&Path, u16),
    ) -> Result<Self, String> {
        let log = directory.join("log");
        let failed = |error: std::io::Error| format!("{}: {error}", program.display());
        let output = File::create(&log).map_err(failed)?;
        let mut command = ending_with_us(program);
        command
            .args(arguments)
            .current_dir(directory)
            .env("HOME", directory)
            .env("XDG_CONFIG_HOME", directory)
            .env("XDG_DATA_HOME", directory)
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output);
        let mut running = Self {
            process: command.spawn().map_err(failed)?,
            log,
            runtime: runtime.clone(),
        };
        running.wait_for(port).map_err(|why| {
            let log = running.log();
            format!("{} {arguments:?} {why}\n{log}", program.display())
        })?;
        Ok(running)
    }

    /// What it has written, which is why it does what it does.
    pub(crate) fn log(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        format!(
            "--- {}\n{}---",
            self.log.display(),
            String::from_utf8_lossy(&text)
        )
    }

    fn wait_for(&mut self, port: u16) -> Result<(), String> {
        for _ in 0..PATIENCE {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(format!("has ended ({status})"));
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(());
            }
            self.wait_a_moment();
        }
        Err(format!("does not listen on port {port}"))
    }

    /// Asks it to end, so that it ends its own processes, too.
    fn end(&mut self) -> Option<ExitStatus> {
        if let Ok(Some(status)) = self.process.try_wait() {
            return Some(status);
        }
        let pid = self.process.id().to_string();
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill -TERM \"$0\"", &pid]);
        let asked = kill.status().is_ok_and(|status| status.success());
        for _ in 0..PATIENCE {
            match self.process.try_wait() {
                Ok(None) if asked => self.wait_a_moment(),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
        None
    }

    fn wait_a_moment(&self) {
        self.runtime
            .block_on(async { tokio::time::sleep(MOMENT).await });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.end().is_none() {
            drop(self.process.kill());
            drop(self.process.wait());
        }
    }
}

/// On Linux, the program is told to end even where nobody is left to drop it.
fn ending_with_us(program: &Path) -> Command {
    match find("setpriv") {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "TERM"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}
