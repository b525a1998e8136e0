//! Our verification beside that of other libraries, measured by the programs in `xtask/peers`.

mod build;
mod edge;
mod emulator;
mod runtimes;
mod service;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

use crate::Outcome;
use crate::repository::{self, capture};

/// What is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Subject {
    #[default]
    Rows,
    Cores,
    Service,
    Build,
    Edge,
    Emulator,
}

#[derive(Default)]
struct Options {
    json: bool,
    subject: Subject,
    instructions: bool,
    runtimes: bool,
    rows: Vec<String>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut subjects = Vec::new();
        for argument in arguments {
            match argument.as_str() {
                "--json" => options.json = true,
                "--instructions" => options.instructions = true,
                "--runtimes" => options.runtimes = true,
                "--cores" => subjects.push(Subject::Cores),
                "--service" => subjects.push(Subject::Service),
                "--build" => subjects.push(Subject::Build),
                "--edge" => subjects.push(Subject::Edge),
                "--emulator" => subjects.push(Subject::Emulator),
                row if !row.starts_with('-') => options.rows.push(row.to_owned()),
                unknown => return Err(format!("there is no option `{unknown}`")),
            }
        }
        let of_rows = options.instructions || options.runtimes || !options.rows.is_empty();
        options.subject = match subjects.as_slice() {
            [] => Subject::Rows,
            // Other builds of `clerk-dev` are named in the place of rows.
            [Subject::Emulator] if !options.instructions && !options.runtimes => Subject::Emulator,
            [only] if !of_rows => *only,
            _ => {
                let why = "`--cores`, `--service`, `--build`, `--edge` and `--emulator` measure rows of their own, and no others";
                return Err(why.to_owned());
            }
        };
        Ok(options)
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let options = Options::parse(arguments)?;
    match options.subject {
        Subject::Rows => rows(&options),
        Subject::Cores => cores(options.json),
        Subject::Service => service::run(&build()?, options.json),
        Subject::Build => build::run(options.json),
        Subject::Edge => edge::run(options.json),
        Subject::Emulator => emulator::run(&options.rows, options.json),
    }
}

fn cores(as_json: bool) -> Outcome {
    let mut program = Command::new(build()?.join("measure"));
    print_rows(&measurements(program.arg("--cores"))?, as_json, table);
    Ok(())
}

fn rows(options: &Options) -> Outcome {
    let programs = build()?;
    let measure = || Command::new(programs.join("measure"));
    let mut rows = measurements(measure().args(&options.rows))?;
    join(
        &mut rows,
        measurements(&mut Command::new(programs.join("count")))?,
    );
    if options.instructions {
        for row in &mut rows {
            let count = instructions(&programs.join("measure"), name(row))?;
            row.insert("instructions".to_owned(), count.into());
        }
    }
    if options.runtimes {
        rows.extend(runtimes::measure(measure(), &programs.join("runtimes"))?);
    }
    print_rows(&rows, options.json, |rows| table(rows) + &memory(rows));
    Ok(())
}

/// Prints the rows: as JSON, a line for each, or as `table` has them.
fn print_rows(rows: &[Row], as_json: bool, table: fn(&[Row]) -> String) {
    if as_json {
        for row in rows {
            println!("{}", Value::Object(row.clone()));
        }
    } else {
        print!("{}", table(rows));
    }
}

/// What a cache of tokens takes, where it was measured.
fn memory(rows: &[Row]) -> String {
    let of = |key: &str| rows.iter().find_map(|row| row.get(key)?.as_f64());
    let both = of("bytes_a_place").zip(of("bytes_a_token"));
    both.map_or_else(String::new, |(place, token)| {
        format!(
            "a cache of tokens takes {place:.0} bytes a place, and {token:.0} more for its token\n"
        )
    })
}

type Row = Map<String, Value>;

fn name(row: &Row) -> &str {
    row.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// Builds the programs and says where they are.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let directory = repository::metadata()?.target_directory.join("peers");
    let mut command = repository::cargo();
    command.args(["build", "--release", "--locked"]);
    command.args(["--manifest-path", "xtask/peers/Cargo.toml"]);
    command.arg("--target-dir").arg(&directory);
    match capture(Command::new("pkg-config").args(["--exists", "openssl"])) {
        Ok(_) => drop(command.args(["--features", "openssl"])),
        Err(error) => eprintln!("josekit: skipped: it needs OpenSSL: {error}"),
    }
    // valgrind says that its processor has no ADX, which it has, and graviola would believe it.
    command.env("VALGRIND_BUG_494162", "1");
    if !command.status()?.success() {
        return Err("the programs in xtask/peers do not build; see above".into());
    }
    Ok(directory.join("release"))
}

