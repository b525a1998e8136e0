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
    let engine = match engine(&directory.join("engines")) {
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
    let glue = metadata.target_directory.join("apart");
    for (package, source) in WORKERS {
        let name = package.replace('-', "_");
        let modules = workers.join(&name);
        make_glue(&built.join(name).with_extension("wasm"), &modules, &glue)?;
        copy(&repository::root().join(source), &modules).map_err(|error| error.to_string())?;
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

/// Writes the module and what stands between it and JavaScript.
fn make_glue(module: &Path, into: &Path, target: &Path) -> Result<(), String> {
    let mut glue = cargo(&["run", "--quiet", "--locked", "--manifest-path", GLUE]);
    glue.arg("--target-dir").arg(target);
    glue.arg("--").arg(module).arg(into);
    succeed(glue)
}

/// The shim that starts a Worker, and its configuration if it has one.
fn copy(source: &Path, into: &Path) -> std::io::Result<()> {
    for name in ["shim.mjs", "worker.capnp"] {
        let file = source.join(name);
        if file.exists() {
            fs::copy(file, into.join(name))?;
        }
    }
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
