//! Whole services under load, each on one core, side by side.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::Row;
use crate::repository::{capture, root};

/// The services of `xtask/peers`, in the order of the table.
const OURS: &[&str] = &[
    "axum",
    "authenticate",
    "clerk",
    "clerk-aws-lc",
    "clerk-known",
    "clerk-rs",
];

/// What the others are compared with.
const REFERENCE: &str = "clerk-rs";

/// Odd, so that the median is one of them.
const ROUNDS: usize = 9;

const CONNECTIONS: &str = "8";
const SECONDS: &str = "2";

/// Where the load is made, and where it is served.
const LOAD: &str = "1";
const SERVE: &str = "0";

pub(super) fn run(programs: &Path, as_json: bool) -> Result<(), Box<dyn Error>> {
    if capture(Command::new("which").args(["wrk", "taskset"])).is_err() {
        println!("skipped: there is no `wrk` or no `taskset`; install both");
        return Ok(());
    }
    let mut services = Vec::new();
    for name in OURS {
        let mut program = Command::new("taskset");
        program.args(["--cpu-list", SERVE]);
        program
            .arg(programs.join("measure"))
            .args(["--serve", name]);
        services.push(Service::start(name, program)?);
    }
    match express(&programs.join("express"), &services) {
        Ok(service) => services.push(service),
        Err(why) => eprintln!("@clerk/express is left out: {why}"),
    }
    for service in &services {
        // Fetching keys is not what is measured, nor is what was answered meanwhile.
        service.load()?;
    }
    for _ in 0..ROUNDS {
        for service in &mut services {
            service.sample()?;
        }
    }
    super::print_rows(&rows(&services), as_json, table);
    Ok(())
}

/// A process that serves until its input ends, which is when this is dropped.
struct Service {
    name: String,
    process: Child,
    url: String,
    token: String,
    samples: Vec<Sample>,
}

/// What came of a round.
#[derive(Clone, Copy)]
struct Sample {
    /// Requests answered in a second.
    rate: f64,
    /// Microseconds that the service computed for each, in the kernel too.
    cost: f64,
}

impl Service {
    fn start(name: &str, mut program: Command) -> Result<Self, Box<dyn Error>> {
        let program = program.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = program.spawn()?;
        let output = process.stdout.take().ok_or("it has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let listening: Value = serde_json::from_str(&line)?;
        let text = |key: &str| listening[key].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            name: name.to_owned(),
            url: text("url"),
            token: text("token"),
            process,
            samples: Vec::new(),
        })
    }

    /// What the load generator says in the end.
    fn load(&self) -> Result<String, Box<dyn Error>> {
        let authorization = format!("authorization: Bearer {}", self.token);
        let mut load = Command::new("taskset");
        load.args(["--cpu-list", LOAD, "wrk", "--threads", "1"]);
        load.args(["--connections", CONNECTIONS, "--duration", SECONDS]);
        load.args(["--header", &authorization, &self.url]);
        capture(&mut load)
    }

    fn sample(&mut self) -> Result<(), Box<dyn Error>> {
        let before = self.computed()?;
        let report = self.load()?;
        let computed = self.computed()? - before;
        let (count, rate) =
            served(&report).map_err(|why| format!("{}: {why}:\n{report}", self.name))?;
        let cost = computed * 1e6 / count;
        self.samples.push(Sample { rate, cost });
        Ok(())
    }

    /// Seconds that the process has computed until now, by all of its threads.
    fn computed(&self) -> Result<f64, Box<dyn Error>> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        Ok(ticks(&stat).ok_or("the kernel tells no times")? / TICKS_PER_SECOND)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It is over either way.
        let _ = self.process.wait();
    }
}

/// What Linux counts time by for programs, on all processors (`getconf CLK_TCK`).
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time in a line of `/proc/PID/stat`; the name before them may hold anything.
fn ticks(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11);
    let mut next = || times.next()?.parse::<f64>().ok();
    Some(next()? + next()?)
}

/// How many requests `wrk` saw answered, and how many in a second; all of them well.
pub(super) fn served(report: &str) -> Result<(f64, f64), &'static str> {
    if report.contains("Non-2xx") || report.contains("Socket errors") {
        return Err("not every answer was a good one");
    }
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let count = report
        .lines()
        .find_map(|line| number(line.split_once(" requests in ")?.0));
    let rate = report
        .lines()
        .find_map(|line| number(line.split_once("Requests/sec:")?.1));
    count.zip(rate).ok_or("the load generator tells no figures")
}

/// Clerk's own middleware, which is given the key.
fn express(directory: &Path, services: &[Service]) -> Result<Service, Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    let sources = root().join("xtask/peers/express");
    for file in ["package.json", "package-lock.json", "serve.mjs"] {
        fs::copy(sources.join(file), directory.join(file))?;
    }
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund"]);
    capture(install.current_dir(directory))?;
    let token = services.first().map_or("", |service| &service.token);
    let mut program = Command::new("taskset");
    program.args(["--cpu-list", SERVE, "node", "serve.mjs", token]);
    let key = root().join("crates/clerk-jwt/tests/keys/a.public.pem");
    program.current_dir(directory).arg(key);
    program.env("NODE_ENV", "production");
    Service::start("@clerk/express", program)
}

fn rows(services: &[Service]) -> Vec<Row> {
    let reference = services.iter().find(|service| service.name == REFERENCE);
    let of_reference = reference.map_or(&[][..], |service| &service.samples);
    let row = |service: &Service| {
        let of = |read: fn(&Sample) -> f64| median(service.samples.iter().map(read).collect());
        // Neighbours in time share their disturbances, so a ratio is taken within its round.
        let pairs = service.samples.iter().zip(of_reference);
        let faster = median(pairs.map(|(own, other)| other.cost / own.cost).collect());
        let row = json!({
            "name": format!("service-{}", service.name),
            "requests_per_second": of(|sample| sample.rate),
            "cpu_us": of(|sample| sample.cost),
            "ratio": faster,
        });
        row.as_object().cloned().unwrap_or_default()
    };
    services.iter().map(row).collect()
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<32}{:>14}{:>16}{:>14}\n",
        "row", "requests/s", "CPU a request", "of clerk-rs"
    );
    for row in rows {
        let number = |key: &str| row.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN);
        text.push_str(&format!(
            "{:<32}{:>14.0}{:>13.2} µs{:>13.2}×\n",
            super::name(row),
            number("requests_per_second"),
            number("cpu_us"),
            number("ratio"),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 9";
        assert_eq!(ticks(stat), Some(300.0));
        assert_eq!(ticks("7 (a) S 1"), None);
    }

    #[test]
    fn a_report_with_refusals_is_no_figure() {
        let report = "  29341 requests in 1.00s, 4.06MB read\nRequests/sec:  29300.5\n";
        assert_eq!(served(report), Ok((29_341.0, 29_300.5)));
        let refused = format!("{report}  Non-2xx or 3xx responses: 1\n");
        assert!(served(&refused).is_err());
        assert!(served("").is_err());
    }
}
