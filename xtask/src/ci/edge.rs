//! A Worker in Cloudflare's engine: built here, and asked by the program in `xtask/edge-trials`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{StepOutcome, cargo, pass, succeed, wasm};
use crate::repository::{self, Metadata, capture};

const WORKER: &str = "xtask/edge/worker";
const GLUE: &str = "xtask/edge/glue/Cargo.toml";
/// Compiled as the Worker's `Cargo.toml` says that trials are.
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
    let engine = match engine(&directory.join("engines")) {
        Ok(engine) => engine,
        Err(error) => return Ok(wasm::skipped("there is no workerd", &*error)),
    };

    let mut build = tools.cargo("build", wasm::UNKNOWN)?;
    build.args(["--profile", PROFILE, "--manifest-path"]);
    build.arg(Path::new(WORKER).join("Cargo.toml"));
    succeed(build)?;
    let built = tools.target_directory.join(wasm::UNKNOWN).join(PROFILE);
    let modules = directory.join("worker");
    modules_of(&built.join("edge_worker.wasm"), &modules, metadata)?;

    let mut trials = cargo(&[
        "run",
        "--quiet",
        "--locked",
        "--package",
        "clerk-edge-trials",
    ]);
    trials.arg("--").arg(engine).arg(modules);
    pass(trials)
}

/// What the engine loads: the module, its glue, and the shim that starts it.
fn modules_of(module: &Path, directory: &Path, metadata: &Metadata) -> Result<(), String> {
    let mut glue = cargo(&["run", "--quiet", "--locked", "--manifest-path", GLUE]);
    glue.arg("--target-dir");
    glue.arg(metadata.target_directory.join("apart"));
    glue.arg("--").arg(module).arg(directory);
    succeed(glue)?;
    let shim = repository::root().join(WORKER).join("shim.mjs");
    let copied = fs::copy(&shim, directory.join("shim.mjs"));
    copied.map_err(|error| format!("{}: {error}", shim.display()))?;
    Ok(())
}

/// The engine that the lock file names, from npm. The scripts of its packages are not run.
fn engine(directory: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let described = repository::root().join(ENGINES);
    let lock = fs::read(described.join(LOCK))?;
    let is_installed = fs::read(directory.join(LOCK)).is_ok_and(|installed| installed == lock);
    if !is_installed {
        fs::create_dir_all(directory)?;
        fs::copy(
            described.join("package.json"),
            directory.join("package.json"),
        )?;
        fs::write(directory.join(LOCK), lock)?;
    }
    if let Some(engine) = engine_in(directory).filter(|_| is_installed) {
        return Ok(engine);
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.args(["--fetch-retries", "1"]).current_dir(directory);
    capture(&mut npm)?;
    engine_in(directory).ok_or_else(|| "npm brought none that runs here".into())
}

/// In a package that is named for the machine.
fn engine_in(directory: &Path) -> Option<PathBuf> {
    let packages = fs::read_dir(directory.join("node_modules/@cloudflare")).ok()?;
    let mut engines = packages
        .flatten()
        .map(|package| package.path().join("bin/workerd"));
    engines.find(|engine| capture(Command::new(engine).arg("--version")).is_ok())
}
