//! A Worker in Cloudflare's engine: built here, and asked by the program in `xtask/edge-trials`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{StepOutcome, cargo, pass, succeed, wasm};
use crate::repository::{self, Metadata, capture};

/// The Workers: the package, and where it is.
const WORKERS: [(&str, &str); 3] = [
    ("edge-worker", "xtask/edge/worker"),
    ("example-worker", "docs/examples/worker"),
    ("example-worker-axum", "docs/examples/worker-axum"),
];
const WORKSPACE: &str = "xtask/edge/Cargo.toml";
const GLUE: &str = "xtask/edge/glue/Cargo.toml";
/// Compiled as the workspace's `Cargo.toml` says that trials are.
const PROFILE: &str = "trial";
/// What npm is told of the engine.
const ENGINES: &str = "xtask/edge/engines";
const LOCK: &str = "package-lock.json";

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let directory = metadata.target_directory.join("edge");
    let tools = match wasm::Tools::at_hand(metadata) {
        Ok(tools) => tools,
        Err(error) => return Ok(wasm::skipped("no Worker can be built", &*error)),
    };
    if let Err(error) = &tools.clang {
        return Ok(wasm::skipped("no Worker with ring can be built", &**error));
    }
    let engine = match engine(metadata) {
        Ok(engine) => engine,
        Err(error) => return Ok(wasm::skipped("there is no workerd", &*error)),
    };

    let mut build = tools.cargo("build", wasm::UNKNOWN)?;
    build.args(["--profile", PROFILE, "--manifest-path", WORKSPACE]);
    for (package, _) in WORKERS {
        build.args(["--package", package]);
    }
    succeed(build)?;
    let built = tools.target_directory.join(wasm::UNKNOWN).join(PROFILE);
    let workers = directory.join("workers");
    for (package, source) in WORKERS {
        let name = package.replace('-', "_");
        let module = built.join(&name).with_extension("wasm");
        modules_of(&module, source, &workers.join(name), metadata)?;
    }

    let mut trials = cargo(&[
        "run",
        "--quiet",
        "--locked",
        "--package",
        "clerk-edge-trials",
    ]);
    trials.arg("--").arg(engine).arg(workers);
    pass(trials)
}

/// What the engine loads: the module, its glue, and from `source`, a directory of the repository, the shim that
/// starts it, and its configuration if it has one.
pub(crate) fn modules_of(
    module: &Path,
    source: &str,
    directory: &Path,
    metadata: &Metadata,
) -> Result<(), String> {
    let mut glue = cargo(&["run", "--quiet", "--locked", "--manifest-path", GLUE]);
    glue.arg("--target-dir");
    glue.arg(metadata.target_directory.join("apart"));
    glue.arg("--").arg(module).arg(directory);
    succeed(glue)?;
    for name in ["shim.mjs", "worker.capnp"] {
        let file = repository::root().join(source).join(name);
        if file.exists() {
            let copied = fs::copy(&file, directory.join(name));
            copied.map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

/// The engine that the lock file names, from npm.
pub(crate) fn engine(metadata: &Metadata) -> Result<PathBuf, Box<dyn Error>> {
    let directory = metadata.target_directory.join("edge/engines");
    installed(ENGINES, &directory)?;
    engine_in(&directory).ok_or_else(|| "npm brought none that runs here".into())
}

/// Has npm install what `described`, a directory of the repository, has a lock file for. The scripts of the
/// packages are not run.
pub(crate) fn installed(described: &str, directory: &Path) -> Result<(), Box<dyn Error>> {
    let described = repository::root().join(described);
    let lock = fs::read(described.join(LOCK))?;
    // npm writes it last.
    let whole = directory.join("node_modules/.package-lock.json");
    let is_installed =
        whole.exists() && fs::read(directory.join(LOCK)).is_ok_and(|installed| installed == lock);
    if is_installed {
        return Ok(());
    }
    fs::create_dir_all(directory)?;
    fs::copy(
        described.join("package.json"),
        directory.join("package.json"),
    )?;
    fs::write(directory.join(LOCK), lock)?;
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.args(["--fetch-retries", "1"]).current_dir(directory);
    capture(&mut npm)?;
    Ok(())
}

/// In a package that is named for the machine.
fn engine_in(directory: &Path) -> Option<PathBuf> {
    let packages = fs::read_dir(directory.join("node_modules/@cloudflare")).ok()?;
    let mut engines = packages
        .flatten()
        .map(|package| package.path().join("bin/workerd"));
    engines.find(|engine| capture(Command::new(engine).arg("--version")).is_ok())
}
