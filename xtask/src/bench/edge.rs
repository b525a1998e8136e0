//! A Worker of ours beside one with Clerk's own package: built here, and measured by the program in
//! `xtask/edge-trials`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::Row;
use crate::Outcome;
use crate::ci::edge::{self, engines::Engines, reference::Reference};
use crate::ci::wasm;
use crate::repository::{self, Metadata};

const WORKER: &str = "xtask/edge/bench";
const BACKEND: &str = "worker.mjs";

/// What is built to be small: the directory, the row, and its features.
const SIZES: &[(&str, &str, &str)] = &[
    ("small-bare", "edge-size-bare", "bare"),
    ("small-pem", "edge-size-pem", "pem"),
    ("small-verify", "edge-size-verify", "keys"),
    (
        "small-authenticate",
        "edge-size-authenticate",
        "authenticate",
    ),
    ("small-axum", "edge-size-axum", "axum"),
];

/// At most this ratio, or this many bytes.
const AIMS: &[(&str, f64)] = &[
    ("edge-verify", 0.50),
    ("edge-authenticate", 0.22),
    ("edge-http-axum", 0.80),
    ("edge-start-axum", 1.2),
    ("edge-start-pem", 1.2),
    ("edge-start-verify", 1.2),
    ("edge-size-verify", 120_000.0),
    ("edge-size-axum", 350_000.0),
];

pub(super) fn run(as_json: bool) -> Outcome {
    let metadata = repository::metadata()?;
    let (tools, engine, backend) = match at_hand(&metadata) {
        Ok(found) => found,
        Err(why) => {
            println!("skipped: {why}");
            return Ok(());
        }
    };
    let directory = metadata.target_directory.join("edge/bench");
    let build = |profile: &str, features: &str, modules: &str| -> Result<PathBuf, Box<dyn Error>> {
        let module = build(&tools, profile, features)?;
        let modules = directory.join(modules);
        edge::modules_of(&module, WORKER, &modules, &["--nameless"], &metadata)?;
        Ok(modules.join("worker_bg.wasm"))
    };
    build("fast", "axum,measure", "fast")?;
    let mut sizes = Vec::new();
    for (modules, row, features) in SIZES {
        sizes.push(size(row, &build("small", features, modules)?)?);
    }
    backend.bundle(BACKEND, &directory.join("backend.mjs"), &[])?;
    let minified = directory.join("backend.min.mjs");
    backend.bundle(BACKEND, &minified, &["--minify"])?;
    sizes.push(size("edge-size-backend", &minified)?);

    let mut rows = measured(&engine, &directory)?;
    rows.extend(sizes);
    for row in &mut rows {
        let aim = AIMS.iter().find(|(name, _)| *name == super::name(row));
        if let Some((_, aim)) = aim {
            row.insert("aim".to_owned(), (*aim).into());
        }
    }
    super::print_rows(&rows, as_json, table);
    Ok(())
}

/// What can be missing: a compiler, the engine, and Clerk's package with what bundles it.
fn at_hand(metadata: &Metadata) -> Result<(wasm::Tools, PathBuf, Reference), Box<dyn Error>> {
    let tools = wasm::Tools::at_hand(metadata)?;
    let engines = Engines::at_hand(metadata.target_directory.join("edge/engines"))?;
    let engine = engines.workerd()?;
    Ok((tools, engine, Reference::at_hand(metadata)?))
}

fn build(tools: &wasm::Tools, profile: &str, features: &str) -> Result<PathBuf, Box<dyn Error>> {
    let mut build = tools.cargo("build", wasm::UNKNOWN)?;
    build.args(["--profile", profile, "--features", features]);
    build.arg("--manifest-path");
    build.arg(Path::new(WORKER).join("Cargo.toml"));
    if !build.status()?.success() {
        return Err("the Worker in xtask/edge/bench does not build; see above".into());
    }
    let built = tools.target_directory.join(wasm::UNKNOWN).join(profile);
    Ok(built.join("edge_bench.wasm"))
}

fn measured(engine: &Path, directory: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut program = repository::cargo();
    program.args([
        "run",
        "--quiet",
        "--locked",
        "--package",
        "clerk-edge-trials",
    ]);
    program.args(["--", "--measure"]).arg(engine).arg(directory);
    super::measurements(&mut program)
}

fn size(name: &str, file: &Path) -> Result<Row, Box<dyn Error>> {
    let mut gzip = Command::new("gzip");
    let packed = gzip.args(["-9", "--stdout"]).arg(file).output()?;
    if !packed.status.success() {
        return Err(format!("gzip failed on {}", file.display()).into());
    }
    let row = json!({ "name": name, "bytes": fs::metadata(file)?.len(), "gzip_bytes": packed.stdout.len() });
    Ok(row.as_object().cloned().unwrap_or_default())
}

/// The quarter and three quarters of the ratios are what the machine's other work makes of them.
fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<32}{:>12}{:>10}{:>18}{:>10}\n",
        "row", "median", "ratio", "quartiles", "aim"
    );
    for row in rows {
        let number = |key: &str| row.get(key).and_then(Value::as_f64);
        let show =
            |key: &str, format: fn(f64) -> String| number(key).map_or("-".to_owned(), format);
        let micros = |ns: f64| format!("{:.2} µs", ns / 1000.0);
        let kilobytes = |bytes: f64| format!("{:.1} kB", bytes / 1000.0);
        let ratio = |ratio: f64| format!("{ratio:.3}");
        let is_size = number("gzip_bytes").is_some();
        let (median, aim) = if is_size {
            (show("gzip_bytes", kilobytes), show("aim", kilobytes))
        } else {
            (show("median_ns", micros), show("aim", ratio))
        };
        let quartiles = [show("ratio_low", ratio), show("ratio_high", ratio)].join(" to ");
        let quartiles = if is_size { "-" } else { quartiles.as_str() };
        text.push_str(&format!(
            "{:<32}{median:>12}{:>10}{quartiles:>18}{aim:>10}\n",
            super::name(row),
            show("ratio", ratio),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_told_in_their_units() {
        let row = |value: Value| value.as_object().cloned().unwrap_or_default();
        let rows = [
            row(json!({
                "name": "edge-verify", "median_ns": 22_000.0, "aim": 0.5,
                "ratio": 0.49, "ratio_low": 0.48, "ratio_high": 0.51,
            })),
            row(json!({ "name": "edge-size-axum", "gzip_bytes": 349_000, "aim": 350_000.0 })),
        ];
        let lines = [
            "edge-verify                         22.00 µs     0.490    0.480 to 0.510     0.500",
            "edge-size-axum                      349.0 kB         -                 -  350.0 kB",
        ];
        assert_eq!(table(&rows).lines().skip(1).collect::<Vec<_>>(), lines);
    }
}
