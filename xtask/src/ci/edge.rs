//! A Worker in JavaScript engines, and a program for WASI: built here, and asked by the program in
//! `xtask/edge-trials`.

pub(crate) mod engines;
pub(crate) mod reference;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use super::{StepOutcome, Verdict, cargo, succeed, wasm};
use crate::repository::{self, Metadata};
use engines::{Engine, Engines};
use reference::Reference;

/// The Workers: the package, and where it is.
const WORKERS: [(&str, &str); 4] = [
    ("edge-worker", "xtask/edge/worker"),
    ("example-worker", "docs/examples/worker"),
    ("example-worker-axum", "docs/examples/worker-axum"),
    ("example-worker-webhooks", "docs/examples/worker-webhooks"),
];
const WORKSPACE: &str = "xtask/edge/Cargo.toml";
const WASI: &str = "edge-wasi";
/// By whose name trials know the Worker with it.
const BACKEND: &str = "@clerk/backend";
/// Of engines that have no `process`, it is asked for when the package fetches. Bundlers for Workers put this in its place.
const AS_DEPLOYED: &str = "--define:process.env.NODE_ENV=\"production\"";
const TRIALS: &str = "clerk-edge-trials";
const GLUE: &str = "xtask/edge/glue/Cargo.toml";
/// Compiled as their workspace's `Cargo.toml` says that trials are.
const PROFILE: &str = "trial";

pub(super) fn check(metadata: &Metadata) -> StepOutcome {
    let directory = metadata.target_directory.join("edge");
    let tools = match wasm::Tools::at_hand(metadata) {
        Ok(tools) => tools,
        Err(error) => return Ok(wasm::skipped("no Worker can be built", &*error)),
    };
    if let Err(error) = &tools.clang {
        return Ok(wasm::skipped("no Worker with ring can be built", &**error));
    }
    let engines = match Engines::at_hand(directory.join("engines")) {
        Ok(engines) => engines,
        Err(error) => return Ok(wasm::skipped("there is no Node", &*error)),
    };

    let workers = directory.join("workers");
    build(
        &tools,
        &WORKERS.map(|(package, _)| package),
        wasm::UNKNOWN,
        &[],
    )?;
    for (package, source) in WORKERS {
        let name = package.replace('-', "_");
        let module = module(&tools, wasm::UNKNOWN, &name);
        modules_of(&module, source, &workers.join(name), &[], metadata)?;
    }
    let host = engines.host();
    let libc = tools.wasi_libc().map_err(|error| error.to_string());
    let wasi = host.and_then(|host| libc.map(|libc| (host, libc)));
    if let Ok((_, libc)) = &wasi {
        build(&tools, &[WASI], wasm::WASI, &linked_with(libc))?;
        copy(&module(&tools, wasm::WASI, WASI), &workers)?;
    }
    let wasi = ("wasi", wasi.map(|(host, _)| host));
    let reference = reference(metadata, &workers.join("edge_reference"));
    let reference = (BACKEND, reference.map_err(|error| error.to_string()));
    let engines = engines.of_workers().into_iter().chain([wasi]);
    tried(&workers, engines.chain([reference]))
}

/// The modules of the Worker with Clerk's own package, which is asked the same in the same engines.
fn reference(metadata: &Metadata, directory: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let reference = Reference::at_hand(metadata)?;
    fs::create_dir_all(directory)?;
    reference.bundle("trial.mjs", &directory.join("shim.mjs"), &[AS_DEPLOYED])?;
    Ok(directory.to_owned())
}

/// In all engines that there are; the others say why they are none.
fn tried(built: &Path, engines: impl Iterator<Item = Engine>) -> StepOutcome {
    let mut trials = cargo(&["run", "--quiet", "--locked", "--package", TRIALS]);
    trials.arg("--").arg(built);
    let mut missing = Vec::new();
    for (engine, program) in engines {
        match program {
            Ok(program) => {
                trials.arg(format!("{engine}={}", program.display()));
            }
            Err(why) => missing.push(format!("{engine}: {why}")),
        }
    }
    succeed(trials)?;
    if missing.is_empty() {
        return Ok(Verdict::Passed);
    }
    let missing: Box<dyn Error> = missing.join("; ").into();
    Ok(wasm::skipped("not tried everywhere", &*missing))
}

fn build(
    tools: &wasm::Tools,
    packages: &[&str],
    target: &str,
    more: &[String],
) -> Result<(), String> {
    let mut build = tools.cargo("build", target)?;
    build.args(["--profile", PROFILE, "--manifest-path", WORKSPACE]);
    for package in packages {
        build.args(["--package", package]);
    }
    build.args(more);
    succeed(build)
}

fn module(tools: &wasm::Tools, target: &str, name: &str) -> PathBuf {
    let built = tools.target_directory.join(target).join(PROFILE);
    built.join(name).with_extension("wasm")
}

/// rustup's standard library for WASI brings the C library that programs start in. Debian's source does not.
fn linked_with(libc: &Path) -> [String; 2] {
    let libc = libc.display();
    let flags = [
        "-Clink-self-contained=no".to_owned(),
        format!("-Lnative={libc}"),
        format!("-Clink-arg={libc}/crt1-command.o"),
        "-Clink-arg=-lc".to_owned(),
    ];
    let flags = format!("target.{}.rustflags={flags:?}", wasm::WASI);
    ["--config".to_owned(), flags]
}

/// What engines load: the module, its glue, made with `options`, and from `source`, a directory of the repository, the shim that starts it,
/// its configuration and the class of its objects, if it has them.
pub(crate) fn modules_of(
    module: &Path,
    source: &str,
    directory: &Path,
    options: &[&str],
    metadata: &Metadata,
) -> Result<(), String> {
    let mut glue = cargo(&["run", "--quiet", "--locked", "--manifest-path", GLUE]);
    glue.arg("--target-dir");
    glue.arg(metadata.target_directory.join("apart"));
    glue.arg("--").arg(module).arg(directory).args(options);
    succeed(glue)?;
    let source = repository::root().join(source);
    let files = ["shim.mjs", "worker.capnp", "deliveries.mjs"].map(|name| source.join(name));
    files
        .iter()
        .filter(|file| file.exists())
        .try_for_each(|file| copy(file, directory))
}

fn copy(file: &Path, into: &Path) -> Result<(), String> {
    let copied = fs::copy(file, into.join(file.file_name().unwrap_or_default()));
    copied.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(())
}
