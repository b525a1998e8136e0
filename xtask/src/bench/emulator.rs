//! The emulator with many users in it, beside other builds of `clerk-dev` if any are named.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::Row;
use super::service::{median, served};
use crate::repository::{self, capture};

const USERS: usize = 10_000;
/// Each user is a member of one.
const ORGANIZATIONS: usize = 100;

/// Odd, so that the median is one of them.
const ROUNDS: usize = 3;
const STARTS: usize = 9;

/// Long enough for builds that answer a few requests in a second to be counted.
const SECONDS: &str = "10";

/// What is asked for, as often as it is answered.
const LOADS: [(&str, &str, &str); 4] = [
    ("page of users", "GET", "/v1/users?limit=10&offset=5000"),
    ("count of users", "GET", "/v1/users/count"),
    ("user by id", "GET", "/v1/users/{user}"),
    ("session token", "POST", "/v1/sessions/{session}/tokens"),
];

pub(super) fn run(others: &[String], as_json: bool) -> Result<(), Box<dyn Error>> {
    if capture(Command::new("which").arg("wrk")).is_err() {
        println!("skipped: there is no `wrk`; install it");
        return Ok(());
    }
    let directory = repository::metadata()?
        .target_directory
        .join("bench-emulator");
    fs::create_dir_all(&directory)?;
    let seed = directory.join("seed.json");
    fs::write(&seed, self::seed().to_string())?;
    let programs = std::iter::once(build()?).chain(others.iter().map(PathBuf::from));
    let mut rows = Vec::new();
    for program in programs {
        rows.extend(measure(&program, &seed, &directory)?);
    }
    super::print_rows(&rows, as_json, table);
    Ok(())
}

fn build() -> Result<PathBuf, Box<dyn Error>> {
    let mut command = repository::cargo();
    command.args(["build", "--release", "--locked", "--package", "clerk-dev"]);
    if !command.status()?.success() {
        return Err("clerk-dev does not build; see above".into());
    }
    Ok(repository::metadata()?
        .target_directory
        .join("release/clerk-dev"))
}

/// What both builds are filled with.
fn seed() -> Value {
    let email = |index: usize| format!("user{index}@example.com");
    let users: Vec<Value> = (0..USERS)
        .map(|index| json!({ "email": email(index), "first_name": format!("User {index}") }))
        .collect();
    let organizations: Vec<Value> = (0..ORGANIZATIONS)
        .map(|organization| {
            let own = (organization..USERS).step_by(ORGANIZATIONS);
            let members: Map<String, Value> = own
                .map(|index| (email(index), json!("org:admin")))
                .collect();
            json!({ "slug": format!("organization-{organization}"), "members": members })
        })
        .collect();
    json!({ "users": users, "organizations": organizations })
}

fn measure(program: &Path, seed: &Path, directory: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let name = program.display().to_string();
    let row = |what: &str, unit: &str, value: f64| {
        let row = json!({ "name": what, "program": name, "value": value, "unit": unit });
        row.as_object().cloned().unwrap_or_default()
    };
    let start = |seed: Option<&Path>| -> Result<f64, Box<dyn Error>> {
        #[allow(
            clippy::disallowed_methods,
            reason = "how long a program takes to start is what is measured"
        )]
        let begin = Instant::now();
        let running = Running::start(program, seed)?;
        let elapsed = begin.elapsed();
        drop(running);
        Ok(elapsed.as_secs_f64() * 1e3)
    };
    let starts = |seed, count| -> Result<f64, Box<dyn Error>> {
        let times: Result<Vec<f64>, _> = (0..count).map(|_| start(seed)).collect();
        Ok(median(times?))
    };
    let mut rows = vec![
        row("start", "ms", starts(None, STARTS)?),
        row("start with the seed", "ms", starts(Some(seed), ROUNDS)?),
    ];
    let running = Running::start(program, Some(seed))?;
    let places = running.places(directory)?;
    for (what, method, path) in LOADS {
        let path = places
            .iter()
            .fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        let rates: Result<Vec<f64>, Box<dyn Error>> = (0..ROUNDS)
            .map(|_| running.load(method, &path, directory))
            .collect();
        rows.push(row(what, "requests/s", median(rates?)));
    }
    rows.push(row("memory afterwards", "MB", running.resident()?));
    Ok(rows)
}

