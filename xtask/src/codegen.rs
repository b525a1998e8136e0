//! The generated part of the Rust code: written from the catalogue, or compared with it.

mod fidelity;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use clerk_codegen::File;

use crate::Outcome;
use crate::repository::root;

/// The version of the API that the code is made for.
const VERSION: &str = "2026-05-12";

/// What is generated is compiled and read as well, so it may not grow unnoticed.
struct Budget {
    what: &'static str,
    most_lines: usize,
    /// Paths that begin so; those of the last budget are all others.
    paths: &'static [&'static str],
}

const BUDGETS: [Budget; 3] = [
    Budget {
        what: "what webhooks tell, which only those compile who ask for it",
        most_lines: 1_000,
        paths: &[
            "crates/clerk-api/src/generated/models/events.rs",
            "crates/clerk-webhooks/src/events/generated/data.rs",
        ],
    },
    Budget {
        what: "the emulator's tables, which are data alone",
        most_lines: 12_000,
        paths: &["crates/clerk-emulator/"],
    },
    Budget {
        what: "all else",
        most_lines: 25_000,
        paths: &[""],
    },
];

/// Where nothing but generated files may be.
const DIRECTORIES: &[&str] = &[
    "crates/clerk-api/src/generated",
    "crates/clerk-webhooks/src/events/generated",
    "xtask/codegen/tests/contract/generated",
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err("say `--check` or nothing".into()),
    };
    let catalogue = root().join("crates/clerk-api/catalogue");
    let api = clerk_catalogue::load(&catalogue.join(VERSION), &catalogue.join("overlay"))?;
    let mut files = clerk_codegen::generate(&api)?;
    files.push(fidelity::list(&api)?);
    for file in files.iter_mut().filter(|file| is_rust(file)) {
        file.text = formatted(&file.path, &file.text)?;
    }
    let mut lines = [0; BUDGETS.len()];
    for file in files.iter().filter(|file| is_rust(file)) {
        let mut budgets = BUDGETS.iter().zip(&mut lines);
        let counts = |budget: &Budget| budget.paths.iter().any(|path| file.path.starts_with(path));
        if let Some((_, lines)) = budgets.find(|(budget, _)| counts(budget)) {
            *lines += file.text.lines().count();
        }
    }
    for (budget, lines) in BUDGETS.iter().zip(lines) {
        let Budget {
            what, most_lines, ..
        } = budget;
        if lines > *most_lines {
            return Err(format!(
                "{lines} lines would be generated of {what}, and at most {most_lines} may be: make a \
                 template shorter, or move what it repeats into a macro"
            )
            .into());
        }
    }
    let stale = stale(&files)?;
    if check {
        return match stale.as_slice() {
            [] => Ok(()),
            _ => Err(format!(
                "{} are not what the catalogue says; repeat with: cargo xtask codegen",
                stale.join(", ")
            )
            .into()),
        };
    }
    for path in &stale {
        let path = root().join(path);
        match files.iter().find(|file| root().join(&file.path) == path) {
            Some(file) => {
                fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
                fs::write(&path, &file.text)?;
            }
            None => fs::remove_file(&path)?,
        }
    }
    let (written, all) = (stale.len(), files.len());
    println!("{written} of {all} files written");
    for (budget, lines) in BUDGETS.iter().zip(lines) {
        println!("{lines} lines of {}", budget.what);
    }
    Ok(())
}

fn is_rust(file: &File) -> bool {
    file.path.ends_with(".rs")
}

/// Files that differ from what they should be, are missing, or should not be there.
fn stale(files: &[File]) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut stale: Vec<String> = Vec::new();
    for file in files {
        let found = fs::read_to_string(root().join(&file.path)).unwrap_or_default();
        // A checkout on Windows may have other line ends.
        if found.replace("\r\n", "\n") != file.text {
            stale.push(file.path.clone());
        }
    }
    for directory in DIRECTORIES {
        leftovers(directory, files, &mut stale)?;
    }
    Ok(stale)
}

fn leftovers(directory: &str, files: &[File], stale: &mut Vec<String>) -> std::io::Result<()> {
    let entries = match fs::read_dir(root().join(directory)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{directory}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            leftovers(&path, files, stale)?;
        } else if !files.iter().any(|file| file.path == path) {
            stale.push(path);
        }
    }
    Ok(())
}

fn formatted(path: &str, text: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--config-path"]);
    command.arg(root().join("rustfmt.toml"));
    command.current_dir(root());
    let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = streams
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run rustfmt: {error}"))?;
    let mut input = child.stdin.take().ok_or("rustfmt takes no input")?;
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    let written = writer
        .join()
        .map_err(|_| "the writer to rustfmt ended early")?;
    written?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("rustfmt cannot read {path}:\n{complaint}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
