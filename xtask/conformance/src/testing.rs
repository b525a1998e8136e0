//! Suite `testing`: the unmodified `@clerk/testing`, in Playwright's own runner, signs browsers in to our emulator. The
//! files of the guide are among what is run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;

use crate::{
    Settings, browser,
    clients::{Node, SetUp},
    guide,
    outcome::{Outcome, Passed, Stopped},
};

pub(crate) const NAME: &str = "testing";

/// What has to be there before the network is gone.
pub(crate) const CLIENTS: SetUp = |target| {
    browser::chromium()?;
    Node::set_up_for(NAME, target).map(drop)
};

pub(crate) fn run(settings: &Settings) -> Outcome {
    let chromium = browser::chromium()?;
    let node = Node::set_up_for(NAME, &settings.directory)?;
    let directory = settings.directory.join(NAME);
    guide::write(&["js", "json"], &directory)?;
    let report = directory.join("report.json");
    // One that is there is of another run.
    drop(fs::remove_file(&report));
    let mut runner = node.script("node_modules/@playwright/test/cli.js")?;
    runner
        .args(["test", "--reporter=json"])
        .current_dir(&directory)
        .env("PATH", path_with(&settings.clerk_dev)?)
        .env("CHROMIUM", chromium)
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report)
        .stdout(Stdio::null());
    let status = runner.status()?;
    let Ok(report) = fs::read(&report) else {
        return Err(Stopped::Failed(format!(
            "Playwright reported nothing: {status}"
        )));
    };
    judge(&serde_json::from_slice(&report)?)
}

/// Where programs are found, ours first.
pub(crate) fn path_with(program: &Path) -> Result<std::ffi::OsString, Stopped> {
    let ours = program.parent().map(Path::to_owned);
    let paths = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = ours.into_iter().chain(env::split_paths(&paths)).collect();
    Ok(env::join_paths(all)?)
}

fn judge(report: &Value) -> Outcome {
    let mut tests = Vec::new();
    collect(report, &mut tests);
    let errors = report["errors"].as_array().into_iter().flatten();
    let mut failures: Vec<String> = errors.map(|error| first_lines(&error["message"])).collect();
    for test in &tests {
        if test["ok"] != true {
            let results = test.pointer("/tests/0/results/0/error/message");
            let problem = first_lines(results.unwrap_or(&Value::Null));
            failures.push(format!("{}: {problem}", test["title"]));
        }
    }
    let all = tests.len();
    match failures.as_slice() {
        [] if all > 0 => Ok(Passed(format!("{all} of {all} tests"))),
        _ => {
            let failed = failures.join("\n          ");
            let tally = format!(
                "{} of {all} tests failed:\n          {failed}",
                failures.len()
            );
            Err(Stopped::Failed(tally))
        }
    }
}

/// The tests of all suites, which lie within each other.
fn collect<'r>(suite: &'r Value, tests: &mut Vec<&'r Value>) {
    tests.extend(suite["specs"].as_array().into_iter().flatten());
    for inner in suite["suites"].as_array().into_iter().flatten() {
        collect(inner, tests);
    }
}

fn first_lines(message: &Value) -> String {
    let lines = message.as_str().unwrap_or("no reason given").lines();
    lines.take(4).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_without_tests_or_with_one_that_failed_has_not_passed() {
        let spec = |ok: bool| json!({ "title": "it works", "ok": ok, "tests": [] });
        let run = |specs: Value| {
            judge(&json!({ "suites": [{ "suites": [{ "specs": specs }] }], "errors": [] }))
        };
        assert!(run(json!([spec(true)])).is_ok());
        assert!(run(json!([])).is_err());
        assert!(run(json!([spec(true), spec(false)])).is_err());
        assert!(judge(&json!({ "suites": [{ "specs": [spec(true)] }], "errors": [{ "message": "no server" }] })).is_err());
    }
}
