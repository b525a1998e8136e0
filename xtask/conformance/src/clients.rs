//! Clerk's own clients for Node and Python, installed once at the exact versions of `clients/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::outcome::Stopped;

pub(crate) const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// Installs clients into a directory, where they are not yet.
pub(crate) type SetUp = fn(&Path) -> Result<(), Stopped>;

pub(crate) const NODE: SetUp = |target| Node::set_up(target).map(drop);
pub(crate) const PYTHON: SetUp = |target| Python::set_up(target).map(drop);
pub(crate) const PYTHON_NEWEST: SetUp = |target| Python::set_up_newest(target).map(drop);

/// What a `package.json` pins: that of `clients/`, which has `@clerk/backend`, `svix` and `standardwebhooks`, or
/// that of a directory below it.
#[derive(Debug)]
pub(crate) struct Node {
    sources: PathBuf,
    directory: PathBuf,
}

impl Node {
    /// What the SDK asks for, of which earlier ones fail in their own ways.
    const OLDEST: u32 = 20;

    pub(crate) fn set_up(target: &Path) -> Result<Self, Stopped> {
        Self::set_up_from(PathBuf::from(SOURCES), target.join("node"))
    }

    /// The scripts and packages of a directory of `clients/`.
    pub(crate) fn set_up_for(name: &str, target: &Path) -> Result<Self, Stopped> {
        Self::set_up_from(Path::new(SOURCES).join(name), target.join(name))
    }

    fn set_up_from(sources: PathBuf, directory: PathBuf) -> Result<Self, Stopped> {
        let version = output("looking for Node", Command::new("node").arg("--version"))?;
        let major = version
            .trim_start_matches('v')
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major < Self::OLDEST) {
            let (oldest, version) = (Self::OLDEST, version.trim());
            let why = format!("Node {oldest} is needed, and this is {version}");
            return Err(Stopped::Skipped(why));
        }
        fs::create_dir_all(&directory)?;
        let locked = fs::read_to_string(sources.join("package-lock.json"))?;
        install(&directory, &locked, || {
            for name in ["package.json", "package-lock.json"] {
                fs::copy(sources.join(name), directory.join(name))?;
            }
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            npm.args(["--fetch-retries", "1"]).current_dir(&directory);
            output("installing the clients for Node", &mut npm).map(drop)
        })?;
        Ok(Self { sources, directory })
    }

    /// Where the packages are.
    pub(crate) fn packages(&self) -> PathBuf {
        self.directory.join("node_modules")
    }

    /// A script, where Node finds the packages it imports.
    pub(crate) fn script(&self, name: &str) -> Result<Command, Stopped> {
        // It may import those that stand beside it.
        for entry in fs::read_dir(&self.sources)? {
            let path = entry?.path();
            if let (Some("mjs"), Some(file)) = (extension(&path), path.file_name()) {
                fs::copy(&path, self.directory.join(file))?;
            }
        }
        let script = self.directory.join(name);
        let mut command = Command::new("node");
        command.arg(script).env("CLERK_TELEMETRY_DISABLED", "1");
        Ok(command)
    }
}

/// Has npm install what the lock file of a directory pins, where it is not there yet.
pub(crate) fn npm_install(directory: &Path) -> Result<(), Stopped> {
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.args(["--fetch-retries", "1"]).current_dir(directory);
    output("installing the packages of a page", &mut npm).map(drop)
}

fn extension(path: &Path) -> Option<&str> {
    path.extension().and_then(|extension| extension.to_str())
}

/// `clerk-backend-api` and `svix`.
#[derive(Debug)]
pub(crate) struct Python {
    interpreter: PathBuf,
}

impl Python {
    pub(crate) fn set_up(target: &Path) -> Result<Self, Stopped> {
        Self::with(&target.join("python"), "requirements.txt")
    }

    /// `clerk-backend-api` 7 alone, which cannot be beside its version 6.
    pub(crate) fn set_up_newest(target: &Path) -> Result<Self, Stopped> {
        Self::with(&target.join("python-newest"), "requirements-newest.txt")
    }

    /// pytest alone.
    pub(crate) fn set_up_pytest(target: &Path) -> Result<Self, Stopped> {
        Self::with(&target.join("python-pytest"), "requirements-pytest.txt")
    }