fn measurements(program: &mut Command) -> Result<Vec<Row>, Box<dyn Error>> {
    let lines = capture(program)?;
    let rows = lines.lines().map(serde_json::from_str);
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds to each row what another program found out about it.
fn join(rows: &mut [Row], others: Vec<Row>) {
    for other in others {
        if let Some(row) = rows.iter_mut().find(|row| name(row) == name(&other)) {
            row.extend(other);
        }
    }
}

/// Runs of a row that the profiler watches; twice as many a second time.
const WATCHED: u64 = 200;

/// Instructions a run takes. What starting up takes is in both counts, so it cancels.
fn instructions(program: &Path, row: &str) -> Result<u64, Box<dyn Error>> {
    let once = watched(program, row, WATCHED)?;
    let twice = watched(program, row, 2 * WATCHED)?;
    Ok(twice.saturating_sub(once) / WATCHED)
}

fn watched(program: &Path, row: &str, count: u64) -> Result<u64, Box<dyn Error>> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind
        .arg(program)
        .args(["--iterate", row])
        .arg(count.to_string());
    let output = valgrind.output().map_err(|error| {
        format!("cannot run valgrind: {error}; install it, or leave out `--instructions`")
    })?;
    let report = String::from_utf8_lossy(&output.stderr);
    collected(&report).ok_or_else(|| format!("valgrind counted nothing:\n{report}").into())
}

/// The number in valgrind's line `==123== Collected : 456`.
fn collected(report: &str) -> Option<u64> {
    let count = report
        .lines()
        .find_map(|line| line.split_once("Collected :"))?
        .1;
    count.trim().parse().ok()
}

fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<32}{:>12}{:>10}{:>9}{:>15}\n",
        "row", "median", "ratio", "allocs", "instructions"
    );
    for row in rows {
        let number = |key: &str| row.get(key).and_then(Value::as_f64);
        let show =
            |key: &str, format: fn(f64) -> String| number(key).map_or("-".to_owned(), format);
        text.push_str(&format!(
            "{:<32}{:>12}{:>10}{:>9}{:>15}\n",
            name(row),
            show("median_ns", |ns| format!("{:.2} µs", ns / 1000.0)),
            show("ratio", |ratio| format!("{ratio:.3}")),
            show("allocs", |count| format!("{count:.0}")),
            show("instructions", |count| format!("{count:.0}")),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: &Value) -> Row {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_two_programs_say_about_a_row_is_one_row() {
        let mut rows = vec![row(
            &json!({ "name": "raw-ring", "median_ns": 22_000.0, "ratio": 1.0 }),
        )];
        let counts = [("raw-ring", 5), ("not-measured", 9)];
        let counts = counts.map(|(name, allocs)| row(&json!({ "name": name, "allocs": allocs })));
        join(&mut rows, counts.to_vec());
        assert_eq!(rows.len(), 1);
        let line = "raw-ring                            22.00 µs     1.000        5              -";
        assert_eq!(table(&rows).lines().nth(1), Some(line));
    }

    #[test]
    fn the_profilers_count_is_found_in_its_report() {
        let report = "==7== Events    : Ir\n==7== Collected : 93739367\n==7==\n";
        assert_eq!(collected(report), Some(93_739_367));
        assert_eq!(collected("==7== could not start\n"), None);
    }

    #[test]
    fn options_and_rows_are_told_apart() {
        let arguments = ["--json", "verify-ring"].map(str::to_owned);
        let options = Options::parse(&arguments);
        assert!(options.is_ok_and(|o| o.json && !o.instructions && o.rows == ["verify-ring"]));
        assert!(Options::parse(&["--jsno".to_owned()]).is_err());
        let of_the_edge = ["--json", "--edge"].map(str::to_owned);
        assert!(Options::parse(&of_the_edge).is_ok_and(|o| o.json && o.subject == Subject::Edge));
        for others in ["--runtimes", "--build", "verify-ring"] {
            let both = ["--edge", others].map(str::to_owned);
            assert!(Options::parse(&both).is_err());
        }
    }
}