/// An emulator that runs until this is dropped.
struct Running {
    process: Child,
    url: String,
    secret_key: String,
}

impl Running {
    fn start(program: &Path, seed: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(program);
        command.args(["emulator", "--port", "0", "--json"]);
        if let Some(seed) = seed {
            command.arg("--seed").arg(seed);
        }
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or("it has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line)?;
        let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            process,
            url: text("url"),
            secret_key: text("secret_key"),
        })
    }

    /// A user, and a session of theirs, by the names that paths have for them.
    fn places(&self, directory: &Path) -> Result<[(&'static str, String); 2], Box<dyn Error>> {
        let page = self.ask("/v1/users?limit=1&offset=5000", None, directory)?;
        let user = page[0]["id"].as_str().ok_or("there is no user")?.to_owned();
        let input = json!({ "user_id": user });
        let session = self.ask("/v1/sessions", Some(&input), directory)?;
        let session = session["id"].as_str().ok_or("there is no session")?;
        Ok([("{user}", user), ("{session}", session.to_owned())])
    }

    fn ask(
        &self,
        path: &str,
        body: Option<&Value>,
        directory: &Path,
    ) -> Result<Value, Box<dyn Error>> {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--fail", "--header"]);
        command.arg(format!("authorization: Bearer {}", self.secret_key));
        if let Some(body) = body {
            let file = directory.join("body.json");
            fs::write(&file, body.to_string())?;
            command.args([
                "--header",
                "content-type: application/json",
                "--data-binary",
            ]);
            command.arg(format!("@{}", file.display()));
        }
        let answer = capture(command.arg(format!("{}{path}", self.url)))?;
        Ok(serde_json::from_str(&answer)?)
    }

    /// Requests answered in a second.
    fn load(&self, method: &str, path: &str, directory: &Path) -> Result<f64, Box<dyn Error>> {
        let script = directory.join("method.lua");
        fs::write(&script, format!("wrk.method = \"{method}\"\n"))?;
        let mut load = Command::new("wrk");
        load.args(["--threads", "1", "--connections", "8"]);
        load.args(["--duration", SECONDS, "--timeout", SECONDS]);
        load.arg("--script").arg(script).arg("--header");
        load.arg(format!("authorization: Bearer {}", self.secret_key));
        let report = capture(load.arg(format!("{}{path}", self.url)))?;
        let (_, rate) = served(&report).map_err(|why| format!("{path}: {why}:\n{report}"))?;
        Ok(rate)
    }

    /// Megabytes that it has in memory.
    fn resident(&self) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        Ok(kilobytes.ok_or("the kernel tells no memory")? / 1024.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It is over either way.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A line for each thing that was measured, a column for each program.
fn table(rows: &[Row]) -> String {
    let text = |row: &Row, key: &str| {
        row.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let value = |row: &Row| row.get("value").and_then(Value::as_f64).unwrap_or(f64::NAN);
    let mut programs: Vec<String> = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for row in rows {
        let (program, name) = (text(row, "program"), (text(row, "name"), text(row, "unit")));
        if !programs.contains(&program) {
            programs.push(program);
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut table: String = programs
        .iter()
        .enumerate()
        .map(|(index, program)| format!("[{}] {program}\n", index + 1))
        .collect();
    for (name, unit) in names {
        table.push_str(&format!("{name:<22}{unit:<12}"));
        for program in &programs {
            let of = rows
                .iter()
                .find(|row| text(row, "name") == name && text(row, "program") == *program);
            table.push_str(&format!("{:>12.1}", of.map_or(f64::NAN, value)));
        }
        table.push('\n');
    }
    table
}