    /// What reads Clerk's description, and judges by it.
    pub(crate) fn set_up_described(target: &Path) -> Result<Self, Stopped> {
        Self::with(
            &target.join("python-described"),
            "requirements-described.txt",
        )
    }

    fn with(directory: &Path, requirements: &str) -> Result<Self, Stopped> {
        let interpreter = directory.join("bin/python");
        let requirements = Path::new(SOURCES).join(requirements);
        let version = output(
            "looking for Python",
            Command::new("python3").arg("--version"),
        )?;
        let pinned = format!("# {version}{}", fs::read_to_string(&requirements)?);
        install(directory, &pinned, || {
            let mut venv = Command::new("python3");
            venv.args(["-m", "venv", "--clear"]).arg(directory);
            output("making a virtual environment", &mut venv)?;
            let mut pip = Command::new(&interpreter);
            pip.args(["-m", "pip", "install", "--quiet", "--retries", "1"]);
            pip.arg("--requirement").arg(&requirements);
            output("installing the clients for Python", &mut pip).map(drop)
        })?;
        Ok(Self { interpreter })
    }

    /// A program that one of the packages is.
    pub(crate) fn module(&self, name: &str) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.args(["-m", name]);
        command
    }

    /// A script of `clients/`.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.interpreter);
        command
            .arg(Path::new(SOURCES).join(name))
            .env("CLERK_TELEMETRY_DISABLED", "1");
        command
    }
}

/// Installs into `directory`, unless what is installed there is what `wanted` describes.
fn install(
    directory: &Path,
    wanted: &str,
    steps: impl FnOnce() -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let note = directory.join("installed");
    if fs::read_to_string(&note).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    steps()?;
    Ok(fs::write(note, wanted)?)
}

/// What npm, pip and venv say when it is the machine that lacks something.
const NOT_HERE: [&str; 16] = [
    "EAI_AGAIN",
    "EBADPLATFORM",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
    "ConnectTimeoutError",
    "NameResolutionError",
    "NewConnectionError",
    "ProxyError",
    "ReadTimeoutError",
    "ensurepip is not available",
    "requires a different Python",
];

/// What `command` prints.
fn output(purpose: &str, command: &mut Command) -> Result<String, Stopped> {
    let output = command.output().map_err(|error| {
        let program = command.get_program().to_string_lossy();
        Stopped::Skipped(format!("{purpose}: cannot run `{program}`: {error}"))
    })?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let complaint = [output.stdout, output.stderr].concat();
    Err(judge(purpose, &String::from_utf8_lossy(&complaint)))
}

/// Whether an installation that did not work is this machine's doing, or ours.
fn judge(purpose: &str, complaint: &str) -> Stopped {
    match NOT_HERE.iter().find(|sign| complaint.contains(**sign)) {
        Some(sign) => Stopped::Skipped(format!("{purpose}: {sign}")),
        None => Stopped::Failed(format!("{purpose}:\n{complaint}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_out_of_reach_skips_and_a_lock_that_does_not_fit_fails() {
        let offline = "npm error code ENOTFOUND\nnpm error network request failed";
        let why = match judge("installing it", offline) {
            Stopped::Skipped(why) => why,
            Stopped::Failed(why) => panic!("{why}"),
        };
        assert_eq!(why, "installing it: ENOTFOUND");
        let outdated = "npm error code EUSAGE\nnpm error the lock file is out of sync";
        assert!(matches!(
            judge("installing it", outdated),
            Stopped::Failed(_)
        ));
    }

    #[test]
    fn a_program_that_is_not_there_skips() {
        let missing = output("looking", &mut Command::new("no-such-program-anywhere"));
        assert!(matches!(missing, Err(Stopped::Skipped(_))));
    }

    #[test]
    fn what_is_installed_is_not_installed_again() {
        let directory = std::env::temp_dir().join(format!("conformance-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let mut steps = 0;
        for wanted in ["one", "one", "two", "two"] {
            let step = || {
                steps += 1;
                Ok(())
            };
            assert!(install(&directory, wanted, step).is_ok());
        }
        fs::remove_dir_all(directory).unwrap();
        assert_eq!(steps, 2);
    }
}
