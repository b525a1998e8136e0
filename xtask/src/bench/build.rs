//! What it costs to build a small axum service from nothing: with us, with clerk-rs, and with neither.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::Row;
use crate::Outcome;
use crate::repository::{self, Release};

const MANIFEST: &str = "xtask/services/Cargo.toml";

/// Twice, in turns: a neighbour who is busy for a while slows all of them.
const ROUNDS: usize = 2;

/// How the environment tells the compiler what to do. The manifests alone are to count.
const SETTINGS: &[&str] = &[
    "CARGO_BUILD_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_",
    "RUSTFLAGS",
];

struct Service {
    row: &'static str,
    package: &'static str,
    features: &'static str,
}

/// The first is what the others are compared with.
const SERVICES: &[Service] = &[
    Service {
        row: "build-clerk-rs",
        package: "service-clerk-rs",
        features: "",
    },
    Service {
        row: "build-axum-alone",
        package: "service-bare",
        features: "",
    },
    Service {
        row: "build-clerk",
        package: "service-clerk",
        features: "",
    },
    Service {
        row: "build-clerk-default",
        package: "service-clerk",
        features: "api",
    },
];

pub(super) fn run(as_json: bool) -> Outcome {
    let directory = repository::metadata()?.target_directory.join("bench-build");
    let mut fetch = repository::cargo();
    fetch.args(["fetch", "--quiet", "--locked", "--manifest-path", MANIFEST]);
    if !fetch.status()?.success() {
        return Err(format!("what {MANIFEST} names cannot be fetched; see above").into());
    }
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        let mut spent = Vec::new();
        for service in SERVICES {
            eprintln!("{}, {round} of {ROUNDS}", service.row);
            empty(&directory.join(service.package))?;
            spent.push(build(service, &directory)?);
        }
        rounds.push(spent);
    }
    let mut rows: Vec<Row> = Vec::new();
    for (index, service) in SERVICES.iter().enumerate() {
        let seconds = least(index, &rounds);
        let row = json!({
            "name": service.row,
            "cpu_seconds": seconds,
            "ratio": seconds / least(0, &rounds),
            "packages": packages(service)?,
            "bytes": size(service, &directory)?,
        });
        rows.extend(row.as_object().cloned());
    }
    super::print_rows(&rows, as_json, table);
    Ok(())
}

fn empty(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Seconds of processors that cargo spent, and all that it started. The shell asks the system for them.
fn build(service: &Service, directory: &Path) -> Result<f64, Box<dyn Error>> {
    let mut build = Command::new("sh");
    build.args(["-c", "\"$@\" && times", "sh"]);
    let cargo = repository::cargo();
    build.arg(cargo.get_program());
    build.args(["build", "--release", "--quiet", "--locked", "--offline"]);
    build.args(["--manifest-path", MANIFEST, "--package", service.package]);
    build.args(["--features", service.features]);
    build
        .arg("--target-dir")
        .arg(directory.join(service.package));
    build.current_dir(repository::root());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if SETTINGS.iter().any(|setting| text.starts_with(setting)) {
            build.env_remove(name);
        }
    }
    // Empty, they also take out of force what a configuration of cargo's says.
    build.env("RUSTC_WRAPPER", "");
    build.env("RUSTC_WORKSPACE_WRAPPER", "");
    let output = build.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{} does not build; see above", service.package).into());
    }
    let times = String::from_utf8(output.stdout)?;
    seconds(&times).ok_or_else(|| format!("the shell's `times` said: {times}").into())
}

/// What children took, in the second line of `times`: `1m23.450000s 0m4.000000s`, for them and for the system.
fn seconds(times: &str) -> Option<f64> {
    let mut sum = 0.0;
    for time in times.lines().nth(1)?.split_whitespace() {
        let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
        sum += minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?;
    }
    Some(sum)
}

/// Others on the machine can only add to what a build takes, so the least is nearest to it.
fn least(service: usize, rounds: &[Vec<f64>]) -> f64 {
    let spent = rounds.iter().filter_map(|round| round.get(service));
    spent.copied().fold(f64::INFINITY, f64::min)
}

/// How many packages are compiled beside the service itself.
fn packages(service: &Service) -> Result<usize, Box<dyn Error>> {
    let mut tree = repository::cargo();
    tree.args(["tree", "--locked", "--offline", "--manifest-path", MANIFEST]);
    tree.args(["--package", service.package, "--features", service.features]);
    tree.args([
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let tree = repository::releases(&repository::capture(&mut tree)?);
    let others = |release: &&Release| release.name != service.package;
    Ok(tree.iter().filter(others).count())
}

fn size(service: &Service, directory: &Path) -> io::Result<u64> {
    let target = directory.join(service.package);
    let program = target.join("release").join(service.package);
    Ok(fs::metadata(program.with_extension(env::consts::EXE_EXTENSION))?.len())
}

fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<32}{:>12}{:>10}{:>10}{:>12}\n",
        "row", "CPU", "ratio", "packages", "program"
    );
    for row in rows {
        let number = |key: &str| row.get(key).and_then(Value::as_f64).unwrap_or_default();
        text.push_str(&format!(
            "{:<32}{:>10.1} s{:>10.3}{:>10}{:>9.1} MB\n",
            super::name(row),
            number("cpu_seconds"),
            number("ratio"),
            number("packages"),
            number("bytes") / 1e6,
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_tells_what_its_children_took() {
        let of_dash = "0m0.010000s 0m0.020000s\n1m2.500000s 0m3.250000s\n";
        assert_eq!(seconds(of_dash), Some(65.75));
        let of_bash = "0m0.010s 0m0.020s\n1m2.500s 0m3.250s\n";
        assert_eq!(seconds(of_bash), Some(65.75));
        assert_eq!(seconds("0m0.01s 0m0.02s\n"), None);
        assert_eq!(seconds("user 1\nsys 2\n"), None);
    }

    #[test]
    fn a_build_that_was_disturbed_does_not_count() {
        let rounds = [vec![81.0, 45.0], vec![90.0, 44.0]];
        assert_eq!([least(0, &rounds), least(1, &rounds)], [81.0, 44.0]);
    }

    #[test]
    fn a_row_has_what_a_build_costs() {
        let row = json!({
            "name": "build-clerk", "cpu_seconds": 44.96, "ratio": 0.5512, "packages": 122,
            "bytes": 8_449_000,
        });
        let rows: Vec<Row> = row.as_object().cloned().into_iter().collect();
        let line = "build-clerk                           45.0 s     0.551       122      8.4 MB";
        assert_eq!(table(&rows).lines().nth(1), Some(line));
    }
}
